"""The admission webhook."""

from .case import Case, late, level, once, series, steady


def reviews(outcome, values):
    """Reviews that were answered."""
    return series("portcullis_webhook_reviews_total", values, outcome=outcome)


def rejected(reason, values):
    """Requests that were no review."""
    return series("portcullis_webhook_requests_rejected_total", values, reason=reason)


def reloads(result, values):
    """Certificates that were read again."""
    return series("portcullis_webhook_certificate_reloads_total", values, result=result)


def refused(values):
    """Handshakes in which a client found our certificate wanting."""
    return series("portcullis_tls_handshake_failures_total", values, reason="refused_by_client")


WEBHOOK = series("portcullis_webhook_review_duration_seconds_count", steady(1))

CASES = [
    Case("PortcullisSidecarNotInjected", "warning", 31, 0,
         loud=[reviews("denied", once(1))],
         quiet=[reviews("denied", level(3)), reviews("patched", late(1)), reviews("unchanged", late(9))]),
    Case("PortcullisSidecarNotInjected", "warning", 31, 0,
         loud=[reviews("excused", once(1))], quiet=[reviews("excused", level(3))]),
    Case("PortcullisWebhookFailing", "warning", 31, 5,
         loud=[rejected("timeout", once(1))],
         quiet=[rejected("timeout", level(3)), rejected("path", late(1)), rejected("method", late(1))]),
    Case("PortcullisWebhookCertificateRefused", "warning", 31, 2,
         loud=[WEBHOOK, refused(once(1))],
         # A proxy has clients who refuse anything; there it is a matter of their share.
         quiet=[refused(late(1))]),
    Case("PortcullisWebhookCertificateNotRead", "warning", 31, 15,
         loud=[reloads("failed", once(1)), reloads("ok", level(2))],
         quiet=[reloads("failed", level(1)), reloads("ok", once(1))]),
    # Put right ten minutes later.
    Case("PortcullisWebhookCertificateNotRead", "warning", 0, 0, settled=45, loud=[],
         quiet=[reloads("failed", once(1)), reloads("ok", "0x40 1x360")]),
]
