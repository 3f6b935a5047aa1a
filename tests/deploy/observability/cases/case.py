"""How a case is written: series of one instance, minute by minute."""

from dataclasses import dataclass

# Whose series they are, where a case says nothing else.
WHO = {"namespace": "shop", "job": "portcullis", "instance": "10.0.0.1:9180", "pod": "shop-0"}


@dataclass(frozen=True)
class Case:
    """One alert of one severity, with what starts it and what is just not enough to."""

    alert: str
    severity: str
    # The first minute at which the condition holds with `loud`, and how many it must hold.
    begins: int
    patience: int
    loud: list
    quiet: list
    # Minutes between two looks; more than one for what takes days.
    step: int = 1
    # From when on `quiet` is to be quiet.
    settled: int = 30


def series(metric, values, **labels):
    """One series; a label of None is left out."""
    labels = {**WHO, **labels}
    inside = ",".join(f'{name}="{value}"' for name, value in labels.items() if value is not None)
    return {"series": f"{metric}{{{inside}}}", "values": values}


def level(value):
    """A gauge that stays."""
    return f"{value}x400"


def steps(*parts):
    """A gauge that changes: (minutes, value) one after another, the last one to the end."""
    return " ".join(f"{value}x{minutes - 1}" for minutes, value in parts[:-1]) + f" {parts[-1]}x400"


def steady(each_second):
    """A counter that has grown at this pace from the beginning."""
    return f"0+{each_second * 60:g}x400"


def late(each_second):
    """A counter that stands still for half an hour and grows from then on."""
    return f"0x30 {each_second * 60:g}+{each_second * 60:g}x370"


def once(amount):
    """A counter that grows once, after half an hour."""
    return f"0x30 {amount}x370"
