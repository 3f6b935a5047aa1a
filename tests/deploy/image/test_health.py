"""Whoever asks how the container is: podman's health check, a person with `exec`, the kubelet."""

import unittest

from pod import IMAGE, Pod
from podman import eventually, podman


class Health(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pod = cls.enterClassContext(Pod())

    def test_the_kubelets_probes_are_answered_from_outside(self):
        for path in ("/startupz", "/livez", "/readyz"):
            self.assertEqual(self.pod.telemetry(path).status, 200, path)

    def test_health_needs_no_arguments_in_the_container(self):
        done = eventually("it is healthy", lambda: self.pod.run("portcullis", "/portcullis", "health", check=True))
        self.assertEqual(done.stdout.strip(), "ok")

    def test_health_fails_where_nothing_answers(self):
        done = self.pod.run("portcullis", "/portcullis", "health", "--address", "127.0.0.1:1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing answers on 127.0.0.1:1", done.stderr)


class HealthOfTheImage(unittest.TestCase):
    """The image's own check, and a container that is told by variables alone."""

    def test_it_passes_once_the_process_is_ready(self):
        variables = {
            "PORTCULLIS_UPSTREAM__URL": "http://127.0.0.1:9000",
            "PORTCULLIS_KEYSTONE__AUTH_URL": "http://127.0.0.1:5000/v3",
        }
        told = [f"--env={name}={value}" for name, value in variables.items()]
        name = podman("run", "--detach", "--network=none", "--read-only", *told, IMAGE, "run").stdout.strip()
        self.addCleanup(podman, "rm", "--force", "--time", "0", name)
        eventually("the check passes", lambda: podman("healthcheck", "run", name, check=False).returncode == 0)
        podman("pause", name)
        self.assertNotEqual(podman("healthcheck", "run", name, check=False).returncode, 0)
        podman("unpause", name)


class HealthInTheFile(unittest.TestCase):
    """The address stands in the configuration file alone, and is none that anybody would guess."""

    def test_health_finds_it_without_arguments(self):
        def elsewhere(config, spec):
            config["portcullis.yaml"] += "telemetry: 0.0.0.0:9190\n"
            env = spec["containers"][0]["env"]
            env[:] = [variable for variable in env if "TELEMETRY" not in variable["name"]]

        with Pod(elsewhere, telemetry=9190) as pod:
            eventually("it is healthy", lambda: pod.run("portcullis", "/portcullis", "health", check=True))
