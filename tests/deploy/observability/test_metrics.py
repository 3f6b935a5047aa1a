"""What the program exposes is in good form, described, and looked at by somebody."""

import re
import subprocess
import unittest

import dashboard
import exposed
import promql
import rules
from places import METRICS, tool
from vocabulary import FREE, family

# What neither a panel nor an alert shows, each with the reason.
NOT_SHOWN = {
    "process_virtual_memory_bytes": "address space says nothing of memory that is used",
}
# Findings of promtool that stay, each with the reason.
LINT = {}


class Exposition(unittest.TestCase):
    """The text of /metrics."""

    def test_promtool_finds_nothing(self):
        for text in exposed.texts():
            run = subprocess.run([tool("promtool"), "check", "metrics"], input=text,
                                 capture_output=True, text=True)
            found = {line for line in (run.stdout + run.stderr).splitlines() if line.strip()}
            self.assertEqual(found, set(LINT))

    def test_promtool_would_find_something(self):
        broken = exposed.texts()[0].replace("portcullis_http_requests_total", "portcullis_http_requests")
        run = subprocess.run([tool("promtool"), "check", "metrics"], input=broken,
                             capture_output=True, text=True)
        self.assertIn("portcullis_http_requests", run.stdout + run.stderr)


class Description(unittest.TestCase):
    """docs/metrics.md."""

    def test_it_names_what_there_is_and_nothing_else(self):
        text = METRICS.read_text()
        tables = set(re.findall(r"^\| `(portcullis_\w+)` \|", text, re.M))
        process = set(re.findall(r"`(process_\w+)`", text))
        self.assertEqual(tables | process, exposed.vocabulary().families())

    def test_types_and_labels_are_as_it_says(self):
        known = exposed.vocabulary()
        for line in METRICS.read_text().splitlines():
            if row := re.match(r"\| `(portcullis_\w+)` \| (\w+) \| ([^|]*) \|", line):
                name, kind, labels = row.groups()
                with self.subTest(name):
                    self.assertEqual(kind, known.types[name])
                    series = name + ("_count" if kind == "histogram" else "")
                    self.assertEqual(set(re.findall(r"`(\w+)`", labels)),
                                     set(known.labels[series]) - {""})

    def test_every_value_is_explained(self):
        text = METRICS.read_text() + " 200 201 401 403 404 429 500 503 none "
        for name, labels in exposed.vocabulary().labels.items():
            for label, values in labels.items():
                for value in values if label not in FREE | {"code", "grpc_status"} else ():
                    self.assertRegex(text, rf"\b{re.escape(value)}\b", f"{name}, {label}")

    def test_its_expressions_are_expressions(self):
        alerts = METRICS.read_text().split("## What to alert on")[1]
        for expression in re.findall(r"`((?:sum|rate|increase|max_over|histogram|portcullis)[^`]*)`",
                                     alerts):
            names = promql.names_in(" ".join(expression.replace("\\|", "|").split()))
            self.assertEqual(list(exposed.vocabulary().wrong(names)), [], expression)


class Shown(unittest.TestCase):
    """Whether somebody looks."""

    def test_every_metric_is_on_the_dashboard_or_in_an_alert(self):
        expressions = [dashboard.substituted(expression) for _, expression in dashboard.queries()]
        expressions += [rule["expr"] for group in rules.groups() for rule in group["rules"]]
        used = {family(metric) if family(metric) in exposed.vocabulary().types else metric
                for each in expressions for metric in promql.names_in(each).metrics}
        self.assertEqual(exposed.vocabulary().families() - used, set(NOT_SHOWN))
