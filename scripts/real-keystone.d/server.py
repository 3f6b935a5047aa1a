"""Starts and ends one gunicorn, remembered in DIR/server.json. Standard library only, Linux.

  server.py start DIR --port PORT --prefix PATH -- COMMAND...   leave alone what runs
  server.py restart DIR       start again what `stop` ended: same port, command, environment
  server.py stop DIR          end it, keep the port
  server.py alive DIR         exit status 0 when it runs
  server.py url DIR           where Keystone's v3 is

The port is bound here and handed down as a descriptor, so nobody can take it between choosing
and serving. A process is ours when its pid and its start time are those that were recorded.
"""
import argparse
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

STARTING = 60  # seconds; 2 to 5 on an idle machine
ENDING = 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["start", "restart", "stop", "alive", "url"])
    parser.add_argument("directory")
    parser.add_argument("--port", default="")
    parser.add_argument("--prefix", default="")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    asked, command = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1:]
    record = read(asked.directory)
    if asked.verb == "start" and not alive(record):
        environment = {k: v for k, v in os.environ.items() if k.startswith("KS_")}
        port = int(asked.port or record.get("port", 0))
        start(asked.directory, port, asked.prefix, command, environment)
    elif asked.verb == "restart" and not alive(record):
        start(asked.directory, record["port"], record["prefix"], record["command"], record["environment"])
    elif asked.verb == "stop":
        stop(record)
    elif asked.verb == "alive":
        sys.exit(0 if alive(record) else 1)
    elif asked.verb == "url":
        print(url(record))


def start(directory, port, prefix, command, environment):
    listener = listen(port)
    record = {"port": listener.getsockname()[1], "prefix": prefix, "command": command, "environment": environment}
    point_catalogue(environment.get("KS_CATALOGUE"), url(record))
    variables = {**os.environ, **environment, "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1",
                 "OS_KEYSTONE_CONFIG_FILES": os.path.join(directory, "keystone.conf")}
    output = os.path.join(directory, "server.log")
    with open(output, "wb") as log:
        child = subprocess.Popen(
            [command[0], "--bind", "fd://%d" % listener.fileno(), *command[1:]], env=variables,
            pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=directory, start_new_session=True)
    listener.close()
    record.update(pid=child.pid, born=born(child.pid))
    write(directory, record)
    deadline = time.monotonic() + STARTING
    while not answering(url(record)):
        if child.poll() is not None or time.monotonic() > deadline:
            stop(record)
            sys.exit("the server did not come up:\n" + tail(output) + tail(os.path.join(directory, "gunicorn.log")))
        time.sleep(0.05)


def stop(record):
    """Ends the master and with it its workers; the group is its own, made by start_new_session."""
    if not alive(record):
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(record["pid"], sign)
            deadline = time.monotonic() + ENDING
            while time.monotonic() < deadline:
                if not group_alive(record["pid"]):
                    return
                time.sleep(0.02)
        except ProcessLookupError:
            return


def listen(port):
    """Binds `port`, or a free one below the ephemeral range."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        ephemeral = int(file.read().split()[0])
    choices = range(10000, ephemeral) if ephemeral > 12000 else range(61000, 65536)
    deadline = time.monotonic() + 5  # the workers of a killed master hold the port a moment longer
    while True:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port or random.choice(choices)))
            listener.listen(128)
            return listener
        except OSError as error:
            listener.close()
            if time.monotonic() > deadline:
                sys.exit("cannot listen on 127.0.0.1:%s: %s" % (port or "any", error.strerror))
            time.sleep(0.1 if port else 0)


def point_catalogue(database, address):
    """Makes Keystone's own catalogue name the address it is served at."""
    if database:
        with sqlite3.connect(database, timeout=30) as connection:
            connection.execute(
                "update endpoint set url = ? where service_id in (select id from service where type = 'identity')",
                (address + "/",))
        connection.close()


def answering(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def alive(record):
    return "pid" in record and born(record["pid"]) == record["born"]


def born(pid):
    """The start time of a process that has not ended, in ticks since boot; None for all others."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def group_alive(group):
    """Whether a process of the group runs; zombies, which an init may leave, do not count."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as file:
                fields = file.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] not in "ZX":
            return True
    return False


def url(record):
    return "http://127.0.0.1:%d%s/v3" % (record["port"], record["prefix"])


def read(directory):
    try:
        with open(os.path.join(directory, "server.json")) as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def write(directory, record):
    path = os.path.join(directory, "server.json")
    with open(path + ".new", "w") as file:
        json.dump(record, file, indent=1)
    os.replace(path + ".new", path)


def tail(path, lines=20):
    try:
        with open(path, errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    main()
