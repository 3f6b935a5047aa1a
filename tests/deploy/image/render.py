"""Prints the chart beside this file, rendered by Helm's engine with the values on standard input.

Runs in the environment that `scripts/test-tools kubernetes` makes.
"""

import json
import pathlib
import shutil
import sys
import tempfile

from helm_python import Chart

HERE = pathlib.Path(__file__).resolve().parent
LIBRARY = HERE.parents[2] / "helm/portcullis-sidecar"

with tempfile.TemporaryDirectory() as folder:
    # What `helm dependency build` would do.
    chart = shutil.copytree(HERE / "chart", pathlib.Path(folder, "chart"))
    shutil.copytree(LIBRARY, chart / "charts" / LIBRARY.name)
    rendered = Chart.load(str(chart)).render(json.load(sys.stdin), name="guarded", namespace="default")
print("\n---\n".join(text for path, text in sorted(rendered.items()) if path.endswith(".yaml")))
