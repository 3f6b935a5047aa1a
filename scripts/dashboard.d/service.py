"""The services behind, and what Portcullis itself adds to the time."""

from panels import RED, YELLOW, graph, quantiles

ROWS = [
    ("Overhead", True, [[
        (12, 7, graph(
            "Added by Portcullis", quantiles("portcullis_http_overhead_duration_seconds", "@route"),
            "s", "Our own share of the time to the answer's head, without the waits for Keystone "
            "and the service.", steps=((0.002, YELLOW), (0.005, RED)),
            runbook="PortcullisSlowOverhead")),
        (12, 7, graph(
            "Added by Portcullis, by route",
            quantiles("portcullis_http_overhead_duration_seconds", "@route", "route")[1:], "s",
            "A route that stands out has rules that look into bodies, or long ones.",
            runbook="PortcullisSlowOverhead")),
    ]]),
    ("Service", True, [
        [
            (8, 7, graph(
                "What became of requests to the service",
                [("{{upstream}} {{outcome}}", "sum by (upstream, outcome) (rate("
                  "portcullis_upstream_requests_total{@}[$__rate_interval]))")], "reqps",
                "`connect`: not reachable. `broken`: it broke off. `deadline`: too late. `shed`: "
                "`upstream.max_pending` were with it. `share`: `upstream.max_pending_per_client` of one "
                "client were. `client`: the client's own doing.",
                runbook="PortcullisServiceFailing")),
            (8, 7, graph(
                "Time to the head of its answer",
                quantiles("portcullis_upstream_request_duration_seconds", "@", "upstream"), "s",
                "The service's own time. Compare with the time that clients see.",
                runbook="PortcullisServiceSaturated")),
            (8, 7, graph(
                "Requests that are with it",
                [("{{upstream}}", "sum by (upstream) (portcullis_upstream_requests_in_flight{@})")],
                "short", "Each instance has at most `upstream.max_pending` (1024). A line that "
                "climbs is a service that does not keep up.", runbook="PortcullisServiceSaturated")),
        ],
        [
            (8, 7, graph(
                "Time to connect",
                quantiles("portcullis_upstream_connect_duration_seconds", "@", "upstream"), "s",
                "New connections only, TLS included. Long ones are the network, or a full queue at "
                "the service.", runbook="PortcullisServiceUnreachable")),
            (8, 7, graph(
                "Responses broken off",
                [("{{upstream}} {{cause}}", "sum by (upstream, cause) (rate("
                  "portcullis_upstream_responses_aborted_total{@}[$__rate_interval]))")], "reqps",
                "After their head had been passed on: their code says 200, but the client saw a "
                "broken connection.", runbook="PortcullisResponsesAborted")),
            (8, 7, graph(
                "Requests sent again",
                [("{{upstream}}", "sum by (upstream) (rate("
                  "portcullis_upstream_retries_total{@}[$__rate_interval]))")], "reqps",
                "A kept connection had ended. More than now and then: `upstream.idle_timeout` is "
                "longer than the service keeps connections.")),
        ],
    ]),
]
