"""Finding one's way among rendered objects."""


def of_kind(objects, kind, suffix=""):
    """The only object of a kind, or the only one whose name ends so."""
    found = [each for each in objects if each["kind"] == kind and each["metadata"]["name"].endswith(suffix)]
    assert len(found) == 1, f"{len(found)} objects of kind {kind} {suffix}: {names(objects)}"
    return found[0]


def kinds(objects):
    return sorted({each["kind"] for each in objects})


def names(objects):
    return [f"{each['kind']}/{each['metadata']['name']}" for each in objects]


def workload(objects):
    """The gateway itself."""
    found = [
        each
        for each in objects
        if each["kind"] in ("Deployment", "DaemonSet")
        and each["metadata"]["labels"]["app.kubernetes.io/component"] == "gateway"
    ]
    assert len(found) == 1, names(objects)
    return found[0]


def pod(objects):
    return workload(objects)["spec"]["template"]


def container(objects, name="portcullis"):
    return named(pod(objects)["spec"]["containers"], name)


def named(items, name):
    """The only item of that name."""
    found = [each for each in items or [] if each["name"] == name]
    assert len(found) == 1, f"{len(found)} items are called {name}: {items}"
    return found[0]


def pod_specs(objects):
    """Every pod that comes of the objects, with a word on whose it is."""
    for each in objects:
        if each["kind"] == "Pod":
            yield f"Pod/{each['metadata']['name']}", each["spec"]
        elif each["kind"] in ("Deployment", "DaemonSet", "StatefulSet", "Job"):
            yield f"{each['kind']}/{each['metadata']['name']}", each["spec"]["template"]["spec"]


def containers(spec):
    return spec.get("containers", []) + (spec.get("initContainers") or [])


def variables(container):
    return {each["name"]: each.get("value") for each in container.get("env", [])}
