"""The configuration in the ConfigMap: what the chart adds, and that the program takes it."""

import unittest

import yaml

import program
from matrix import CASES, case, values
from objects import container, kinds, named, of_kind, pod, pod_specs, variables, workload


def written(found):
    return yaml.safe_load(of_kind(found, "ConfigMap", "portcullis")["data"]["portcullis.yaml"])


class Configuration(unittest.TestCase):
    def test_what_the_values_say_is_there_with_what_the_chart_needs(self):
        self.assertEqual(
            written(case("defaults")),
            {
                "listen": "[::]:8080",
                "upstream": {"url": "http://orders:9000"},
                "keystone": {"auth_url": "https://keystone.example:5000/v3"},
                "telemetry": {"listen": "[::]:9180"},
                "server": {"drain_delay": "5s"},
            },
        )

    def test_it_is_mounted_as_a_folder_which_the_program_can_follow(self):
        found = case("defaults")
        mount = named(container(found)["volumeMounts"], "config")
        self.assertEqual(mount["mountPath"], "/etc/portcullis")
        self.assertNotIn("subPath", mount)
        self.assertEqual(container(found)["args"][:2], ["run", "--config=/etc/portcullis/portcullis.yaml"])

    def test_a_change_starts_new_pods_unless_it_is_watched(self):
        sum_of = lambda found: pod(found)["metadata"]["annotations"].get("checksum/config")
        self.assertNotEqual(sum_of(case("defaults")), sum_of(case("ipv4-only")))
        self.assertNotEqual(sum_of(case("defaults")), sum_of(case("policy-files")))
        self.assertEqual(sum_of(case("defaults")), sum_of(case("labels")))
        self.assertIsNone(sum_of(case("watched-configuration")))

    def test_files_stand_beside_it_to_the_byte(self):
        data = of_kind(case("policy-files"), "ConfigMap")["data"]
        self.assertEqual(data["policy.yaml"], CASES["policy-files"]["configFiles"]["policy.yaml"])
        self.assertEqual(data["notes.txt"], "a\n\n  b")

    def test_addresses_of_ones_own_choose_the_ports(self):
        found = case("ipv4-only")
        self.assertEqual([each["containerPort"] for each in container(found)["ports"]], [8000, 9000])
        self.assertEqual(written(found)["telemetry"], {"listen": "0.0.0.0:9000"})
        self.assertEqual(of_kind(found, "Service", "-telemetry")["spec"]["ports"][0]["port"], 9000)

    def test_large_numbers_stay_numbers(self):
        self.assertEqual(written(case("large-numbers"))["cache"]["negative_max_entries"], 10000000)
        text = of_kind(case("large-numbers"), "ConfigMap")["data"]["portcullis.yaml"]
        self.assertIn("max_connections: 1000000\n", text)

    def test_pods_live_as_long_as_the_program_needs_to_drain(self):
        grace = lambda name: pod(case(name))["spec"]["terminationGracePeriodSeconds"]
        self.assertEqual(grace("defaults"), 5 + 25 + 5)
        self.assertEqual(grace("slow-drain"), 2 + 120 + 5)
        self.assertEqual(grace("no-drain-delay"), 0 + 3600 + 5)
        self.assertEqual(grace("own-grace-period"), 90)
        self.assertEqual(written(case("no-drain-delay"))["server"]["drain_delay"], 0)

    def test_tls_moves_to_8443_and_443(self):
        found = case("tls")
        self.assertEqual(written(found)["listen"], "[::]:8443")
        folder = "/var/run/secrets/portcullis/tls"
        self.assertEqual(
            written(found)["tls"],
            {"certificate_file": [f"{folder}/tls.crt"], "key_file": [f"{folder}/tls.key"]},
        )
        self.assertEqual(
            container(found)["ports"][0], {"name": "https", "containerPort": 8443, "protocol": "TCP"}
        )
        self.assertEqual(of_kind(found, "Service", "portcullis")["spec"]["ports"][0]["port"], 443)
        self.assertEqual(container(case("tls-own-files"))["ports"][0]["name"], "https")
        self.assertEqual(container(case("tls-off-at-the-listener"))["ports"][0]["name"], "http")

    def test_secrets_are_mounted_where_the_configuration_looks(self):
        for name, key in {
            "account": "password_file",
            "application-credential": "application_credential_secret_file",
        }.items():
            found = case(name)
            folder = named(container(found)["volumeMounts"], "keystone")
            self.assertTrue(folder["readOnly"])
            file = values(name)["secrets"]["keystone"].get("key", "password")
            self.assertEqual(written(found)["keystone"][key], f"{folder['mountPath']}/{file}")
            secret = named(pod(found)["spec"]["volumes"], "keystone")["secret"]
            self.assertEqual(secret, {"secretName": "keystone-account", "defaultMode": 0o440})

    def test_whom_to_trust_is_mounted_where_the_configuration_looks(self):
        found = case("private-roots")
        self.assertEqual(
            written(found)["keystone"]["ca_file"], "/var/run/secrets/portcullis/trust-keystone/ca.crt"
        )
        self.assertEqual(
            written(found)["upstream"]["ca_file"], "/var/run/secrets/portcullis/trust-upstream/ca.pem"
        )
        volumes = pod(found)["spec"]["volumes"]
        self.assertEqual(named(volumes, "trust-keystone")["configMap"]["name"], "roots")
        self.assertEqual(named(volumes, "trust-upstream")["secret"]["secretName"], "roots")
        clients = written(case("client-certificates"))["tls"]
        self.assertEqual(clients["client_ca_file"], ["/var/run/secrets/portcullis/trust-clients/ca.crt"])

    def test_a_configmap_of_somebody_else_is_told_the_rest_by_variables(self):
        found = case("existing-configmap")
        self.assertNotIn("ConfigMap", kinds(found))
        self.assertEqual(named(pod(found)["spec"]["volumes"], "config")["configMap"]["name"], "mine")
        self.assertNotIn("checksum/config", pod(found)["metadata"]["annotations"])
        self.assertEqual(
            variables(container(found)),
            {
                "PORTCULLIS_LISTEN": "[::]:8443",
                "PORTCULLIS_TELEMETRY__LISTEN": "[::]:9180",
                "PORTCULLIS_TLS__CERTIFICATE_FILE": "/var/run/secrets/portcullis/tls/tls.crt",
                "PORTCULLIS_TLS__KEY_FILE": "/var/run/secrets/portcullis/tls/tls.key",
                "PORTCULLIS_KEYSTONE__CA_FILE": "/var/run/secrets/portcullis/trust-keystone/ca.crt",
                "PORTCULLIS_SERVER__DRAIN_DELAY": "5s",
                "PORTCULLIS_SERVER__DRAIN_TIMEOUT": "25s",
            },
        )
        self.assertTrue(named(container(found)["volumeMounts"], "keystone"))

    def test_a_configmap_of_somebody_else_drains_as_the_pod_expects(self):
        given = lambda name, key: variables(container(case(name)))[f"PORTCULLIS_SERVER__DRAIN_{key}"]
        drains = lambda name: [given(name, key) for key in ("DELAY", "TIMEOUT")]
        grace = lambda name: pod(case(name))["spec"]["terminationGracePeriodSeconds"]
        self.assertEqual((drains("existing-configmap"), grace("existing-configmap")), (["5s", "25s"], 35))
        told = "existing-configmap-drain"
        self.assertEqual((drains(told), grace(told)), (["8s", "1m"], 8 + 60 + 5))
        env = [each["name"] for each in container(case("drain-by-variable"))["env"]]
        self.assertEqual(len(env), len(set(env)))
        self.assertEqual(drains("drain-by-variable"), ["5s", "10s"])
        self.assertEqual(grace("drain-by-variable"), 20)

    def test_the_program_takes_every_one_of_them(self):
        for name in CASES:
            found = case(name)
            if "ConfigMap" in kinds(found) and values(name).get("kind") != "None":
                with self.subTest(name):
                    data = of_kind(found, "ConfigMap", workload(found)["metadata"]["name"])["data"]
                    self.assertEqual(program.complaints(data, container(found)), "")

    def test_the_program_takes_the_arguments_of_its_containers(self):
        ours = {"portcullis", "ready", "webhook"}
        for name in CASES:
            for whose, spec in pod_specs(case(name)):
                for each in spec["containers"]:
                    if each["name"] in ours:
                        with self.subTest(name, whose=whose, container=each["name"]):
                            self.assertEqual(program.wrong_arguments(each.get("args", [])), "")
        self.assertIn("--typo", program.wrong_arguments(["health", "--typo"]))

    def test_the_program_refuses_one_that_is_wrong(self):
        found = case("defaults")
        broken = {"portcullis.yaml": "listen: nowhere\n"}
        self.assertIn("listen", program.complaints(broken, container(found)))
