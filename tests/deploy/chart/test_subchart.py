"""The gateway as a dependency of somebody else's chart."""

import shutil
import tempfile
import unittest
from pathlib import Path

import engine
from matrix import values
from objects import kinds, names

PARENT = """\
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - {name: portcullis, version: 0.1.0, repository: "file://../portcullis", condition: portcullis.enabled}
"""


UMBRELLA = """\
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - {name: orders, version: 1.2.3, repository: ""}
  - {name: billing, version: 1.2.3, repository: ""}
"""


class Umbrella(unittest.TestCase):
    def test_charts_of_one_release_do_not_take_each_others_names(self):
        with tempfile.TemporaryDirectory(prefix="portcullis-chart-") as folder:
            chart = Path(folder) / "shop"
            for name in ("orders", "billing"):
                place = chart / "charts" / name
                shutil.copytree(engine.EXAMPLE, place)
                shutil.copytree(engine.LIBRARY, place / "charts/portcullis-sidecar")
                meta = (place / "Chart.yaml").read_text().replace("name: orders", f"name: {name}")
                (place / "Chart.yaml").write_text(meta)
            (chart / "Chart.yaml").write_text(UMBRELLA)
            told = {"portcullis": {"config": {"cache": {"ttl": "60s"}}}}
            found = engine.objects(chart, {"orders": told, "billing": told})
        ours = [each for each in found if each["kind"] in ("ConfigMap", "NetworkPolicy")]
        self.assertEqual(
            sorted(names(ours)),
            [
                "ConfigMap/gate-billing-portcullis-sidecar",
                "ConfigMap/gate-orders-portcullis-sidecar",
                "NetworkPolicy/gate-billing-portcullis-sidecar",
                "NetworkPolicy/gate-orders-portcullis-sidecar",
            ],
        )
        gateway = engine.objects(engine.GATEWAY, values("defaults") | {"networkPolicy": {"enabled": True}})
        self.assertFalse(set(names(gateway)) & set(names(ours)))


class Subchart(unittest.TestCase):
    def setUp(self):
        # One for each test: the engine drops a dependency whose condition is false for good.
        with tempfile.TemporaryDirectory(prefix="portcullis-chart-") as folder:
            self.chart = Path(folder) / "shop"
            shutil.copytree(engine.GATEWAY, self.chart / "charts/portcullis")
            (self.chart / "Chart.yaml").write_text(PARENT)
            engine.loaded(self.chart)

    def rendered(self, enabled):
        own = values("defaults") | {"enabled": enabled, "dashboard": {"enabled": True}}
        return engine.objects(self.chart, {"portcullis": own, "global": {"region": "one"}})

    def test_it_renders_what_it_renders_alone(self):
        alone = engine.objects(engine.GATEWAY, values("defaults") | {"dashboard": {"enabled": True}})
        self.assertEqual(names(self.rendered(True)), names(alone))
        self.assertIn("ConfigMap", kinds(self.rendered(True)))

    def test_a_condition_switches_it_off(self):
        self.assertEqual(self.rendered(False), [])

    def test_its_values_are_checked_there_too(self):
        with self.assertRaisesRegex(engine.Refused, "additional properties 'replicaCount' not allowed"):
            engine.texts(self.chart, {"portcullis": values("defaults") | {"replicaCount": 1}})
