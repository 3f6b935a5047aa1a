"""What the program under test exposes, read once from a running one."""

import functools

from stage.stage import stage
from vocabulary import Vocabulary


@functools.cache
def text():
    """The text of /metrics of a proxy that has something of everything."""
    with stage() as play:
        return play.subject.metrics()


@functools.cache
def vocabulary():
    """Its names."""
    return Vocabulary(text())
