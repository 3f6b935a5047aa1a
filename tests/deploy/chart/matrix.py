"""The values that are rendered: one case for each thing that an operator may want.

Every case goes through the schemas, the security rules, checkov and the program's own `check`; what
is special about it is asserted where `case("its-name")` stands.
"""

import copy

import engine

BASE = {
    "config": {
        "upstream": "http://orders:9000",
        "keystone": {"auth_url": "https://keystone.example:5000/v3"},
    }
}

ACCOUNT = {
    "keystone": {
        "username": "portcullis",
        "user_domain_name": "Default",
        "project_name": "service",
        "project_domain_name": "Default",
    }
}

CASES = {
    "defaults": {},
    "daemonset": {
        "kind": "DaemonSet",
        "service": {"internalTrafficPolicy": "Local"},
        "updateStrategy": {"rollingUpdate": {"maxUnavailable": "10%"}},
    },
    "one-replica": {"replicas": 1, "podDisruptionBudget": {"enabled": False}},
    "recreate": {"strategy": {"type": "Recreate"}},
    "tls": {"secrets": {"tls": {"name": "gate-tls"}}},
    "tls-own-files": {
        "config": {"tls": {"certificate_file": "/run/tls/tls.crt", "key_file": "/run/tls/tls.key"}},
        "extraVolumes": [{"name": "own", "secret": {"secretName": "own"}}],
        "extraVolumeMounts": [{"name": "own", "mountPath": "/run/tls", "readOnly": True}],
    },
    "tls-off-at-the-listener": {
        "secrets": {"tls": {"name": "gate-tls"}},
        "config": {"listener": {"tls": "off"}},
    },
    "client-certificates": {
        "secrets": {"tls": {"name": "gate-tls"}},
        "trust": {"clients": {"configMap": "client-roots"}},
        "config": {"tls": {"client_certificate": "required", "min_version": "1.3"}},
    },
    "account": {"config": ACCOUNT, "secrets": {"keystone": {"name": "keystone-account"}}},
    "application-credential": {
        "config": {"keystone": {"application_credential_id": "0" * 32}},
        "secrets": {"keystone": {"name": "keystone-account", "key": "secret"}},
    },
    "private-roots": {
        "trust": {"keystone": {"configMap": "roots"}, "upstream": {"secret": "roots", "key": "ca.pem"}},
        "config": {"upstream": "https://orders:9443"},
    },
    "existing-configmap": {
        "config": None,
        "existingConfigMap": "mine",
        "secrets": {"tls": {"name": "gate-tls"}, "keystone": {"name": "keystone-account"}},
        "trust": {"keystone": {"secret": "roots"}},
    },
    "existing-configmap-drain": {
        "existingConfigMap": "mine",
        "config": {
            "upstream": None,
            "keystone": None,
            "server": {"drain_delay": "8s", "drain_timeout": "1m"},
        },
    },
    "drain-by-variable": {
        "config": {"upstream": None, "keystone": None},
        "existingConfigMap": "mine",
        "terminationGracePeriodSeconds": 20,
        "extraEnv": [{"name": "PORTCULLIS_SERVER__DRAIN_TIMEOUT", "value": "10s"}],
    },
    "ipv4-only": {
        "config": {"listen": "0.0.0.0:8000", "telemetry": "0.0.0.0:9000"},
        "service": {"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4"]},
    },
    "policy-files": {
        "config": {
            "policy": {"files": "/etc/portcullis/policy.yaml"},
            "routes": [
                {"path": "/healthz", "allow": "public", "methods": ["GET"]},
                {"path": "/v3/{project_id}/**", "rule": "owner"},
            ],
        },
        "configFiles": {"policy.yaml": '"owner": "project_id:%(project_id)s"\n', "notes.txt": "a\n\n  b"},
    },
    "large-numbers": {
        "config": {"cache": {"negative_max_entries": 10000000}, "server": {"max_connections": 1000000}}
    },
    "no-admin-pages": {"config": {"admin": "off"}},
    "watched-configuration": {"rollOnConfigChange": False},
    "slow-drain": {"config": {"server": {"drain_delay": "1500ms", "drain_timeout": "2m"}}},
    "no-drain-delay": {"config": {"server": {"drain_delay": 0, "drain_timeout": "1h"}}},
    "own-grace-period": {"terminationGracePeriodSeconds": 90},
    "several-listeners": {
        "config": {"listeners": {"internal": "[::]:8081"}},
        "service": {"extraPorts": [{"name": "internal", "port": 8081, "targetPort": 8081}]},
        "networkPolicy": {"enabled": True},
    },
    "load-balancer": {
        "service": {
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Local",
            "loadBalancerSourceRanges": ["203.0.113.0/24"],
            "loadBalancerClass": "example.com/internal",
            "annotations": {"example.com/lb": "internal"},
        }
    },
    "node-port": {"service": {"type": "NodePort", "nodePort": 30080, "port": 8080}},
    "headless-h2c": {"service": {"clusterIP": "None", "appProtocol": "kubernetes.io/h2c"}},
    "dual-stack": {"service": {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]}},
    "autoscaling": {
        "autoscaling": {
            "enabled": True,
            "maxReplicas": 20,
            "memory": 80,
            "metrics": [
                {
                    "type": "Pods",
                    "pods": {
                        "metric": {"name": "portcullis_http_requests_in_flight"},
                        "target": {"type": "AverageValue", "averageValue": "500"},
                    },
                }
            ],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
        }
    },
    "budget-by-share": {"podDisruptionBudget": {"maxUnavailable": None, "minAvailable": "50%"}},
    "budget-of-none": {"podDisruptionBudget": {"maxUnavailable": 0}},
    "network-policy": {"networkPolicy": {"enabled": True}},
    "network-policy-peers": {
        "networkPolicy": {
            "enabled": True,
            "proxyFrom": [{"podSelector": {"matchLabels": {"app": "ingress"}}}],
            "telemetryFrom": [
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
            ],
        }
    },
    "egress": {
        "config": {
            "upstream": "http://orders",
            "upstreams": {"images": "http://images:9292", "local": "unix:/run/app.sock"},
        },
        "networkPolicy": {"enabled": True, "egress": {"enabled": True}},
    },
    "egress-peers": {
        "networkPolicy": {
            "enabled": True,
            "egress": {
                "enabled": True,
                "dnsTo": [{"ipBlock": {"cidr": "10.96.0.10/32"}}],
                "keystoneTo": [{"ipBlock": {"cidr": "192.0.2.10/32"}}],
                "upstreamTo": [{"podSelector": {"matchLabels": {"app": "orders"}}}],
                "extra": [{"ports": [{"port": 8181, "protocol": "TCP"}]}],
            },
        }
    },
    "egress-ports": {
        "config": {"upstream": "http://orders"},
        "networkPolicy": {
            "enabled": True,
            "egress": {
                "enabled": True,
                "keystonePorts": [5001],
                "upstreamTo": [{"podSelector": {"matchLabels": {"app": "orders"}}}],
                "upstreamPorts": [9000, 9001],
            },
        },
    },
    "ingress": {
        "ingress": {
            "enabled": True,
            "className": "nginx",
            "hosts": [
                {"host": "api.example"},
                {"host": "b.example", "paths": [{"path": "/v1", "pathType": "Exact"}]},
            ],
            "tls": [{"hosts": ["api.example"], "secretName": "api-tls"}],
            "annotations": {"example.com/timeout": "60"},
        }
    },
    "gateway-routes": {
        "gatewayApi": {
            "httpRoute": {
                "enabled": True,
                "parentRefs": [{"name": "public", "namespace": "gateways"}],
                "hostnames": ["api.example"],
                "timeouts": {"request": "60s"},
            },
            "grpcRoute": {
                "enabled": True,
                "parentRefs": [{"name": "public"}],
                "matches": [{"method": {"service": "orders.v1.Orders"}}],
            },
        }
    },
    "service-monitor": {
        "serviceMonitor": {
            "enabled": True,
            "namespace": "monitoring",
            "labels": {"release": "prometheus"},
            "metricRelabelings": [{"action": "drop", "regex": "go_.*", "sourceLabels": ["__name__"]}],
        }
    },
    "pod-monitor": {"podMonitor": {"enabled": True}, "telemetryService": {"enabled": False}},
    "sidecars-monitor": {
        "podMonitor": {"sidecars": {"enabled": True}, "labels": {"release": "prometheus"}},
        "serviceMonitor": {"enabled": True},
    },
    "sidecars-monitor-chosen": {
        "podMonitor": {
            "sidecars": {
                "enabled": True,
                "selector": {"matchLabels": {"portcullis/inject": "true"}},
                "namespaceSelector": {"matchNames": ["orders"]},
            }
        },
    },
    "alerts": {"prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}}},
    "alerts-of-ones-own": {
        "prometheusRule": {
            "enabled": True,
            "alertLabels": {"team": "identity"},
            "runbookBaseUrl": "https://wiki.example/runbooks/",
            "extraGroups": [{"name": "own", "rules": [{"alert": "Own", "expr": "vector(1)"}]}],
        }
    },
    "dashboard": {"dashboard": {"enabled": True, "annotations": {"grafana_folder": "OpenStack"}}},
    "placement": {
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "topologyKey": "kubernetes.io/hostname",
                        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "portcullis"}},
                    }
                ]
            }
        },
        "topologySpreadConstraints": [],
        "priorityClassName": "system-cluster-critical",
        "runtimeClassName": "gvisor",
        "schedulerName": "other",
        "dnsPolicy": "None",
        "dnsConfig": {"nameservers": ["192.0.2.53"]},
        "hostAliases": [{"ip": "192.0.2.10", "hostnames": ["keystone.example"]}],
    },
    "extras": {
        "extraArgs": ["--set", "cache.ttl=60s"],
        "extraEnv": [{"name": "PORTCULLIS_LOG__LEVEL", "value": "debug"}],
        "extraEnvFrom": [{"configMapRef": {"name": "more"}}],
        "extraVolumes": [{"name": "scratch", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
        "extraContainers": [{"name": "beside", "image": "beside:1"}],
        "extraInitContainers": [{"name": "before", "image": "before:1"}],
        "extraObjects": [
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-text\n",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "{{ .Release.Name }}-mapping", "namespace": "other"},
            },
        ],
    },
    "labels": {
        "commonLabels": {"team": "identity", "app.kubernetes.io/name": "ignored"},
        "commonAnnotations": {"example.com/owner": "identity"},
        "podLabels": {"tier": "edge"},
        "podAnnotations": {"example.com/scrape": "true"},
    },
    "names": {"nameOverride": "door", "fullnameOverride": "front-door"},
    "image": {
        "image": {
            "registry": "mirror.example:5000/",
            "repository": "identity/portcullis",
            "digest": "sha256:" + "a" * 64,
            "pullPolicy": "Always",
        },
        "imagePullSecrets": [{"name": "mirror"}],
    },
    "image-with-its-registry": {"image": {"repository": "registry.example:5000/identity/portcullis"}},
    "image-tag": {"image": {"tag": "edge"}},
    "account-of-somebody-else": {"serviceAccount": {"create": False}},
    "users-by-the-platform": {
        "podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None},
        "securityContext": {"runAsUser": None, "runAsGroup": None},
    },
    "no-telemetry-service": {"telemetryService": {"enabled": False}},
    "as-a-subchart": {"enabled": True, "global": {"anything": 1}},
    "webhook-with-a-secret": {
        "webhook": {
            "enabled": True,
            "certificate": {"secretName": "webhook-tls", "caBundle": "Q0E="},
            "failurePolicy": "Ignore",
            "objectSelector": {"matchLabels": {"sidecar": "yes"}},
            "namespaceSelector": {
                "matchLabels": {"injection": "on"},
                "matchExpressions": [{"key": "env", "operator": "In", "values": ["prod"]}],
            },
            "excludedNamespaces": ["kube-node-lease"],
            "podDisruptionBudget": {"enabled": False},
            "networkPolicy": {"enabled": False},
            "sidecarImage": "mirror.example/portcullis:1",
            "native": False,
            "onError": "allow",
            "extraArgs": ["--log-level=debug"],
            "listenHost": "0.0.0.0",
        }
    },
    "webhook-with-cert-manager": {
        "webhook": {"enabled": True, "certificate": {"certManager": {"enabled": True}}}
    },
    "webhook-with-an-issuer": {
        "webhook": {
            "enabled": True,
            "certificate": {
                "certManager": {"enabled": True, "issuerRef": {"name": "own", "kind": "ClusterIssuer"}}
            },
            "namespaceSelector": {"matchLabels": {"injection": "on"}},
        },
        "serviceMonitor": {"enabled": True},
    },
    "webhook-alone": {
        "config": None,
        "kind": "None",
        "webhook": {
            "enabled": True,
            "certificate": {"certManager": {"enabled": True}},
            "objectSelector": {"matchLabels": {"portcullis/inject": "true"}},
        },
    },
}

# Cases that older versions of Kubernetes cannot have, and the first that can.
SINCE = {"webhook-with-cert-manager": "1.28"}


def values(name):
    """The values of a case, on top of what every release has to say."""
    return laid(copy.deepcopy(BASE), copy.deepcopy(CASES[name]))


def cases_of(version):
    """The cases that a version of Kubernetes can have."""
    number = lambda text: int(text.split(".")[1])
    return [name for name in CASES if number(version) >= number(SINCE.get(name, "1.0"))]


def case(name, **options):
    """The objects of a case."""
    return engine.objects(engine.GATEWAY, values(name), **options)


def laid(below, above):
    """Lays a mapping over another, as Helm does with values."""
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            laid(below[key], value)
        else:
            below[key] = value
    return below
