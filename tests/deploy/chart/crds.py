"""The kinds that are no part of Kubernetes: what of them the charts use, by their own documents.

Each is a set of the keys that may stand there, with what must. Names are those of the API groups'
own references: monitoring.coreos.com/v1, gateway.networking.k8s.io/v1 and cert-manager.io/v1.
"""

ENDPOINT = {
    "port!",
    "path",
    "scheme",
    "interval",
    "scrapeTimeout",
    "relabelings",
    "metricRelabelings",
}
SELECTION = {"selector!", "namespaceSelector"}
ROUTE_RULE = {"backendRefs!", "matches", "filters", "timeouts"}
ROUTE = {"parentRefs!", "hostnames", "rules!"}

SHAPES = {
    ("monitoring.coreos.com/v1", "ServiceMonitor"): {"": SELECTION | {"endpoints!"}, "endpoints": ENDPOINT},
    ("monitoring.coreos.com/v1", "PodMonitor"): {
        "": SELECTION | {"podMetricsEndpoints!"},
        "podMetricsEndpoints": ENDPOINT,
    },
    ("monitoring.coreos.com/v1", "PrometheusRule"): {
        "": {"groups!"},
        "groups": {"name!", "rules!", "interval", "limit", "partial_response_strategy"},
        "groups.rules": {"alert", "record", "expr!", "for", "keep_firing_for", "labels", "annotations"},
    },
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): {
        "": ROUTE,
        "rules": ROUTE_RULE,
        "rules.backendRefs": {"name!", "port!"},
        "parentRefs": {"name!", "namespace", "sectionName", "port", "group", "kind"},
    },
    ("gateway.networking.k8s.io/v1", "GRPCRoute"): {
        "": ROUTE,
        "rules": ROUTE_RULE - {"timeouts"},
        "rules.backendRefs": {"name!", "port!"},
        "parentRefs": {"name!", "namespace", "sectionName", "port", "group", "kind"},
    },
    ("cert-manager.io/v1", "Certificate"): {
        "": {
            "secretName!",
            "issuerRef!",
            "dnsNames",
            "commonName",
            "isCA",
            "duration",
            "renewBefore",
            "privateKey",
            "usages",
        },
        "issuerRef": {"name!", "kind", "group"},
        "privateKey": {"algorithm", "size", "encoding", "rotationPolicy"},
    },
    ("cert-manager.io/v1", "Issuer"): {"": {"selfSigned", "ca"}, "ca": {"secretName!"}},
}


def is_known(found):
    return (found["apiVersion"], found["kind"]) in SHAPES


def faults(found):
    """What is wrong with an object of these kinds."""
    wrong = []
    for path, keys in SHAPES[found["apiVersion"], found["kind"]].items():
        for at in places([found["spec"]], path):
            wanted = {key.removesuffix("!") for key in keys}
            needed = {key.removesuffix("!") for key in keys if key.endswith("!")}
            wrong += [f"{found['kind']} {path}: no key {key}" for key in sorted(set(at) - wanted)]
            wrong += [f"{found['kind']} {path}: {key} is missing" for key in sorted(needed - set(at))]
            wrong += [
                f"{found['kind']} {path}: {key} is empty"
                for key in sorted(needed & set(at))
                if at[key] in (None, [], "")
            ]
    return wrong


def places(found, path):
    """Every mapping at a path, through lists."""
    for step in filter(None, path.split(".")):
        found = [item for each in found if step in each for item in listed(each[step])]
    return found


def listed(value):
    return value if isinstance(value, list) else [value]
