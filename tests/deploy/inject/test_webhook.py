"""The webhook over TLS, by reviews as API servers send them: what it answers is what `inject
--annotated-only` writes."""

import copy
import http.client
import json
import unittest
import unittest.mock

import cases
import model
import reading
import server
from command import injected

WISH = {"portcullis/inject": "true"}


def pods():
    """The pods of all manifests as an API server makes them of their workloads, by the file's name;
    asking for a sidecar, and the port said that files have Services for."""
    found = {}
    for name in cases.names():
        for each in reading.objects(cases.manifest(name)):
            inside = reading.pod_of(each)
            if not inside or reading.name(each) not in cases.PORTS[name]:
                continue
            pod = {"apiVersion": "v1", "kind": "Pod"} | copy.deepcopy(inside)
            metadata = pod.get("metadata") or {}
            asking = WISH | {"portcullis/app-port": str(cases.PORTS[name][reading.name(each)])}
            metadata["annotations"] = asking | (metadata.get("annotations") or {})
            generated = {"generateName": f"{reading.name(each)}-6d4cf56db6-", "namespace": "default"}
            pod["metadata"] = {key: value for key, value in metadata.items() if value} | generated
            pod["metadata"].pop("name", None)
            found[name, reading.name(each)] = with_defaults(pod)
    return found


def with_defaults(pod):
    """A pod as it comes to the webhook: with what the API server has filled in already."""
    spec = pod["spec"]
    spec |= {"dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "serviceAccountName": "default"}
    spec.setdefault("restartPolicy", "Always")
    token = {"name": "kube-api-access-x7k2p", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    spec["volumes"] = (spec.get("volumes") or []) + [
        {"name": token["name"], "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken": {"path": "token"}}]}}
    ]
    for container in spec["containers"]:
        container["volumeMounts"] = (container.get("volumeMounts") or []) + [token | {"readOnly": True}]
        container |= {"terminationMessagePath": "/dev/termination-log", "resources": container.get("resources") or {}}
        for kind in model.KINDS:
            probe = container.get(f"{kind}Probe")
            if probe:
                probe |= {"timeoutSeconds": probe.get("timeoutSeconds", 1), "successThreshold": 1}
            if probe and "httpGet" in probe:
                probe["httpGet"].setdefault("scheme", "HTTP")
    return pod


def service(annotations=None, ports=None, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default", "annotations": annotations or {}},
        "spec": {"selector": {"app": "web"}, "type": "ClusterIP", "ports": ports or [port(80, 8080)]} | spec,
    }


def port(number, target, **more):
    return {"port": number, "targetPort": target, "protocol": "TCP"} | more


