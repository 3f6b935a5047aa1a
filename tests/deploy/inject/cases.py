"""Manifests as people write them, the flags for each, and what is meant by them, told by hand."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "manifests"
KEYSTONE = "--keystone-url=https://keystone.example:5000/v3"

# What is not here has KEYSTONE alone.
FLAGS = {
    "annotated.yaml": [KEYSTONE, "--annotated-only"],
    "configured.yaml": [
        "--config-map=portcullis",
        "--secret=portcullis",
        "--app-port=http",
        "--image=mirror.example/portcullis@sha256:" + "0" * 64,
        "--set=cache.ttl=60s",
        "--set=server.drain_timeout=15s",
        "--cpu=0.1",
        "--memory=64Mi",
        "--memory-limit=256Mi",
    ],
    "network-policy.yaml": [KEYSTONE, "--network-policy", "--app-port=8080"],
    "plain.yaml": [KEYSTONE, "--native=false", "--port=28080", "--telemetry-port=29180"],
    "policy-list.json": [KEYSTONE, "--network-policy"],
    "services.yaml": [KEYSTONE, "--app-port=dns-tcp"],
    "socket.yaml": [KEYSTONE, "--upstream=unix:/run/portcullis/app.sock"],
    "upstream.yaml": [KEYSTONE, "--upstream=https://127.0.0.1:9443"],
}

# The application's port of each workload that gets a sidecar, in their order.
PORTS = {
    "annotated.yaml": {"annotated": 8081, "labelled": 8080, "outer": 8080},
    "configured.yaml": {"configured": 8080},
    "crlf.yaml": {"windows-editor": 8080},
    "cronjob.yaml": {"nightly": 8000},
    "daemonset.yaml": {"collector": 4317},
    "deployment.yaml": {"orders": 9000},
    "documents.yaml": {"many": 8080},
    "dry-run.yaml": {"fresh": 80},
    "empties.yaml": {"empties": 8080},
    "ends.yaml": {"ends": 8080, "ends-too": 8080},
    "flow.yaml": {"flow": 8080},
    "foreign.yaml": {},
    "helm-template.yaml": {"release-shop": 80},
    "job.yaml": {"import-": 7000},
    "kubectl-get.yaml": {"catalog": 8080},
    "list.json": {"basket": 8080},
    "minified.json": {"small": 8080},
    "network-policy.yaml": {"open": 8080, "second": 8080},
    "nothing.yaml": {},
    "plain.yaml": {"plain": 8080},
    "pod.yaml": {"web": 80},
    "podtemplate.yaml": {"worker": 5000},
    "policy-list.json": {"guarded": 8080},
    "probes.yaml": {"probes": 8080},
    "replicaset.yaml": {"quoted": 8080},
    "replicationcontroller.yaml": {"old": 80},
    "rollout.yaml": {"canary": 8080},
    "services.yaml": {"dns": 53},
    "socket.yaml": {"socket": 8080},
    "statefulset.yaml": {"ledger": 9000},
    "tabs.json": {"tabs": 8080},
    "unicode.yaml": {"köln": 8080},
    "upstream.yaml": {"secure": 8443},
}

# The Services' ports that lead to a sidecar afterwards, and no others.
LED = {
    "crlf.yaml": {"crlf": [80]},
    "daemonset.yaml": {"collector": [4317]},
    "deployment.yaml": {"orders": [80]},
    "dry-run.yaml": {"fresh": [80]},
    "empties.yaml": {"empties": [8080]},
    "helm-template.yaml": {"release-shop": [80]},
    "kubectl-get.yaml": {"catalog": [80]},
    "list.json": {"basket": [80]},
    "network-policy.yaml": {"open": [80]},
    "pod.yaml": {"web": [8080]},
    "policy-list.json": {"guarded": [80]},
    "replicationcontroller.yaml": {"old": [80]},
    "rollout.yaml": {"canary-stable": [80], "canary-next": [80]},
    "services.yaml": {"both": [53], "several": [5353, 53, 5354], "numbers-only": [53]},
    "socket.yaml": {"socket": [80]},
    "statefulset.yaml": {"ledger": [9000]},
    "unicode.yaml": {"koeln": [80]},
    "upstream.yaml": {"secure": [443]},
}

# Where taking out does not give the very bytes back, and why. The values are the same, and every
# comment is there.
REWRITTEN = {
    "daemonset.yaml": "a handler of a probe that went comes back behind the other keys, in lines",
    "empties.yaml": "nothing at all in brackets comes back as null",
    "flow.yaml": "the same, in brackets",
    "kubectl-get.yaml": "the headers of a probe come back behind its port",
    "list.json": "a handler of a probe comes back behind the other keys",
    "probes.yaml": "all of that",
    "replicaset.yaml": "what comes back has quotes only where it needs them",
    "replicationcontroller.yaml": "what comes back is indented by two",
    "services.yaml": "the same quotes",
    "socket.yaml": "a handler of a probe comes back in lines",
    "statefulset.yaml": "a handler of a probe comes back behind the other keys",
    "unicode.yaml": "letters outside ASCII come back in quotes",
    "upstream.yaml": "a handler of a probe comes back in lines",
}


def names():
    return sorted(file.name for file in FOLDER.iterdir())


def manifest(name):
    return (FOLDER / name).read_bytes()


def flags(name):
    return FLAGS.get(name, [KEYSTONE])


def sidecar_port(name):
    """Where Services lead that lead to a sidecar."""
    said = [flag.partition("=")[2] for flag in flags(name) if flag.startswith("--port=")]
    return int(said[0]) if said else 18080
