"""Helm's linter, packaging, the same text twice, and the words after an installation."""

import tempfile
import unittest

import engine
import helm_python
from matrix import CASES, laid, values


class Lint(unittest.TestCase):
    def test_every_case_lints_strictly(self):
        for name in CASES:
            with self.subTest(name):
                self.assertEqual(serious(lint(engine.GATEWAY, values(name))), [])

    def test_the_oldest_version_lints_too(self):
        for name in ("defaults", "autoscaling", "webhook-with-an-issuer"):
            self.assertEqual(serious(lint(engine.GATEWAY, values(name), engine.OLDEST)), [])

    def test_the_linter_sees_faults(self):
        self.assertNotEqual(serious(lint(engine.GATEWAY, {"replicas": "two"})), [])

    def test_the_library_lints_strictly(self):
        self.assertEqual(serious(lint(engine.LIBRARY, {})), [])

    def test_the_same_values_give_the_same_text(self):
        for name in CASES:
            with self.subTest(name):
                once = engine.texts(engine.GATEWAY, values(name))
                self.assertEqual(once, engine.texts(engine.GATEWAY, values(name)))

    def test_an_archive_holds_what_it_needs_and_not_what_it_is_made_of(self):
        with tempfile.TemporaryDirectory() as folder:
            archive = helm_python.package(engine.GATEWAY, destination=folder)
            packed = engine.Chart.load(archive)
            names = {each["name"] for each in packed.files}
            self.assertLessEqual({"README.md", "files/alerts.yaml", "files/dashboard.json"}, names)
            self.assertNotIn("values.schema.yaml", names)
            self.assertEqual(
                packed.render(values("defaults")), engine.loaded(engine.GATEWAY).render(values("defaults"))
            )

    def test_no_line_ends_in_blanks(self):
        for name in set(CASES) - {"policy-files"}:  # whose own lines do
            for path, text in engine.texts(engine.GATEWAY, values(name)).items():
                for line in text.splitlines():
                    self.assertFalse(line and line != line.rstrip(), f"{name}: {path}: {line!r}")


class Notes(unittest.TestCase):
    def test_they_tell_the_next_step(self):
        found = engine.notes(values("defaults"))
        for words in (
            "rollout status deployment/gate-portcullis",
            "helm test gate",
            "X-Auth-Token",
            "port-forward",
        ):
            self.assertIn(words, found)

    def test_they_say_before_which_service(self):
        self.assertIn("\n  http://orders:9000\n", engine.notes(values("defaults")))
        self.assertIn("that the ConfigMap mine names", engine.notes(values("existing-configmap")))
        variables = [
            {"name": "PORTCULLIS_UPSTREAM__URL", "value": "http://orders:9000"},
            {"name": "OS_AUTH_URL", "value": "https://keystone.example:5000/v3"},
        ]
        self.assertIn("that its variables name", engine.notes({"extraEnv": variables}))

    def test_they_warn(self):
        self.assertIn("One replica is an outage", engine.notes(values("one-replica")))
        self.assertNotIn("One replica", engine.notes(values("defaults")))
        self.assertIn("pods start without their proxy", engine.notes(values("webhook-with-a-secret")))
        chosen = values("webhook-with-an-issuer")
        self.assertIn("webhook.namespaceSelector", engine.notes(chosen, kube="1.27"))
        self.assertNotIn("webhook.namespaceSelector", engine.notes(chosen, kube="1.28"))

    def test_they_warn_of_a_budget_that_holds_up_every_drain(self):
        warned = lambda above: "lets no pod go" in engine.notes(laid(values("defaults"), above))
        budget = lambda **told: {"podDisruptionBudget": {"maxUnavailable": None, **told}}
        for above in (
            budget(maxUnavailable=0),
            budget(maxUnavailable="0%"),
            budget(minAvailable=2),
            budget(minAvailable="100%"),
            budget(minAvailable=2) | {"autoscaling": {"enabled": True, "minReplicas": 2}},
        ):
            self.assertTrue(warned(above), above)
        for above in (
            {},
            budget(minAvailable=1),
            budget(minAvailable="50%"),
            budget(maxUnavailable="10%"),
            budget(minAvailable=2) | {"autoscaling": {"enabled": True, "minReplicas": 3}},
        ):
            self.assertFalse(warned(above), above)

    def test_they_ask_where_the_runbooks_are(self):
        self.assertIn("prometheusRule.runbookBaseUrl", engine.notes(values("alerts")))
        self.assertNotIn("runbookBaseUrl", engine.notes(values("alerts-of-ones-own")))

    def test_they_tell_which_ports_the_policy_takes_for_those_of_pods(self):
        self.assertIn("connections out to 80, 9292, as config.upstream", engine.notes(values("egress")))
        for name in ("egress-peers", "egress-ports"):
            self.assertNotIn("connections out to", engine.notes(values(name)))

    def test_they_name_the_namespaces_that_the_webhook_leaves_out(self):
        told = values("webhook-with-a-secret")
        said = "It adds nothing in these namespaces: "
        self.assertIn(f"{said}kube-system, kube-node-lease.", engine.notes(told))
        self.assertIn(f"{said}kube-system, openstack, kube-node-lease.", engine.notes(told, kube="1.27"))

    def test_every_case_has_some(self):
        for name in CASES:
            self.assertGreater(len(engine.notes(values(name)).split()), 20, name)


def lint(chart, values, version=engine.NEWEST):
    return helm_python.lint(chart, values, strict=True, namespace="openstack", kube_version=f"v{version}.0")


def serious(report):
    """Findings of the linter, but for mere advice."""
    return report["errors"] + [each["error"] for each in report["messages"] if each["severity"] > 1]
