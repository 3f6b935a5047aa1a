"""What is written is what should be, by another reader of YAML and another model."""

import json
import unittest

import cases
import model
import program
import reading
import restricted
from command import called, injected

KEYS = {
    "portcullis/port": "--port",
    "portcullis/telemetry-port": "--telemetry-port",
    "portcullis/upstream": "--upstream",
    "portcullis/native": "--native",
    "portcullis/image": "--image",
    "portcullis/keystone-url": "--keystone-url",
    "portcullis/config": "--config-map",
    "portcullis/secret": "--secret",
}


class Workload:
    """One that has got a sidecar."""

    def __init__(self, file, before, after):
        self.file, self.before, self.after = file, before, after
        self.port = cases.PORTS[file][reading.name(before)]
        self.pod = reading.pod_of(after)
        self.container, _ = model.sidecar(self.pod)
        self.wish = wished(file, before)


class Model(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.cases = [(name, *self.both(name)) for name in cases.names()]

    def both(self, name):
        before = cases.manifest(name)
        after = injected(before, cases.flags(name))
        return model.paired(reading.objects(before), reading.objects(after))

    def workloads(self):
        for file, pairs, _ in self.cases:
            for before, after in pairs:
                pod = reading.pod_of(after)
                if pod and reading.deep(pod, "metadata", "annotations", model.NOTE):
                    yield Workload(file, before, after)

    def test_those_and_only_those_get_a_sidecar_that_should(self):
        for name in cases.names():
            with self.subTest(name):
                found = [reading.name(case.after) for case in self.workloads() if case.file == name]
                self.assertEqual(found, list(cases.PORTS[name]))

    def test_nothing_else_of_a_workload_changes(self):
        for case in self.workloads():
            with self.subTest(case.file, workload=reading.name(case.after)):
                expected, _ = model.rewritten_probes(case.before, case.port, int(case.wish["--telemetry-port"]), case.wish["--upstream"])
                self.assertEqual(model.without(case.after), model.tidy(expected))

    def test_the_sidecar_is_told_of_the_probes(self):
        for case in self.workloads():
            with self.subTest(case.file, workload=reading.name(case.after)):
                _, told = model.rewritten_probes(case.before, case.port, 1, case.wish["--upstream"])
                given = model.environment(case.container).get("PORTCULLIS_TELEMETRY__PROBES", "")
                found = dict(each.split("=", 1) for each in given.split(",") if each)
                # Commas part the probes, so those of headers and paths are written otherwise.
                self.assertEqual(found, {key: value.replace(",", "%2C") for key, value in told.items()})

    def test_the_program_takes_its_configuration(self):
        for case in self.workloads():
            with self.subTest(case.file, workload=reading.name(case.after)):
                data = {"portcullis.yaml": "keystone:\n  auth_url: https://keystone.example:5000\n"}
                self.assertEqual(program.complaints(data, case.container), "")
                self.assertEqual(program.wrong_arguments(case.container["args"]), "")

    def test_the_container_keeps_the_contract(self):
        for case in self.workloads():
            with self.subTest(case.file, workload=reading.name(case.after)):
                given = model.environment(case.container)
                self.assertEqual(case.container["image"], case.wish["--image"])
                self.assertEqual(
                    [(each["name"], each["containerPort"]) for each in case.container["ports"]],
                    [("portcullis", int(case.wish["--port"])), ("pc-telemetry", int(case.wish["--telemetry-port"]))],
                )
                self.assertEqual(given["PORTCULLIS_LISTEN"], f"[::]:{case.wish['--port']}")
                self.assertEqual(given["PORTCULLIS_TELEMETRY__LISTEN"], f"[::]:{case.wish['--telemetry-port']}")
                upstream = case.wish["--upstream"] or f"http://127.0.0.1:{case.port}"
                self.assertEqual(given["PORTCULLIS_UPSTREAM__URL"], upstream)
                self.assertEqual(given.get("PORTCULLIS_KEYSTONE__AUTH_URL"), case.wish["--keystone-url"])
                self.assertEqual(
                    {key: case.container[f"{key}Probe"]["httpGet"]["path"] for key in model.KINDS},
                    {"startup": "/startupz", "liveness": "/livez", "readiness": "/readyz"},
                )
                self.assertEqual(list(restricted.container_faults({}, case.container)), [])

    def test_its_place_is_last_of_the_native_and_first_of_the_plain(self):
        for case in self.workloads():
            with self.subTest(case.file, workload=reading.name(case.after)):
                pod = reading.pod_of(case.after)
                if case.wish["--native"] == "true":
                    self.assertEqual(pod["spec"]["initContainers"][-1], case.container)
                    self.assertEqual(case.container["restartPolicy"], "Always")
                else:
                    self.assertEqual(pod["spec"]["containers"][0], case.container)
                    self.assertNotIn("restartPolicy", case.container)
                    self.assertEqual(
                        pod["metadata"]["annotations"][model.DEFAULT], pod["spec"]["containers"][1]["name"]
                    )

    def test_volumes_and_mounts_are_there_and_no_others(self):
        for case in self.workloads():
            with self.subTest(case.file, workload=reading.name(case.after)):
                spec = reading.pod_of(case.after)["spec"]
                wanted = {
                    "portcullis-config": case.wish["--config-map"],
                    "portcullis-secret": case.wish["--secret"],
                    "portcullis-socket": (case.wish["--upstream"] or "").startswith("unix:/run/portcullis/"),
                }
                wanted = {key for key, value in wanted.items() if value}
                volumes = {each["name"]: each for each in spec.get("volumes") or []}
                self.assertEqual(set(volumes) & model.OURS, wanted)
                self.assertEqual({each["name"] for each in case.container.get("volumeMounts", [])}, wanted)
                if case.wish["--config-map"]:
                    self.assertEqual(volumes["portcullis-config"]["configMap"], {"name": case.wish["--config-map"]})
                if case.wish["--secret"]:
                    self.assertEqual(volumes["portcullis-secret"]["secret"], {"secretName": case.wish["--secret"]})
                for each in spec["containers"]:
                    shared = [m for m in each.get("volumeMounts") or [] if m["name"] == "portcullis-socket"]
                    self.assertEqual(bool(shared), "portcullis-socket" in wanted, each["name"])

    def test_services_lead_to_the_sidecar_and_nothing_else_changes(self):
        for name, pairs, _ in self.cases:
            for before, after in pairs:
                if reading.pod_of(before):
                    continue
                ports = cases.LED.get(name, {}).get(reading.name(before), [])
                if before["kind"] != "Service":
                    ports = []
                with self.subTest(name, object=reading.name(before)):
                    expected = model.with_led_ports(before, ports, cases.sidecar_port(name))
                    self.assertEqual(model.without_note(after) if ports else model.tidy(after), expected)
                    self.assertEqual(after != before, bool(ports))

    def test_a_network_policy_lets_nobody_to_the_application(self):
        for name, _, new in self.cases:
            guarded = cases.PORTS[name] if "--network-policy" in cases.flags(name) else []
            self.assertEqual([each["kind"] for each in new], ["NetworkPolicy"] * len(guarded), name)
            if name != "network-policy.yaml":
                continue
            first = new[0]
            self.assertEqual(first["metadata"]["namespace"], "shop")
            self.assertEqual(first["spec"]["podSelector"], {"matchLabels": {"app": "open", "tier": "web"}})
            [rule] = first["spec"]["ingress"]
            self.assertEqual(list(rule), ["ports"])
            ports = [(each["port"], each["protocol"]) for each in rule["ports"]]
            self.assertEqual(ports, [(5000, "UDP"), (9090, "TCP"), (9180, "TCP"), (18080, "TCP")])

    def test_the_note_is_json_and_has_the_version(self):
        for case in self.workloads():
            with self.subTest(case.file):
                note = json.loads(case.pod["metadata"]["annotations"][model.NOTE])
                self.assertIn("version", note)


def wished(file, workload):
    """The flags, with what the annotations of the pod say over them."""
    wish = dict.fromkeys(KEYS.values())
    wish |= {"--port": "18080", "--telemetry-port": "9180", "--native": "true", "--image": IMAGE}
    wish |= dict(each.split("=", 1) for each in cases.flags(file) if "=" in each)
    annotations = reading.deep(reading.pod_of(workload), "metadata", "annotations") or {}
    return wish | {flag: annotations[key] for key, flag in KEYS.items() if key in annotations}


# Unless somebody says otherwise.
IMAGE = called("--version").out.decode().strip().replace(" ", ":")
