"""The program's two commands, as a shell calls them."""

import os
import subprocess
from dataclasses import dataclass


@dataclass
class Done:
    """What came of a call: bytes as they were written, messages as text."""

    code: int
    out: bytes
    said: str


def called(*arguments, given=b"", environment=None):
    done = subprocess.run(
        [os.environ["PORTCULLIS_BIN"], *map(str, arguments)],
        input=given if isinstance(given, bytes) else given.encode(),
        env={"PATH": os.environ["PATH"]} | (environment or {}),
        capture_output=True,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


def injected(given, flags=()):
    return written("inject", *flags, given=given)


def uninjected(given):
    return written("uninject", given=given)


def written(*arguments, given):
    done = called(*arguments, given=given)
    assert done.code == 0, done.said
    return done.out
