"""Processes that are started here and certainly end here."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

PATIENCE = 30


def eventually(question, what, seconds=PATIENCE):
    """The first answer that is not false; asked again and again until there is no more time."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)  # between two looks
    return answer


def surroundings():
    """Our variables without those that a program of ours would read, PORTCULLIS_BIN among them."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("PORTCULLIS_", "OS_"))}


class Process:
    """One process, whose output goes to a file."""

    def __init__(self, directory, name, *command):
        self.name, self.log = name, Path(directory) / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                cwd=directory, env=surroundings())

    def said(self):
        """All that it has written so far; fails when it has ended."""
        text = self.log.read_text(errors="replace")
        assert self.process.poll() is None, f"{self.name} has ended:\n{text[-2000:]}"
        return text

    def address(self):
        """Where it listens, if that is one place only."""
        sockets = set()
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            # It opens and closes files meanwhile.
            with contextlib.suppress(FileNotFoundError):
                sockets.add(str(link.readlink()))
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                field = line.split()
                if field[3] == "0A" and f"socket:[{field[9]}]" in sockets:
                    return f"127.0.0.1:{int(field[1].rsplit(':', 1)[1], 16)}"
        return None

    def stop(self):
        """Asks it to end, and sees to it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
