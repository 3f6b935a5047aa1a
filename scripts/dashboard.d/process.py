"""The process: what it uses, what limits it, and which configuration it follows."""

from panels import RED, YELLOW, graph, stat, table

ROWS = [
    ("Saturation", True, [
        [
            (6, 7, graph(
                "CPU", [("{{instance}}", "rate(process_cpu_seconds_total{@}[$__rate_interval])")],
                "short", "CPUs in use by each instance. At its number of threads for long: more "
                "instances.", runbook="PortcullisSlowOverhead")),
            (6, 7, graph(
                "Memory",
                [("{{instance}}", "process_resident_memory_bytes{@}")], "bytes",
                "Resident. Some 8 MiB, and the cache, and what connections hold.",
                runbook="PortcullisMemoryNearLimit")),
            (6, 7, graph(
                "Open files",
                [("{{instance}}", "process_open_fds{@} / process_max_fds{@}")], "percentunit",
                "Of the limit on open files. Each client takes up to two.",
                steps=((0.7, YELLOW), (0.9, RED)), runbook="PortcullisFilesNearLimit")),
            (6, 7, graph(
                "Threads", [("{{instance}}", "process_threads{@}")], "short",
                "Fixed from the start: one for each CPU, and a few.")),
        ],
        [
            (12, 7, graph(
                "Requests in progress",
                [("{{listener}}", "sum by (listener) (portcullis_http_requests_in_flight{@})")],
                "short", "Each instance has at most `server.max_requests` (10,000). Climbing means "
                "that somebody behind is slow.", runbook="PortcullisOverload")),
            (12, 7, graph(
                "Refused for want of room",
                [("requests in progress (server.max_requests)", 'sum(rate('
                  'portcullis_http_rejected_total{@,reason="overload"}[$__rate_interval]))'),
                 ("with the service (upstream.max_pending)", 'sum(rate('
                  'portcullis_upstream_requests_total{@,outcome="shed"}[$__rate_interval]))'),
                 ("of one client (upstream.max_pending_per_client)", 'sum(rate('
                  'portcullis_upstream_requests_total{@,outcome="share"}[$__rate_interval]))'),
                 ("connections of one address (server.max_connections_per_address)", 'sum(rate('
                  'portcullis_connections_cut_total{@,reason="crowd"}[$__rate_interval]))'),
                 ("waiting for Keystone (keystone.max_waiting)", "sum(rate("
                  "portcullis_token_validations_shed_total{@}[$__rate_interval]))"),
                 ("log lines", "sum(rate(portcullis_log_lines_lost{@}[$__rate_interval]))")],
                "ops", "Each of these is a limit that was reached; clients get 503, those that ask "
                "for more than their share 429, connections end at once, and of log lines nobody "
                "ever hears.", runbook="PortcullisOverload")),
        ],
    ]),
    ("Configuration", True, [
        [
            (6, 6, table(
                "Versions", "count by (version) (portcullis_build_info{@})", "short",
                "More than one for long is a roll-out that got stuck.",
                (("version", "Version"), ("Value", "Instances")))),
            (3, 6, stat(
                "Reload failed", "count(portcullis_config_last_reload_successful{@} == 0) or vector(0)",
                "short", "Instances that follow an older configuration than was written, because the "
                "new one is wrong.", steps=((1, RED),), decimals=0,
                runbook="PortcullisConfigReloadFailed")),
            (3, 6, stat(
                "Restart needed", "max(portcullis_config_restart_needed{@})", "short",
                "Options that were changed and wait for the next start.", steps=((1, YELLOW),),
                decimals=0, runbook="PortcullisRestartNeeded")),
            (3, 6, stat(
                "Security warnings", "max(portcullis_config_warnings{@})", "short",
                "Settings in force that weaken security; the log names them at every start.",
                steps=((1, RED),), decimals=0, runbook="PortcullisInsecureSettings")),
            (3, 6, stat(
                "Access log", "min(portcullis_access_log_enabled{@})", "short",
                "0: an instance keeps no record of who asked for what.",
                steps=((0, YELLOW), (1, "green")), decimals=0)),
            (6, 6, graph(
                "Configuration read again",
                [("{{result}}", "sum by (result) (increase("
                  "portcullis_config_reloads_total{@}[$__rate_interval]))")], "short",
                "`ok` is another policy in force, `failed` the old one that stays.",
                runbook="PortcullisConfigReloadFailed")),
        ],
        [
            (12, 6, graph(
                "Last good configuration",
                [("{{instance}}",
                  "time() - portcullis_config_last_reload_success_timestamp_seconds{@}")], "s",
                "How long ago it was read. Instances that differ after a change have not all "
                "followed it.", runbook="PortcullisConfigReloadFailed")),
            (12, 6, graph(
                "Up since", [("{{instance}}", "time() - process_start_time_seconds{@}")], "s",
                "A saw is an instance that restarts again and again.",
                runbook="PortcullisRestarting")),
        ],
    ]),
]
