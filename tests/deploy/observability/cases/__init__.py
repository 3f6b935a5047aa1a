"""What each alert must say to what it sees: when it fires, and when it keeps quiet.

The files beside this one have the cases, sorted as alerts.yaml is.
"""

from . import (
    cache, capacity, configuration, decisions, instances, keystone, refusals, service, tls, webhook
)

ALL = [
    case
    for group in (
        decisions, instances, keystone, refusals, service, capacity, cache, tls, configuration,
        webhook
    )
    for case in group.CASES
]