class Reviews(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.webhook = cls.enterClassContext(server.Webhook(cases.KEYSTONE))

    def ask(self, found, *arguments, **more):
        return self.webhook.ask(server.review(found, *arguments, **more))

    def test_a_pod_becomes_what_the_command_makes_of_it(self):
        for (name, workload), pod in pods().items():
            for version in ("1.29", "1.33"):
                with self.subTest(name, workload=workload, version=version):
                    written = injected(json.dumps(pod), [cases.KEYSTONE, "--annotated-only"])
                    [expected] = reading.documents(written)
                    self.assertNotEqual(expected, pod)
                    self.assertEqual(server.patched(pod, self.ask(pod, version=version)), expected)

    def test_asked_again_it_leaves_the_pod_as_it_is(self):
        for (name, workload), pod in pods().items():
            with self.subTest(name, workload=workload):
                once = server.patched(pod, self.ask(pod))
                self.assertEqual(self.ask(once), {"uid": unittest.mock.ANY, "allowed": True})

    def test_what_the_api_server_fills_in_changes_nothing(self):
        for (name, workload), pod in pods().items():
            with self.subTest(name, workload=workload):
                once = server.patched(pod, self.ask(pod))
                filled = copy.deepcopy(once)
                container, _ = model.sidecar(filled)
                container |= {"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log"}
                for each in filled["spec"]["containers"]:
                    for kind in model.KINDS:
                        asked = (each.get(f"{kind}Probe") or {}).get("httpGet")
                        if asked:
                            asked["scheme"] = asked.get("scheme", "HTTP")
                self.assertNotIn("patch", self.ask(filled))

    def test_a_container_that_others_add_in_between_stays(self):
        pod = pods()["deployment.yaml", "orders"]
        once = server.patched(pod, self.ask(pod))
        once["spec"]["containers"].append({"name": "tracing", "image": "tracing"})
        self.assertNotIn("patch", self.ask(once))

    def test_a_dry_run_is_answered_the_same(self):
        pod = pods()["deployment.yaml", "orders"]
        self.assertEqual(
            server.patched(pod, self.ask(pod, dryRun=True)), server.patched(pod, self.ask(pod, dryRun=False))
        )

    def test_who_does_not_ask_is_left_alone(self):
        pod = pods()["deployment.yaml", "orders"]
        for annotations in ({}, {"portcullis/inject": "false"}, {"portcullis/app-port": "1"}):
            pod["metadata"]["annotations"] = annotations
            with self.subTest(annotations):
                self.assertNotIn("patch", self.ask(pod))
        del pod["metadata"]["annotations"]
        self.assertNotIn("patch", self.ask(pod))

    def test_a_label_asks_as_well_and_an_annotation_is_nearer(self):
        pod = pods()["deployment.yaml", "orders"]
        pod["metadata"]["labels"] |= WISH
        pod["metadata"]["annotations"] = {"portcullis/app-port": "9000"}
        self.assertIn("patch", self.ask(pod))
        pod["metadata"]["annotations"] |= {"portcullis/inject": "false"}
        self.assertNotIn("patch", self.ask(pod))

    def test_one_that_goes_may_go(self):
        pod = pods()["deployment.yaml", "orders"]
        self.assertNotIn("patch", self.ask(None, "DELETE", old=pod))

    def test_a_pod_that_asks_and_has_a_sidecar_of_somebody_else_is_denied(self):
        pod = pods()["deployment.yaml", "orders"]
        pod["spec"]["containers"].append({"name": "portcullis", "image": "portcullis"})
        response = self.ask(pod)
        self.assertIs(response["allowed"], False)
        self.assertIn("has a container portcullis already", response["status"]["message"])

    def test_a_container_that_a_note_does_not_speak_of_is_denied(self):
        pod = pods()["deployment.yaml", "orders"]
        for note in ("{}", "[]", "nonsense", '{"probes": {"orders": 1}, "made": "x", "mounts": 3}', '{"mark": "x"}'):
            forged = copy.deepcopy(pod)
            forged["metadata"]["annotations"][model.NOTE] = note
            forged["spec"]["containers"].append({"name": "portcullis", "image": "sleep"})
            with self.subTest(note):
                response = self.ask(forged)
                self.assertEqual((response["allowed"], response["status"]["code"]), (False, 422))
                self.assertIn("is not the one of its record", response["status"]["message"])
            # Without that container there is nothing that could be lost.
            del forged["spec"]["containers"][1]
            container, place = model.sidecar(server.patched(forged, self.ask(forged)))
            self.assertEqual((container["args"], place), (["run"], "initContainers"))

    def test_a_sidecar_of_inject_keeps_its_file_when_its_image_is_written_anew(self):
        pod = pods()["deployment.yaml", "orders"]
        [found] = reading.documents(injected(json.dumps(pod), ["--config-map=orders-gate"]))
        container, _ = model.sidecar(found)
        for image in (container["image"], "mirror.local/portcullis:0.1.0", "gate@sha256:" + "0" * 64):
            container["image"] = image
            with self.subTest(image):
                self.assertEqual(self.ask(found), {"uid": unittest.mock.ANY, "allowed": True})
        container["env"].insert(0, {"name": "OTEL_SERVICE_NAME", "value": "orders"})
        self.assertEqual(self.ask(found), {"uid": unittest.mock.ANY, "allowed": True})

    def test_what_webhooks_behind_it_write_is_not_undone_when_it_is_asked_again(self):
        for (name, workload), pod in pods().items():
            once = server.patched(pod, self.ask(pod))
            container, _ = model.sidecar(once)
            container["image"] = "mirror.local/" + container["image"]
            container["env"] = [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}] + container["env"]
            with self.subTest(name, workload=workload):
                self.assertEqual(self.ask(once), {"uid": unittest.mock.ANY, "allowed": True})

    def test_a_sidecar_that_is_told_otherwise_is_denied_and_not_replaced(self):
        pod = pods()["deployment.yaml", "orders"]
        [found] = reading.documents(injected(json.dumps(pod), ["--config-map=orders-gate"]))
        container, _ = model.sidecar(found)
        container["args"] = ["run"]
        response = self.ask(found)
        self.assertIs(response["allowed"], False)
        self.assertIn("portcullis inject again", response["status"]["message"])

    def test_a_service_that_asks_leads_to_the_sidecar(self):
        found = service(WISH)
        for operation, old in (("CREATE", None), ("UPDATE", service())):
            after = server.patched(found, self.ask(found, operation, old=old))
            with self.subTest(operation):
                self.assertEqual(after["spec"]["ports"], [port(80, 18080)])
                self.assertNotIn("patch", self.ask(after, "UPDATE", old=after))

    def test_of_several_ports_the_one_that_is_named_goes(self):
        ports = [port(80, "http", name="http"), port(9100, 9100, name="metrics"), port(80, 80, protocol="UDP", name="u")]
        for said in ("http", "9100"):
            found = service(WISH | {"portcullis/app-port": said}, ports)
            after = server.patched(found, self.ask(found))
            with self.subTest(said):
                expected = [
                    each | ({"targetPort": 18080} if str(each["targetPort"]) == said else {}) for each in ports
                ]
                self.assertEqual(after["spec"]["ports"], expected)
                self.assertNotIn("patch", self.ask(after))

    def test_what_still_goes_past_the_sidecar_is_a_warning(self):
        said = WISH | {"portcullis/app-port": "8080"}
        found = service(said, [port(80, "http", name="a"), port(8080, 8080, name="b"), port(53, 53, protocol="UDP")])
        self.assertEqual(self.ask(found)["warnings"], ["leads past the sidecar: port 80 to http"])
        [warning] = self.ask(service(WISH, clusterIP="None"))["warnings"]
        self.assertIn("is headless", warning)
        self.assertNotIn("warnings", self.ask(service(WISH)))

    def test_a_service_that_was_changed_since_is_led_anew(self):
        once = server.patched(service(WISH), self.ask(service(WISH)))
        changed = copy.deepcopy(once)
        changed["spec"]["ports"] = [port(8080, 9090)]
        after = server.patched(changed, self.ask(changed, "UPDATE", old=once))
        self.assertEqual(after["spec"]["ports"], [port(8080, 18080)])
        note = json.loads(after["metadata"]["annotations"][model.NOTE])
        self.assertEqual(note["targetPorts"], {"8080": 9090})

    def test_a_service_that_does_not_ask_is_left_alone(self):
        self.assertNotIn("patch", self.ask(service()))

    def test_what_cannot_be_done_is_denied_with_the_reason(self):
        for found, words in refused().values():
            response = self.ask(found)
            with self.subTest(words):
                self.assertEqual((response["allowed"], response["status"]["code"]), (False, 422))
                self.assertNotIn("patch", response)
                for word in words:
                    self.assertIn(word, response["status"]["message"])

    def test_what_is_no_review_is_no_admission(self):
        review = json.dumps(server.review(pods()["deployment.yaml", "orders"]))
        for name, status, arguments in (
            ("no json", 400, {"body": "{"}),
            ("a pod", 400, {"body": json.dumps(pods()["deployment.yaml", "orders"])}),
            ("an old version", 400, {"body": review.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1")}),
            ("another path", 404, {"body": review, "path": "/validate"}),
            ("another method", 405, {"body": review, "method": "PUT"}),
            ("another type", 415, {"body": review, "kind": "application/yaml"}),
            # Told by its length alone: whoever sends on may find the connection closed.
            ("too long", 413, {"body": None, "length": 9 << 20}),
        ):
            with self.subTest(name):
                found, text = self.webhook.post(**arguments)
                self.assertEqual(found, status)
                self.assertNotIn(b"allowed", text)

    def test_it_is_ready_and_counts(self):
        self.ask(service())
        connection = http.client.HTTPConnection("127.0.0.1", self.webhook.telemetry, timeout=20)
        for path in ("/readyz", "/livez", "/startupz"):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 200, path)
        connection.request("GET", "/metrics")
        self.assertIn(b"portcullis_webhook_reviews_total", connection.getresponse().read())
        connection.close()


class OnError(unittest.TestCase):
    def test_one_that_cannot_be_guarded_is_excused_with_a_warning_where_that_is_wished(self):
        with server.Webhook(cases.KEYSTONE, "--on-error=allow") as webhook:
            for found, words in refused().values():
                response = webhook.ask(server.review(found))
                with self.subTest(words):
                    self.assertTrue(response["allowed"])
                    self.assertNotIn("patch", response)
                    [warning] = response["warnings"]
                    self.assertIn("portcullis was not added", warning)
            pod = pods()["deployment.yaml", "orders"]
            self.assertIn("patch", webhook.ask(server.review(pod)))

    def test_deny_is_what_it_does_unasked(self):
        with server.Webhook(cases.KEYSTONE, "--on-error=deny") as webhook:
            found, _ = refused()["no port"]
            self.assertFalse(webhook.ask(server.review(found))["allowed"])
        self.assertEqual(webhook.code, 0)

    def test_its_flags_are_those_of_inject(self):
        flags = ["--config-map=portcullis", "--secret=portcullis", "--image=other", "--native=false", "--port=28080"]
        pod = pods()["deployment.yaml", "orders"]
        [expected] = reading.documents(injected(json.dumps(pod), [*flags, "--annotated-only"]))
        with server.Webhook(*flags) as webhook:
            self.assertEqual(server.patched(pod, webhook.ask(server.review(pod))), expected)

    def test_what_the_log_says_has_nothing_of_the_object(self):
        pod = pods()["deployment.yaml", "orders"]
        pod["spec"]["containers"][0]["env"] = [{"name": "PASSWORD", "value": "hunter2"}]
        with server.Webhook(cases.KEYSTONE) as webhook:
            review = server.review(pod)
            webhook.ask(review)
            line = webhook.line("reviewed")
        self.assertEqual((line["outcome"], line["review.uid"]), ("patched", review["request"]["uid"]))
        self.assertEqual(line["k8s.object.name"], "orders-6d4cf56db6-*")
        self.assertNotIn("hunter2", json.dumps(line))


def refused():
    """Objects that ask for what cannot be done, and words of the reason."""
    pod = pods()["deployment.yaml", "orders"]
    host = copy.deepcopy(pod)
    host["spec"]["hostNetwork"] = True
    none = copy.deepcopy(pod)
    del none["metadata"]["annotations"]["portcullis/app-port"]
    del none["spec"]["containers"][0]["ports"]
    unknown = copy.deepcopy(pod)
    unknown["metadata"]["annotations"]["portcullis/appport"] = "1"
    taken = copy.deepcopy(pod)
    taken["spec"]["volumes"].append({"name": "portcullis-secret", "emptyDir": {}})
    several = service(WISH, [port(80, 80, name="a"), port(81, 81, name="b")])
    nowhere = service(WISH | {"portcullis/app-port": "http"})
    return {
        "host network": (host, ["hostNetwork"]),
        "no port": (none, ["no container declares a port", "portcullis/app-port"]),
        "unknown": (unknown, ["portcullis/appport", "does not exist"]),
        "taken": (taken, ["portcullis-secret", "another name"]),
        "several": (several, ["2 TCP ports", "portcullis/app-port"]),
        "nowhere": (nowhere, ["targetPort http"]),
    }
