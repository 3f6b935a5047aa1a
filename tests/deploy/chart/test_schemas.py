"""Every rendering is what Kubernetes takes, in its oldest and its newest supported version."""

import functools
import json
import unittest

import crds
import engine
import kubernetes_validate
from matrix import case, cases_of

# 1.28 is the newest without restartable init containers by default, and the first with match
# conditions.
VERSIONS = [engine.OLDEST, "1.28", "1.29", engine.NEWEST]


def fault(found, version):
    """What is wrong with an object, or nothing."""
    return judged(json.dumps(found), version)


@functools.cache
def judged(text, version):
    found = json.loads(text)
    if crds.is_known(found):
        return "; ".join(crds.faults(found))
    try:
        kubernetes_validate.validate(found, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{error.message} at {'/'.join(map(str, error.path))}"
    except kubernetes_validate.SchemaNotFoundError:
        return "there is no such kind"
    return ""


class Schemas(unittest.TestCase):
    def test_every_case_is_valid_in_every_version(self):
        for version in VERSIONS:
            for name in cases_of(version):
                for each in case(name, kube=version):
                    with self.subTest(name, version=version, kind=each["kind"]):
                        self.assertEqual(fault(each, version), "")

    def test_the_check_itself_sees_faults(self):
        found = case("gateway-routes") + case("service-monitor")
        for each in found:
            with self.subTest(each["kind"]):
                each.setdefault("spec", {})["typo"] = 1
                self.assertNotEqual(fault(each, engine.NEWEST), "")

    def test_helm_refuses_versions_before_the_oldest(self):
        wanted = engine.loaded(engine.GATEWAY).metadata["kubeVersion"]
        self.assertEqual(wanted, f">={engine.OLDEST}.0-0")
        self.assertEqual(engine.loaded(engine.LIBRARY).metadata["kubeVersion"], wanted)
