"""The Kustomize component, and charts that pass through Kustomize on their way."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import engine
import program
import restricted
import yaml
from matrix import case
from objects import kinds, named, names, of_kind
from sidecars import sidecar
from test_schemas import fault

SIDECAR = engine.ROOT / "deploy/kustomize/sidecar"


def kustomized(folder):
    """What `kubectl kustomize` prints about a folder."""
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def built(folder):
    return [each for each in yaml.load_all(kustomized(folder), engine.StrictLoader) if each]


def example(name):
    return built(SIDECAR / "example" / name)


def spec(found, name="orders"):
    return of_kind([each for each in found if each["kind"] == "Deployment"], "Deployment", name)["spec"][
        "template"
    ]["spec"]


def guard(found):
    inside = spec(found)
    return named((inside.get("initContainers") or []) + inside["containers"], "portcullis")


class Component(unittest.TestCase):
    def test_native_is_a_restartable_init_container(self):
        inside = spec(example("native"))
        self.assertEqual(inside["initContainers"][0]["restartPolicy"], "Always")
        self.assertEqual([each["name"] for each in inside["containers"]], ["orders"])

    def test_plain_is_the_first_container(self):
        inside = spec(example("plain"))
        self.assertNotIn("initContainers", inside)
        self.assertEqual([each["name"] for each in inside["containers"]], ["portcullis", "orders"])
        self.assertNotIn("restartPolicy", inside["containers"][0])

    def test_both_are_the_same_container_and_it_is_the_librarys(self):
        native, plain = guard(example("native")), guard(example("plain"))
        self.assertEqual(native | {"restartPolicy": None}, plain | {"restartPolicy": None})
        library = sidecar("defaults")
        library = named(
            of_kind(library, "Deployment")["spec"]["template"]["spec"]["initContainers"], "portcullis"
        )
        for key in set(library) - {"env"}:
            self.assertEqual(native[key], library[key], key)

    def test_its_end_waits_for_endpoints_and_stays_within_the_grace_period(self):
        for name in ("native", "plain"):
            given = {each["name"]: each.get("value") for each in guard(example(name))["env"]}
            self.assertEqual(given["PORTCULLIS_SERVER__DRAIN_DELAY"], "5s")
            self.assertEqual(given["PORTCULLIS_SERVER__DRAIN_TIMEOUT"], "20s")

    def test_only_what_is_labelled_is_changed(self):
        found = example("native")
        self.assertEqual([each["name"] for each in spec(found, "unguarded")["containers"]], ["unguarded"])
        self.assertNotIn("initContainers", spec(found, "unguarded"))

    def test_the_service_leads_to_the_sidecar(self):
        self.assertEqual(
            of_kind(example("native"), "Service")["spec"]["ports"][0]["targetPort"], 18080
        )

    def test_annotations_become_the_configuration(self):
        for name in ("native", "open"):
            found = example(name)
            annotations = of_kind(
                [each for each in found if each["metadata"]["name"] == "orders"], "Deployment"
            )
            annotations = annotations["spec"]["template"]["metadata"]["annotations"]
            given = resolved(guard(found), annotations)
            self.assertEqual(given["PORTCULLIS_UPSTREAM__URL"], "http://127.0.0.1:9000")
            container = {
                "env": [{"name": key, "value": value} for key, value in given.items() if key != "APP_PORT"]
            }
            data = of_kind(found, "ConfigMap")["data"] if name == "open" else {"portcullis.yaml": "{}"}
            data["password"] = ""
            with self.subTest(name):
                self.assertEqual(program.complaints(data, container), "")

    def test_without_a_port_the_program_refuses_to_start(self):
        given = resolved(
            guard(example("native")), {"portcullis/keystone-url": "https://keystone.example:5000"}
        )
        container = {
            "env": [{"name": "PORTCULLIS_UPSTREAM__URL", "value": given["PORTCULLIS_UPSTREAM__URL"]}]
        }
        self.assertIn("upstream.url", program.complaints({"portcullis.yaml": "{}"}, container))

    def test_generated_names_and_images_are_followed(self):
        found = example("open")
        volumes = spec(found)["volumes"]
        config, secret = of_kind(found, "ConfigMap"), of_kind(found, "Secret")
        self.assertEqual(named(volumes, "portcullis-config")["configMap"]["name"], config["metadata"]["name"])
        self.assertEqual(
            named(volumes, "portcullis-secret")["secret"]["secretName"], secret["metadata"]["name"]
        )
        self.assertNotEqual(config["metadata"]["name"], "portcullis")
        self.assertEqual(guard(found)["image"], "mirror.example/portcullis:0.1.0")

    def test_the_policy_lets_in_nobody_but_through_the_proxy(self):
        found = example("open")
        policy = of_kind(found, "NetworkPolicy")["spec"]
        labels = next(
            each for each in found if each["metadata"]["name"] == "orders" and each["kind"] == "Deployment"
        )
        labels = labels["spec"]["template"]["metadata"]["labels"]
        self.assertLessEqual(policy["podSelector"]["matchLabels"].items(), labels.items())
        self.assertEqual(
            [port["port"] for rule in policy["ingress"] for port in rule["ports"]], [18080, 9180]
        )
        self.assertNotIn("NetworkPolicy", kinds(example("native")))

    def test_every_example_is_restricted_and_valid(self):
        for name, oldest in {"native": "1.29", "plain": engine.OLDEST, "open": "1.29"}.items():
            for version in (oldest, engine.NEWEST):
                found = example(name)
                with self.subTest(name, version=version):
                    self.assertEqual([fault(each, version) for each in found if fault(each, version)], [])
            ours = [each for each in found if each["metadata"]["name"] != "unguarded"]
            self.assertEqual(restricted.faults(ours), [])


class RoundTrip(unittest.TestCase):
    def test_a_rendered_chart_passes_through_unchanged(self):
        for name in ("defaults", "tls", "network-policy-peers", "webhook-with-cert-manager"):
            before = case(name)
            after = through_kustomize(before, {})
            with self.subTest(name):
                self.assertEqual(in_order(after), in_order(before))

    def test_namespaces_and_prefixes_reach_every_reference(self):
        after = through_kustomize(case("defaults"), {"namespace": "other", "namePrefix": "blue-"})
        for each in after:
            self.assertEqual(each["metadata"]["namespace"], "other")
        inside = spec(after, "portcullis")
        self.assertEqual(named(inside["volumes"], "config")["configMap"]["name"], "blue-gate-portcullis")
        self.assertEqual(inside["serviceAccountName"], "blue-gate-portcullis")

    def test_somebody_elses_rendered_chart_gets_the_component(self):
        without = engine.objects(engine.example(), {"portcullis": {"enabled": False}})
        asking = {
            "commonAnnotations": {"portcullis/app-port": "9000"},
            "labels": [{"pairs": {"portcullis/inject": "true"}}],
        }
        found = through_kustomize(through_kustomize(without, asking), {"components": ["native"]})
        self.assertEqual([each["name"] for each in spec(found)["initContainers"]], ["portcullis", "migrate"])
        self.assertEqual(of_kind(found, "Service")["spec"]["ports"][0]["targetPort"], 18080)


def through_kustomize(objects, kustomization):
    """Objects as the resources of an overlay, and what comes out."""
    with tempfile.TemporaryDirectory(prefix="portcullis-chart-", dir=engine.ROOT / "target") as folder:
        (Path(folder) / "rendered.yaml").write_text(yaml.safe_dump_all(objects))
        components = [
            f"../../deploy/kustomize/sidecar/{each}" for each in kustomization.get("components", [])
        ]
        text = kustomization | {"resources": ["rendered.yaml"], "components": components}
        (Path(folder) / "kustomization.yaml").write_text(yaml.safe_dump(text))
        return built(folder)


def in_order(objects):
    return sorted(objects, key=lambda each: names([each]))


def resolved(container, annotations):
    """A container's variables as the kubelet fills them in; an annotation that is absent is empty."""
    given = {}
    for each in container["env"]:
        path = each.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "")
        value = annotations.get(path.removeprefix("metadata.annotations['").removesuffix("']"), "")
        for name, known in given.items():
            each["value"] = each.get("value", value).replace(f"$({name})", known)
        given[each["name"]] = each.get("value", value)
    return given
