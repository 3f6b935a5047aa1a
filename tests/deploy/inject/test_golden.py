"""What is written, to the byte, so that a change to it is seen and meant.

UPDATE_GOLDEN=1 tests/deploy/inject/run test_golden
"""

import os
import unittest
from pathlib import Path

import cases
from command import called

GOLDEN = Path(__file__).resolve().parent / "golden"


class Golden(unittest.TestCase):
    maxDiff = None

    def test_what_is_written_and_said(self):
        for name in cases.names():
            done = called("inject", *cases.flags(name), given=cases.manifest(name))
            with self.subTest(name):
                self.assertEqual(done.code, 0, done.said)
                self.compare(name, done.out)
                self.compare(f"{name}.notes", done.said.encode())

    def test_without_a_manifest_there_is_no_file(self):
        wanted = {each for name in cases.names() for each in (name, f"{name}.notes")}
        self.assertEqual({file.name for file in GOLDEN.iterdir()}, wanted)

    def compare(self, name, written):
        file = GOLDEN / name
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_bytes(written)
        self.assertTrue(file.exists(), f"{file.name} is missing: UPDATE_GOLDEN=1 writes it")
        # Compared as text, which is shown; line ends count.
        self.assertEqual(
            file.read_bytes().decode(), written.decode(), f"{name} has changed: UPDATE_GOLDEN=1 if it is meant"
        )
