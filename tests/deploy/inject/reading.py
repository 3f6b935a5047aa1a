"""Manifests read by PyYAML, which knows nothing of the program's own reader."""

import json

import yaml
from engine import StrictLoader


class Loader(StrictLoader):
    """As Kubernetes reads: a date is a text."""

    def construct_mapping(self, node, deep=False):
        self.flatten_mapping(node)
        return super().construct_mapping(node, deep)


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in StrictLoader.yaml_implicit_resolvers.items()
}


def documents(text):
    """All documents of a text, empty ones among them."""
    text = text.decode()
    if text.lstrip().startswith("{") and "#" not in text.splitlines()[0]:
        try:
            return [json.loads(text)]
        except ValueError:
            pass
    return list(yaml.load_all(text, Loader))


def objects(text):
    """All objects, those in lists too."""
    found = []
    for each in documents(text):
        if each and each["kind"].endswith("List") and isinstance(each.get("items"), list):
            found += each["items"]
        elif each:
            found.append(each)
    return found


def name(found):
    return found["metadata"].get("name") or found["metadata"].get("generateName")


def pod_of(found):
    """The pod in an object, with its metadata and spec, if there is one."""
    if found["kind"] == "Pod":
        return found
    inside = found.get("spec") or {}
    for pod in (inside.get("template"), deep(inside, "jobTemplate", "spec", "template"), found.get("template")):
        if pod and deep(pod, "spec", "containers"):
            return pod
    return None


def deep(found, *keys):
    for key in keys:
        found = (found or {}).get(key)
    return found


def comments(text):
    """Lines that are a comment and nothing else, without their indentation; sorted, because they are
    counted and not placed."""
    lines = text.decode().splitlines()
    return sorted(line.strip() for line in lines if line.strip().startswith("#"))
