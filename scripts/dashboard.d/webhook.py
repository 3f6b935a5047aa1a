"""The admission webhook, where `portcullis webhook` runs and is scraped."""

from panels import graph, quantiles

ROW = ("Webhook", True, [[
    (6, 7, graph(
        "Reviews",
        [("{{outcome}}", "sum by (outcome) (rate("
          "portcullis_webhook_reviews_total{@}[$__rate_interval]))")], "ops",
        "`denied` and `excused` asked for the sidecar in a way that cannot be done; `excused` was "
        "made without it. `unchanged` did not ask.", stack=True,
        runbook="PortcullisSidecarNotInjected")),
    (6, 7, graph(
        "Time to the answer", quantiles("portcullis_webhook_review_duration_seconds"), "s",
        "From the head of a review to its answer; some milliseconds. API servers wait for "
        "`webhook.timeoutSeconds` of the chart.", runbook="PortcullisWebhookFailing")),
    (6, 7, graph(
        "Not answered",
        [("{{reason}}", "sum by (reason) (rate("
          "portcullis_webhook_requests_rejected_total{@}[$__rate_interval]))")], "ops",
        "To API servers each is a failed call. `path`, `method` and `content_type` are somebody "
        "else who looks around.", runbook="PortcullisWebhookFailing")),
    (6, 7, graph(
        "Certificate read again",
        [("{{result}}", "sum by (result) (increase("
          "portcullis_webhook_certificate_reloads_total{@}[$__rate_interval]))")], "short",
        "`failed`: the new one cannot be used, the old one stays. When it ends is in the table "
        "Certificates.", runbook="PortcullisWebhookCertificateNotRead")),
]])
