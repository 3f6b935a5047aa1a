"""The gateway's pods: how many, where, and with what inside."""

import unittest

from matrix import case
from objects import container, kinds, named, of_kind, pod, variables, workload


class Workload(unittest.TestCase):
    def test_defaults_are_two_replicas_that_never_become_fewer(self):
        gateway = workload(case("defaults"))
        self.assertEqual(gateway["kind"], "Deployment")
        self.assertEqual(gateway["spec"]["replicas"], 2)
        self.assertEqual(
            gateway["spec"]["strategy"],
            {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        )

    def test_defaults_install_these_kinds_and_no_others(self):
        wanted = "ConfigMap Deployment Pod PodDisruptionBudget Service ServiceAccount"
        self.assertEqual(kinds(case("defaults")), wanted.split())

    def test_a_daemonset_takes_the_place_of_the_deployment_and_its_budget(self):
        found = case("daemonset")
        gateway = workload(found)
        self.assertEqual(gateway["kind"], "DaemonSet")
        self.assertNotIn("replicas", gateway["spec"])
        self.assertEqual(gateway["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"], "10%")
        self.assertNotIn("topologySpreadConstraints", pod(found)["spec"])
        self.assertNotIn("PodDisruptionBudget", kinds(found))

    def test_recreate_has_no_times_of_a_rolling_update(self):
        self.assertEqual(workload(case("recreate"))["spec"]["strategy"], {"type": "Recreate"})

    def test_one_replica_can_do_without_a_budget(self):
        found = case("one-replica")
        self.assertEqual(workload(found)["spec"]["replicas"], 1)
        self.assertNotIn("PodDisruptionBudget", kinds(found))

    def test_autoscaling_owns_the_number_of_replicas(self):
        found = case("autoscaling")
        self.assertNotIn("replicas", workload(found)["spec"])
        scaler = of_kind(found, "HorizontalPodAutoscaler")["spec"]
        self.assertEqual(scaler["scaleTargetRef"]["name"], workload(found)["metadata"]["name"])
        self.assertEqual((scaler["minReplicas"], scaler["maxReplicas"]), (2, 20))
        self.assertEqual([each["type"] for each in scaler["metrics"]], ["Resource", "Resource", "Pods"])
        self.assertEqual(scaler["metrics"][0]["resource"]["target"]["averageUtilization"], 75)
        self.assertEqual(scaler["behavior"]["scaleDown"]["stabilizationWindowSeconds"], 300)

    def test_a_budget_says_one_thing(self):
        self.assertEqual(of_kind(case("defaults"), "PodDisruptionBudget")["spec"]["maxUnavailable"], 1)
        share = of_kind(case("budget-by-share"), "PodDisruptionBudget")["spec"]
        self.assertEqual((share.get("minAvailable"), share.get("maxUnavailable")), ("50%", None))
        none = of_kind(case("budget-of-none"), "PodDisruptionBudget")["spec"]
        self.assertEqual((none.get("minAvailable"), none.get("maxUnavailable")), (None, 0))

    def test_pods_spread_over_nodes_and_zones(self):
        found = case("defaults")
        spread = pod(found)["spec"]["topologySpreadConstraints"]
        self.assertEqual(
            [each["topologyKey"] for each in spread],
            ["kubernetes.io/hostname", "topology.kubernetes.io/zone"],
        )
        for each in spread:
            self.assertEqual(each["labelSelector"], workload(found)["spec"]["selector"])

    def test_placement_is_passed_on(self):
        spec = pod(case("placement"))["spec"]
        self.assertNotIn("topologySpreadConstraints", spec)
        self.assertEqual(spec["nodeSelector"], {"kubernetes.io/os": "linux"})
        self.assertEqual(spec["tolerations"][0]["key"], "dedicated")
        self.assertIn("podAntiAffinity", spec["affinity"])
        self.assertEqual(spec["priorityClassName"], "system-cluster-critical")
        self.assertEqual(spec["runtimeClassName"], "gvisor")
        self.assertEqual(spec["schedulerName"], "other")
        self.assertEqual(spec["dnsPolicy"], "None")
        self.assertEqual(spec["dnsConfig"], {"nameservers": ["192.0.2.53"]})
        self.assertEqual(spec["hostAliases"][0]["ip"], "192.0.2.10")

    def test_extras_come_along(self):
        found = case("extras")
        spec = pod(found)["spec"]
        proxy = container(found)
        self.assertEqual(proxy["args"][-2:], ["--set", "cache.ttl=60s"])
        self.assertEqual(variables(proxy)["PORTCULLIS_LOG__LEVEL"], "debug")
        self.assertEqual(proxy["envFrom"], [{"configMapRef": {"name": "more"}}])
        self.assertEqual(named(proxy["volumeMounts"], "scratch")["mountPath"], "/scratch")
        self.assertEqual(named(spec["volumes"], "scratch")["emptyDir"], {})
        self.assertEqual([each["name"] for each in spec["containers"]], ["portcullis", "beside"])
        self.assertEqual(spec["initContainers"][0]["name"], "before")
        self.assertEqual(of_kind(found, "ConfigMap", "-text")["metadata"]["name"], "gate-text")
        self.assertEqual(of_kind(found, "ConfigMap", "-mapping")["metadata"]["namespace"], "other")

    def test_images_are_named_as_told(self):
        self.assertEqual(container(case("defaults"))["image"], "portcullis:0.1.0")
        self.assertEqual(container(case("image-tag"))["image"], "portcullis:edge")
        whole = "registry.example:5000/identity/portcullis:0.1.0"
        self.assertEqual(container(case("image-with-its-registry"))["image"], whole)
        found = case("image")
        wanted = "mirror.example:5000/identity/portcullis@sha256:" + "a" * 64
        self.assertEqual(container(found)["image"], wanted)
        self.assertEqual(container(found)["imagePullPolicy"], "Always")
        self.assertEqual(pod(found)["spec"]["imagePullSecrets"], [{"name": "mirror"}])
        self.assertEqual(of_kind(found, "Pod")["spec"]["containers"][0]["image"], wanted)

    def test_a_service_account_of_somebody_else(self):
        found = case("account-of-somebody-else")
        self.assertNotIn("ServiceAccount", kinds(found))
        self.assertEqual(pod(found)["spec"]["serviceAccountName"], "default")

    def test_the_probes_ask_the_telemetry_port(self):
        proxy = container(case("defaults"))
        asked = {kind: proxy[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
        for kind, path in {"startup": "/startupz", "liveness": "/livez", "readiness": "/readyz"}.items():
            self.assertEqual(asked[kind], {"path": path, "port": "telemetry", "scheme": "HTTP"})

    def test_helm_test_asks_the_telemetry_service_with_the_program_itself(self):
        found = case("defaults")
        trial = of_kind(found, "Pod")
        self.assertEqual(trial["metadata"]["annotations"]["helm.sh/hook"], "test")
        self.assertEqual(
            trial["spec"]["containers"][0]["args"],
            ["health", "--address=gate-portcullis-telemetry.openstack.svc:9180", "--path=/readyz"],
        )
        self.assertEqual(trial["spec"]["restartPolicy"], "OnFailure")
        self.assertEqual(trial["spec"]["activeDeadlineSeconds"], 60)
        self.assertNotIn("Pod", kinds(case("no-telemetry-service")))

    def test_a_subchart_may_have_a_condition_and_globals(self):
        self.assertEqual(kinds(case("as-a-subchart")), kinds(case("defaults")))
