"""Where things are: the repository's files, and the tools that scripts/test-tools has installed."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FILES = ROOT / "helm/portcullis/files"
ALERTS = FILES / "alerts.yaml"
DASHBOARD = FILES / "dashboard.json"
RUNBOOKS = ROOT / "docs/runbooks"
METRICS = ROOT / "docs/metrics.md"
TOOLS = Path(os.environ.get("TOOLS_HOME", ROOT / "target"))


def program():
    """The program under test."""
    path = ROOT / os.environ.get("PORTCULLIS_BIN", "target/debug/portcullis")
    assert os.access(path, os.X_OK), f"{path} is missing: cargo build, or set PORTCULLIS_BIN"
    return str(path)


def tool(name):
    """One of Prometheus' programs, as unpacked below the tools."""
    path = TOOLS / "prometheus-tools/usr/bin" / name
    assert path.exists(), f"{path} is missing: scripts/test-tools prometheus"
    return str(path)
