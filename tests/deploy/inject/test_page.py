"""docs/inject.md: its commands say what stands there, and its difference is the one that there is."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import cases

PAGE = (Path(__file__).resolve().parents[3] / "docs/inject.md").read_text()

# What the page speaks of and does not show.
NODE_AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node-agent}
spec:
  template:
    spec:
      hostNetwork: true
      containers: [{name: agent, image: agent, ports: [{containerPort: 8080}]}]
"""


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


class Page(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "bin").mkdir()
        (self.folder / "bin/portcullis").symlink_to(Path(os.environ["PORTCULLIS_BIN"]).resolve())
        (self.folder / "orders.yaml").write_text(blocks("yaml")[0])
        (self.folder / "node-agent.yaml").write_text(NODE_AGENT)

    def shell(self, script):
        """What is said, on either stream."""
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", f"exec 2>&1\n{script}"],
            cwd=self.folder,
            env={"PATH": path},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout

    def test_its_commands_say_what_stands_there(self):
        for block in blocks("console"):
            lines = block.splitlines(keepends=True)
            commands = "".join(line.removeprefix("$ ") for line in lines if line.startswith("$ "))
            said = "".join(line for line in lines if not line.startswith("$ "))
            with self.subTest(commands):
                self.assertEqual(self.shell(commands), said)

    def test_its_difference_is_the_one_that_there_is(self):
        [shown] = blocks("diff")
        difference = self.shell(
            f"portcullis inject {cases.KEYSTONE} orders.yaml > injected.yaml 2>/dev/null\n"
            "diff -u orders.yaml injected.yaml"
        )
        self.assertRegex(difference, "".join(map(as_pattern, shown.splitlines())))


def as_pattern(line):
    """Dots alone stand for lines, others for what stands there."""
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
