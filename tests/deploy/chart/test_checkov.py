"""A second opinion on the pods: checkov, with the checks that apply to a proxy.

All of its checks for Kubernetes run but for those of SKIPPED, each with the reason.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml
from matrix import CASES, case
from sidecars import CASES as SIDECARS, sidecar

SKIPPED = {
    "CKV_K8S_11": "no limit on CPU: throttling would be latency of every request",
    "CKV_K8S_15": "tags of versions do not move, so an image need not be pulled at every start",
    "CKV_K8S_43": "a digest is a value; the chart cannot know that of your registry",
    "CKV2_K8S_6": "network policies are a value: networkPolicy.enabled",
}
# Variants of one thing are looked at once.
LOOKED_AT = [
    "defaults",
    "daemonset",
    "tls",
    "client-certificates",
    "account",
    "existing-configmap",
    "autoscaling",
    "load-balancer",
    "ingress",
    "placement",
    "image",
    "webhook-with-a-secret",
    "webhook-with-cert-manager",
]


class Checkov(unittest.TestCase):
    def test_it_finds_nothing_in_the_chart(self):
        self.assertEqual(findings({name: ours(case(name)) for name in LOOKED_AT}), [])

    def test_it_finds_nothing_in_the_sidecar(self):
        rendered = {name: alone(sidecar(name)) for name in SIDECARS if name != "off"}
        self.assertEqual(findings(rendered), [])

    def test_it_would_find_something(self):
        found = case("defaults")
        for each in found:
            if each["kind"] == "Deployment":
                each["spec"]["template"]["spec"]["hostNetwork"] = True
                each["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
        identifiers = {each.split()[0] for each in findings({"spoiled": found})}
        self.assertLessEqual({"CKV_K8S_16", "CKV_K8S_19"}, identifiers)

    def test_what_is_skipped_has_a_reason(self):
        self.assertLessEqual(set(LOOKED_AT), set(CASES))
        for reason in SKIPPED.values():
            self.assertGreater(len(reason.split()), 4)


def ours(found):
    """Without the pod of helm test, which ends by itself and has no probes."""
    return [each for each in found if each["kind"] != "Pod"]


def alone(found):
    """The sidecar without the example's own containers, which are not ours to judge."""
    for each in found:
        if each["kind"] == "Deployment":
            inside = each["spec"]["template"]["spec"]
            everybody = (inside.pop("initContainers") or []) + inside["containers"]
            inside["containers"] = [one for one in everybody if one["name"] == "portcullis"]
            inside["containers"][0].pop("restartPolicy", None)
            inside["volumes"] = inside["volumes"] or []
            # The pod's own context is the user's.
            inside["securityContext"] = {"seccompProfile": {"type": "RuntimeDefault"}}
    return found


def findings(rendered):
    """What checkov says about objects, by the name of their file."""
    with tempfile.TemporaryDirectory(prefix="portcullis-chart-") as folder:
        for name, found in rendered.items():
            (Path(folder) / f"{name}.yaml").write_text(yaml.safe_dump_all(found))
        checkov = Path(sys.executable).parent / "checkov"
        done = subprocess.run(
            [sys.executable, checkov, "--directory", folder, "--framework", "kubernetes", "--output", "json"]
            + ["--skip-check", ",".join(SKIPPED), "--skip-download", "--quiet", "--compact"],
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"LOG_LEVEL": "ERROR"},
        )
        report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 0 and not report["summary"]["parsing_errors"], done.stderr
    return sorted(
        f"{each['check_id']} {each['check_name']}: {each['file_path']} {each['resource']}"
        for each in report["results"]["failed_checks"]
    )
