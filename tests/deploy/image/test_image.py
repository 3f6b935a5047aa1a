"""What is in the image, and what it says of itself."""

import os
import pathlib
import re
import subprocess
import tarfile
import tomllib
import unittest

from podman import inspect, podman

IMAGE = os.environ["IMAGE"]
TOP = pathlib.Path(__file__).resolve().parents[3]
MOST = 15 * 1024 * 1024
FILES = {
    "portcullis": 0o555,
    "etc/nsswitch.conf": 0o444,
    "etc/ssl/certs/ca-certificates.crt": 0o444,
    "usr/share/doc/portcullis/Cargo.lock": 0o444,
    "usr/share/doc/portcullis/LICENSE": 0o444,
}


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = inspect("image", IMAGE)
        cls.config = cls.image["Config"]
        cls.files = unpacked()

    def test_it_starts_the_program_as_nobody(self):
        self.assertEqual(self.config["User"], "65532:65532")
        self.assertEqual(self.config["Entrypoint"], ["/portcullis"])
        self.assertEqual(self.config["Cmd"], ["run", "--config", "/etc/portcullis/portcullis.yaml"])
        self.assertEqual(self.image["Healthcheck"]["Test"], ["CMD", "/portcullis", "health"])

    def test_its_labels_say_what_it_is(self):
        workspace = tomllib.loads((TOP / "Cargo.toml").read_text())["workspace"]["package"]
        about = {name.rsplit(".", 1)[1]: value for name, value in self.config["Labels"].items()
                 if name.startswith("org.opencontainers.image.")}
        self.assertEqual(about["title"], "Portcullis")
        self.assertEqual(about["licenses"], workspace["license"])
        self.assertEqual(about["version"], workspace["version"])
        head = subprocess.run(["git", "-C", TOP, "rev-parse", "HEAD"], capture_output=True, text=True)
        if head.returncode == 0:
            self.assertEqual(about["revision"].removesuffix("-changed"), head.stdout.strip())

    def test_the_dockerfile_alone_says_the_right_version(self):
        workspace = tomllib.loads((TOP / "Cargo.toml").read_text())["workspace"]["package"]
        dockerfile = (TOP / "deploy/Dockerfile").read_text()
        self.assertIn(f"ARG VERSION={workspace['version']}\n", dockerfile)
        self.assertIn(f"ARG RUST_IMAGE=rust:{workspace['rust-version']}-", dockerfile)

    def test_it_is_small(self):
        size = self.image["Size"]
        print(f"\nsize of the image: {size} bytes, {size / 1024**2:.1f} MiB; id {self.image['Id']}")
        self.assertLess(size, MOST)

    def test_it_holds_the_program_and_nothing_to_run_beside(self):
        files = {name: member for name, (member, _) in self.files.items() if member.isfile()}
        self.assertEqual({name: member.mode & 0o7777 for name, member in files.items()}, FILES)
        for name, (member, _) in self.files.items():
            self.assertEqual((member.uid, member.gid), (0, 0), name)

    def test_the_program_is_static(self):
        program = self.files["portcullis"][1]
        with open("/proc/self/fd/%d" % memory_file(program), "rb") as file:
            said = subprocess.run(["readelf", "-ld", file.name], capture_output=True, text=True).stdout
        self.assertNotIn("INTERP", said)
        self.assertNotIn("NEEDED", said)

    def test_no_path_of_the_build_is_in_the_program(self):
        program = self.files["portcullis"][1]
        self.assertIn(b"crates/hyper-", program, "paths are there, and begin where they say nothing")
        self.assertEqual([found[0] for found in PLACE.finditer(program)], [])


# At the beginning of a path only: crates have folders of their own that are called so.
PLACE = re.compile(rb"(?<![\w.\-/])/(?:src|crates|build|root|home|tmp|image|usr/local)/[\w./-]*|\.cargo/|\.rustup/")


def memory_file(content):
    descriptor = os.memfd_create("program")
    os.write(descriptor, content)
    return descriptor


def unpacked():
    """Each file of the image and its content."""
    container = podman("create", IMAGE).stdout.strip()
    try:
        export = subprocess.run(["podman", "export", container], capture_output=True, check=True, timeout=60)
    finally:
        podman("rm", container)
    descriptor = memory_file(export.stdout)
    with tarfile.open(f"/proc/self/fd/{descriptor}") as archive:
        return {
            member.name: (member, archive.extractfile(member).read() if member.isfile() else b"")
            for member in archive
        }
