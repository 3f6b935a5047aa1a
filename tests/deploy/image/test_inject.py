"""The pod once more: a plain one, into which the image's own program put the sidecar."""

import subprocess
import unittest

import yaml

from pod import HERE, IMAGE, KEYSTONE, SERVICE, Pod, ask
from podman import eventually

PLAIN = {"ports": [{"name": "http", "containerPort": SERVICE}]}


class Injected(Pod):
    def __init__(self, *flags, service=None):
        text = (HERE / "pod.yaml").read_text().replace("IMAGE", IMAGE).replace("TESTS", str(HERE))
        pod = list(yaml.safe_load_all(text))[-1]
        spec = pod["spec"]
        # As its author would have written it, who has never heard of Portcullis.
        spec["containers"] = [one for one in spec["containers"] if one["name"] != "portcullis"]
        ours = ("portcullis-config", "portcullis-socket")
        spec["volumes"] = [one for one in spec["volumes"] if one["name"] not in ours]
        container = spec["containers"][-1]
        container["volumeMounts"] = [one for one in container["volumeMounts"] if one["name"] not in ours]
        container.update(service or PLAIN)
        self.written = yaml.safe_dump(pod)
        self.flags = ("--native=false", f"--image={IMAGE}", f"--keystone-url=http://127.0.0.1:{KEYSTONE}/v3", *flags)
        self.injected = self.program("inject", self.written, *self.flags)
        documents = list(yaml.safe_load_all(self.injected))
        # Kubernetes takes annotations of any length, podman of 63 characters.
        del documents[-1]["metadata"]["annotations"]["portcullis/injected"]
        super().__init__(documents=documents)

    @staticmethod
    def program(command, manifests, *flags):
        run = ["podman", "run", "--rm", "--interactive", "--network=none", IMAGE, command, *flags]
        done = subprocess.run(run, input=manifests, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout


class Inject(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        probe = {"readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}}}
        cls.pod = cls.enterClassContext(Injected(service=PLAIN | probe))
        cls.token = cls.pod.log_in()

    def test_whoever_has_a_token_comes_in_and_is_told_of(self):
        self.assertEqual(self.pod.get("/things").status, 401)
        answer = self.pod.get("/things", self.token, {"X-Roles": "king"})
        self.assertEqual((answer.status, answer.seen("X-Roles")), (200, ["member,reader"]))

    def test_there_is_no_way_around(self):
        with self.assertRaises(ConnectionRefusedError):
            ask(self.pod.address, SERVICE, "/things")

    def test_the_probe_is_asked_where_the_manifest_says_it_is_now(self):
        asked = self.pod.documents[-1]["spec"]["containers"][-1]["readinessProbe"]["httpGet"]
        self.assertEqual(ask(self.pod.address, asked["port"], asked["path"]).status, 200)
        self.addCleanup(self.pod.get, "/well", self.token)
        self.pod.get("/sick", self.token)
        self.assertEqual(ask(self.pod.address, asked["port"], asked["path"]).status, 503)

    def test_taken_out_again_it_is_as_it_was(self):
        back = self.pod.program("uninject", self.pod.injected)
        self.assertEqual(yaml.safe_load(back), yaml.safe_load(self.pod.written))


class InjectOnASocket(unittest.TestCase):
    def test_both_see_the_socket(self):
        place = "unix:/run/portcullis/app.sock"
        command = {"command": ["python3", "/tests/service.py", place]}
        with Injected(f"--upstream={place}", service=command) as pod:
            answer = eventually("the service is there", lambda: pod.served(pod.log_in()))
            self.assertEqual(answer.seen("X-User-Name"), ["alice"])
