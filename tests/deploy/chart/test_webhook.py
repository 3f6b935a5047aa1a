"""The admission webhook: its certificate, whom it is asked about, and that it fails as told."""

import re
import unittest

import engine
from matrix import case, values
from objects import kinds, named, of_kind


def webhook(found):
    configuration = of_kind(found, "MutatingWebhookConfiguration")
    assert len(configuration["webhooks"]) == 1
    return configuration["webhooks"][0]


def deployment(found):
    return of_kind(found, "Deployment", "-webhook")


def arguments(found):
    return deployment(found)["spec"]["template"]["spec"]["containers"][0]["args"]


def holds(expression, metadata):
    """What the API server makes of such an expression, of which Python has all but the spelling."""
    expression = re.sub(r"has\(object\.metadata\.(\w+)\)", r"'\1' in metadata", expression)
    expression = re.sub(r"object\.metadata\.(\w+)", r"metadata['\1']", expression)
    expression = expression.replace("&&", "and").replace("||", "or")
    return eval(expression, {"__builtins__": {}}, {"metadata": metadata})


class Webhook(unittest.TestCase):
    def test_it_is_off_unless_it_is_asked_for(self):
        self.assertNotIn("MutatingWebhookConfiguration", kinds(case("defaults")))

    def test_it_is_asked_about_pods_and_services_that_ask_for_it(self):
        hook = webhook(case("webhook-with-cert-manager"))
        asked = {rule["resources"][0]: rule["operations"] for rule in hook["rules"]}
        self.assertEqual(asked, {"pods": ["CREATE"], "services": ["CREATE", "UPDATE"]})
        self.assertEqual(hook["sideEffects"], "None")
        self.assertEqual(hook["reinvocationPolicy"], "IfNeeded")
        self.assertEqual(hook["admissionReviewVersions"], ["v1"])
        self.assertEqual(hook["timeoutSeconds"], 10)

    def test_an_object_asks_by_an_annotation_or_a_label(self):
        expression = webhook(case("webhook-with-cert-manager"))["matchConditions"][0]["expression"]
        wish = {"portcullis/inject": "true"}
        for metadata, asks in (
            ({}, False),
            ({"annotations": {"a": "b"}, "labels": {"a": "b"}}, False),
            ({"annotations": wish}, True),
            ({"labels": wish}, True),
            ({"annotations": {"a": "b"}, "labels": wish}, True),
        ):
            with self.subTest(metadata):
                self.assertEqual(holds(expression, metadata), asks)

    def test_conditions_are_left_out_where_the_api_server_does_not_know_them(self):
        self.assertNotIn("matchConditions", webhook(case("webhook-with-an-issuer", kube="1.27")))
        self.assertIn("matchConditions", webhook(case("webhook-with-an-issuer", kube="1.28")))

    def test_without_conditions_and_without_a_selector_it_would_hold_up_the_cluster(self):
        with self.assertRaisesRegex(engine.Refused, "no pod of the cluster starts while the webhook"):
            case("webhook-with-cert-manager", kube="1.27")
        told = values("webhook-with-cert-manager")
        told["webhook"]["failurePolicy"] = "Ignore"
        self.assertTrue(engine.objects(engine.GATEWAY, told, kube="1.27"))

    def test_it_fails_closed_unless_told_otherwise(self):
        self.assertEqual(webhook(case("webhook-with-cert-manager"))["failurePolicy"], "Fail")
        self.assertEqual(webhook(case("webhook-with-a-secret"))["failurePolicy"], "Ignore")

    def test_the_clusters_namespace_is_left_out_whatever_is_selected(self):
        expressions = lambda name, **options: webhook(case(name, **options))["namespaceSelector"][
            "matchExpressions"
        ]
        out = expressions("webhook-with-cert-manager", namespace="guards")[-1]
        self.assertEqual(out["operator"], "NotIn")
        self.assertEqual(out["key"], "kubernetes.io/metadata.name")
        self.assertEqual(out["values"], ["kube-system"])
        chosen, out = expressions("webhook-with-a-secret")
        self.assertEqual(chosen["key"], "env")
        self.assertEqual(out["values"], ["kube-system", "kube-node-lease"])
        # Where it would be asked about its own pods, its own namespace is too.
        out = expressions("webhook-with-an-issuer", namespace="guards", kube="1.27")[-1]
        self.assertEqual(out["values"], ["kube-system", "guards"])
        hook = webhook(case("webhook-with-a-secret"))
        self.assertEqual(hook["namespaceSelector"]["matchLabels"], {"injection": "on"})
        self.assertEqual(hook["objectSelector"], {"matchLabels": {"sidecar": "yes"}})

    def test_the_api_server_finds_it(self):
        found = case("webhook-with-a-secret")
        client = webhook(found)["clientConfig"]
        self.assertEqual(client["caBundle"], "Q0E=")
        self.assertEqual(
            client["service"],
            {"name": "gate-portcullis-webhook", "namespace": "openstack", "path": "/mutate", "port": 443},
        )
        service = of_kind(found, "Service", "-webhook")
        self.assertEqual(service["metadata"]["name"], client["service"]["name"])
        self.assertEqual(named(service["spec"]["ports"], "https")["port"], 443)
        self.assertEqual(service["spec"]["selector"], deployment(found)["spec"]["selector"]["matchLabels"])

    def test_the_program_is_told_what_the_values_say(self):
        self.assertEqual(
            arguments(case("webhook-with-cert-manager")),
            [
                "webhook",
                "--listen=[::]:8443",
                "--certificate-file=/var/run/secrets/webhook/tls.crt",
                "--key-file=/var/run/secrets/webhook/tls.key",
                "--telemetry=[::]:9180",
                "--image=portcullis:0.1.0",
                "--native=true",
                "--on-error=deny",
            ],
        )
        told = arguments(case("webhook-with-a-secret"))
        self.assertEqual(told[1], "--listen=0.0.0.0:8443")
        self.assertEqual(
            told[5:],
            [
                "--image=mirror.example/portcullis:1",
                "--native=false",
                "--on-error=allow",
                "--log-level=debug",
            ],
        )
        self.assertIn("--native=false", arguments(case("webhook-with-cert-manager", kube="1.28")))

    def test_a_version_of_kubernetes_that_is_told_counts_more_than_the_clusters(self):
        told = values("webhook-with-an-issuer") | {"kubeVersion": "1.27"}
        found = engine.objects(engine.GATEWAY, told)
        self.assertIn("--native=false", arguments(found))
        self.assertNotIn("matchConditions", webhook(found))

    def test_the_certificate_is_the_secret_that_is_named(self):
        spec = deployment(case("webhook-with-a-secret"))["spec"]["template"]["spec"]
        self.assertEqual(named(spec["volumes"], "certificate")["secret"]["secretName"], "webhook-tls")
        mount = named(spec["containers"][0]["volumeMounts"], "certificate")
        self.assertEqual((mount["mountPath"], mount["readOnly"]), ("/var/run/secrets/webhook", True))
        self.assertNotIn("Certificate", kinds(case("webhook-with-a-secret")))

    def test_cert_manager_makes_it_for_the_names_that_the_api_server_uses(self):
        found = case("webhook-with-cert-manager")
        certificate = of_kind(found, "Certificate", "-webhook")
        self.assertIn("gate-portcullis-webhook.openstack.svc", certificate["spec"]["dnsNames"])
        spec = deployment(found)["spec"]["template"]["spec"]
        secret = named(spec["volumes"], "certificate")["secret"]["secretName"]
        self.assertEqual(certificate["spec"]["secretName"], secret)
        annotations = of_kind(found, "MutatingWebhookConfiguration")["metadata"]["annotations"]
        wanted = f"openstack/{certificate['metadata']['name']}"
        self.assertEqual(annotations["cert-manager.io/inject-ca-from"], wanted)

    def test_a_renewal_does_not_change_whom_the_api_server_trusts(self):
        found = case("webhook-with-cert-manager")
        signer = lambda certificate: of_kind(found, "Issuer", certificate["spec"]["issuerRef"]["name"])
        leaf, authority = of_kind(found, "Certificate", "-webhook"), of_kind(found, "Certificate", "-ca")
        self.assertEqual(signer(leaf)["spec"], {"ca": {"secretName": authority["spec"]["secretName"]}})
        self.assertEqual(signer(authority)["spec"], {"selfSigned": {}})
        self.assertIs(authority["spec"]["isCA"], True)
        # Renewed after ten years, with the key that it had.
        self.assertEqual(authority["spec"]["duration"], "87600h")
        self.assertEqual(authority["spec"]["privateKey"]["rotationPolicy"], "Never")
        self.assertNotEqual(authority["spec"]["secretName"], leaf["spec"]["secretName"])

    def test_an_issuer_of_somebody_else_is_used(self):
        found = case("webhook-with-an-issuer")
        self.assertEqual(
            of_kind(found, "Certificate")["spec"]["issuerRef"], {"name": "own", "kind": "ClusterIssuer"}
        )
        self.assertNotIn("Issuer", kinds(found))

    def test_it_asks_nobody_and_is_asked_at_two_ports(self):
        policy = of_kind(case("webhook-with-cert-manager"), "NetworkPolicy", "-webhook")["spec"]
        self.assertEqual(policy["egress"], [])
        self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])
        self.assertEqual([rule["ports"][0]["port"] for rule in policy["ingress"]], [8443, 9180])
        self.assertNotIn("NetworkPolicy", kinds(case("webhook-with-a-secret")))

    def test_it_stays_while_nodes_are_drained(self):
        found = case("webhook-with-cert-manager")
        budget = of_kind(found, "PodDisruptionBudget", "-webhook")["spec"]
        self.assertEqual(budget["maxUnavailable"], 1)
        self.assertEqual(budget["selector"], deployment(found)["spec"]["selector"])
        self.assertEqual(deployment(found)["spec"]["replicas"], 2)

    def test_it_can_be_installed_alone(self):
        found = case("webhook-alone")
        self.assertEqual(
            [each["metadata"]["name"] for each in found if each["kind"] == "Deployment"],
            ["gate-portcullis-webhook"],
        )
        self.assertNotIn("ConfigMap", kinds(found))
        self.assertNotIn("Pod", kinds(found))
