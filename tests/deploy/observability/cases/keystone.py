"""Keystone as something that Portcullis depends on, and our own account there."""

from .case import Case, late, level, once, series, steady, steps

def faults(kind, values):
    """Faults of one kind."""
    return series("portcullis_keystone_faults_total", values, kind=kind)


def asked(values):
    """Questions about tokens that Keystone was asked."""
    return series("portcullis_token_validations_total", values, source="keystone", outcome="valid")


def lasting(quick, validations):
    """Validations: those that take up to half a second, and all up to two and a half."""
    name = "portcullis_keystone_request_duration_seconds"
    counts = (("0.5", quick), ("1", quick), ("2.5", validations), ("+Inf", validations))
    return [
        *(series(f"{name}_bucket", values, operation="validate", le=le) for le, values in counts),
        series(f"{name}_count", validations, operation="validate"),
    ]


CASES = [
    Case("PortcullisKeystoneDown", "critical", 33, 1,
         loud=[series("portcullis_keystone_up", steps((31, 1), 0)), faults("connect", late(1))],
         # It came to nothing last, but nobody has asked for long.
         quiet=[series("portcullis_keystone_up", steps((31, 1), 0)), faults("connect", "7x400")]),
    Case("PortcullisKeystoneSlow", "warning", 39, 10,
         loud=lasting("0+100x30 3094+94x370", "0+100x400"),
         quiet=lasting("0+95x400", "0+100x400")),
    Case("PortcullisKeystoneAccount", "critical", 31, 1,
         loud=[faults("credentials", once(1))],
         quiet=[faults("credentials", level(3)), faults("status", late(1))]),
    Case("PortcullisKeystoneAddress", "critical", 31, 2,
         loud=[faults("tls", once(1))],
         quiet=[faults("tls", level(3)), faults("status", late(1))]),
    Case("PortcullisKeystoneFaults", "warning", 32, 10,
         loud=[asked(steady(10)), faults("status", late(3))],
         quiet=[asked(steady(10)), faults("status", late(0.49))]),
    Case("PortcullisKeystoneThrottled", "warning", 31, 5,
         loud=[faults("throttled", once(1))],
         quiet=[faults("throttled", level(4)), faults("status", late(1))]),
    Case("PortcullisOwnTokenNotRenewed", "warning", 60, 5,
         # It ends after an hour and a minute; the clock of the test begins at nought.
         loud=[series("portcullis_service_token_expiry_timestamp_seconds", level(3659)),
               asked(steady(1))],
         # Nobody asks, in one instance; there is no account, in the other.
         quiet=[series("portcullis_service_token_expiry_timestamp_seconds", level(3659)),
                asked(level(5)),
                series("portcullis_service_token_expiry_timestamp_seconds", level(0),
                       instance="10.0.0.2:9180"),
                series("portcullis_token_validations_total", steady(1), source="keystone",
                       outcome="valid", instance="10.0.0.2:9180")]),
    Case("PortcullisValidationsShed", "warning", 31, 5,
         loud=[series("portcullis_token_validations_shed_total", late(0.1))],
         quiet=[series("portcullis_token_validations_shed_total", level(7))]),
]
