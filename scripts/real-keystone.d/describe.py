"""Writes DIR/env.json and DIR/env.sh from what runs and what was seeded: describe.py DIR."""
import json
import os
import shlex
import sys

import server

directory = sys.argv[1]


def running(where):
    record = server.read(where)
    if not record:
        return None
    address = server.url(record)
    return {"url": address, "port": record["port"], "prefix": record["prefix"], "pid": record["pid"],
            "conf": os.path.join(where, "keystone.conf"), "log": os.path.join(where, "keystone.log")}


def put(name, text):
    path = os.path.join(directory, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def flatten(value, path):
    """Every leaf as KEYSTONE_UPPER_CASE=value. Each kind has one name that is not ASCII: UNICODE."""
    if isinstance(value, dict):
        for name, inner in value.items():
            name = name if name.isascii() else "unicode"
            yield from flatten(inner, path + [name])
    elif value is not None:
        name = "_".join(path).upper().replace("-", "_")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield "export %s=%s\n" % (name, shlex.quote(text))


data = server.read(directory)["environment"]["KS_DATA"]
with open(os.path.join(data, "seed.json"), encoding="utf-8") as file:
    seeded = json.load(file)
facts = {**running(directory), "dir": directory, "short": running(os.path.join(directory, "short")), **seeded}
put("env.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
put("env.sh", "".join(flatten(facts, ["KEYSTONE"])))
