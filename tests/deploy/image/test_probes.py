"""The service's own probes: the kubelet cannot reach its loopback, so Portcullis asks for it."""

import unittest

from pod import Pod


class Probes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        def with_probes(_, spec):
            portcullis = spec["containers"][0]
            named = {
                "ready": "http://127.0.0.1:9000/healthz",
                "open": "tcp://127.0.0.1:9000",
                "gone": "tcp://127.0.0.1:9",
            }
            value = ",".join(f"{name}={url}" for name, url in named.items())
            portcullis["env"].append({"name": "PORTCULLIS_TELEMETRY__PROBES", "value": value})

        cls.pod = cls.enterClassContext(Pod(with_probes))
        cls.token = cls.pod.log_in()

    def test_the_service_is_as_well_as_it_says(self):
        self.assertEqual(self.pod.telemetry("/probe/ready").status, 200)
        self.addCleanup(self.pod.get, "/well", self.token)
        self.pod.get("/sick", self.token)
        answer = self.pod.telemetry("/probe/ready")
        self.assertEqual(answer.status, 503)
        self.assertIn("500", answer.body)

    def test_a_port_is_open_or_not(self):
        self.assertEqual(self.pod.telemetry("/probe/open").status, 200)
        self.assertEqual(self.pod.telemetry("/probe/gone").status, 503)

    def test_a_probe_that_nobody_named_is_not_there(self):
        self.assertEqual(self.pod.telemetry("/probe/other").status, 404)
