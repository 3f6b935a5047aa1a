"""The library template, as the example chart uses it."""

import unittest

import engine
import program
import restricted
import yaml
from objects import kinds, named, of_kind, variables
from sidecars import CASES, REFUSALS, sidecar
from test_schemas import VERSIONS, fault


def spec(found):
    return of_kind(found, "Deployment")["spec"]["template"]["spec"]


def proxy(found):
    inside = spec(found)
    return named((inside["initContainers"] or []) + inside["containers"], "portcullis")


class Sidecar(unittest.TestCase):
    def test_it_is_a_restartable_init_container_where_the_cluster_has_them(self):
        inside = spec(sidecar("defaults", kube="1.29"))
        self.assertEqual([each["name"] for each in inside["initContainers"]], ["portcullis", "migrate"])
        self.assertEqual(inside["initContainers"][0]["restartPolicy"], "Always")
        self.assertEqual([each["name"] for each in inside["containers"]], ["orders"])

    def test_versions_of_providers_count_as_what_they_are(self):
        inside = spec(sidecar("defaults", kube_version="v1.29.3-gke.100"))
        self.assertEqual(inside["initContainers"][0]["name"], "portcullis")
        inside = spec(sidecar("defaults", kube_version="v1.28.9-eks-036c24b"))
        self.assertEqual(inside["containers"][0]["name"], "portcullis")

    def test_it_is_the_first_container_elsewhere_or_as_told(self):
        for found in (sidecar("defaults", kube="1.28"), sidecar("plain")):
            inside = spec(found)
            self.assertEqual([each["name"] for each in inside["containers"]], ["portcullis", "orders"])
            self.assertEqual([each["name"] for each in inside["initContainers"]], ["migrate"])
            self.assertNotIn("restartPolicy", inside["containers"][0])

    def test_both_are_the_same_container(self):
        native, plain = proxy(sidecar("defaults")), proxy(sidecar("plain"))
        self.assertEqual(native | {"restartPolicy": None}, plain | {"restartPolicy": None})

    def test_it_needs_nothing_but_variables(self):
        container = proxy(sidecar("defaults"))
        self.assertEqual(container["args"], ["run"])
        self.assertEqual(
            variables(container),
            {
                "PORTCULLIS_LISTEN": "[::]:18080",
                "PORTCULLIS_TELEMETRY__LISTEN": "[::]:9180",
                "PORTCULLIS_UPSTREAM__URL": "http://127.0.0.1:9000",
                "PORTCULLIS_KEYSTONE__AUTH_URL": "https://keystone.example:5000/v3",
                "PORTCULLIS_SERVER__DRAIN_DELAY": "5s",
                "PORTCULLIS_SERVER__DRAIN_TIMEOUT": "20s",
                "PORTCULLIS_TELEMETRY__PROBES": "readiness=http://127.0.0.1:9000/healthz",
            },
        )
        self.assertNotIn("volumeMounts", container)
        self.assertEqual(spec(sidecar("defaults"))["volumes"], None)

    def test_its_end_waits_for_endpoints_and_stays_within_the_grace_period(self):
        for name, (delay, timeout) in {
            "defaults": ("5s", "20s"),
            "drain": ("10s", "15s"),
            "drain-by-variable": ("7s", "20s"),
            # The file is left to say it.
            "drain-by-file": (None, "20s"),
            "drain-left-alone": (None, None),
        }.items():
            env = proxy(sidecar(name))["env"]
            given = variables(proxy(sidecar(name)))
            with self.subTest(name):
                self.assertEqual(len(env), len({each["name"] for each in env}))
                self.assertEqual(given.get("PORTCULLIS_SERVER__DRAIN_DELAY"), delay)
                self.assertEqual(given.get("PORTCULLIS_SERVER__DRAIN_TIMEOUT"), timeout)

    def test_ports_and_probes_are_where_everything_else_looks_for_them(self):
        container = proxy(sidecar("ports"))
        self.assertEqual(
            container["ports"],
            [
                {"name": "portcullis", "containerPort": 8000, "protocol": "TCP"},
                {"name": "pc-telemetry", "containerPort": 9000, "protocol": "TCP"},
            ],
        )
        self.assertEqual(variables(container)["PORTCULLIS_LISTEN"], "0.0.0.0:8000")
        for kind, path in {"startup": "/startupz", "liveness": "/livez", "readiness": "/readyz"}.items():
            asked = {"path": path, "port": "pc-telemetry", "scheme": "HTTP"}
            self.assertEqual(container[f"{kind}Probe"]["httpGet"], asked)
        policy = of_kind(sidecar("ports"), "NetworkPolicy")["spec"]
        self.assertEqual([rule["ports"][0]["port"] for rule in policy["ingress"]], [8000, 9000])

    def test_each_door_of_the_policy_has_its_peers(self):
        proxied, telemetry = of_kind(sidecar("peers"), "NetworkPolicy")["spec"]["ingress"]
        self.assertEqual(proxied["from"], [{"podSelector": {"matchLabels": {"app": "edge"}}}])
        self.assertNotIn("from", telemetry)
        self.assertEqual(
            of_kind(sidecar("peers"), "NetworkPolicy")["spec"]["podSelector"],
            {"matchLabels": {"app": "orders"}},
        )

    def test_the_service_leads_to_the_proxy_and_without_one_to_the_application(self):
        port = lambda name: of_kind(sidecar(name), "Service")["spec"]["ports"][0]["targetPort"]
        self.assertEqual(port("defaults"), 18080)
        self.assertEqual(port("off"), 9000)

    def test_the_application_listens_where_nobody_but_the_proxy_reaches_it(self):
        address = lambda name: named(spec(sidecar(name))["containers"], "orders")["args"][1]
        self.assertEqual(address("defaults"), "--listen=127.0.0.1:9000")
        self.assertEqual(address("socket"), "--listen=unix:/run/portcullis/app.sock")
        self.assertEqual(address("off"), "--listen=0.0.0.0:9000")
        self.assertEqual(address("upstream"), "--listen=127.0.0.1:9443")

    def test_the_applications_probes_are_asked_by_the_proxy(self):
        probe = named(spec(sidecar("defaults"))["containers"], "orders")["readinessProbe"]
        self.assertEqual(probe["httpGet"], {"path": "/probe/readiness", "port": 9180, "scheme": "HTTP"})
        self.assertEqual(
            variables(proxy(sidecar("probes")))["PORTCULLIS_TELEMETRY__PROBES"],
            "liveness=grpc://127.0.0.1:9000/orders,"
            "readiness=http://127.0.0.1:9000/healthz,startup=tcp://127.0.0.1:9000",
        )

    def test_a_socket_is_shared_by_both_containers(self):
        found = sidecar("socket")
        self.assertEqual(variables(proxy(found))["PORTCULLIS_UPSTREAM__URL"], "unix:/run/portcullis/app.sock")
        self.assertIn("emptyDir", named(spec(found)["volumes"], "portcullis-socket"))
        for container in (proxy(found), named(spec(found)["containers"], "orders")):
            self.assertEqual(
                named(container["volumeMounts"], "portcullis-socket")["mountPath"], "/run/portcullis"
            )

    def test_a_configuration_is_mounted_as_a_folder_and_changes_the_pod(self):
        found = sidecar("config")
        config = of_kind(found, "ConfigMap")
        self.assertEqual(
            named(spec(found)["volumes"], "portcullis-config")["configMap"]["name"],
            config["metadata"]["name"],
        )
        self.assertEqual(
            named(proxy(found)["volumeMounts"], "portcullis-config")["mountPath"], "/etc/portcullis"
        )
        self.assertEqual(proxy(found)["args"], ["run", "--config=/etc/portcullis/portcullis.yaml"])
        annotations = of_kind(found, "Deployment")["spec"]["template"]["metadata"]["annotations"]
        self.assertIn("checksum/portcullis", annotations)
        mine = sidecar("config-map")
        self.assertEqual(named(spec(mine)["volumes"], "portcullis-config")["configMap"]["name"], "mine")
        self.assertNotIn("ConfigMap", kinds(mine))
        self.assertNotIn("PORTCULLIS_UPSTREAM__URL", variables(proxy(mine)))

    def test_a_secret_is_a_folder(self):
        found = sidecar("secret")
        self.assertEqual(
            named(spec(found)["volumes"], "portcullis-secret")["secret"]["secretName"], "account"
        )
        mount = named(proxy(found)["volumeMounts"], "portcullis-secret")
        self.assertEqual((mount["mountPath"], mount["readOnly"]), ("/var/run/secrets/portcullis", True))
        self.assertEqual(variables(proxy(found))["PORTCULLIS_KEYSTONE__USERNAME"], "orders")

    def test_switched_off_it_leaves_nothing_behind(self):
        found = sidecar("off")
        self.assertEqual(kinds(found), ["Deployment", "Service"])
        self.assertEqual([each["name"] for each in spec(found)["containers"]], ["orders"])
        self.assertNotIn("portcullis", str(found))

    def test_images_resources_and_variables_are_as_told(self):
        self.assertEqual(proxy(sidecar("defaults"))["image"], "portcullis:0.1.0")
        self.assertEqual(proxy(sidecar("image"))["image"], "mirror.example/portcullis@sha256:" + "b" * 64)
        self.assertEqual(
            proxy(sidecar("image-with-its-registry"))["image"], "localhost:5001/portcullis:0.1.0"
        )
        self.assertEqual(proxy(sidecar("resources"))["resources"]["limits"], {"memory": "64Mi", "cpu": 1})
        self.assertEqual(variables(proxy(sidecar("variables")))["PORTCULLIS_LOG__LEVEL"], "debug")

    def test_several_services_have_settings_of_their_own(self):
        root = {
            "portcullis": CASES["defaults"],
            "billing": {"appPort": 7000, "enabled": True, "native": False},
        }
        chart = with_template(SEVERAL)
        found = yaml.safe_load(engine.texts(chart, root)["orders/templates/several.yaml"])
        container = found["containers"][0]
        self.assertEqual(variables(container)["PORTCULLIS_UPSTREAM__URL"], "http://127.0.0.1:7000")
        self.assertEqual(container["image"], "portcullis:0.1.0")
        for spoilt, message in (
            ({"apport": 1}, "there is no apport"),
            ({"env": [{"name": "OS_PASSWORD", "value": "s3cret"}]}, "env has OS_PASSWORD with its value"),
            ({"securityContext": None}, "takes something of the restricted profile back"),
            ({"securityContext": {"runAsNonRoot": None}}, "takes something of the restricted profile back"),
        ):
            with self.assertRaisesRegex(engine.Refused, message):
                engine.texts(chart, root | {"billing": root["billing"] | spoilt})

    def test_variables_are_written_as_the_program_reads_them(self):
        given = variables(proxy(sidecar("numbers")))
        self.assertEqual(given["PORTCULLIS_KEYSTONE__MAX_WAITING"], "1000000")
        self.assertEqual(given["PORTCULLIS_KEYSTONE__INSECURE"], "true")

    def test_a_monitor_finds_the_pods(self):
        found = sidecar("monitor")
        monitor = of_kind(found, "PodMonitor")
        self.assertEqual(monitor["metadata"]["labels"], {"release": "prometheus"})
        labels = of_kind(found, "Deployment")["spec"]["template"]["metadata"]["labels"]
        self.assertLessEqual(monitor["spec"]["selector"]["matchLabels"].items(), labels.items())
        self.assertNotIn("PodMonitor", kinds(sidecar("defaults")))

    def test_one_of_several_needs_a_name(self):
        chart = with_template(SEVERAL.replace('"billing"', '"Billing!"'))
        with self.assertRaisesRegex(engine.Refused, "the name of one of several is Billing!"):
            engine.texts(chart, {"billing": {"appPort": 7000}})

    def test_every_case_is_restricted_and_valid(self):
        for name in CASES:
            for version in VERSIONS:
                found = sidecar(name, kube=version)
                with self.subTest(name, version=version):
                    self.assertEqual([fault(each, version) for each in found if fault(each, version)], [])
                    self.assertEqual(restricted.faults(found), [])

    def test_the_program_takes_every_one_of_them(self):
        for name in set(CASES) - {"off", "config-map"}:
            found = sidecar(name)
            data = {"portcullis.yaml": "{}"}
            if "ConfigMap" in kinds(found):
                data = of_kind(found, "ConfigMap")["data"]
            with self.subTest(name):
                self.assertEqual(program.complaints(data, proxy(found)), "")


class Refusals(unittest.TestCase):
    def test_bad_settings_are_refused_with_words(self):
        for name, (settings, message) in REFUSALS.items():
            with self.subTest(name):
                with self.assertRaises(engine.Refused) as refusal:
                    engine.texts(engine.example(), {"portcullis": settings})
                self.assertIn(message, str(refusal.exception))
                self.assertNotIn("s3cret", str(refusal.exception))


SEVERAL = """
containers:
  {{- include "portcullis.sidecar.containers" (dict "root" . "name" "billing" "sidecar" .Values.billing) | nindent 2 }}
"""


def with_template(text):
    """The example chart with one template more."""
    return engine.example(("templates/several.yaml", text))
