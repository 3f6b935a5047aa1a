"""Whom the program believes over TLS when nobody says: the authorities that are in the image."""

import pathlib
import socket
import subprocess
import tempfile
import unittest

from pod import IMAGE, ask
from podman import eventually, inspect, podman

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


class Authorities(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.folder.chmod(0o755)
        make_certificates(cls.folder)
        mounts = ["--volume=/usr:/usr:ro", f"--volume={cls.folder}:/tls:ro"]
        serve = "openssl s_server -quiet -accept 9443 -cert /tls/service.pem -key /tls/service.key -www"
        cls.service = podman("run", "--detach", *mounts, "localhost/portcullis-machine", *serve.split()).stdout.strip()
        cls.addClassCleanup(podman, "rm", "--force", "--time", "0", cls.service)
        address = inspect("container", cls.service)["NetworkSettings"]["IPAddress"]
        eventually("the service listens", lambda: socket.create_connection((address, 9443), 2).close() is None)
        cls.host = f"--add-host=service.example:{address}"

    def test_one_that_is_not_among_them_is_not_believed(self):
        self.assertEqual(self.status(), 502)

    def test_the_bundle_of_the_image_is_the_one_that_counts(self):
        self.assertEqual(self.status(f"--volume={self.folder}/authority.pem:{BUNDLE}:ro"), 200)

    def status(self, *arguments):
        """What a request over TLS to the service comes to."""
        variables = {
            "LISTEN": "0.0.0.0:8080",
            "UPSTREAM__URL": "https://service.example:9443",
            "TELEMETRY__LISTEN": "0.0.0.0:9180",
            "KEYSTONE__AUTH_URL": "http://127.0.0.1:5000/v3",
            "AUTH__DELAY_DECISION": "true",
        }
        told = [f"--env=PORTCULLIS_{name}={value}" for name, value in variables.items()]
        name = podman("run", "--detach", "--read-only", self.host, *arguments, *told, IMAGE, "run").stdout.strip()
        self.addCleanup(podman, "rm", "--force", "--time", "0", name)
        address = inspect("container", name)["NetworkSettings"]["IPAddress"]
        eventually("it is ready", lambda: ask(address, 9180, "/readyz").status == 200)
        return ask(address, 8080, "/").status


def make_certificates(folder):
    """An authority of our own, and what it signs for the service."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    openssl("req", "-x509", *key, "-subj", "/CN=authority", "-keyout", folder / "authority.key", "-out", folder / "authority.pem")
    signed = ["-CA", folder / "authority.pem", "-CAkey", folder / "authority.key"]
    names = ["-subj", "/CN=service", "-addext", "subjectAltName=DNS:service.example", "-addext", "basicConstraints=CA:FALSE"]
    openssl("req", "-x509", *key, *signed, *names, "-keyout", folder / "service.key", "-out", folder / "service.pem")
    for file in folder.iterdir():
        file.chmod(0o644)


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)
