"""What a chart that uses the library may write under `portcullis`."""

import engine

CASES = {
    "defaults": {},
    "plain": {"native": "false"},
    "socket": {
        "appPort": None,
        "appSocket": True,
        "probes": {"readiness": "unix:/run/portcullis/app.sock:/healthz"},
    },
    "upstream": {"appPort": None, "upstream": "https://127.0.0.1:9443"},
    "config": {
        "keystone": {},
        "config": {
            "keystone": {"auth_url": "https://keystone.example:5000/v3"},
            "routes": [{"path": "/**", "check": "role:member"}],
        },
    },
    "config-map": {"keystone": {}, "configMap": "mine", "appPort": None},
    "secret": {
        "secret": "account",
        "keystone": {
            "auth_url": "https://keystone.example:5000/v3",
            "username": "orders",
            "user_domain_name": "Default",
            "project_name": "service",
            "project_domain_name": "Default",
            "password_file": "/var/run/secrets/portcullis/password",
        },
    },
    "ports": {"port": 8000, "telemetryPort": 9000, "appPort": 9001, "listenHost": "0.0.0.0"},
    "image": {"image": {"registry": "mirror.example", "digest": "sha256:" + "b" * 64}},
    "image-with-its-registry": {"image": {"repository": "localhost:5001/portcullis"}},
    "probes": {
        "probes": {
            "readiness": "http://127.0.0.1:9000/healthz",
            "liveness": "grpc://127.0.0.1:9000/orders",
            "startup": "tcp://127.0.0.1:9000",
        }
    },
    "variables": {"env": [{"name": "PORTCULLIS_LOG__LEVEL", "value": "debug"}]},
    "drain": {"drainDelay": "10s", "drainTimeout": "15s"},
    "drain-by-variable": {"env": [{"name": "PORTCULLIS_SERVER__DRAIN_DELAY", "value": "7s"}]},
    "drain-by-file": {"config": {"server": {"drain_delay": "3s"}}},
    "drain-left-alone": {"drainDelay": "", "drainTimeout": ""},
    "peers": {"networkPolicy": {"proxyFrom": [{"podSelector": {"matchLabels": {"app": "edge"}}}]}},
    "resources": {"resources": {"limits": {"memory": "64Mi", "cpu": 1}}},
    "monitor": {"podMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
    "numbers": {"keystone": {"max_waiting": 1000000, "insecure": True}},
    "off": {"enabled": False},
}

# Where the service listens, where the settings do not say so by themselves.
ADDRESSES = {"upstream": "127.0.0.1:9443", "config-map": "127.0.0.1:9000"}

TYPO = "additional properties '{}' not allowed"
REFUSALS = {
    "a typo": ({"appport": 9000}, TYPO.format("appport")),
    "a typo in the configuration": ({"config": {"cach": {}}}, TYPO.format("cach")),
    "a typo in keystone": ({"keystone": {"timout": "3s"}}, TYPO.format("timout")),
    "a time of keystone without a unit": ({"keystone": {"timeout": 3}}, "/keystone/timeout"),
    "a Keystone without a scheme": ({"keystone": {"auth_url": "keystone:5000"}}, "does not match pattern"),
    "a password in a variable": (
        {"env": [{"name": "PORTCULLIS_KEYSTONE__PASSWORD", "value": "s3cret"}]},
        "env has PORTCULLIS_KEYSTONE__PASSWORD with its value",
    ),
    "an address in a variable": (
        {"env": [{"name": "PORTCULLIS_LISTEN", "value": "0.0.0.0:1"}]},
        "env has PORTCULLIS_LISTEN: Services, probes and policies would not know",
    ),
    "an address that nobody knows": (
        {"appPort": None, "upstream": "https://127.0.0.1:9443"},
        "appAddress does not know where the service listens",
    ),
    "a port that is none": ({"appPort": 0}, "minimum: got 0, want 1"),
    "a delay without a unit": ({"drainDelay": "5"}, "does not match pattern"),
    "root": ({"securityContext": {"runAsUser": 0}}, "minimum: got 0, want 1"),
    "no security": ({"securityContext": None}, "missing property 'securityContext'"),
    "capabilities that are left open": ({"securityContext": {"capabilities": None}}, "'capabilities'"),
    "a probe of an unknown kind": ({"probes": {"readiness": "ftp://127.0.0.1/"}}, "does not match pattern"),
    "a probe that is not there": ({"probes": {"readiness": None}}, "there is no readiness in probes"),
    "nothing behind it": ({"appPort": None}, "appPort is missing"),
    "two places": ({"appSocket": True}, "choose one of appPort, appSocket and upstream"),
    "no Keystone": ({"keystone": {"auth_url": None}}, "keystone.auth_url is missing"),
    "a password": ({"keystone": {"password": "s3cret"}}, "does not belong into values"),
    "a password in the configuration": (
        {"config": {"keystone": {"password": "s3cret"}}},
        "does not belong into values",
    ),
    "two configurations": (
        {"configMap": "mine", "config": {"cache": {"ttl": "60s"}}},
        "config and configMap are both given",
    ),
    "an address in the configuration": (
        {"config": {"listen": "0.0.0.0:7777"}},
        "config.listen is 0.0.0.0:7777: Services and probes would not know",
    ),
    "an address of telemetry in the configuration": (
        {"config": {"telemetry": {"listen": "[::]:9190"}}},
        "config.telemetry.listen is [::]:9190",
    ),
    "open admin pages": ({"config": {"admin": "0.0.0.0:9181"}}, "the admin pages ask nobody who they are"),
    "one port for two": ({"telemetryPort": 18080}, "port and telemetryPort are both 18080"),
    "a scrape that is longer than the time between two": (
        {"podMonitor": {"enabled": True, "interval": "5s"}},
        "podMonitor.scrapeTimeout is 10s and podMonitor.interval is 5s",
    ),
    "more memory than it may have": (
        {"resources": {"requests": {"memory": "129M"}, "limits": {"memory": "123Mi"}}},
        "resources.requests.memory is 129M and resources.limits.memory is 123Mi",
    ),
    "a peer that is nobody": ({"networkPolicy": {"telemetryFrom": [{}]}}, "/networkPolicy/telemetryFrom/0"),
    "the service's port for the proxy": ({"appPort": 18080}, "appPort 18080 is a port of the proxy itself"),
}


def sidecar(name, **options):
    """The objects of the example chart with these settings."""
    told = {"portcullis": CASES[name], "address": ADDRESSES.get(name, "")}
    return engine.objects(engine.example(), told, **options)
