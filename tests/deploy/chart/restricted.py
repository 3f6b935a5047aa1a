"""What every pod of ours must be: Kubernetes' restricted profile, and then some."""

from objects import containers, pod_specs

CONTAINER = {
    "runAsNonRoot": True,
    "readOnlyRootFilesystem": True,
    "allowPrivilegeEscalation": False,
}
ADMIN_PORT = 9181


def faults(objects, ours=("portcullis", "webhook", "ready")):
    """Everything that a reviewer would stop at, in words."""
    wrong = []
    for whose, spec in pod_specs(objects):
        wrong += [f"{whose}: {each}" for each in pod_faults(spec)]
        for each in containers(spec):
            if each["name"] in ours:
                wrong += [
                    f"{whose}: container {each['name']}: {fault}" for fault in container_faults(spec, each)
                ]
    for each in objects:
        wrong += [f"{each['kind']}/{each['metadata']['name']}: {fault}" for fault in door_faults(each)]
    return wrong


def pod_faults(spec):
    for key in ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"):
        if spec.get(key):
            yield f"has {key}"
    if spec.get("automountServiceAccountToken") is not False:
        yield "mounts the token of its service account"
    for volume in spec.get("volumes") or []:
        if "hostPath" in volume:
            yield f"mounts the host's {volume['hostPath']}"


def container_faults(spec, container):
    """Of a container of ours: what it may do."""
    context = container.get("securityContext") or {}
    for key, wanted in CONTAINER.items():
        if context.get(key) is not wanted:
            yield f"{key} is {context.get(key)}"
    if context.get("privileged"):
        yield "is privileged"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield f"has capabilities {context.get('capabilities')}"
    if (context.get("seccompProfile") or {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    for port in container.get("ports") or []:
        if port.get("hostPort"):
            yield f"has the host's port {port['hostPort']}"
        if port["containerPort"] == ADMIN_PORT:
            yield "tells of the admin port"
    for mount in container.get("volumeMounts") or []:
        if not mount.get("readOnly") and mount["name"] not in ("portcullis-socket", "scratch"):
            yield f"may write to {mount['mountPath']}"
    if not (container.get("resources") or {}).get("limits", {}).get("memory"):
        yield "has no limit on memory"
    yield from user_faults(context)
    yield from secret_faults(container)


def user_faults(context):
    for key in ("runAsUser", "runAsGroup"):
        if key in context and context[key] != 65532:
            yield f"{key} is {context[key]}"


def secret_faults(container):
    """Secrets are files: whoever may see a pod sees its variables."""
    for variable in container.get("env") or []:
        if "secretKeyRef" in (variable.get("valueFrom") or {}):
            yield f"has a secret in the variable {variable['name']}"


def door_faults(found):
    """Of a Service, a policy or a route: that it does not lead to the admin pages."""
    if found["kind"] in ("Service", "NetworkPolicy", "Ingress", "HTTPRoute", "GRPCRoute"):
        if str(ADMIN_PORT) in str(found.get("spec")):
            yield "leads to the admin port"
