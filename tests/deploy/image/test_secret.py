"""A password in a Secret, mounted where nobody but the process reads it: service mode in the pod."""

import os
import pathlib
import tempfile
import unittest

from pod import Pod
from podman import eventually, podman

MOUNTED = "/var/run/secrets/portcullis"
NOBODY = 65532


class Secret(unittest.TestCase):
    def test_the_account_logs_in_with_what_is_mounted(self):
        with tempfile.TemporaryDirectory() as folder, Pod(self.in_service_mode(folder, "authsvcpw")) as pod:
            self.assertEqual(pod.get("/things", pod.log_in()).status, 200)
            metrics = pod.telemetry("/metrics").body
            self.assertIn('portcullis_keystone_requests_total{code="201",operation="authenticate"} 1', metrics)

    def test_a_wrong_one_is_a_503_and_told_to_nobody(self):
        with tempfile.TemporaryDirectory() as folder, Pod(self.in_service_mode(folder, "CANARY")) as pod:
            self.assertEqual(pod.get("/things", pod.log_in()).status, 503)
            eventually("it is logged", lambda: '"kind":"credentials"' in self.logged(pod))
            self.assertNotIn("CANARY", self.logged(pod) + pod.within(9181, "/config").body)

    @staticmethod
    def logged(pod):
        done = podman("logs", f"{pod.name}-portcullis")
        return done.stdout + done.stderr

    @staticmethod
    def in_service_mode(folder, password):
        secret = pathlib.Path(folder, "password")
        secret.write_text(password)
        secret.parent.chmod(0o755)
        secret.chmod(0o400)
        os.chown(secret, NOBODY, NOBODY)

        def change(config, spec):
            account = f"username: authsvc, user_domain_name: Default, password_file: {MOUNTED}/password"
            scope = "project_name: service, project_domain_name: Default"
            config["portcullis.yaml"] = config["portcullis.yaml"].replace('/v3"}', f'/v3", {account}, {scope}}}')
            spec["volumes"].append({"name": "secret", "hostPath": {"path": folder, "type": "Directory"}})
            mount = {"name": "secret", "mountPath": MOUNTED, "readOnly": True}
            spec["containers"][0]["volumeMounts"].append(mount)

        return change
