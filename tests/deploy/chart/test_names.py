"""Names and labels: within what Kubernetes takes, and the same after an upgrade."""

import re
import unittest

import engine
from matrix import CASES, case, values
from objects import of_kind, pod_specs, workload

LONG = "a-release-name-of-exactly-fifty-three-characters-long"


class Names(unittest.TestCase):
    def test_a_long_release_name_stays_within_63_characters_and_stays_apart(self):
        told = values("webhook-with-cert-manager") | {
            "nameOverride": "n" * 63,
            "dashboard": {"enabled": True},
        }
        for given in (told, told | {"fullnameOverride": "f" * 63}):
            found = engine.objects(engine.GATEWAY, given, name=LONG)
            services = [each["metadata"]["name"] for each in found if each["kind"] == "Service"]
            self.assertEqual(len(services), len(set(services)))
            for each in found:
                if each["kind"] != "MutatingWebhookConfiguration":
                    self.assertLessEqual(len(each["metadata"]["name"]), 63, each["kind"])
                self.assertRegex(each["metadata"]["name"], r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
                for value in each["metadata"]["labels"].values():
                    self.assertLessEqual(len(value), 63)

    def test_a_release_that_is_called_like_the_chart_is_not_called_so_twice(self):
        found = engine.objects(engine.GATEWAY, values("defaults"), name="portcullis-edge")
        self.assertEqual(workload(found)["metadata"]["name"], "portcullis-edge")

    def test_names_of_ones_own(self):
        found = case("names")
        self.assertEqual(workload(found)["metadata"]["name"], "front-door")
        self.assertEqual(workload(found)["metadata"]["labels"]["app.kubernetes.io/name"], "door")
        self.assertTrue(of_kind(found, "Service", "front-door-telemetry"))

    def test_a_release_whose_name_no_service_can_have_is_told_what_to_do(self):
        for name in ("a.b", "1a"):
            with self.assertRaisesRegex(engine.Refused, "set fullnameOverride"):
                engine.texts(engine.GATEWAY, values("defaults"), name=name)
            told = values("defaults") | {"fullnameOverride": "gate"}
            self.assertTrue(engine.texts(engine.GATEWAY, told, name=name))

    def test_everything_is_in_the_namespace_of_the_release(self):
        for name in CASES:
            for each in case(name, namespace="elsewhere"):
                if each["kind"] == "MutatingWebhookConfiguration":
                    self.assertTrue(each["metadata"]["name"].endswith("-elsewhere"))
                elif name not in ("extras", "service-monitor"):
                    self.assertEqual(each["metadata"]["namespace"], "elsewhere", f"{name}: {each['kind']}")

    def test_nothing_names_a_namespace_that_was_not_asked_for(self):
        for name in CASES:
            for text in engine.texts(engine.GATEWAY, values(name), namespace="elsewhere").values():
                self.assertNotIn("openstack.svc", text)
                self.assertFalse(re.search(r"namespace: \"?openstack", text), name)

    def test_selectors_do_not_change_with_values_or_versions(self):
        wanted = {
            "app.kubernetes.io/name": "portcullis",
            "app.kubernetes.io/instance": "gate",
            "app.kubernetes.io/component": "gateway",
        }
        for name in CASES:
            found = case(name)
            if name not in ("names", "webhook-alone"):
                with self.subTest(name):
                    self.assertEqual(workload(found)["spec"]["selector"], {"matchLabels": wanted})

    def test_pods_bear_what_their_selectors_look_for(self):
        for name in CASES:
            for each in case(name):
                if each["kind"] in ("Deployment", "DaemonSet"):
                    labels = each["spec"]["template"]["metadata"]["labels"]
                    self.assertLessEqual(each["spec"]["selector"]["matchLabels"].items(), labels.items())

    def test_gateway_and_webhook_do_not_select_each_others_pods(self):
        found = case("webhook-with-cert-manager")
        gateway = workload(found)["spec"]["selector"]["matchLabels"]
        webhook = of_kind(found, "Deployment", "-webhook")["spec"]["template"]["metadata"]["labels"]
        self.assertFalse(gateway.items() <= webhook.items())

    def test_labels_and_annotations_for_all_are_on_all_and_replace_none_of_ours(self):
        for each in case("labels"):
            labels, annotations = each["metadata"]["labels"], each["metadata"]["annotations"]
            self.assertEqual(labels["team"], "identity")
            self.assertEqual(labels["app.kubernetes.io/name"], "portcullis")
            self.assertEqual(annotations["example.com/owner"], "identity")
        template = workload(case("labels"))["spec"]["template"]["metadata"]
        self.assertEqual((template["labels"]["tier"], template["labels"]["team"]), ("edge", "identity"))
        self.assertEqual(template["annotations"]["example.com/scrape"], "true")
        self.assertIn("checksum/config", template["annotations"])

    def test_volumes_that_are_mounted_are_there(self):
        for name in CASES:
            for whose, spec in pod_specs(case(name)):
                there = {each["name"] for each in spec.get("volumes") or []}
                for each in spec["containers"]:
                    for mount in each.get("volumeMounts") or []:
                        self.assertIn(mount["name"], there, f"{name}: {whose}")
