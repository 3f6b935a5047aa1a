"""Connections of clients, TLS, and web sockets."""

from panels import RED, YELLOW, graph, table

ROWS = [
    ("Connections and TLS", True, [
        [
            (8, 7, graph(
                "Open connections",
                [("{{instance}} {{listener}}",
                  "sum by (instance, listener) (portcullis_connections{@})")], "short",
                "Each instance lets `server.max_connections` in, or as many as its files carry; "
                "more wait in the kernel.", runbook="PortcullisConnectionsNearLimit")),
            (8, 7, graph(
                "New connections",
                [("{{listener}}", "sum by (listener) (rate("
                  "portcullis_connections_accepted_total{@}[$__rate_interval]))")], "cps",
                "As many as requests means that clients do not keep theirs, which costs a handshake "
                "each.", runbook="PortcullisHostileConnections")),
            (8, 7, graph(
                "Connections that we cut",
                [("{{reason}}", "sum by (reason) (rate("
                  "portcullis_connections_cut_total{@}[$__rate_interval]))")], "cps",
                "`idle` is housekeeping. `head_timeout` and `write_timeout` are slow clients or an "
                "attack, `flood` is one. `crowd`: too many of one address.", runbook="PortcullisHostileConnections")),
        ],
        [
            (8, 7, graph(
                "Handshakes that failed",
                [("{{reason}}", "sum by (reason) (rate("
                  "portcullis_tls_handshake_failures_total{@}[$__rate_interval]))")], "cps",
                "`refused_by_client`: they do not accept our certificate. `not_tls`: a plain client "
                "or a scanner. `bad_certificate`: theirs is not good.",
                runbook="PortcullisCertificateRefused")),
            (8, 7, table(
                "Certificates",
                "min by (job, listener, certificate) "
                "(portcullis_tls_certificate_expiry_timestamp_seconds{@}) - time()", "dtdurations",
                "How long each certificate that clients are shown still lasts.",
                (("job", "Job"), ("listener", "Listener"), ("certificate", "File"),
                 ("Value", "Ends in")), runbook="PortcullisCertificateExpiring")),
            (8, 7, graph(
                "Revocation lists end in",
                [("{{listener}} {{file}}", "min by (listener, file) "
                  "(portcullis_tls_crl_next_update_timestamp_seconds{@}) - time()")], "s",
                "At nought, every client certificate of that authority is refused.",
                steps=((0, RED), (86400, YELLOW), (172800, "green")),
                runbook="PortcullisRevocationListExpiring")),
        ],
    ]),
    ("Web sockets", True, [[
        (8, 7, graph(
            "Open", [("{{instance}}", "sum by (instance) (portcullis_websocket_tunnels{@})")], "short",
            "Each takes two connections. One ends with its token, so a herd that ends at once was "
            "opened with one login.", runbook="PortcullisWebSocketsBroken")),
        (8, 7, graph(
            "Ended",
            [("{{reason}}", "sum by (reason) (rate("
              "portcullis_websocket_tunnels_ended_total{@}[$__rate_interval]))")], "ops",
            "`closed` is as it should be, `broken` a connection that was lost, `leaving` a restart.",
            runbook="PortcullisWebSocketsBroken")),
        (8, 7, graph(
            "Bytes of those that ended",
            [("{{direction}}", "sum by (direction) (rate("
              "portcullis_websocket_bytes_total{@}[$__rate_interval]))")], "Bps",
            "`up` to the service, `down` to the client; counted when a web socket ends, all at once.")),
    ]]),
]
