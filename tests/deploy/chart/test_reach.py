"""How the gateway is reached, and whom it reaches: Services, routes, network policies."""

import unittest

from matrix import case
from objects import container, of_kind, workload


def service(found):
    return of_kind(found, "Service", "portcullis")["spec"]


class Services(unittest.TestCase):
    def test_clients_and_scrapers_have_a_service_each(self):
        found = case("defaults")
        self.assertEqual(
            service(found)["ports"], [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]
        )
        self.assertEqual(service(found)["type"], "ClusterIP")
        self.assertEqual(service(found)["ipFamilyPolicy"], "PreferDualStack")
        telemetry = of_kind(found, "Service", "-telemetry")["spec"]
        self.assertEqual([each["targetPort"] for each in telemetry["ports"]], ["telemetry"])
        for each in (service(found), telemetry):
            self.assertEqual(each["selector"], workload(found)["spec"]["selector"]["matchLabels"])

    def test_a_load_balancer_publishes_the_proxy_and_not_the_telemetry(self):
        found = case("load-balancer")
        self.assertEqual(service(found)["type"], "LoadBalancer")
        self.assertEqual(service(found)["externalTrafficPolicy"], "Local")
        self.assertEqual(service(found)["loadBalancerSourceRanges"], ["203.0.113.0/24"])
        self.assertEqual(service(found)["loadBalancerClass"], "example.com/internal")
        annotations = of_kind(found, "Service", "portcullis")["metadata"]["annotations"]
        self.assertEqual(annotations, {"example.com/lb": "internal"})
        self.assertEqual([each["name"] for each in service(found)["ports"]], ["http"])
        self.assertEqual(of_kind(found, "Service", "-telemetry")["spec"]["type"], "ClusterIP")

    def test_kinds_of_services(self):
        port = service(case("node-port"))["ports"][0]
        self.assertEqual((port["port"], port["nodePort"]), (8080, 30080))
        headless = service(case("headless-h2c"))
        self.assertEqual(headless["clusterIP"], "None")
        self.assertEqual(headless["ports"][0]["appProtocol"], "kubernetes.io/h2c")
        dual = case("dual-stack")
        for each in (service(dual), of_kind(dual, "Service", "-telemetry")["spec"]):
            self.assertEqual(each["ipFamilyPolicy"], "RequireDualStack")
            self.assertEqual(each["ipFamilies"], ["IPv6", "IPv4"])
        self.assertEqual(service(case("daemonset"))["internalTrafficPolicy"], "Local")

    def test_further_listeners_are_published_and_let_in(self):
        found = case("several-listeners")
        self.assertEqual([each["targetPort"] for each in service(found)["ports"]], ["http", 8081])
        proxy = of_kind(found, "NetworkPolicy")["spec"]["ingress"][0]
        self.assertEqual([each["port"] for each in proxy["ports"]], [8080, 8081])

    def test_without_a_telemetry_service_there_is_one_service(self):
        found = case("no-telemetry-service")
        self.assertEqual(len([each for each in found if each["kind"] == "Service"]), 1)


class Routes(unittest.TestCase):
    def test_an_ingress_leads_to_the_proxy(self):
        found = of_kind(case("ingress"), "Ingress")
        spec = found["spec"]
        self.assertEqual(spec["ingressClassName"], "nginx")
        self.assertEqual(spec["tls"], [{"hosts": ["api.example"], "secretName": "api-tls"}])
        paths = {rule["host"]: rule["http"]["paths"][0] for rule in spec["rules"]}
        backend = {"service": {"name": "gate-portcullis", "port": {"name": "http"}}}
        self.assertEqual(paths["api.example"], {"path": "/", "pathType": "Prefix", "backend": backend})
        self.assertEqual(paths["b.example"], {"path": "/v1", "pathType": "Exact", "backend": backend})
        self.assertEqual(found["metadata"]["annotations"], {"example.com/timeout": "60"})

    def test_routes_of_the_gateway_api_lead_to_the_proxy(self):
        found = case("gateway-routes")
        http = of_kind(found, "HTTPRoute")["spec"]
        self.assertEqual(http["parentRefs"], [{"name": "public", "namespace": "gateways"}])
        self.assertEqual(http["hostnames"], ["api.example"])
        self.assertEqual(
            http["rules"],
            [{"backendRefs": [{"name": "gate-portcullis", "port": 80}], "timeouts": {"request": "60s"}}],
        )
        grpc = of_kind(found, "GRPCRoute")["spec"]
        self.assertEqual(grpc["rules"][0]["matches"], [{"method": {"service": "orders.v1.Orders"}}])


class Policies(unittest.TestCase):
    def test_proxy_and_telemetry_are_two_doors_and_there_is_no_third(self):
        found = case("network-policy")
        policy = of_kind(found, "NetworkPolicy")["spec"]
        self.assertEqual(policy["podSelector"], workload(found)["spec"]["selector"])
        self.assertEqual(policy["policyTypes"], ["Ingress"])
        tcp = lambda port: {"ports": [{"port": port, "protocol": "TCP"}]}
        self.assertEqual(policy["ingress"], [tcp(8080), tcp(9180)])

    def test_each_door_has_its_peers_and_helm_test_is_let_in(self):
        found = case("network-policy-peers")
        proxy, telemetry = of_kind(found, "NetworkPolicy")["spec"]["ingress"]
        self.assertEqual(proxy["from"], [{"podSelector": {"matchLabels": {"app": "ingress"}}}])
        trial, monitoring = telemetry["from"]
        labels = of_kind(found, "Pod")["metadata"]["labels"]
        self.assertLessEqual(trial["podSelector"]["matchLabels"].items(), labels.items())
        self.assertIn("namespaceSelector", monitoring)

    def test_connections_out_go_to_dns_keystone_and_the_services(self):
        policy = of_kind(case("egress"), "NetworkPolicy")["spec"]
        self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])
        dns, keystone, services = policy["egress"]
        self.assertEqual(
            [(each["port"], each["protocol"]) for each in dns["ports"]], [(53, "UDP"), (53, "TCP")]
        )
        self.assertEqual(keystone, {"ports": [{"port": 5000, "protocol": "TCP"}]})
        self.assertEqual([each["port"] for each in services["ports"]], [80, 9292])

    def test_connections_out_go_to_the_peers_that_are_named(self):
        dns, keystone, services, extra = of_kind(case("egress-peers"), "NetworkPolicy")["spec"]["egress"]
        self.assertEqual(dns["to"], [{"ipBlock": {"cidr": "10.96.0.10/32"}}])
        # On every port of theirs: the configuration has those of Services.
        self.assertEqual(keystone, {"to": [{"ipBlock": {"cidr": "192.0.2.10/32"}}]})
        self.assertEqual(services, {"to": [{"podSelector": {"matchLabels": {"app": "orders"}}}]})
        self.assertEqual(extra["ports"][0]["port"], 8181)

    def test_connections_out_go_to_the_ports_of_pods_that_are_named(self):
        _, keystone, services = of_kind(case("egress-ports"), "NetworkPolicy")["spec"]["egress"]
        self.assertEqual(keystone, {"ports": [{"port": 5001, "protocol": "TCP"}]})
        self.assertEqual([each["port"] for each in services["ports"]], [9000, 9001])
        self.assertIn("podSelector", services["to"][0])

    def test_named_target_ports_are_ports_of_the_container(self):
        for name in ("defaults", "tls", "ipv4-only"):
            found = case(name)
            known = {each["name"] for each in container(found)["ports"]}
            for each in found:
                if each["kind"] == "Service":
                    self.assertLessEqual({port["targetPort"] for port in each["spec"]["ports"]}, known)
