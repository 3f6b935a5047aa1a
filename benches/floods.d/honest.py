"""The honest client: h2load over HTTP/1.1, so many requests in a second by a fixed schedule."""
import subprocess
import sys

CLIENTS = 20


def warm(around, proxy, options):
    """Uses everything a little, HTTP/2 as well: code and pools that are there from then on."""
    load(around, proxy, options, 2, "--no-tls-proto=h2c")
    load(around, proxy, options, 2)


def load(around, proxy, options, seconds, http="--h1"):
    """What became of its requests, as columns of h2load's own log say."""
    log = around.scratch / "honest.log"
    log.unlink(missing_ok=True)
    command = ["h2load", http, "-t1", "-c%d" % CLIENTS, "--rps=%g" % (options.rate / CLIENTS),
               "-D%d" % seconds, "--log-file=%s" % log, "-H", "x-auth-token: %s" % around.token,
               "http://127.0.0.1:%d/v2.1/servers/detail" % proxy.port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    if done.returncode:
        sys.exit("h2load: %s" % (done.stderr or done.stdout))
    times, failed = [], 0
    with open(log) as lines:
        for line in lines:
            _, status, microseconds = line.split()[:3]
            if status == "200":
                times.append(int(microseconds))
            else:
                failed += 1
    times.sort()
    return {"answered": len(times) / seconds, "failed": failed,
            "p50": part(times, 0.5), "p99": part(times, 0.99), "most": times[-1] if times else 0}


def part(times, share):
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0
