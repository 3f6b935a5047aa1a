"""Bad values are refused with a message that names the value, and nothing is rendered."""

import copy
import unittest

import engine
import refusals
from matrix import BASE, laid

WEBHOOK = {"enabled": True, "certificate": {"certManager": {"enabled": True}}}


def refused(above, **options):
    values = laid(copy.deepcopy(BASE), copy.deepcopy(above))
    try:
        engine.texts(engine.GATEWAY, values, **options)
    except engine.Refused as refusal:
        return str(refusal)
    return "it was rendered"


class Refusals(unittest.TestCase):
    def test_the_schema_refuses(self):
        for name, (above, message) in refusals.BY_SCHEMA.items():
            with self.subTest(name):
                self.assertIn(message, refused(above))

    def test_the_templates_refuse_and_say_whose_words_these_are(self):
        for name, (above, message) in refusals.BY_TEMPLATE.items():
            with self.subTest(name):
                self.assertIn(message, refused(above))
                self.assertIn("portcullis: ", refused(above))

    def test_a_refusal_does_not_repeat_a_secret(self):
        for above, _ in refusals.BY_TEMPLATE.values():
            self.assertNotIn("s3cret", refused(above))

    def test_a_scrape_may_take_all_of_the_time_between_two(self):
        for interval, timeout in (("10s", "10s"), ("1m30s", "90s"), ("1500ms", "1s"), ("1h", "59m")):
            for monitor in ("serviceMonitor", "podMonitor"):
                told = {monitor: {"enabled": True, "interval": interval, "scrapeTimeout": timeout}}
                with self.subTest(told):
                    self.assertEqual(refused(told), "it was rendered")

    def test_what_just_fits_is_rendered(self):
        for above in (
            {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}},
            {"strategy": {"rollingUpdate": {"maxSurge": None, "maxUnavailable": 0}}},
            {"strategy": {"type": "Recreate", "rollingUpdate": {"maxSurge": 0}}},
            {"kind": "DaemonSet", "updateStrategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}},
            {"kind": "DaemonSet", "strategy": {"rollingUpdate": {"maxSurge": 0}}},
            {"kind": "None", "service": {"nodePort": 31000}, "webhook": WEBHOOK},
            {"service": {"type": "LoadBalancer", "nodePort": 31000, "externalTrafficPolicy": "Local"}},
            {"service": {"extraPorts": [{"name": "more", "port": 81}]}},
            {"resources": {"requests": {"memory": "0.125Gi"}}},
            {"resources": {"requests": {"memory": 134217728}}},
            {"resources": {"requests": {"cpu": 1}, "limits": {"cpu": "1000m"}}},
            {"resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": None}}},
            {"ingress": {"enabled": True, "hosts": [{"host": "*.api.example"}]}},
            {"probes": {"liveness": {"successThreshold": 1}, "readiness": {"successThreshold": 2}}},
        ):
            with self.subTest(above):
                self.assertEqual(refused(above), "it was rendered")

    def test_a_monitor_that_is_not_there_may_say_anything(self):
        self.assertEqual(refused({"serviceMonitor": {"interval": "5s"}}), "it was rendered")

    def test_autoscaling_wants_its_api(self):
        told = {"autoscaling": {"enabled": True}}
        self.assertEqual(refused(told), "it was rendered")

    def test_values_of_no_release_at_all_are_refused_too(self):
        with self.assertRaisesRegex(engine.Refused, "config.upstream is missing"):
            engine.texts(engine.GATEWAY, {})

    def test_what_stands_in_variables_is_not_demanded_again(self):
        variables = [
            {"name": "PORTCULLIS_UPSTREAM__URL", "value": "http://orders:9000"},
            {"name": "OS_AUTH_URL", "value": "https://keystone.example:5000/v3"},
        ]
        self.assertTrue(engine.texts(engine.GATEWAY, {"extraEnv": variables}))
