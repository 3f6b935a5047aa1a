"""One run of the load generator against one subject."""
import json
import os
import pathlib
import subprocess
import sys

import processes

SCRIPT = pathlib.Path(__file__).resolve().parent / "request.lua"
WARM_UP = 1  # seconds: connections, pools and caches are there when the clock starts


def load(bench, subject, options):
    """Requests per second, latency, CPU per request and memory of `subject` under load."""
    wrk(bench, subject, options.connections, WARM_UP)
    pids = processes.family(subject.pid)
    before = processes.cpu_microseconds(pids)
    result = wrk(bench, subject, options.connections, options.seconds)
    used = processes.cpu_microseconds(pids) - before
    if result["refused"] or result["broken"]:
        sys.exit("%s: %d answers were errors, %d requests broke; nothing measured so is worth printing"
                 % (subject.name, result["refused"], result["broken"]))
    return {
        "requests_per_second": result["requests"] / result["microseconds"] * 1e6,
        "p50_microseconds": result["p50"],
        "p99_microseconds": result["p99"],
        "cpu_microseconds": used / result["requests"],
        "resident_bytes": processes.resident_bytes(pids),
        "proportional_bytes": processes.proportional_bytes(pids),
        "requests": result["requests"],
    }


def wrk(bench, subject, connections, seconds):
    command = ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--script", str(SCRIPT),
               "http://127.0.0.1:%d" % subject.port]
    environment = {**os.environ, "PEERS_TOKEN": bench.token}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 30)
    if done.returncode:
        sys.exit("wrk failed on %s: %s" % (subject.name, done.stderr or done.stdout))
    return json.loads(done.stdout.strip().rpartition("\n")[2])
