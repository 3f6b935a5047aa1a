"""A ConfigMap that changes is followed as the kubelet changes it: a link to a folder is swapped."""

import os
import pathlib
import tempfile
import unittest

from pod import Pod
from podman import eventually


class Configuration(unittest.TestCase):
    def test_a_swapped_folder_is_followed_and_a_broken_one_is_not(self):
        with tempfile.TemporaryDirectory() as folder:
            mounted = Mounted(pathlib.Path(folder))

            def by_hand(config, spec):
                mounted.swap(config["portcullis.yaml"])
                spec["volumes"][0] = {
                    "name": "portcullis-config",
                    "hostPath": {"path": folder, "type": "Directory"},
                }

            with Pod(by_hand) as pod:
                process = pod.process("portcullis")
                self.assertEqual(pod.get("/new").status, 401)
                text = mounted.text
                mounted.swap(text.replace("path: /public", "path: /new"))
                eventually("the new route is there", lambda: pod.get("/new").status == 200)
                self.assertEqual(pod.get("/public").status, 401)
                mounted.swap("nonsense: [")
                eventually("it says so", lambda: failures(pod) >= 1)
                self.assertEqual(pod.get("/new").status, 200)
                eventually(
                    "a spoiled file ends no healthy process",
                    lambda: pod.run("portcullis", "/portcullis", "health", check=True),
                )
                mounted.swap(text)
                eventually("the old route is there", lambda: pod.get("/public").status == 200)
                self.assertEqual(pod.process("portcullis"), process, "nothing was started anew")


def failures(pod):
    counted = 'portcullis_config_reloads_total{result="failed"} '
    lines = pod.telemetry("/metrics").body.splitlines()
    return sum(float(line.removeprefix(counted)) for line in lines if line.startswith(counted))


class Mounted:
    """A folder as the kubelet keeps it: `..data` leads to the version in force."""

    def __init__(self, folder):
        self.folder, self.version, self.text = folder, 0, ""
        folder.chmod(0o755)

    def swap(self, text):
        self.version += 1
        version = self.folder / f"..version_{self.version}"
        version.mkdir(mode=0o755)
        (version / "portcullis.yaml").write_text(text)
        (self.folder / "..new").symlink_to(version.name)
        os.replace(self.folder / "..new", self.folder / "..data")
        if not (link := self.folder / "portcullis.yaml").is_symlink():
            link.symlink_to("..data/portcullis.yaml")
        self.text = text
