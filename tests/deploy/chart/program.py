"""The program itself, asked what it thinks of a rendered configuration."""

import functools
import os
import subprocess
import tempfile
from pathlib import Path

MOUNTS = ["/etc/portcullis", "/var/run/secrets/portcullis", "/run/tls"]


def complaints(data, container):
    """What `portcullis check` says about a ConfigMap's data in a container; nothing if all is well.

    The files that a pod would have mounted are made in a folder, and paths point there.
    """
    with tempfile.TemporaryDirectory(prefix="portcullis-chart-") as folder:
        elsewhere = functools.partial(moved, folder=folder)
        for name, text in data.items():
            file = Path(elsewhere(f"/etc/portcullis/{name}"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(elsewhere(text))
        variables = {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}
        for path in named_files(data["portcullis.yaml"], *variables.values()):
            place = Path(elsewhere(path))
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.write_text(content(path))
        given = {name: elsewhere(value) for name, value in variables.items()}
        config = elsewhere("/etc/portcullis/portcullis.yaml")
        done = subprocess.run(
            [os.environ["PORTCULLIS_BIN"], "check", "--config", config],
            env=given | {"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=30,
        )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def wrong_arguments(arguments):
    """What the program says about a command line, without doing what it says."""
    done = subprocess.run(
        [os.environ["PORTCULLIS_BIN"], *arguments, "--help"], capture_output=True, text=True, timeout=30
    )
    return "" if done.returncode == 0 else done.stderr


def moved(text, folder):
    for mount in MOUNTS:
        text = text.replace(mount, f"{folder}{mount}")
    return text


def named_files(*texts):
    words = " ".join(texts).replace("'", " ").replace('"', " ").split()
    return [word for word in words if any(word.startswith(f"{mount}/") for mount in MOUNTS)]


def content(path):
    if path.endswith((".crt", ".pem")):
        return certificate()[0]
    if path.endswith(".key"):
        return certificate()[1]
    return "nobody knows\n"


@functools.cache
def certificate():
    """A certificate that signs itself, and its key."""
    with tempfile.TemporaryDirectory(prefix="portcullis-chart-") as folder:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
            + ["-keyout", f"{folder}/key", "-out", f"{folder}/certificate", "-days", "2"]
            + ["-subj", "/CN=gate", "-addext", "subjectAltName=DNS:gate"],
            check=True,
            capture_output=True,
            timeout=30,
        )
        return Path(folder, "certificate").read_text(), Path(folder, "key").read_text()
