"""alerts.yaml as data."""

import yaml

from places import ALERTS


def groups(path=ALERTS):
    """The groups of rules."""
    return yaml.safe_load(path.read_text())["groups"]


def alerts():
    """Every alert."""
    return [rule for group in groups() for rule in group["rules"] if "alert" in rule]


def recordings():
    """Every rule that only records."""
    return [rule for group in groups() for rule in group["rules"] if "record" in rule]


def minutes(duration):
    """A duration of Prometheus, in minutes."""
    return int(duration[:-1]) * {"m": 1, "h": 60, "d": 24 * 60}[duration[-1]]
