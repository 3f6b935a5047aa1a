"""What is written is what Kubernetes takes, in its oldest and its newest supported version."""

import unittest

import cases
import engine
import reading
from command import injected, uninjected
from test_schemas import fault

# Restartable init containers are there from 1.29 on unless somebody has them switched on before.
NATIVE = ["1.29", engine.NEWEST]
PLAIN = [engine.OLDEST, engine.NEWEST]

# Kinds of others, of which Kubernetes has no schema.
OTHERS = ("argoproj.io/v1alpha1",)


def faults(text, version):
    found = [each for each in reading.objects(text) if each["apiVersion"] not in OTHERS]
    return [f"{each['kind']}: {fault(each, version)}" for each in found if fault(each, version)]


class Valid(unittest.TestCase):
    def test_the_manifests_themselves_are(self):
        for name in cases.names():
            for version in PLAIN:
                if not native(name):
                    with self.subTest(name, version=version):
                        self.assertEqual(faults(cases.manifest(name), version), [])

    def test_native_sidecars_are(self):
        for name in cases.names():
            once = injected(cases.manifest(name), cases.flags(name))
            for version in NATIVE:
                with self.subTest(name, version=version):
                    self.assertEqual(faults(once, version), [])
                    self.assertEqual(faults(uninjected(once), version), [])

    def test_plain_sidecars_are(self):
        for name in cases.names():
            # A job ends, which is refused, and one has a native sidecar of its own.
            if name in ("cronjob.yaml", "job.yaml") or native(name):
                continue
            flags = [each for each in cases.flags(name) if not each.startswith("--native")]
            once = injected(cases.manifest(name), [*flags, "--native=false"])
            for version in PLAIN:
                with self.subTest(name, version=version):
                    self.assertEqual(faults(once, version), [])

    def test_the_check_itself_sees_faults(self):
        broken = injected(cases.manifest("deployment.yaml"), cases.flags("deployment.yaml"))
        self.assertNotEqual(faults(broken.replace(b"image: ", b"imago: "), engine.NEWEST), [])


def native(name):
    """Whether a manifest has a restartable init container before anything is put in."""
    pods = [reading.pod_of(each) for each in reading.objects(cases.manifest(name))]
    return any(
        each.get("restartPolicy") for pod in pods if pod for each in pod["spec"].get("initContainers") or []
    )
