"""The pod once more, rendered by Helm from a chart that uses the library template."""

import json
import subprocess
import unittest

import yaml

from pod import HERE, IMAGE, SERVICE, Pod, ask
from podman import eventually

PYTHON = HERE.parents[2] / "target/deploy-tools/venv/bin/python"


class Rendered(Pod):
    def __init__(self, **sidecar):
        name, tag = IMAGE.rsplit(":", 1)
        values = {
            "image": IMAGE,
            "tests": str(HERE),
            "portcullis": {"image": {"repository": name, "tag": tag}, **sidecar},
        }
        command = [PYTHON, "-B", HERE / "render.py"]
        done = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise AssertionError(done.stderr)
        super().__init__(documents=[found for found in yaml.safe_load_all(done.stdout) if found])


class Chart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        settings = {
            "appPort": SERVICE,
            "config": {"routes": [{"path": "/public", "allow": "public"}, {"path": "/**", "allow": "authenticated"}]},
            "probes": {"readiness": f"http://127.0.0.1:{SERVICE}/healthz"},
        }
        cls.pod = cls.enterClassContext(Rendered(**settings))
        cls.token = cls.pod.log_in()

    def test_whoever_has_a_token_comes_in_and_is_told_of(self):
        self.assertEqual(self.pod.get("/things").status, 401)
        answer = self.pod.get("/things", self.token, {"X-Roles": "king"})
        self.assertEqual((answer.status, answer.seen("X-Roles")), (200, ["member,reader"]))

    def test_the_configuration_of_the_values_is_in_force(self):
        self.assertEqual(self.pod.get("/public").status, 200)

    def test_there_is_no_way_around(self):
        with self.assertRaises(ConnectionRefusedError):
            ask(self.pod.address, SERVICE, "/things")

    def test_the_services_probe_can_be_asked_from_outside(self):
        self.assertEqual(self.pod.telemetry("/probe/readiness").status, 200)


class ChartOnASocket(unittest.TestCase):
    def test_the_two_share_a_socket_and_no_port(self):
        with Rendered(appSocket=True) as pod:
            token = pod.log_in()
            answer = eventually("the service is there", lambda: pod.served(token))
            self.assertEqual(answer.seen("X-User-Name"), ["alice"])
