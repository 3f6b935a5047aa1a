"""What comes, and what it is answered."""

from panels import graph, quantiles

REQUESTS = "portcullis_http_requests_total{@route}[$__rate_interval]"

ROW = ("Traffic", False, [
    [
        (8, 8, graph(
            "Requests by code", [("{{code}}", f"sum by (code) (rate({REQUESTS}))")], "reqps",
            "401 and 403 are refusals, 499 is a client that left, 502 and 504 are about the service, "
            "503 is told apart in the overview.", stack=True, runbook="PortcullisServerErrors")),
        (8, 8, graph(
            "Requests by method", [("{{method}}", f"sum by (method) (rate({REQUESTS}))")], "reqps",
            "OTHER are methods beyond the usual seven. A mix that changes at once is a client that "
            "changed.", stack=True)),
        (8, 8, graph(
            "Requests by route", [("{{route}}", f"sum by (route) (rate({REQUESTS}))")], "reqps",
            "`none` is what no route took. Routes without a name are `default`.", stack=True)),
    ],
    [
        (6, 8, graph(
            "Calls of gRPC by status",
            [("{{grpc_status}}", "sum by (grpc_status) (rate("
              "portcullis_grpc_responses_total{@route}[$__rate_interval]))")], "reqps",
            "0 is well. 7, 8 and 16 are refusals; 2, 4, 13, 14 and 15 blame the service or us; "
            "`none` broke off or was no gRPC. To HTTP they are 200.", stack=True,
            runbook="PortcullisServerErrors")),
        (6, 8, graph(
            "Requests by listener",
            [("{{listener}}", "sum by (listener) (rate("
              "portcullis_http_requests_by_listener_total{@}[$__rate_interval]))")], "reqps",
            "Which door they came through. One that falls to nought has lost its clients: "
            "certificate, firewall or balancer.", stack=True)),
        (6, 8, graph(
            "Refused before anybody looked at a token",
            [("{{reason}}", "sum by (reason) (rate("
              "portcullis_http_rejected_total{@}[$__rate_interval]))")], "reqps",
            "Requests that could be read in two ways, or came while too many were in progress. A "
            "few are scanners; `overload` is ours.", runbook="PortcullisOverload")),
        (6, 8, graph(
            "Time to the end of the response by route",
            quantiles("portcullis_http_request_duration_seconds", "@route", "route"), "s",
            "Routes apart: one that is slow alone is the service's.")),
    ],
])
