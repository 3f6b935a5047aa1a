"""Names are found from within the image: a static program brings its own resolver along."""

import unittest

from pod import IMAGE, PROXY, Pod, ask
from podman import eventually, inspect, podman

NETWORK = "podman-default-kube-network"


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pod = cls.enterClassContext(Pod())

    def test_a_name_is_found_by_dns(self):
        # Nobody may pass the second proxy without a token, so this answer is the second's.
        status = self.through(f"http://{self.pod.name}:{PROXY}")
        eventually("the second answers", lambda: status() == 401)

    def test_a_name_is_found_in_the_hosts_file(self):
        host = f"--add-host=beside.example:{self.pod.address}"
        status = self.through(f"http://beside.example:{PROXY}", host)
        eventually("the second answers", lambda: status() == 401)

    def test_a_name_that_nobody_has_is_a_502(self):
        self.assertEqual(self.through("http://nobody.example:80")(), 502)

    def through(self, upstream, *arguments):
        """Asks a proxy in another container, which lets everybody pass, what it gets from `upstream`."""
        variables = {
            "LISTEN": "0.0.0.0:8080",
            "UPSTREAM__URL": upstream,
            "TELEMETRY__LISTEN": "0.0.0.0:9180",
            "KEYSTONE__AUTH_URL": "http://127.0.0.1:5000/v3",
            "AUTH__DELAY_DECISION": "true",
        }
        told = [f"--env=PORTCULLIS_{name}={value}" for name, value in variables.items()]
        name = podman("run", "--detach", f"--network={NETWORK}", *arguments, *told, IMAGE, "run").stdout.strip()
        self.addCleanup(podman, "rm", "--force", "--time", "0", name)
        address = inspect("container", name)["NetworkSettings"]["Networks"][NETWORK]["IPAddress"]
        eventually("it is ready", lambda: ask(address, 9180, "/readyz").status == 200)
        return lambda: ask(address, 8080, "/").status
