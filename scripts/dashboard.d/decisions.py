"""Who was let in, who was not, and why."""

from panels import graph

DECISIONS = "portcullis_auth_decisions_total"


def by_reason(decision):
    """Requests each second of that decision, by reason."""
    return [("{{reason}}", f'sum by (reason) (rate({DECISIONS}{{@route,decision="{decision}"}}'
             "[$__rate_interval]))")]


ROW = ("Decisions", True, [
    [
        (8, 8, graph(
            "Decisions",
            [("{{decision}}",
              f"sum by (decision) (rate({DECISIONS}{{@route}}[$__rate_interval]))")], "reqps",
            "`defer`: passed on without a good token, for the service to decide. `shadow_deny`: "
            "passed on by a policy that is only tried. `error`: nobody knows, 503.", stack=True,
            runbook="PortcullisErrorBudgetBurn")),
        (8, 8, graph(
            "Denied", by_reason("deny"), "reqps",
            "`expired`, `missing`: a client that does not renew, or has lost its account. `unknown`, "
            "`malformed`: made-up or revoked tokens. `rule`, `no_route`: the policy.",
            runbook="PortcullisUnauthorizedSpike")),
        (8, 8, graph(
            "Allowed", by_reason("allow"), "reqps",
            "`public` are routes that look at no token. More of them than you expect is a route "
            "that takes too much.")),
    ],
    [
        (8, 8, graph(
            "Nobody knows", by_reason("error"), "reqps",
            "503 to clients. Anything above nought uses up the budget; see the row Keystone.",
            runbook="PortcullisErrorBudgetBurn")),
        (8, 8, graph(
            "A tried policy would deny", by_reason("shadow_deny"), "reqps",
            "Take `shadow` away when this is nought, or as you mean it.",
            runbook="PortcullisShadowDenials")),
        (8, 8, graph(
            "Left to the service", by_reason("defer"), "reqps",
            "With `auth.delay_decision`: went on, marked `Invalid`. The service must look at "
            "`X-Identity-Status`.", runbook="PortcullisUnauthorizedSpike")),
    ],
    [
        (8, 7, graph(
            "Fields taken away from requests",
            [("fields", "sum(rate(portcullis_http_stripped_fields_total{@}[$__rate_interval]))")],
            "ops", "Identity headers that clients sent themselves, and other fields that they may "
            "not send. A spike is somebody trying, or a new client.", runbook="PortcullisSpoofing")),
        (8, 7, graph(
            "Identity fields left out",
            [("{{field}}", "sum by (field) (rate("
              "portcullis_identity_fields_left_out_total{@}[$__rate_interval]))")], "ops",
            "The service did not get a field that it is configured to get, because it was too long.",
            runbook="PortcullisFieldsLeftOut")),
        (8, 7, graph(
            "Questions of rules to other servers",
            [("{{outcome}}", "sum by (outcome) (rate("
              "portcullis_policy_remote_checks_total{@}[$__rate_interval]))"),
             ("p99", "histogram_quantile(0.99, sum by (le) (rate("
              "portcullis_policy_remote_check_duration_seconds_bucket{@}[$__rate_interval])))")],
            "ops", "With `policy.remote_checks` only. `unanswered` is a 503 to the client.",
            seconds="p99", runbook="PortcullisRemoteChecksUnanswered")),
    ],
])
