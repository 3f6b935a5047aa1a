"""The pod of pod.yaml, played by podman, and requests to it from outside and from within."""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

from podman import eventually, inspect, podman

HERE = pathlib.Path(__file__).resolve().parent
IMAGE = os.environ["IMAGE"]
PROXY, TELEMETRY, SERVICE, KEYSTONE = 18080, 9180, 9000, 5000


class Answer:
    """A status, headers and a body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def seen(self, name):
        """The values of a field that reached the service."""
        return [value for field, value in self.json()["headers"] if field == name.lower()]


def ask(host, port, path, headers=None, method="GET", body=None, timeout=20.0):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read().decode())
    finally:
        connection.close()


class Pod:
    """A running pod; it is gone at the end of the `with`."""

    def __init__(self, change=None, telemetry=TELEMETRY, documents=None):
        text = (HERE / "pod.yaml").read_text().replace("IMAGE", IMAGE).replace("TESTS", str(HERE))
        self.documents = documents or list(yaml.safe_load_all(text))
        pod = self.documents[-1]
        if change:
            change(self.documents[0]["data"], pod["spec"])
        self.name, self.telemetry_port = pod["metadata"]["name"], telemetry

    def __enter__(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as manifest:
            yaml.safe_dump_all(self.documents, manifest)
            manifest.flush()
            try:
                podman("kube", "play", manifest.name)
                self.address = self.find_address()
                self.wait_until_ready()
            except BaseException:
                self.tell()
                self.remove()
                raise
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.tell()
        self.remove()

    def tell(self):
        """What there is to read when something went wrong."""
        for container in ("portcullis", "keystone", "service"):
            done = podman("logs", "--tail", "15", f"{self.name}-{container}", check=False)
            print(f"-- {container}\n{done.stdout}{done.stderr}", file=sys.stderr)

    def remove(self):
        podman("pod", "rm", "--force", "--time", "0", self.name, check=False)
        podman("volume", "prune", "--force", check=False)

    def find_address(self):
        infra = inspect("pod", self.name)["InfraContainerID"]
        networks = inspect("container", infra)["NetworkSettings"]["Networks"]
        return next(iter(networks.values()))["IPAddress"]

    def wait_until_ready(self):
        eventually("the proxy is ready", lambda: self.telemetry("/readyz").status == 200)
        # A service on a socket has no port to be asked on.
        place = self.documents[-1]["spec"]["containers"][-1]["command"][-1]
        for port in (KEYSTONE, *([] if place.startswith("unix:") else [SERVICE])):
            eventually(f"somebody listens on {port}", lambda: self.within(port, "/").status)

    def get(self, path, token=None, headers=()):
        """A request of a client, from outside."""
        fields = dict(headers) | ({"X-Auth-Token": token} if token else {})
        return ask(self.address, PROXY, path, fields)

    def served(self, token):
        """What a client gets from the service; None while it is not there."""
        answer = self.get("/things", token)
        return answer if answer.status == 200 else None

    def telemetry(self, path):
        return ask(self.address, self.telemetry_port, path, timeout=5.0)

    def within(self, port, path, **request):
        """A request from the pod's own loopback."""
        question = json.dumps({"port": port, "path": path, **request})
        command = ["nsenter", f"--net=/proc/{self.process('service')}/ns/net", sys.executable, __file__]
        done = subprocess.run(command, input=question, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise OSError(done.stderr.strip().rsplit("\n", 1)[-1])
        return Answer(**json.loads(done.stdout))

    def log_in(self, user="alice", project="demo"):
        """A token, as any client gets one."""
        domain = {"name": "Default"}
        who = {"name": user, "domain": domain, "password": f"{user}pw"}
        scope = {"project": {"name": project, "domain": domain}}
        auth = {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": scope}
        fields = {"Content-Type": "application/json"}
        body = json.dumps({"auth": auth})
        answer = self.within(KEYSTONE, "/v3/auth/tokens", method="POST", body=body, headers=fields)
        assert answer.status == 201, answer.status
        return next(value for name, value in answer.headers.items() if name.lower() == "x-subject-token")

    def container(self, name):
        return inspect("container", f"{self.name}-{name}")

    def process(self, name):
        """The container's first process, as seen from here; a new one after each restart."""
        return self.container(name)["State"]["Pid"]

    def run(self, container, *command, check=False):
        return podman("exec", f"{self.name}-{container}", *command, check=check)


if __name__ == "__main__":
    answer = ask("127.0.0.1", **json.load(sys.stdin))
    json.dump(vars(answer), sys.stdout)
