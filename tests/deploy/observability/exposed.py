"""What the program under test exposes, read once from a running one of each kind."""

import functools

from stage.clients import calling
from stage.processes import eventually
from stage.stage import stage
from vocabulary import Vocabulary


@functools.cache
def texts():
    """The texts of /metrics of a proxy that has something of everything, and of a webhook."""
    with stage() as play:
        # Series of gRPC begin with the first call that ends so.
        play.clients(calling)

        def every_status():
            labels = Vocabulary(play.subject.metrics()).labels["portcullis_grpc_responses_total"]
            return labels["grpc_status"] >= {str(status) for status in range(17)}

        eventually(every_status, "a call has ended in every way")
        return play.subject.metrics(), play.webhook.metrics()


def text():
    """All of it."""
    return "".join(texts())


@functools.cache
def vocabulary():
    """Its names."""
    return Vocabulary(text())
