"""Processes that end with the block that started them, and what /proc says of them."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

TICK = 1e6 / os.sysconf("SC_CLK_TCK")  # microseconds
PAGE = os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def started(name, command, scratch):
    """Runs a command in a session of its own, so that Ctrl-C reaches only us and we end it."""
    log = scratch / (name + ".log")
    with open(log, "wb") as output:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    try:
        yield child
        if child.poll() is not None:
            sys.exit("%s ended early with %d:\n%s" % (name, child.returncode, tail(log)))
    finally:
        end(child)


def end(child):
    """Asks with SIGTERM, insists with SIGKILL; the group has no other members than its children."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until_ready(obstacle, child, name, scratch, seconds=15):
    """Returns when `obstacle()` is None; exits with what it last said when it never is."""
    deadline = time.monotonic() + seconds
    while reason := obstacle():
        if child.poll() is not None or time.monotonic() > deadline:
            sys.exit("%s did not come up (%s):\n%s" % (name, reason, tail(scratch / (name + ".log"))))
        time.sleep(0.05)


def free_ports(count):
    """Different free ports: all are held until all are chosen."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def family(pid):
    """A process and all that descend from it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parents.setdefault(int(stat(name)[1]), []).append(int(name))
    members, waiting = [], [pid]
    while waiting:
        members.append(waiting.pop())
        waiting += parents.get(members[-1], [])
    return members


def cpu_microseconds(pids):
    """User and system time that the processes have used so far."""
    return sum((int(fields[11]) + int(fields[12])) * TICK for fields in map(stat, pids))


def resident_bytes(pids):
    return sum(int(stat(pid)[21]) * PAGE for pid in pids)


def proportional_bytes(pids):
    """As resident_bytes, with each shared page counted once; workers share pages with their master."""
    total = 0
    for pid in pids:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            total += next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    return total


def stat(pid):
    """The fields of /proc/PID/stat from the third (state) on."""
    with open("/proc/%s/stat" % pid) as file:
        return file.read().rpartition(")")[2].split()


def tail(path, lines=20):
    with open(path, errors="replace") as file:
        return "".join(file.readlines()[-lines:])
