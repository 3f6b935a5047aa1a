"""Whose fault is it? The one row that is always open first."""

from panels import RED, YELLOW, graph, quantiles, stat, table

REQUESTS = "sum(rate(portcullis_http_requests_total{@route}[$__rate_interval]))"
ALL_REQUESTS = "sum(rate(portcullis_http_requests_by_listener_total{@}[$__rate_interval]))"
# To HTTP a call of gRPC that fails is a 200; these are its codes that blame the server.
ALL_ERRORS = ('sum(rate(portcullis_http_requests_total{@,code=~"5.."}[$__rate_interval]) or '
              'rate(portcullis_grpc_responses_total{@,grpc_status=~"2|4|13|14|15"}'
              "[$__rate_interval]))")
CLIENT = 'sum(rate(portcullis_auth_decisions_total{@route,decision="deny"}[$__rate_interval]))'
OURSELVES = 'sum(rate(portcullis_http_rejected_total{@,reason="overload"}[$__rate_interval]))'
KEYSTONE = 'sum(rate(portcullis_auth_decisions_total{@route,decision="error"}[$__rate_interval]))'
KEYSTONE_ALL = 'sum(rate(portcullis_auth_decisions_total{@,decision="error"}[$__rate_interval]))'
NO_ANSWER = ('sum(rate(portcullis_upstream_requests_total{@,outcome=~"broken|connect|deadline|shed"}'
             "[$__rate_interval]))")
OWN_ERRORS = f"clamp_min({ALL_ERRORS} - {OURSELVES} - {KEYSTONE_ALL} - {NO_ANSWER}, 0)"
SHARE = ((0.001, YELLOW), (0.01, RED))

ROW = ("Overview: whose fault is it?", False, [
    [
        (3, 4, stat(
            "Requests", REQUESTS, "reqps",
            "Everything that clients were answered. A sudden nought means that nobody gets here: "
            "look at the balancer, DNS and the instances.", runbook="PortcullisAbsent")),
        (3, 4, stat(
            "Instances up",
            "count(portcullis_build_info{@}) or vector(0)", "short",
            "Instances that Prometheus sees. Fewer than you run means that some are down, or that "
            "they are not scraped.", steps=((0, RED), (1, "green")), decimals=0,
            runbook="PortcullisInstanceDown")),
        (3, 4, stat(
            "Client: refused", f"{CLIENT} / {REQUESTS}", "percentunit",
            "Requests without a good token (401), or that the policy denies (403). High by itself "
            "is a client's or an attacker's doing, or that of a policy changed lately. The row "
            "Decisions says why.", steps=((0.25, YELLOW), (0.5, RED)),
            runbook="PortcullisUnauthorizedSpike")),
        (3, 4, stat(
            "Portcullis: overload", f"{OURSELVES} / {ALL_REQUESTS}", "percentunit",
            "Requests refused because `server.max_requests` are in progress: too few instances, or "
            "a service so slow that requests pile up.", steps=SHARE, runbook="PortcullisOverload")),
        (3, 4, stat(
            "Keystone: nobody knows", f"{KEYSTONE} / {REQUESTS}", "percentunit",
            "Requests answered with 503 because Keystone could not be asked. The row Keystone says "
            "why; our own account and address are among the reasons.", steps=SHARE,
            runbook="PortcullisErrorBudgetBurn")),
        (3, 4, stat(
            "Service: no answer", f"{NO_ANSWER} / {ALL_REQUESTS}", "percentunit",
            "Requests that the service did not answer: unreachable or broken (502), too late (504), "
            "or too many at once (503).", steps=SHARE, runbook="PortcullisServiceFailing")),
        (3, 4, stat(
            "Service: its own errors", f"{OWN_ERRORS} / {ALL_REQUESTS}", "percentunit",
            "5xx, and calls of gRPC with 2, 4, 13, 14 or 15, that the service itself answered; "
            "Portcullis only passed them on. Look at the service's own log.", steps=((0.01, YELLOW), (0.05, RED)),
            runbook="PortcullisServerErrors")),
        (3, 4, stat(
            "Added by Portcullis (p99)",
            "histogram_quantile(0.99, sum by (le) "
            "(rate(portcullis_http_overhead_duration_seconds_bucket{@route}[$__rate_interval])))",
            "s", "Our own share of the time to the answer's head, all waiting for others left out. "
            "Below a millisecond is usual; more means too little CPU.",
            steps=((0.002, YELLOW), (0.005, RED)), runbook="PortcullisSlowOverhead")),
    ],
    [
        (8, 8, graph(
            "Failures by whose they are",
            [("Keystone: nobody knows", KEYSTONE_ALL), ("Portcullis: overload", OURSELVES),
             ("service: no answer", NO_ANSWER), ("service: its own errors", OWN_ERRORS)],
            "reqps", "All 5xx, and what means the same in gRPC, each counted once. The colour that grows is the door to knock at.",
            stack=True, runbook="PortcullisServerErrors")),
        (8, 8, graph(
            "Time to the end of the response",
            quantiles("portcullis_http_request_duration_seconds", "@route"), "s",
            "What clients see, bodies included. Where this grows and the overhead does not, look at "
            "the service and at Keystone.")),
        (8, 8, table(
            "Alerts firing",
            'ALERTS{alertname=~"Portcullis.+",alertstate="firing",namespace=~"$namespace",job=~"$job"}',
            "none", "What alerts.yaml has to say now. Empty is good, if the rules are loaded.",
            (("alertname", "Alert"), ("severity", "Severity"), ("namespace", "Namespace"),
             ("job", "Job"), ("instance", "Instance"), ("upstream", "Upstream")))),
    ],
])
