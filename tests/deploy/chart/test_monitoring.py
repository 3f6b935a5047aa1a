"""What Prometheus' operator and Grafana find."""

import json
import re
import unittest

import crds
import engine
import yaml
from matrix import case, values
from objects import kinds, of_kind, pod
from sidecars import sidecar
from test_sidecar import proxy


def rules(found):
    return [rule for group in of_kind(found, "PrometheusRule")["spec"]["groups"] for rule in group["rules"]]


def shipped():
    """The alerts as they come with the chart."""
    groups = yaml.safe_load((engine.GATEWAY / "files/alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


class Monitoring(unittest.TestCase):
    def test_nothing_of_it_is_there_unless_it_is_asked_for(self):
        known = kinds(case("defaults"))
        for kind in ("ServiceMonitor", "PodMonitor", "PrometheusRule"):
            self.assertNotIn(kind, known)

    def test_the_service_monitor_finds_the_telemetry_service_only(self):
        found = case("service-monitor")
        monitor = of_kind(found, "ServiceMonitor")
        self.assertEqual(monitor["metadata"]["namespace"], "monitoring")
        self.assertEqual(monitor["metadata"]["labels"]["release"], "prometheus")
        self.assertEqual(monitor["spec"]["namespaceSelector"], {"matchNames": ["openstack"]})
        endpoint = monitor["spec"]["endpoints"][0]
        self.assertEqual((endpoint["port"], endpoint["path"]), ("telemetry", "/metrics"))
        self.assertEqual(endpoint["metricRelabelings"][0]["action"], "drop")
        matched = [
            each["metadata"]["name"]
            for each in found
            if each["kind"] == "Service" and selected(monitor["spec"]["selector"], each["metadata"]["labels"])
        ]
        self.assertEqual(matched, ["gate-portcullis-telemetry"])

    def test_the_webhook_is_scraped_too(self):
        found = case("webhook-with-an-issuer")
        selector = of_kind(found, "ServiceMonitor")["spec"]["selector"]
        webhook = of_kind(found, "Service", "-webhook")
        self.assertTrue(selected(selector, webhook["metadata"]["labels"]))
        self.assertIn("telemetry", [each["name"] for each in webhook["spec"]["ports"]])

    def test_the_pod_monitor_finds_the_pods(self):
        found = case("pod-monitor")
        monitor = of_kind(found, "PodMonitor")["spec"]
        self.assertTrue(selected(monitor["selector"], pod(found)["metadata"]["labels"]))
        self.assertEqual(monitor["podMetricsEndpoints"][0]["port"], "telemetry")

    def test_sidecars_are_found_in_every_namespace_or_where_one_says(self):
        found = case("sidecars-monitor")
        self.assertIn("ServiceMonitor", kinds(found))
        monitor = of_kind(found, "PodMonitor")
        self.assertEqual(monitor["metadata"]["name"], "gate-portcullis-sidecars")
        self.assertEqual(monitor["metadata"]["labels"]["release"], "prometheus")
        self.assertEqual(monitor["spec"]["selector"], {})
        self.assertEqual(monitor["spec"]["namespaceSelector"], {"any": True})
        chosen = of_kind(case("sidecars-monitor-chosen"), "PodMonitor")["spec"]
        self.assertEqual(chosen["selector"], {"matchLabels": {"portcullis/inject": "true"}})
        self.assertEqual(chosen["namespaceSelector"], {"matchNames": ["orders"]})

    def test_sidecars_are_scraped_at_the_port_that_all_of_them_have(self):
        container = proxy(sidecar("defaults"))
        for monitor in (case("sidecars-monitor"), sidecar("monitor")):
            endpoint = of_kind(monitor, "PodMonitor")["spec"]["podMetricsEndpoints"][0]
            self.assertEqual(endpoint["path"], "/metrics")
            self.assertIn(endpoint["port"], [each["name"] for each in container["ports"]])

    def test_what_the_documentation_writes_finds_sidecars_too(self):
        text = (engine.ROOT / "docs/deployment.md").read_text()
        blocks = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", text, re.S)]
        (monitor,) = [each for each in blocks if each.get("kind") == "PodMonitor"]
        self.assertEqual(crds.faults(monitor), [])
        (scrape,) = [each["scrape_configs"][0] for each in blocks if "scrape_configs" in each]
        (kept,) = [each["regex"] for each in scrape["relabel_configs"] if each.get("action") == "keep"]
        ports = [each["name"] for each in proxy(sidecar("defaults"))["ports"]]
        self.assertIn(monitor["spec"]["podMetricsEndpoints"][0]["port"], ports)
        self.assertIn(kept, ports)

    def test_the_alerts_are_those_of_the_file(self):
        found = rules(case("alerts"))
        self.assertEqual(found, shipped())
        self.assertEqual(
            of_kind(case("alerts"), "PrometheusRule")["metadata"]["labels"]["release"], "prometheus"
        )

    def test_alerts_take_labels_runbooks_and_more_groups(self):
        *ours, own = rules(case("alerts-of-ones-own"))
        self.assertEqual(own["alert"], "Own")
        alerts = [rule for rule in ours if "alert" in rule]
        self.assertGreater(len(alerts), 0)
        for rule, before in zip(alerts, [rule for rule in shipped() if "alert" in rule], strict=True):
            self.assertEqual(rule["labels"]["team"], "identity")
            self.assertEqual(rule["labels"]["severity"], before["labels"]["severity"])
            page = before["annotations"]["runbook_url"].rsplit("/", 1)[1]
            self.assertEqual(rule["annotations"]["runbook_url"], f"https://wiki.example/runbooks/{page}")

    def test_an_alert_that_is_not_wanted_is_left_out_and_nothing_else(self):
        unwanted = next(rule["alert"] for rule in shipped() if "alert" in rule)
        told = values("alerts")
        told["prometheusRule"]["disabled"] = [unwanted]
        found = engine.texts(engine.GATEWAY, told)["portcullis/templates/prometheusrule.yaml"]
        groups = (yaml.safe_load(found)["spec"]["groups"]) or []
        left = [rule for group in groups for rule in group["rules"]]
        self.assertEqual(left, [rule for rule in shipped() if rule.get("alert") != unwanted])

    def test_the_dashboard_is_the_file(self):
        found = of_kind(case("dashboard"), "ConfigMap", "-dashboard")
        self.assertEqual(found["metadata"]["labels"]["grafana_dashboard"], "1")
        self.assertEqual(found["metadata"]["annotations"], {"grafana_folder": "OpenStack"})
        file = json.loads((engine.GATEWAY / "files/dashboard.json").read_text())
        self.assertEqual(json.loads(found["data"]["portcullis.json"]), file)


def selected(selector, labels):
    """Whether a label selector takes these labels."""
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    return all(
        each["operator"] == "In" and labels.get(each["key"]) in each["values"]
        for each in selector.get("matchExpressions", [])
    )
