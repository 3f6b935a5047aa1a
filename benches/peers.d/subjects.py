"""The subjects: started together, measured in turn. Those that wait use no CPU."""
import dataclasses
import http.client
import json
import pathlib
import secrets
import sys

import configs
import processes

NAMES = ["direct", "haproxy", "nginx", "nginx-auth", "portcullis"]
TOKEN_LENGTH = 183  # of a project-scoped Fernet token
HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Subject:
    name: str
    port: int
    pid: int


@dataclasses.dataclass
class Bench:
    token: str
    subjects: list
    scratch: pathlib.Path
    identity_port: int

    def check_authentication(self, rounds):
        """Exits if a subject that authenticates did not do it from its cache as meant."""
        asked = {}
        names = [subject.name for subject in self.subjects]
        if "nginx-auth" in names:
            with open(self.scratch / "upstream" / "validations.log") as log:
                asked["nginx-auth"] = sum(1 for _ in log)
        if "portcullis" in names:
            asked["portcullis"] = json.loads(fetch(self.identity_port, "/count", self.token)[1])["validations"]
        for name, count in asked.items():
            print("%s: %d validations upstream" % (name, count), file=sys.stderr)
            if not 1 <= count <= 10 * len(rounds):
                sys.exit("%s asked for %d validations: its cache was not what was measured" % (name, count))


def start(running, scratch, names, binary):
    """Starts what `names` need; `running` (an ExitStack) ends it all."""
    ports = processes.free_ports(len(NAMES) + 4)
    auth_port, identity_port, telemetry_port, admin_port = ports[len(NAMES):]
    port = dict(zip(NAMES, ports))
    bench = Bench("gAAAAA" + secrets.token_urlsafe(200)[:TOKEN_LENGTH - 6], [], scratch, identity_port)

    def launch(name, command, ready_port, path="/"):
        child = running.enter_context(processes.started(name, command, scratch))
        processes.wait_until_ready(lambda: obstacle(ready_port, path, bench.token), child, name, scratch)
        return child

    def directory(name):
        (scratch / name).mkdir()
        return scratch / name

    def written(name, text):
        path = scratch / name
        path.write_text(text)
        return str(path)

    def nginx(name, text, ready_port):
        return launch(name, ["nginx", "-p", str(scratch), "-e", "stderr", "-c", written(name + ".conf", text)], ready_port)

    upstream = nginx("upstream", configs.upstream(port["direct"], auth_port, directory("upstream")), port["direct"])
    for name in names:
        if name == "direct":
            child = upstream
        elif name == "haproxy":
            text = configs.haproxy(port[name], port["direct"])
            child = launch(name, ["haproxy", "-db", "-f", written("haproxy.cfg", text)], port[name])
        elif name == "nginx":
            child = nginx(name, configs.nginx_through(port[name], port["direct"], directory(name)), port[name])
        elif name == "nginx-auth":
            text = configs.nginx_auth(port[name], port["direct"], auth_port, directory(name))
            child = nginx(name, text, port[name])
        else:
            identity = [sys.executable, str(HERE / "identity.py"), str(identity_port), bench.token]
            launch("identity", identity, identity_port, "/v3")
            text = configs.portcullis(port[name], port["direct"], identity_port, telemetry_port, admin_port)
            child = launch(name, [str(binary), "run", "--config", written("portcullis.yaml", text)], port[name])
        bench.subjects.append(Subject(name, port[name], child.pid))
    return bench


def obstacle(port, path, token):
    """Why the bench's request is not yet answered with 200, or None."""
    try:
        status, body = fetch(port, path, token)
        return None if status == 200 else "answers %d %r" % (status, body[:200])
    except (OSError, http.client.HTTPException) as error:
        return str(error)


def fetch(port, path, token):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"X-Auth-Token": token})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
