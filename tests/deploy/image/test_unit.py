"""deploy/portcullis.service, judged by systemd's own tool."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import drop_in
from podman import podman
from pod import IMAGE

TOP = pathlib.Path(__file__).resolve().parents[3]
# Of 100; what it says of a service without any of it is 96.
EXPOSURE = 15


class Unit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        program = cls.folder / "portcullis"
        container = podman("create", IMAGE).stdout.strip()
        cls.addClassCleanup(podman, "rm", container)
        podman("cp", f"{container}:/portcullis", str(program))
        cls.unit = cls.folder / "portcullis.service"
        text = (TOP / "deploy/portcullis.service").read_text()
        cls.unit.write_text(text.replace("/usr/bin/portcullis", str(program)))

    def drop_in(self, text=None):
        folder = self.folder / "portcullis.service.d"
        folder.mkdir()
        self.addCleanup(subprocess.run, ["rm", "-r", folder], check=True)
        [source] = (TOP / "deploy/portcullis.service.d").iterdir()
        (folder / source.name).write_text(text or source.read_text())

    def analyze(self, *arguments):
        command = ["systemd-analyze", *arguments, str(self.unit)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_systemd_understands_every_line(self):
        done = self.analyze("verify", "--man=no")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_and_every_line_of_the_drop_in(self):
        self.drop_in()
        done = self.analyze("verify", "--man=no")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_and_every_line_of_the_drop_in_for_a_low_port(self):
        self.drop_in(drop_in.low_port())
        done = self.analyze("verify", "--man=no")
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_a_low_port_takes_one_capability_that_counts_on_the_host(self):
        self.drop_in(drop_in.low_port())
        done = self.analyze("security", "--offline=true", "--json=short", "--no-pager")
        met = {each["name"]: each["set"] for each in json.loads(done.stdout)}
        # In a user namespace of its own it would count for nothing outside.
        self.assertIs(met["PrivateUsers="], False)
        open_doors = {name for name, fine in met.items() if name.startswith("CapabilityBoundingSet=") and not fine}
        self.assertEqual(len(open_doors), 1, open_doors)
        self.assertIn("CAP_NET_(BIND_SERVICE|", open_doors.pop())

    def test_a_line_that_it_does_not_understand_would_be_found(self):
        text = self.unit.read_text()
        self.addCleanup(self.unit.write_text, text)
        self.unit.write_text(text.replace("ProtectHome=", "ProtectHouse="))
        self.assertIn("ProtectHouse", self.analyze("verify", "--man=no").stderr)

    def test_the_process_can_do_little_to_the_host(self):
        done = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager")
        self.assertEqual(done.returncode, 0, done.stdout)
