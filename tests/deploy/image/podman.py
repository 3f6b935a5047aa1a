"""Podman, asked and waited for. engine.sh says which one."""

import http.client
import json
import subprocess
import time


# How a question ends that comes too early, or to a machine that is busy.
FAILURES = (OSError, AssertionError, KeyError, ValueError, subprocess.TimeoutExpired, http.client.HTTPException)


def podman(*arguments, check=True, timeout=60):
    """Runs podman to its end and gives what it says."""
    done = subprocess.run(["podman", *arguments], capture_output=True, text=True, timeout=timeout)
    if check and done.returncode != 0:
        raise AssertionError(f"podman {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done


def inspect(kind, name):
    """What podman knows of an image, a container or a pod."""
    found = json.loads(podman(kind, "inspect", name).stdout)
    return found[0] if isinstance(found, list) else found


def eventually(what, condition, timeout=30.0, every=0.05):
    """Waits until the condition holds, and gives what it gave."""
    deadline = time.monotonic() + timeout
    while True:
        last = None
        try:
            if found := condition():
                return found
        except FAILURES as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}" + (f" ({last})" if last else ""))
        time.sleep(every)
