"""Asks Autobahn's suite what it thinks of WebSocket servers, and whether it thinks the same.

  verdicts.py [--cases quick|full|PATTERNS] [--header NAME:VALUE]... [--tools DIRECTORY]
              [--out FILE] [REFERENCE_URL [OTHER_URL]...]

The first URL is the reference, a plain server; the others lead to it through a proxy. Without a
URL, an echo server of its own is the reference. Headers go to the others alone. What is found is
JSON: {"cases", "reference", "others": [{"url", "verdicts", "worse", "different"}]}. The exit
status is 1 when any case is worse anywhere than at the reference, each time that it is tried: whether
a connection has ended well the suite judges by a second on its clock, and machines are busy. What fails there is that server's
own affair: `websockets` answers 1002 in 7.1.5, and the suite wants 1000.

`scripts/test-tools websocket` installs what this needs into target/websocket-tools.
"""
import argparse
import collections
import contextlib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

# The whole of RFC 6455, and of compression as much as shows whether it is negotiated. `full` has
# another 212 cases of compression, each of a thousand messages.
SETS = {
    "quick": "1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*,9.7.1,9.8.1,12.1.1,13.1.1",
    "rfc6455": "1.*,2.*,3.*,4.*,5.*,6.*,7.*,9.*,10.*",
    "full": "*",
}

# From best to worst. What is merely informational, nobody is judged by; and whether an echo goes
# out before the error that ends the connection, which is to be strict, is a race at any server.
RANKS = {"OK": 0, "INFORMATIONAL": 0, "NON-STRICT": 0, "UNIMPLEMENTED": 1, "WRONG CODE": 2,
         "UNCLEAN": 3, "FAILED BY CLIENT": 3, "FAILED": 4}
FAILED = RANKS["WRONG CODE"]

# How often cases that are worse somewhere are tried again.
AGAIN = 2


def main():
    asked = arguments()
    with contextlib.ExitStack() as stack:
        urls = asked.urls or [stack.enter_context(echo_server(asked.tools))]
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        reports = run(directory, urls, asked)
        found = compare(urls, reports)
        for _ in range(AGAIN):
            cases = sorted({pair["case"] for other in found["others"] for pair in other["worse"]}, key=order)
            if not cases:
                break
            asked.cases = ",".join(cases)
            merge(reports, run(directory, urls, asked), cases)
            found = compare(urls, reports)
    text = json.dumps(found, indent=1)
    if asked.out:
        with open(asked.out, "w") as file:
            file.write(text + "\n")
    else:
        print(text)
    tell(found)
    worse = any(other["worse"] for other in found["others"])
    sys.exit(1 if worse or not found["cases"] else 0)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", default="quick")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--tools", default=os.path.join(ROOT, "target/websocket-tools"))
    parser.add_argument("--out")
    parser.add_argument("--deadline", type=float, default=600, help="seconds for each URL")
    parser.add_argument("urls", nargs="*")
    return parser.parse_args()


@contextlib.contextmanager
def echo_server(tools):
    python = os.path.join(tools, "venv/bin/python")
    child = subprocess.Popen([python, os.path.join(HERE, "echo.py")],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield child.stdout.readline().strip()
    finally:
        child.kill()
        child.wait()


def run(directory, urls, asked):
    """The reports by the servers' numbers: {"0": {CASE: {"behavior", "behaviorClose", ...}}}."""
    headers = {name.strip(): value.strip() for name, _, value in (h.partition(":") for h in asked.header)}
    spec = {
        "outdir": os.path.join(directory, "reports"),
        "servers": [{"agent": str(number), "url": url, "headers": headers if number else {}}
                    for number, url in enumerate(urls)],
        "cases": SETS.get(asked.cases, asked.cases).split(","),
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    path = os.path.join(directory, "spec.json")
    with open(path, "w") as file:
        json.dump(spec, file)
    command = [os.path.join(asked.tools, "python2"), os.path.join(HERE, "client.py"),
               os.path.join(asked.tools, "autobahn"), path]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=asked.deadline * len(urls))
    try:
        with open(os.path.join(spec["outdir"], "index.json")) as file:
            return json.load(file)
    except FileNotFoundError:
        sys.exit("Autobahn's suite made no report:\n" + done.stdout[-2000:])


def merge(reports, again, cases):
    """Puts the verdicts of cases that were tried again in the place of the first ones."""
    for number, report in reports.items():
        report.update({case: again[number][case] for case in cases if case in again.get(number, {})})


def compare(urls, reports):
    reference = reports.get("0", {})
    others = []
    for number, url in list(enumerate(urls))[1:]:
        report = reports.get(str(number), {})
        pairs = [(case, verdict(reference.get(case)), verdict(report.get(case)))
                 for case in sorted(set(reference) | set(report), key=order)]
        different = [{"case": case, "reference": a, "here": b} for case, a, b in pairs if a != b]
        worse = [pair for pair in different if rank(pair["here"]) > rank(pair["reference"])]
        others.append({"url": url, "verdicts": summary(report), "worse": worse, "different": different})
    failed = [{"case": case, "here": verdict(reference[case])} for case in sorted(reference, key=order)
              if rank(verdict(reference[case])) >= FAILED]
    return {"cases": len(reference), "others": others,
            "reference": {"url": urls[0], "verdicts": summary(reference), "failed": failed}}


def verdict(result):
    """What is thought of the messages and of the close; a case without a report has failed."""
    return [result["behavior"], result["behaviorClose"]] if result else ["FAILED", "FAILED"]


def rank(verdict):
    return max(RANKS.get(word, RANKS["FAILED"]) for word in verdict)


def summary(report):
    return dict(collections.Counter(" / ".join(verdict(result)) for result in report.values()))


def order(case):
    return [int(number) for number in case.split(".")]


def tell(found):
    print("%d cases; the reference: %s" % (found["cases"], found["reference"]["verdicts"]), file=sys.stderr)
    for pair in found["reference"]["failed"]:
        print("  %s: %s" % (pair["case"], pair["here"]), file=sys.stderr)
    for other in found["others"]:
        print("%s: %d worse, %d different" % (other["url"], len(other["worse"]), len(other["different"])),
              file=sys.stderr)
        for pair in other["different"]:
            print("  %s: %s, not %s" % (pair["case"], pair["here"], pair["reference"]), file=sys.stderr)


if __name__ == "__main__":
    main()
