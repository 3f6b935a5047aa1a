"""Makes values.schema.json of a chart's values.schema.yaml and of the program's own schema.

Wherever values.schema.yaml has an empty `config`, the schema that `portcullis config schema` prints
takes its place, and its section `keystone` that of an empty `keystone`, so that Helm refuses what the
program would refuse.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHARTS = [ROOT / "helm/portcullis", ROOT / "helm/portcullis-sidecar"]


def main():
    stale = []
    program = program_schema()
    for chart in CHARTS:
        made = json.dumps(values_schema(chart, program), indent=2) + "\n"
        target = chart / "values.schema.json"
        if "--check" in sys.argv[1:]:
            if not target.exists() or target.read_text() != made:
                stale.append(str(target.relative_to(ROOT)))
        else:
            target.write_text(made)
    if stale:
        sys.exit(f"chart-schema: out of date: {', '.join(stale)}; run scripts/chart-schema")


def values_schema(chart, program):
    schema = yaml.safe_load((chart / "values.schema.yaml").read_text())
    schema["properties"]["config"] = program
    if schema["properties"].get("keystone") == {}:
        schema["properties"]["keystone"] = with_nulls(program["properties"]["keystone"])
    return schema


def with_nulls(section):
    """A section whose keys may be null: so a value takes back what another set."""
    keys = {}
    for name, key in section["properties"].items():
        key = dict(key)
        if "enum" in key:
            key["enum"] = [*key["enum"], None]
        else:
            key["type"] = [key["type"], "null"]
        keys[name] = key
    return section | {"properties": keys}


def program_schema():
    """The program's schema, as a part of another: without what only a whole one has."""
    program = os.environ.get("PORTCULLIS_BIN", str(ROOT / "target/debug/portcullis"))
    printed = subprocess.run([program, "config", "schema"], check=True, capture_output=True).stdout
    schema = json.loads(printed)
    for key in ["$schema", "title"]:
        schema.pop(key, None)
    schema["type"] = ["object", "null"]
    return apart(schema)


def apart(schema):
    """Words and numbers in enumerations of their own: Helm takes "1.2" and 1.2 for the same."""
    if isinstance(schema, list):
        return [apart(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: apart(value) for key, value in schema.items()}
    words = [item for item in schema.get("enum", []) if isinstance(item, str)]
    others = [item for item in schema.get("enum", []) if not isinstance(item, str)]
    if words and others:
        del schema["enum"]
        schema["anyOf"] = [{"enum": words}, {"enum": others}]
    return schema


if __name__ == "__main__":
    main()
