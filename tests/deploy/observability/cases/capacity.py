"""What there is enough of, until there is not."""

from .case import Case, late, level, series, steady, steps

THERE = series("portcullis_build_info", level(1), version="0.1.0")
CONTAINER = {"instance": "10.0.0.9:8080", "job": "kube-state-metrics"}


def overhead(quick, slow):
    """Requests whose own share of time is below, or above, five milliseconds."""
    name = "portcullis_http_overhead_duration_seconds"
    counts = (("0.0025", quick), ("0.005", quick), ("0.01", slow), ("+Inf", slow))
    return [*(series(f"{name}_bucket", values, route="default", le=le) for le, values in counts),
            series(f"{name}_count", slow, route="default")]


def limit(size):
    """The container's memory, as the cluster tells of it."""
    return series("kube_pod_container_resource_limits", level(size), resource="memory",
                  container="portcullis", **CONTAINER)


def ended(reason, values):
    """Web sockets that have ended."""
    return series("portcullis_websocket_tunnels_ended_total", values, reason=reason)


CASES = [
    Case("PortcullisOverload", "critical", 31, 2,
         loud=[series("portcullis_http_rejected_total", late(0.1), reason="overload")],
         quiet=[series("portcullis_http_rejected_total", level(3), reason="overload"),
                series("portcullis_http_rejected_total", late(5), reason="path")]),
    Case("PortcullisConnectionsNearLimit", "warning", 30, 10,
         # 4,160 descriptors carry 2,000 clients.
         loud=[series("process_max_fds", level(4160)),
               series("portcullis_connections", steps((30, 9), 900), listener="public"),
               series("portcullis_connections", steps((30, 9), 701), listener="internal")],
         quiet=[series("process_max_fds", level(4160)),
                series("portcullis_connections", level(900), listener="public"),
                series("portcullis_connections", level(700), listener="internal"),
                series("process_max_fds", level(1000000), instance="10.0.0.2:9180"),
                series("portcullis_connections", level(8000), listener="public",
                       instance="10.0.0.2:9180")]),
    Case("PortcullisFilesNearLimit", "warning", 30, 10,
         loud=[THERE, series("process_max_fds", level(1000)),
               series("process_open_fds", steps((30, 9), 901))],
         quiet=[THERE, series("process_max_fds", level(1000)),
                series("process_open_fds", level(900)),
                series("process_max_fds", level(1000), instance="10.0.0.2:9100"),
                series("process_open_fds", level(999), instance="10.0.0.2:9100")]),
    Case("PortcullisMemoryNearLimit", "warning", 30, 10,
         loud=[THERE, limit(1000), series("process_resident_memory_bytes", steps((30, 9), 901))],
         quiet=[THERE, limit(1000), series("process_resident_memory_bytes", level(900))]),
    Case("PortcullisSlowOverhead", "warning", 30, 10,
         loud=overhead("0+120x29 3480+100x370", "0+120x400"),
         quiet=overhead("0+1191x400", "0+1200x400")),
    Case("PortcullisHostileConnections", "warning", 32, 10,
         loud=[series("portcullis_connections_cut_total", late(9), reason="head_timeout")],
         quiet=[series("portcullis_connections_cut_total", late(0.9), reason="head_timeout"),
                series("portcullis_connections_cut_total", late(50), reason="idle")]),
    Case("PortcullisAddressCrowded", "warning", 31, 10,
         loud=[series("portcullis_connections_cut_total", late(2), reason="crowd")],
         quiet=[series("portcullis_connections_cut_total", late(0.09), reason="crowd"),
                series("portcullis_connections_cut_total", late(50), reason="idle")]),
    Case("PortcullisWebSocketsBroken", "warning", 32, 10,
         loud=[ended("closed", "0+60x30 1800x370"), ended("broken", late(9))],
         quiet=[ended("closed", steady(1)), ended("broken", late(0.99))]),
]
