"""Helm's own engine: charts and values in, Kubernetes objects out."""

import copy
import functools
import json
import shutil
import tempfile
from pathlib import Path

import yaml
from helm_python import Chart, _native, errors

ROOT = Path(__file__).resolve().parents[3]
GATEWAY = ROOT / "helm/portcullis"
LIBRARY = ROOT / "helm/portcullis-sidecar"
EXAMPLE = Path(__file__).resolve().parent / "example"

# Every supported version of Kubernetes has these, which Helm assumes when it has no cluster.
OLDEST, NEWEST = "1.25", "1.37"


class Refused(Exception):
    """The values are refused, by a schema or by a template; says what the operator reads."""


@functools.cache
def loaded(path):
    return Chart.load(str(path))


def texts(chart, values, name="gate", namespace="openstack", kube=NEWEST, **options):
    """The rendered templates as text, by their paths."""
    options = {"name": name, "namespace": namespace, "kube_version": f"v{kube}.0", **options}
    try:
        # The package's own `render` cannot say for which version of Kubernetes.
        rendered = _native.call_string(
            "helm_render", loaded(chart)._raw(), json.dumps(values), json.dumps(options)
        )
    except errors.HelmError as error:
        raise Refused(str(error)) from None
    return json.loads(rendered)


def objects(chart, values, **options):
    """The rendered objects, in the order of their templates."""
    return copy.deepcopy(parsed(chart, json.dumps(values), json.dumps(options)))


@functools.cache
def parsed(chart, values, options):
    found = []
    values, options = json.loads(values), json.loads(options)
    for path, text in sorted(texts(chart, values, **options).items()):
        if path.endswith((".yaml", ".yml")):
            found += [each for each in yaml.load_all(text, StrictLoader) if each]
    return found


def notes(values, **options):
    return texts(GATEWAY, values, **options)["portcullis/templates/NOTES.txt"]


class StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Refuses a key that stands twice, as the API server does; PyYAML takes the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise AssertionError(f"{sorted(twice)} stand twice in one mapping, {node.start_mark}")
        return super().construct_mapping(node, deep)


@functools.cache
def example(more=None):
    """The example chart with its dependency in place, as `helm dependency build` leaves it; with one
    file more, if one is given as its path and text."""
    place = Path(tempfile.mkdtemp(prefix="portcullis-chart-"))
    chart = place / "example"
    shutil.copytree(EXAMPLE, chart)
    for wanted in yaml.safe_load((EXAMPLE / "Chart.yaml").read_text())["dependencies"]:
        source = (EXAMPLE / wanted["repository"].removeprefix("file://")).resolve()
        shutil.copytree(source, chart / "charts" / wanted["name"])
    if more:
        (chart / more[0]).write_text(more[1])
    loaded(chart)
    shutil.rmtree(place)
    return chart
