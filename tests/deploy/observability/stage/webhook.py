"""The admission webhook, with the certificate that the proxy has."""

import re
from pathlib import Path

from places import program

from .processes import Process, eventually
from .subject import scrape


class Webhook:
    """Runs for itself; nobody but the clients here asks it."""

    def __init__(self, directory):
        self.certificate = Path(directory) / "server.pem"
        self.process = Process(
            directory, "webhook", program(), "webhook",
            "--listen", "127.0.0.1:0", "--telemetry", "127.0.0.1:0", "--drain-delay", "0",
            "--certificate-file", "server.pem", "--key-file", "server.key")
        said = eventually(lambda: re.search(r'"message":"serving".*', self.process.said()),
                          "the webhook serves")[0]
        self.listen = re.search(r'"webhook":"([^"]+)"', said)[1]
        self.telemetry = re.search(r'"telemetry":"([^"]+)"', said)[1]

    def metrics(self):
        """The text of /metrics."""
        return scrape(self.telemetry)

    def stop(self):
        """Ends it."""
        self.process.stop()
