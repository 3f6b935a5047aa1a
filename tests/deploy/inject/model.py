"""What should have become of a manifest, told anew from what docs and contract say, without a look at
how the program does it."""

import copy
from urllib.parse import quote, urlencode

from reading import deep, name, pod_of

NOTE = "portcullis/injected"
DEFAULT = "kubectl.kubernetes.io/default-container"
OURS = {"portcullis-config", "portcullis-secret", "portcullis-socket"}
KINDS = ("startup", "liveness", "readiness")


def sidecar(pod):
    """The container of a pod's spec, and the list in which it stands."""
    for place in ("initContainers", "containers"):
        for each in pod["spec"].get(place) or []:
            if each["name"] == "portcullis":
                return each, place
    return None, None


def without(found):
    """A workload with all that is the sidecar's taken out, its probes excepted."""
    found = copy.deepcopy(found)
    pod = pod_of(found)
    spec = pod["spec"]
    container, place = sidecar(pod)
    spec[place].remove(container)
    spec["volumes"] = [each for each in spec.get("volumes") or [] if each["name"] not in OURS]
    for each in spec["containers"]:
        mounts = each.get("volumeMounts") or []
        each["volumeMounts"] = [mount for mount in mounts if mount["name"] not in OURS]
    annotations = pod["metadata"]["annotations"]
    del annotations[NOTE]
    if place == "containers" and annotations.get(DEFAULT) == spec["containers"][0]["name"]:
        del annotations[DEFAULT]
    return tidy(found)


def tidy(found):
    """Without what is empty, which means the same to Kubernetes."""
    if isinstance(found, list):
        return [tidy(each) for each in found]
    if not isinstance(found, dict):
        return found
    inside = {key: tidy(value) for key, value in found.items()}
    return {key: value for key, value in inside.items() if value not in (None, {}, [])}


def rewritten_probes(found, port, telemetry, upstream):
    """The workload with the probes that it should have, and what the sidecar should be told of them."""
    found = copy.deepcopy(found)
    told = {}
    for place in ("initContainers", "containers"):
        for container in pod_of(found)["spec"].get(place) or []:
            for kind in KINDS:
                probe = container.get(f"{kind}Probe") or {}
                address = asked_there(container, probe, port, upstream)
                if address is None:
                    continue
                told[f"{container['name']}/{kind}"] = address
                for handler in ("httpGet", "tcpSocket", "grpc"):
                    probe.pop(handler, None)
                path = f"/probe/{container['name']}/{kind}"
                probe["httpGet"] = {"path": path, "port": telemetry}
    return found, told


def asked_there(container, probe, port, upstream):
    """Where a probe of a container goes when it goes to the application's port."""
    handler = next((each for each in ("httpGet", "tcpSocket", "grpc") if each in probe), None)
    asked = probe.get(handler) or {}
    ports = container.get("ports") or []
    numbers = {each["name"]: each["containerPort"] for each in ports if each.get("name")}
    wanted = asked.get("port")
    if str(numbers.get(wanted, wanted)) != str(port) or "host" in asked:
        return None
    scheme, _, rest = (upstream or f"{asked.get('scheme', 'HTTP').lower()}://127.0.0.1:{port}").partition(":")
    if handler == "tcpSocket":
        return f"unix:{rest}" if scheme == "unix" else f"tcp:{rest}"
    if handler == "grpc":
        return f"grpc:{rest}/{asked.get('service') or ''}"
    path = "/" + asked.get("path", "/").removeprefix("/")
    path = quote(path, safe="/?&=:~!$'()*+;@[]-._%")
    headers = urlencode([(each["name"], each["value"]) for each in asked.get("httpHeaders") or []])
    return f"{scheme}:{rest}{':' if scheme == 'unix' else ''}{path}" + (f"#{headers}" if headers else "")


def with_led_ports(service, ports, sidecar):
    """A Service whose TCP ports of these numbers lead to the sidecar."""
    service = copy.deepcopy(service)
    for each in deep(service, "spec", "ports") or []:
        if each["port"] in ports and each.get("protocol", "TCP") == "TCP":
            each["targetPort"] = sidecar
    return tidy(service)


def without_note(found):
    found = copy.deepcopy(found)
    annotations = deep(found, "metadata", "annotations") or {}
    annotations.pop(NOTE, None)
    return tidy(found)


def environment(container):
    """The variables as the program will see them."""
    return {each["name"]: each["value"].replace("$$", "$") for each in container["env"]}


def paired(before, after):
    """Objects before and after, and those that are new."""
    assert len(after) >= len(before)
    for one, other in zip(before, after):
        assert (one["kind"], name(one)) == (other["kind"], name(other)), "the order has changed"
    return list(zip(before, after)), after[len(before) :]
