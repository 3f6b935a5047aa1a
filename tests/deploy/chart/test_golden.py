"""Renderings to the byte, so that a change to them is seen and meant.

UPDATE_GOLDEN=1 tests/deploy/chart/run test_golden
"""

import os
import unittest
from pathlib import Path

import engine
from matrix import values
from sidecars import CASES
from test_kustomize import SIDECAR, kustomized

GOLDEN = Path(__file__).resolve().parent / "golden"
GATEWAY = [
    "defaults",
    "daemonset",
    "tls",
    "account",
    "existing-configmap",
    "policy-files",
    "autoscaling",
    "egress-peers",
    "ingress",
    "gateway-routes",
    "webhook-with-a-secret",
    "webhook-with-cert-manager",
]
SIDECARS = ["defaults", "plain", "socket", "config"]
OVERLAYS = ["native", "plain", "open"]


def whole(rendered):
    """Everything that was rendered, in one document stream."""
    parts = [f"# {path}\n{text.strip()}\n" for path, text in sorted(rendered.items()) if text.strip()]
    return "---\n".join(parts)


class Golden(unittest.TestCase):
    maxDiff = None

    def test_the_gateway(self):
        for name in GATEWAY:
            with self.subTest(name):
                self.compare(name, whole(engine.texts(engine.GATEWAY, values(name))))

    def test_the_example_with_the_library(self):
        for name in SIDECARS:
            with self.subTest(name):
                rendered = engine.texts(engine.example(), {"portcullis": CASES[name]})
                self.compare(f"sidecar-{name}", whole(rendered))

    def test_the_overlays(self):
        for name in OVERLAYS:
            with self.subTest(name):
                self.compare(f"kustomize-{name}", kustomized(SIDECAR / "example" / name))

    def compare(self, name, text):
        file = GOLDEN / f"{name}.yaml"
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(text)
        self.assertTrue(file.exists(), f"{file.name} is missing: UPDATE_GOLDEN=1 writes it")
        self.assertEqual(file.read_text(), text, f"{name} has changed: UPDATE_GOLDEN=1 if it is meant")
