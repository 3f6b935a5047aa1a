"""Keystone, as something that we depend on."""

from panels import RED, graph, quantiles, stat

ROW = ("Keystone", True, [
    [
        (4, 7, stat(
            "Gets usable answers", "min(portcullis_keystone_up{@})", "short",
            "1: every instance's last question got a usable answer. 0: one of them, at least, got "
            "none.", steps=((0, RED), (1, "green")), decimals=0, runbook="PortcullisKeystoneDown")),
        (4, 7, stat(
            "Our own token ends in",
            "min(portcullis_service_token_expiry_timestamp_seconds{@} > 0) - time()", "s",
            "In `service` mode only. Renewed after four fifths of its life, by the next question.",
            steps=((0, RED), (60, "green")), runbook="PortcullisOwnTokenNotRenewed")),
        (8, 7, graph(
            "Faults",
            [("{{kind}}", "sum by (kind) (rate("
              "portcullis_keystone_faults_total{@}[$__rate_interval]))")], "ops",
            "`credentials`, `forbidden`: our account. `tls`, `not_keystone`, `redirect`, "
            "`no_endpoint`: our configuration. `connect`, `deadline`, `status`: Keystone or the "
            "network. `throttled`: too many questions.", runbook="PortcullisKeystoneFaults")),
        (8, 7, graph(
            "Time to an answer",
            quantiles("portcullis_keystone_request_duration_seconds", "@", "operation"), "s",
            "Retries included. Beyond `keystone.timeout` (5 s) there is none.",
            runbook="PortcullisKeystoneSlow")),
    ],
    [
        (8, 7, graph(
            "Answers by code",
            [("{{operation}} {{code}}", "sum by (operation, code) (rate("
              "portcullis_keystone_requests_total{@}[$__rate_interval]))")], "reqps",
            "`validate` 404 is a token that Keystone does not know. `none` is no answer. 401 for "
            "`validate` in `service` mode is about our own token.",
            runbook="PortcullisKeystoneAccount")),
        (8, 7, graph(
            "Questions",
            [("{{source}}: {{outcome}}", "sum by (source, outcome) (rate("
              "portcullis_token_validations_total{@}[$__rate_interval]))"),
             ("shed", "sum(rate(portcullis_token_validations_shed_total{@}[$__rate_interval]))"),
             ("repeated", "sum(rate(portcullis_keystone_retries_total{@}[$__rate_interval]))")],
            "ops", "Answers about tokens, from the cache and from Keystone. `shed`: refused with 503 "
            "because too many waited. `repeated`: connections that failed.",
            runbook="PortcullisValidationsShed")),
        (8, 7, graph(
            "Waiting for Keystone",
            [("under way", "sum(portcullis_keystone_in_flight{@})"),
             ("p99 of a validation", "histogram_quantile(0.99, sum by (le) (rate("
              "portcullis_token_validation_duration_seconds_bucket{@}[$__rate_interval])))")],
            "short", "At `keystone.max_in_flight` (64) of each instance, others begin to wait. The "
            "time has our own login in it.", seconds="p99 of a validation",
            runbook="PortcullisKeystoneSlow")),
    ],
])
