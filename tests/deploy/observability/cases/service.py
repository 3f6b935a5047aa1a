"""The service behind Portcullis."""

from .case import Case, late, level, series, steady


def answers(code, values):
    """What clients are answered."""
    return series("portcullis_http_requests_total", values, route="default", method="GET", code=code)


def called(status, values):
    """Calls of gRPC, by how they end; to HTTP each is a 200."""
    return series("portcullis_grpc_responses_total", values, route="calls", grpc_status=status)


def sent(outcome, values):
    """What becomes of requests to the service."""
    return series("portcullis_upstream_requests_total", values, upstream="default", outcome=outcome)


def aborted(cause, values):
    """Responses that are broken off."""
    return series("portcullis_upstream_responses_aborted_total", values, upstream="default",
                  cause=cause)


CASES = [
    Case("PortcullisServerErrors", "warning", 32, 10,
         loud=[answers("200", steady(8)), answers("500", late(2))],
         quiet=[answers("200", steady(9.51)), answers("500", late(0.49))]),
    # To HTTP all is well.
    Case("PortcullisServerErrors", "warning", 32, 10,
         loud=[answers("200", steady(10)), called("0", steady(8)), called("14", late(2))],
         quiet=[answers("200", steady(10)), called("0", steady(2)), called("13", late(0.49)),
                called("7", late(3)), called("12", late(2)), called("none", late(2))]),
    Case("PortcullisServiceUnreachable", "critical", 32, 2,
         loud=[sent("answered", "0+600x30 18000x370"), sent("connect", late(10))],
         quiet=[sent("answered", steady(5.1)), sent("connect", late(4.9))]),
    Case("PortcullisServiceFailing", "warning", 31, 10,
         loud=[sent("answered", steady(9)), sent("deadline", late(1))],
         quiet=[sent("answered", steady(9.91)), sent("deadline", late(0.09)), sent("client", late(3))]),
    Case("PortcullisServiceSaturated", "warning", 31, 5,
         loud=[sent("answered", steady(9)), sent("shed", late(0.1))],
         quiet=[sent("answered", steady(9)), sent("shed", level(11))]),
    Case("PortcullisClientShareReached", "warning", 33, 15,
         loud=[sent("answered", steady(8)), sent("share", late(2))],
         quiet=[sent("answered", steady(9.51)), sent("share", late(0.49)), sent("shed", late(2))]),
    Case("PortcullisResponsesAborted", "warning", 31, 10,
         loud=[sent("answered", steady(9)), aborted("broken", late(1))],
         quiet=[sent("answered", steady(9)), aborted("broken", late(0.08)), aborted("client", late(2))]),
]
