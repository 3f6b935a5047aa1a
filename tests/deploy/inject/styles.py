"""The same values in many styles of writing YAML, by chance and by a seed."""

import json
import random

WORDS = ["# a note", "#", "# containers: []", "# - name: x", "#é ✓", "# {", "# it's"]


class Writer:
    """Writes values as block or in brackets, with comments, quotes and indentation by chance."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.step = self.random.choice([2, 2, 2, 4, 3])
        self.dash = self.random.choice([0, 0, 2, 4])
        self.flow = self.random.choice([0, 0.1, 0.3, 0.7])
        self.notes = self.random.choice([0, 0.1, 0.4])
        self.gap = self.random.choice([0, 0.1])
        self.end = self.random.choice(["\n", "\n", "\n", "\r\n"])

    def chance(self, part):
        return self.random.random() < part

    def text(self, documents):
        """Documents as one stream."""
        whole = ""
        for index, each in enumerate(documents):
            if index or self.chance(0.3):
                whole += "---" + self.note() + "\n"
            whole += self.lines(0)
            if self.chance(0.1):
                whole += json.dumps(each, indent=self.random.choice([None, 2, 4])) + "\n"
            else:
                whole += self.block(each, 0)
            whole += self.lines(0)
            if self.chance(0.1):
                whole += "...\n"
        if self.chance(0.2):
            whole = whole.rstrip("\n")
        return whole.replace("\n", self.end).encode()

    def lines(self, indent):
        """Comments and empty lines between others."""
        found = ""
        while self.chance(self.notes):
            found += " " * indent + self.random.choice(WORDS) + "\n"
        return found + ("\n" if self.chance(self.gap) else "")

    def note(self):
        """A comment behind something."""
        return self.random.choice(["", " ", "   "]) + " " + self.random.choice(WORDS) if self.chance(self.notes) else ""

    def block(self, value, indent):
        """A collection as lines at a column."""
        found = ""
        if isinstance(value, dict):
            for key, inside in value.items():
                found += " " * indent + self.key(key) + ":" + self.behind(inside, indent)
                found += self.lines(indent)
            return found
        for inside in value:
            found += " " * indent + "-"
            if isinstance(inside, dict) and inside and not self.chance(self.flow):
                space = self.random.choice([1, 1, 1, 3])
                lines = self.block(inside, indent + 1 + space)
                found += " " * space + lines.lstrip(" ")
            else:
                found += self.behind(inside, indent)
            found += self.lines(indent)
        return found

    def behind(self, value, indent):
        """What stands behind a colon or a dash, to the end of its last line."""
        if isinstance(value, (dict, list)) and value and not self.chance(self.flow):
            deeper = indent + (self.dash if isinstance(value, list) else self.step)
            return self.note() + "\n" + self.lines(deeper) + self.block(value, deeper)
        if isinstance(value, str) and value.endswith("\n") and self.chance(0.8):
            return self.script(value, indent)
        return " " + self.inline(value, indent) + self.note() + "\n"

    def script(self, value, indent):
        keep = "+" if value.endswith("\n\n") else ""
        deeper = indent + self.step
        lines = [" " * deeper + line if line else "" for line in value[:-1].split("\n")]
        return f" |{keep}{self.note()}\n" + "\n".join(lines) + "\n"

    def inline(self, value, indent):
        if isinstance(value, dict):
            inside = [f"{self.key(key)}: {self.inline(each, indent)}" for key, each in value.items()]
            return self.brackets("{", inside, "}", indent)
        if isinstance(value, list):
            return self.brackets("[", [self.inline(each, indent) for each in value], "]", indent)
        if isinstance(value, str):
            return self.scalar(value)
        return json.dumps(value)

    def brackets(self, first, inside, last, indent):
        comma = "," if inside and self.chance(0.1) else ""
        if inside and self.chance(0.2):
            gap = "\n" + " " * (indent + 6)
            return first + gap + f",{gap}".join(inside) + comma + "\n" + " " * (indent + 4) + last
        return first + ", ".join(inside) + comma + last

    def key(self, text):
        return self.random.choice([text, text, text, json.dumps(text)])

    def scalar(self, text):
        plain = text and all(c.isalnum() or c in "-./_" for c in text) and text[0].isalpha()
        quoted = [json.dumps(text, ensure_ascii=self.chance(0.5))]
        if "\n" not in text:
            quoted.append("'" + text.replace("'", "''") + "'")
        if plain and text not in ("true", "false", "null", "on", "off", "yes", "no", "y", "n"):
            quoted += [text] * 4
        return self.random.choice(quoted)


def manifests(seed):
    """A workload and perhaps a Service and others, by chance."""
    chosen = random.Random(seed)
    labels = {"app": "web"} | ({"tier": "é"} if chosen.random() < 0.3 else {})
    metadata = {"labels": labels}
    if chosen.random() < 0.5:
        metadata["annotations"] = chosen.choice([{}, {"a": "1"}, {"script": "one\n\n# two\n"}, {"b": "x\n\n"}])
    app = {"name": "app", "image": "registry.example/app:1", "ports": [{"name": "http", "containerPort": 8080}]}
    for kind in ("liveness", "readiness", "startup"):
        handler = chosen.choice(
            [
                None,
                {"httpGet": {"path": "/", "port": "http"}},
                {"httpGet": {"port": 8080, "httpHeaders": [{"name": "X", "value": "y"}], "path": "/a?b=c"}},
                {"tcpSocket": {"port": 8080}},
                {"exec": {"command": ["true"]}},
            ]
        )
        if handler:
            app[f"{kind}Probe"] = handler | ({"periodSeconds": 3} if chosen.random() < 0.5 else {})
    if chosen.random() < 0.3:
        app["args"] = chosen.choice([["-c", "a\n  b\n"], [], ["x: y", "- z", "#"]])
    if chosen.random() < 0.3:
        app["volumeMounts"] = chosen.choice([[], [{"name": "v", "mountPath": "/v"}]])
    items = list(app.items())
    chosen.shuffle(items)
    spec = {"containers": [dict(items)]}
    if chosen.random() < 0.3:
        spec["containers"].insert(chosen.choice([0, 1]), {"name": "helper", "image": "helper"})
    if chosen.random() < 0.4:
        spec["volumes"] = chosen.choice([[], [{"name": "v", "emptyDir": {}}]])
    if chosen.random() < 0.3:
        spec["initContainers"] = chosen.choice([[], [{"name": "init", "image": "init"}]])
    items = list(spec.items())
    chosen.shuffle(items)
    pod = {"metadata": metadata, "spec": dict(items)}
    workload = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": pod},
    }
    ports = [{"port": 80, "targetPort": chosen.choice(["http", 8080])}]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": ports},
    }
    other = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "b\nc\n\n", "d": "0644"}}
    documents = chosen.choice([[workload], [workload, service], [service, other, workload], [other, workload, service]])
    if chosen.random() < 0.1:
        return [{"apiVersion": "v1", "kind": "List", "items": documents}]
    return documents
