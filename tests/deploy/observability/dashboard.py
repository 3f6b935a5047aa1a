"""dashboard.json as data, with variables put in as Grafana does it."""

import json

from places import DASHBOARD

# `All` is `.*` by the dashboard's own word; the interval is Grafana's four scrapes.
CHOICES = {name: ".*" for name in ("namespace", "job", "pod", "instance", "route")}


def load():
    """The whole dashboard."""
    return json.loads(DASHBOARD.read_text())


def panels():
    """Every panel that shows something, those of rows that are shut included."""
    for panel in load()["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def queries():
    """(title, expression) of every query, annotations included."""
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for annotation in load()["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


def substituted(expression, interval="1m", **choices):
    """The expression with its variables put in."""
    values = {**CHOICES, **choices, "__rate_interval": interval}
    for name in sorted(values, key=len, reverse=True):
        expression = expression.replace(f"${name}", values[name])
    return expression
