"""All of it together."""

import tempfile
from contextlib import ExitStack, contextmanager

from .clients import Clients
from .identity import Identity
from .monitoring import Prometheus
from .service import Service
from .subject import Subject
from .webhook import Webhook


class Stage:
    """Who plays; each ends with the stage."""

    def __init__(self, stack):
        self.stack = stack
        self.directory = stack.enter_context(tempfile.TemporaryDirectory())
        self.identity = self.keep(Identity(self.directory))
        self.service = self.keep(Service())
        self.subject = self.keep(Subject(self.directory, self.identity.listen, self.service))
        self.webhook = self.keep(Webhook(self.directory))

    def keep(self, player):
        """Has it end with the stage."""
        self.stack.callback(player.stop)
        return player

    def clients(self, *kinds):
        """Lets clients of these kinds in."""
        return self.keep(Clients(self.subject, self.identity, self.webhook, kinds))

    def prometheus(self, rules):
        """Lets Prometheus watch, with these rules."""
        return self.keep(Prometheus(
            self.directory, self.subject.telemetry, self.webhook.telemetry, rules))


@contextmanager
def stage():
    """A stage of its own for a test."""
    with ExitStack() as stack:
        yield Stage(stack)
