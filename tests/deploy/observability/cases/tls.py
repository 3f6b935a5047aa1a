"""Certificates and lists of revoked ones; the clock of these tests begins at nought."""

from .case import Case, late, level, series, steady

DAY = 86400


def ends(seconds, listener="public"):
    """A certificate that ends then."""
    return series("portcullis_tls_certificate_expiry_timestamp_seconds", level(seconds),
                  listener=listener, certificate="/etc/tls/api.pem")


def renewed_by(seconds):
    """A revocation list that must have been renewed then."""
    return series("portcullis_tls_crl_next_update_timestamp_seconds", level(seconds),
                  listener="public", file="/etc/tls/clients.crl")


def refused(values):
    """Handshakes in which a client found our certificate wanting."""
    return series("portcullis_tls_handshake_failures_total", values, reason="refused_by_client")


def accepted(values):
    """Connections."""
    return series("portcullis_connections_accepted_total", values, listener="public")


CASES = [
    Case("PortcullisCertificateExpiring", "warning", 31, 60,
         loud=[ends(14 * DAY + 1800)], quiet=[ends(14 * DAY + 400 * 60)]),
    Case("PortcullisCertificateExpiring", "critical", 31, 15,
         loud=[ends(3 * DAY + 1800)], quiet=[ends(3 * DAY + 400 * 60)]),
    # The webhook's is one like any other.
    Case("PortcullisCertificateExpiring", "warning", 31, 60,
         loud=[ends(14 * DAY + 1800, "webhook")], quiet=[ends(14 * DAY + 400 * 60, "webhook")]),
    Case("PortcullisRevocationListExpiring", "warning", 31, 15,
         loud=[renewed_by(DAY + 1800)], quiet=[renewed_by(DAY + 400 * 60)]),
    Case("PortcullisRevocationListExpiring", "critical", 31, 0,
         loud=[renewed_by(1800)], quiet=[renewed_by(400 * 60)]),
    Case("PortcullisCertificateRefused", "warning", 33, 10,
         loud=[accepted(steady(9)), refused(late(2))],
         quiet=[accepted(steady(9)), refused(late(0.44))]),
]
