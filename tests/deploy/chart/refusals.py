"""Values that are refused, and what the operator then reads."""

TYPO = "additional properties '{}' not allowed"

# (values on top of the base, what the message says)
BY_SCHEMA = {
    "a typo at the top": ({"replicaCount": 3}, TYPO.format("replicaCount")),
    "a typo below": ({"service": {"typ": "NodePort"}}, TYPO.format("typ")),
    "a typo in the configuration": ({"config": {"cach": {}}}, TYPO.format("cach")),
    "a typo deep in the configuration": ({"config": {"cache": {"tll": "1s"}}}, TYPO.format("tll")),
    "a duration without a unit": ({"config": {"cache": {"ttl": 300}}}, "/config/cache/ttl"),
    "a bare off": ({"config": {"log": {"access": False}}}, "'off'"),
    "an unknown mode": ({"config": {"keystone": {"mode": "none"}}}, "'self', 'service'"),
    "a route without a path": ({"config": {"routes": [{"allow": "public"}]}}, "missing property 'path'"),
    "a kind that is none": ({"kind": "StatefulSet"}, "'Deployment', 'DaemonSet', 'None'"),
    "a port out of range": ({"service": {"port": 99999}}, "maximum: got 99,999, want 65,535"),
    "text for a number": ({"replicas": "two"}, "got string, want integer"),
    "text for a switch": ({"ingress": {"enabled": "yes"}}, "got string, want boolean"),
    "a digest that is none": ({"image": {"digest": "latest"}}, "sha256"),
    "an unknown policy of pulling": ({"image": {"pullPolicy": "Sometimes"}}, "'IfNotPresent'"),
    "root": ({"securityContext": {"runAsUser": 0}}, "minimum: got 0, want 1"),
    "a user that may be root": ({"securityContext": {"runAsNonRoot": False}}, "value must be true"),
    "a privileged container": ({"securityContext": {"privileged": True}}, TYPO.format("privileged")),
    "a writable root": ({"securityContext": {"readOnlyRootFilesystem": False}}, "value must be true"),
    "no capability dropped": ({"securityContext": {"capabilities": {"drop": []}}}, "contains"),
    "no security of the container": ({"securityContext": None}, "missing property 'securityContext'"),
    "no security of the pod": ({"podSecurityContext": None}, "missing property 'podSecurityContext'"),
    "a user that is left open": ({"podSecurityContext": {"runAsNonRoot": None}}, "'runAsNonRoot'"),
    "a root that is left open": (
        {"securityContext": {"readOnlyRootFilesystem": None}},
        "missing property 'readOnlyRootFilesystem'",
    ),
    "an escalation that is left open": (
        {"securityContext": {"allowPrivilegeEscalation": None}},
        "missing property 'allowPrivilegeEscalation'",
    ),
    "capabilities that are left open": ({"securityContext": {"capabilities": None}}, "'capabilities'"),
    "no word on which are dropped": ({"securityContext": {"capabilities": {"drop": None}}}, "'drop'"),
    "no seccomp profile": ({"securityContext": {"seccompProfile": {"type": None}}}, "'type'"),
    "no resources": ({"resources": None}, "missing property 'resources'"),
    "no probes": ({"probes": {"liveness": None}}, "missing property 'liveness'"),
    "an unconfined process": (
        {"podSecurityContext": {"seccompProfile": {"type": "Unconfined"}}},
        "'RuntimeDefault', 'Localhost'",
    ),
    "a quantity that is none": ({"resources": {"limits": {"memory": "lots"}}}, "/resources/limits/memory"),
    "a name with a dot": ({"fullnameOverride": "my.gate"}, "/fullnameOverride"),
    "a name that begins with a digit": ({"nameOverride": "1gate"}, "/nameOverride"),
    "a label that is none": ({"commonLabels": {"bad key!": "x"}}, "invalid propertyName 'bad key!'"),
    "a label with blanks": ({"podLabels": {"a": "b c d"}}, "/podLabels/a"),
    "a path of an ingress without a slash": (
        {"ingress": {"hosts": [{"host": "a.example", "paths": [{"path": "v1"}]}]}},
        "does not match pattern",
    ),
    "a host with a scheme": (
        {"ingress": {"enabled": True, "hosts": [{"host": "http://api.example/"}]}},
        "/ingress/hosts/0/host",
    ),
    "a host with a port": (
        {"gatewayApi": {"httpRoute": {"hostnames": ["api.example:443"]}}},
        "/gatewayApi/httpRoute/hostnames/0",
    ),
    "a host of a certificate with a path": (
        {"ingress": {"tls": [{"hosts": ["api.example/v1"]}]}},
        "/ingress/tls/0/hosts/0",
    ),
    "a life that is asked for twice": (
        {"probes": {"liveness": {"successThreshold": 2}}},
        "/probes/liveness/successThreshold",
    ),
    "a start that is asked for twice": (
        {"probes": {"startup": {"successThreshold": 2}}},
        "/probes/startup/successThreshold",
    ),
    "an end by readiness": (
        {"probes": {"readiness": {"terminationGracePeriodSeconds": 2}}},
        TYPO.format("terminationGracePeriodSeconds"),
    ),
    "a peer that is nobody": ({"networkPolicy": {"proxyFrom": [{}]}}, "/networkPolicy/proxyFrom/0"),
    "a peer that is none": ({"networkPolicy": {"proxyFrom": [{"pods": {}}]}}, TYPO.format("pods")),
    "a variable without a name": ({"extraEnv": [{"value": "x"}]}, "missing property 'name'"),
    "a file that is a path": ({"configFiles": {"../x": "y"}}, "does not match pattern"),
    "a bundle that is no base64": (
        {"webhook": {"certificate": {"caBundle": "-----BEGIN"}}},
        "/webhook/certificate/caBundle",
    ),
    "a webhook that waits too long": ({"webhook": {"timeoutSeconds": 60}}, "maximum: got 60, want 30"),
}

