"""The budget of decisions that cannot be made."""

from .case import Case, late, series, steady


def decisions(allowed, unknown):
    """Decisions each second: those made, and those that nobody could make."""
    name = "portcullis_auth_decisions_total"
    return [
        series(name, steady(allowed), route="default", decision="allow", reason="confirmed"),
        series(name, unknown, route="default", decision="error", reason="unavailable"),
    ]


CASES = [
    # 20 % of decisions: the hour has 1.44 % of them at minute 32.
    Case("PortcullisErrorBudgetBurn", "critical", 32, 2,
         loud=decisions(8, late(2)), quiet=decisions(98.7, steady(1.3))),
    Case("PortcullisErrorBudgetBurn", "warning", 43, 15,
         loud=decisions(98, late(2)), quiet=decisions(99.45, steady(0.55))),
]
