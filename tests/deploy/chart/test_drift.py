"""What is generated is current: the schemas by the program, the READMEs by the values."""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

import engine
import matrix
import sidecars
import yaml


class Drift(unittest.TestCase):
    def test_the_schemas_are_those_of_the_program(self):
        self.check("schema.py")

    def test_the_readmes_are_those_of_the_values(self):
        self.check("readme.py")

    def check(self, script):
        command = [
            engine.ROOT / "target/deploy-tools/venv/bin/python",
            engine.ROOT / "scripts/chart.d" / script,
        ]
        done = subprocess.run(
            [*command, "--check"], capture_output=True, text=True, env=os.environ, timeout=60
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_every_value_is_in_the_schema_and_every_key_of_the_schema_is_a_value(self):
        for chart in (engine.GATEWAY, engine.LIBRARY):
            schema = json.loads((chart / "values.schema.json").read_text())
            values = yaml.safe_load((chart / "values.yaml").read_text())
            missing = set(schema["properties"]) ^ set(values)
            self.assertLessEqual(missing, {"global", "enabled"}, chart.name)

    def test_every_object_of_the_schema_refuses_keys_that_it_does_not_know(self):
        for chart in (engine.GATEWAY, engine.LIBRARY):
            schema = json.loads((chart / "values.schema.json").read_text())
            for path, found in properties(schema):
                if "object" in str(found.get("type")) and "properties" in found:
                    with self.subTest(chart.name, at=path):
                        self.assertIs(found.get("additionalProperties"), False)

    def test_every_template_uses_a_value_and_every_value_is_used(self):
        templates = "".join(
            path.read_text() for path in sorted((engine.GATEWAY / "templates").rglob("*")) if path.is_file()
        )
        for key in engine.loaded(engine.GATEWAY).values:
            self.assertTrue(re.search(rf"\b{key}\b", templates), f"no template looks at {key}")

    def test_every_case_is_asserted_about(self):
        tests = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))
        for name in [*matrix.CASES, *sidecars.CASES]:
            self.assertIn(f'"{name}"', tests)

    def test_charts_and_program_have_one_version(self):
        cargo = (engine.ROOT / "Cargo.toml").read_text()
        version = re.search(r'^version = "(.*)"', cargo, flags=re.M).group(1)
        for chart in (engine.GATEWAY, engine.LIBRARY):
            self.assertEqual(engine.loaded(chart).metadata["appVersion"], version)


def properties(schema, path=""):
    """Every schema within a schema, but for those of Kubernetes' own objects, which are open."""
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from properties(value, f"{path}/{key}")
    elif isinstance(schema, list):
        for at, value in enumerate(schema):
            yield from properties(value, f"{path}/{at}")