BY_TEMPLATE = {
    "no service": ({"config": {"upstream": None}}, "config.upstream is missing: write where the service is"),
    "no Keystone": (
        {"config": {"keystone": None}},
        "config.keystone.auth_url is missing: write where Keystone is",
    ),
    "a password in the values": (
        {"config": {"keystone": {"password": "s3cret"}}},
        "config.keystone.password would stand in a ConfigMap",
    ),
    "the secret of an application credential": (
        {"config": {"keystone": {"application_credential_secret": "s3cret"}}},
        "config.keystone.application_credential_secret would stand in a ConfigMap",
    ),
    "a password in a variable": (
        {"extraEnv": [{"name": "PORTCULLIS_KEYSTONE__PASSWORD", "value": "s3cret"}]},
        "extraEnv has PORTCULLIS_KEYSTONE__PASSWORD with its value",
    ),
    "a password in an argument": (
        {"extraArgs": ["--set", "keystone.password=s3cret"]},
        "an argument has keystone.password",
    ),
    "a secret in one argument": (
        {"extraArgs": ["--set=keystone.application_credential_secret=s3cret"]},
        "an argument has keystone.application_credential_secret",
    ),
    "an address in an argument": ({"extraArgs": ["--set=listen=0.0.0.0:1"]}, "an argument has listen"),
    "admin pages in an argument": (
        {"extraArgs": ["--set", "admin.listen=[::]:9181"]},
        "an argument has admin.listen",
    ),
    "the webhook's address in an argument": (
        {
            "webhook": {
                "enabled": True,
                "certificate": {"certManager": {"enabled": True}},
                "extraArgs": ["--listen=[::]:1"],
            }
        },
        "webhook.extraArgs has --listen",
    ),
    "a Secret without an account": ({"secrets": {"keystone": {"name": "account"}}}, "but no account"),
    "two sources of trust": (
        {"trust": {"keystone": {"configMap": "a", "secret": "b"}}},
        "trust.keystone names a ConfigMap and a Secret: choose one",
    ),
    "a proxy on loopback": (
        {"config": {"listen": "127.0.0.1:8080"}},
        "config.listen is 127.0.0.1:8080: nobody reaches",
    ),
    "a proxy on a socket": ({"config": {"listen": "unix:/run/x"}}, "it must be an address and a port"),
    "a proxy on any port": ({"config": {"listen": "[::]:0"}}, "a Service needs a port that is known"),
    "no telemetry": ({"config": {"telemetry": "off"}}, "config.telemetry.listen is off"),
    "an address in a variable": (
        {"extraEnv": [{"name": "PORTCULLIS_LISTEN", "value": "[::]:1234"}]},
        "extraEnv has PORTCULLIS_LISTEN: the Services, probes and policies would not know",
    ),
    "open admin pages": (
        {"config": {"admin": "[::]:9181"}},
        "the admin pages ask nobody who they are",
    ),
    "open admin pages in full": (
        {"config": {"admin": {"listen": "0.0.0.0:9181"}}},
        "config.admin.listen is 0.0.0.0",
    ),
    "one port for two": ({"config": {"telemetry": "[::]:8080"}}, "both have the port 8080"),
    "two configurations": (
        {"existingConfigMap": "mine"},
        "config.keystone and existingConfigMap are both given",
    ),
    "a server of two configurations": (
        {
            "config": {"upstream": None, "keystone": None, "server": {"max_connections": 5}},
            "existingConfigMap": "mine",
        },
        "config.server.max_connections and existingConfigMap are both given",
    ),
    "an end that the pod does not know of": (
        {"extraEnv": [{"name": "PORTCULLIS_SERVER__DRAIN_TIMEOUT", "value": "5m"}]},
        "extraEnv has PORTCULLIS_SERVER__DRAIN_TIMEOUT: the pod's grace period would not know",
    ),
    "a pod that ends before its requests": (
        {"config": {"server": {"drain_timeout": "10m"}}, "terminationGracePeriodSeconds": 30},
        "terminationGracePeriodSeconds is 30, and config.server.drain_delay and drain_timeout are 605 s",
    ),
    "files for somebody else's ConfigMap": (
        {"config": None, "existingConfigMap": "mine", "configFiles": {"a": "b"}},
        "configFiles and existingConfigMap are both given",
    ),
    "two configuration files": ({"configFiles": {"portcullis.yaml": "x"}}, "that file is made of config"),
    "a DaemonSet that scales": (
        {"kind": "DaemonSet", "autoscaling": {"enabled": True}},
        "autoscaling.enabled with kind DaemonSet",
    ),
    "fewer at most than at least": (
        {"autoscaling": {"enabled": True, "minReplicas": 9, "maxReplicas": 3}},
        "minReplicas is more than",
    ),
    "nothing to scale by": ({"autoscaling": {"enabled": True, "cpu": None}}, "without anything to scale by"),
    "a budget of two minds": (
        {"podDisruptionBudget": {"minAvailable": 1}},
        "has minAvailable and maxUnavailable",
    ),
    "a budget of no mind": ({"podDisruptionBudget": {"maxUnavailable": None}}, "neither minAvailable nor"),
    "a rollout that cannot begin": (
        {"strategy": {"rollingUpdate": {"maxSurge": 0}}},
        "strategy.rollingUpdate.maxSurge and maxUnavailable are both 0",
    ),
    "a rollout of no percent": (
        {"strategy": {"rollingUpdate": {"maxSurge": "0%"}}},
        "strategy.rollingUpdate.maxSurge and maxUnavailable are both 0",
    ),
    "a rollout of a DaemonSet that cannot begin": (
        {"kind": "DaemonSet", "updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
        "updateStrategy.rollingUpdate.maxSurge and maxUnavailable are both 0",
    ),
    "a rollout of a DaemonSet in two ways": (
        {"kind": "DaemonSet", "updateStrategy": {"rollingUpdate": {"maxSurge": 1}}},
        "updateStrategy.rollingUpdate.maxSurge and maxUnavailable are both set",
    ),
    "a port of nodes that nobody opens": (
        {"service": {"nodePort": 31000}},
        "service.nodePort with service.type ClusterIP",
    ),
    "one port more of nodes that nobody opens": (
        {"service": {"extraPorts": [{"name": "more", "port": 81, "nodePort": 31000}]}},
        "service.extraPorts has a nodePort with service.type ClusterIP",
    ),
    "traffic from outside that does not come": (
        {"service": {"externalTrafficPolicy": "Local"}},
        "service.externalTrafficPolicy with service.type ClusterIP",
    ),
    "a class of no load balancer": (
        {"service": {"type": "NodePort", "loadBalancerClass": "example.com/internal"}},
        "service.loadBalancerClass with service.type NodePort",
    ),
    "clients of no load balancer": (
        {"service": {"loadBalancerSourceRanges": ["203.0.113.0/24"]}},
        "service.loadBalancerSourceRanges with service.type ClusterIP",
    ),
    "no address for ports of nodes": (
        {"service": {"type": "NodePort", "clusterIP": "None"}},
        "service.clusterIP is None and service.type NodePort",
    ),
    "two ports of one name": (
        {"service": {"extraPorts": [{"name": "http", "port": 81}]}},
        "service.extraPorts has two ports called http",
    ),
    "two ports of one name with a certificate": (
        {"secrets": {"tls": {"name": "t"}}, "service": {"extraPorts": [{"name": "https", "port": 81}]}},
        "service.extraPorts has two ports called https",
    ),
    "one port twice": (
        {"service": {"extraPorts": [{"name": "more", "port": 80}]}},
        "service.extraPorts has port 80 twice",
    ),
    "one port more twice": (
        {"service": {"extraPorts": [{"name": "a", "port": 81}, {"name": "b", "port": 81}]}},
        "service.extraPorts has port 81 twice",
    ),
    "more memory than it may have": (
        {"resources": {"requests": {"memory": "1Gi"}}},
        "resources.requests.memory is 1Gi and resources.limits.memory is 128Mi",
    ),
    "more CPU than it may have": (
        {"resources": {"requests": {"cpu": 1.5}, "limits": {"cpu": "1499m"}}},
        "resources.requests.cpu is 1.5 and resources.limits.cpu is 1499m",
    ),
    "more memory than the webhook may have": (
        {
            "kind": "None",
            "webhook": {
                "enabled": True,
                "certificate": {"certManager": {"enabled": True}},
                "resources": {"requests": {"memory": "134217729"}, "limits": {"memory": "128Mi"}},
            },
        },
        "webhook.resources.requests.memory is 134217729",
    ),
    "an ingress to nowhere": ({"ingress": {"enabled": True}}, "ingress.enabled without ingress.hosts"),
    "a route of no gateway": (
        {"gatewayApi": {"httpRoute": {"enabled": True}}},
        "gatewayApi.httpRoute.enabled without parentRefs",
    ),
    "a monitor of nothing": (
        {"serviceMonitor": {"enabled": True}, "telemetryService": {"enabled": False}},
        "there would be nothing to scrape",
    ),
    "two monitors": (
        {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}},
        "every sample would be counted twice",
    ),
    "a scrape that is longer than the time between two": (
        {"serviceMonitor": {"enabled": True, "interval": "5s"}},
        "serviceMonitor.scrapeTimeout is 10s and serviceMonitor.interval is 5s",
    ),
    "a scrape of pods that is longer": (
        {"podMonitor": {"enabled": True, "scrapeTimeout": "1m", "interval": "59s999ms"}},
        "podMonitor.scrapeTimeout is 1m and podMonitor.interval is 59s999ms",
    ),
    "a scrape of sidecars that is longer": (
        {"podMonitor": {"sidecars": {"enabled": True}, "interval": "9999ms"}},
        "podMonitor.scrapeTimeout is 10s",
    ),
    "a scrape of the webhook alone that is longer": (
        {
            "kind": "None",
            "webhook": {"enabled": True, "certificate": {"certManager": {"enabled": True}}},
            "serviceMonitor": {"enabled": True, "interval": "5s"},
        },
        "serviceMonitor.scrapeTimeout is 10s",
    ),
    "an alert that is not there": (
        {"prometheusRule": {"enabled": True, "disabled": ["Nope"]}},
        "names Nope, and there is no such alert",
    ),
    "a way out to nowhere": (
        {
            "config": None,
            "existingConfigMap": "mine",
            "networkPolicy": {"enabled": True, "egress": {"enabled": True}},
        },
        "does not know where Keystone is",
    ),
    "a way out to a service that a ConfigMap names": (
        {
            "config": None,
            "existingConfigMap": "mine",
            "networkPolicy": {"enabled": True, "egress": {"enabled": True, "keystonePorts": [5000]}},
        },
        "does not know where the service is",
    ),
    "a way out to a service that a variable names": (
        {
            "extraEnv": [{"name": "PORTCULLIS_UPSTREAM__URL", "value": "http://orders:9000"}],
            "networkPolicy": {"enabled": True, "egress": {"enabled": True}},
        },
        "does not know where the service is",
    ),
    "a webhook without a certificate": (
        {"webhook": {"enabled": True}},
        "webhook.enabled without a certificate",
    ),
    "a webhook that nobody can check": (
        {"webhook": {"enabled": True, "certificate": {"secretName": "tls"}}},
        "webhook.certificate.caBundle is missing",
    ),
    "a webhook that is asked about itself": (
        {
            "webhook": {
                "enabled": True,
                "certificate": {"certManager": {"enabled": True}},
                "podAnnotations": {"portcullis/inject": "true"},
            }
        },
        "the webhook's own pods bear portcullis/inject",
    ),
    "nothing at all": ({"kind": "None"}, "there is nothing to install"),
}
