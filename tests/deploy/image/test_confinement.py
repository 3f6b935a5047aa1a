"""What the process in the container may not do, asked of the kernel rather than of the manifest."""

import pathlib
import subprocess
import unittest

from pod import Pod

NOBODY = 65532


class Confinement(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pod = cls.enterClassContext(Pod())
        cls.process = pathlib.Path("/proc", str(cls.pod.process("portcullis")))
        lines = (cls.process / "status").read_text().splitlines()
        cls.status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    def test_it_is_the_program_itself_and_nothing_starts_it(self):
        command = (self.process / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        self.assertEqual(command, [b"/portcullis", b"run", b"--config", b"/etc/portcullis/portcullis.yaml"])
        self.assertEqual(self.status["NSpid"].split()[-1], "1")

    def test_it_is_nobody(self):
        for ids in ("Uid", "Gid"):
            self.assertEqual(set(self.status[ids].split()), {str(NOBODY)}, ids)

    def test_it_has_no_capability_and_can_get_none(self):
        for held in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(self.status[held], 16), 0, held)
        self.assertEqual(self.status["NoNewPrivs"], "1")

    def test_system_calls_are_filtered(self):
        self.assertEqual(self.status["Seccomp"], "2")

    def test_nothing_can_be_written_but_what_is_shared(self):
        for place in ("/x", "/etc/x", "/etc/portcullis/x", "/etc/ssl/certs/ca-certificates.crt"):
            self.assertIn("Read-only file system", write(self.process, place), place)
        self.assertEqual(write(self.process, "/run/portcullis/x"), "", "the same way does write where it may")

    def test_its_memory_has_the_limit_of_the_manifest(self):
        self.assertEqual(memory_limit(self.process), 128 * 1024 * 1024)


def write(process, place):
    """Opens a file of the container for writing, as root would, and gives what is in the way: the
    container's own user could do no more."""
    code = f"import os; os.chroot('{process}/root'); open('{place}', 'ab')"
    return subprocess.run(["python3", "-c", code], capture_output=True, text=True, timeout=20).stderr


def memory_limit(process):
    """What the kernel enforces, in either version of cgroups."""
    for line in (process / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for file in (
            f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes" if controllers == "memory" else "",
            f"/sys/fs/cgroup{path}/memory.max" if not controllers else "",
        ):
            if file and pathlib.Path(file).exists():
                return int(pathlib.Path(file).read_text())
    raise AssertionError("its memory has no limit")

