"""The dashboard is what its description says, is one that Grafana knows, and explains itself."""

import json
import subprocess
import unittest

from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

import dashboard
from places import ROOT, RUNBOOKS

# What Grafana's model leaves to a datasource, and Prometheus' reads.
OF_PROMETHEUS = {".annotations.list[0].titleFormat", ".annotations.list[0].textFormat"}
ROWS = ["Overview", "Traffic", "Decisions", "Cache", "Keystone", "Overhead", "Service",
        "Connections and TLS", "Web sockets", "Saturation", "Configuration", "Webhook"]


class Model(unittest.TestCase):
    """The file, as Grafana sees it."""

    def test_it_is_what_the_description_says(self):
        run = subprocess.run([ROOT / "scripts/dashboard", "--check"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_grafana_knows_every_key(self):
        """What the generated model of Grafana reads and writes again is all there was."""
        self.assertEqual(set(lost(dashboard.load())) - OF_PROMETHEUS, set())

    def test_a_key_that_grafana_does_not_know_is_found(self):
        broken = dashboard.load()
        broken["panels"][1]["fieldConfig"]["defaults"]["units"] = "s"
        self.assertEqual(set(lost(broken)) - OF_PROMETHEUS,
                         {".panels[1].fieldConfig.defaults.units"})

    def test_no_datasource_is_fixed(self):
        for name, value in walk(dashboard.load()):
            if name.endswith(".datasource"):
                self.assertEqual(value, {"type": "prometheus", "uid": "${datasource}"}, name)

    def test_numbers_are_unique_and_nothing_overlaps(self):
        numbers, taken = set(), {}
        for panel in [*dashboard.load()["panels"], *dashboard.panels()]:
            place = panel["gridPos"]
            if panel["id"] in numbers:
                continue
            numbers.add(panel["id"])
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertIsNone(taken.get((x, y)), panel["title"])
                    taken[x, y] = panel["title"]
        self.assertLessEqual(max(x for x, _ in taken), 23)


class Help(unittest.TestCase):
    """What somebody at three in the morning needs of each panel."""

    def test_rows_are_all_there_and_the_first_one_is_open(self):
        rows = [panel for panel in dashboard.load()["panels"] if panel["type"] == "row"]
        self.assertEqual([row["title"].split(":")[0] for row in rows], ROWS)
        self.assertFalse(rows[0]["collapsed"])

    def test_each_panel_has_a_unit_and_says_what_to_look_for(self):
        for panel in dashboard.panels():
            with self.subTest(panel["title"]):
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertGreater(len(panel["description"]), 40)
                for target in panel["targets"]:
                    self.assertTrue(target["legendFormat"])

    def test_every_link_leads_to_a_runbook(self):
        for panel in dashboard.panels():
            for link in panel.get("links", []):
                page = link["url"].removeprefix("${runbooks}/")
                self.assertTrue((RUNBOOKS / page).exists(), f"{panel['title']}: {link['url']}")

    def test_rates_follow_the_interval_of_the_scrapes(self):
        for title, expression in dashboard.queries():
            for function in ("rate(", "increase("):
                self.assertEqual(expression.count(function),
                                 expression.count("[$__rate_interval]") if function in expression
                                 else 0, title)


def lost(source):
    """Where reading by Grafana's model and writing again loses or changes something."""
    plugins.register_default_plugins()
    again = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(source)))
    kept = dict(walk(again))
    return [name for name, value in walk(source)
            if not isinstance(value, (dict, list)) and kept.get(name) != value]


def walk(value, name=""):
    """Every value with its place."""
    yield name, value
    parts = (value.items() if isinstance(value, dict)
             else enumerate(value) if isinstance(value, list) else ())
    for key, part in parts:
        yield from walk(part, f"{name}[{key}]" if isinstance(value, list) else f"{name}.{key}")
