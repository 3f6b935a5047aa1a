"""What the machine has, and what it is: tools, the build, a line to print beside the numbers."""
import os
import platform
import re
import shutil
import subprocess
import sys


def require_tools(tools):
    """Exits with a message unless all are on the path, installing them if that is allowed."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit("missing: %s; as root: %s" % (", ".join(missing), " ".join(command)))
    print("installing %s" % ", ".join(missing), file=sys.stderr)
    # In runlevel 1 the packages do not start their services, which would take port 80.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    failed = subprocess.run(command, env=environment, stdout=sys.stderr).returncode
    missing = [tool for tool in missing if not shutil.which(tool)]
    if failed or missing:
        sys.exit("apt-get could not install %s; try apt-get update" % (", ".join(missing) or "everything"))


def build(root):
    """The release binary of the project, freshly built."""
    command = ["cargo", "build", "--release", "--bin", "portcullis"]
    try:
        subprocess.run(command, cwd=root, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit("portcullis could not be built (%s); --subjects leaves it out" % error)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    return root / target / "release" / "portcullis"


def describe(root, binary):
    versions = {tool: number(first_line([tool, "-v"])) for tool in ("haproxy", "nginx", "wrk")}
    if binary:
        versions["portcullis"] = "%s (%s)" % (number(first_line([str(binary), "--version"])), revision(root))
    return {"processor": cpu_model(), "cores": os.cpu_count(), "kernel": platform.release(),
            "load": os.getloadavg()[0], "versions": versions}


def revision(root):
    return first_line(["git", "-C", str(root), "describe", "--always", "--dirty"])


def number(line):
    """The version in `HAProxy version 2.6.12-1 ...`, `nginx version: nginx/1.22.1`, `wrk debian/4.1.0-3 ...`."""
    found = re.search(r"\d+\.\d[^ ]*", line)
    return found.group() if found else line


def first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return ((done.stdout or done.stderr).splitlines() or ["unknown"])[0].strip()


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
