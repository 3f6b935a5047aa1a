"""What a program exposes: metrics with their labels, and the values that those have."""

import re
from collections import defaultdict

# What Prometheus and the cluster add to every series when they scrape it.
TARGET = {"namespace", "job", "instance", "pod"}
# What others expose, and we only look at.
FOREIGN = {
    "ALERTS": {"alertname", "alertstate", "severity"},
    "up": set(),
    # kube-state-metrics: only the cluster knows how much memory a container may take.
    "kube_pod_container_resource_limits": {"container", "resource"},
}
# What a scrape of any size may bring: times, names of files and of what was configured.
FREE = {"le", "version", "certificate", "file", "route", "listener", "upstream"}
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Vocabulary:
    """Built from the text of /metrics."""

    def __init__(self, text):
        self.types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))
        self.labels = defaultdict(lambda: defaultdict(set))
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, labels, _ = SAMPLE.match(line).groups()
                for label, value in LABEL.findall(labels or ""):
                    self.labels[name][label].add(value)
                self.labels[name].setdefault("", set())

    def families(self):
        """Names without what a histogram adds to them."""
        return set(self.types)

    def wrong(self, names):
        """What of these names is not exposed, in words."""
        for metric in sorted(names.metrics):
            if metric not in self.labels and metric not in FOREIGN:
                yield f"there is no metric {metric}"
        for metric, label, value in sorted(names.labels, key=str):
            known = FOREIGN.get(metric, self.labels.get(metric, {}))
            if metric not in FOREIGN and metric not in self.labels or label in TARGET:
                continue
            if label not in known:
                yield f"{metric} has no label {label}"
            elif metric not in FOREIGN and value is not None and label not in FREE:
                pattern = re.compile(value)
                if not any(pattern.fullmatch(one) for one in known[label]):
                    yield f'{metric} has no {label}="{value}"'


def family(metric):
    """A histogram's name, from that of one of its series."""
    return re.sub(r"_(bucket|count|sum)$", "", metric)
