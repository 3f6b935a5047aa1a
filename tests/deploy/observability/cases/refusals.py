"""Requests that are refused, and what that may mean."""

from .case import Case, late, level, once, series, steady

DECISIONS = "portcullis_auth_decisions_total"


def allowed(values, **labels):
    """Requests that pass."""
    return series(DECISIONS, values, route="default", decision="allow", reason="confirmed", **labels)


def denied(reason, values, decision="deny", **labels):
    """Requests that do not."""
    return series(DECISIONS, values, route="default", decision=decision, reason=reason, **labels)


def checks(outcome, values):
    """Questions of rules to other servers."""
    return series("portcullis_policy_remote_checks_total", values, outcome=outcome)


STRIPPED = "portcullis_http_stripped_fields_total"

CASES = [
    Case("PortcullisUnauthorizedSpike", "warning", 33, 10,
         loud=[allowed(steady(1)), denied("expired", late(4))],
         quiet=[allowed(steady(1)), denied("expired", late(0.99))]),
    # What is so every day is not said every day.
    Case("PortcullisUnauthorizedSpike", "warning", 0, 0, step=10, settled=25 * 60, loud=[],
         quiet=[allowed("0+600x400"), denied("missing", "0+1200x400")]),
    Case("PortcullisTokenGuessing", "warning", 33, 5,
         loud=[denied("unknown", late(20))],
         quiet=[denied("unknown", late(9.9)), denied("expired", late(50))]),
    Case("PortcullisForbiddenSpike", "warning", 35, 10,
         loud=[allowed(steady(1)), denied("rule", late(1))],
         quiet=[allowed(steady(7.1)), denied("rule", late(2.9))]),
    Case("PortcullisShadowDenials", "info", 31, 0,
         loud=[denied("rule", once(1), decision="shadow_deny")],
         quiet=[denied("rule", level(9), decision="shadow_deny"), denied("rule", late(1))]),
    Case("PortcullisSpoofing", "warning", 34, 5,
         loud=[series(STRIPPED, late(3))],
         # Much, but as always.
         quiet=[series(STRIPPED, steady(3))]),
    Case("PortcullisFieldsLeftOut", "warning", 31, 10,
         loud=[series("portcullis_identity_fields_left_out_total", once(1), field="token_info")],
         quiet=[series("portcullis_identity_fields_left_out_total", level(8), field="token_info")]),
    Case("PortcullisRemoteChecksUnanswered", "warning", 31, 5,
         loud=[checks("allow", steady(1)), checks("unanswered", late(1))],
         quiet=[checks("allow", steady(9.6)), checks("unanswered", late(0.4))]),
]
