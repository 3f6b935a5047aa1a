"""The identity service that `portcullis dev` brings along, with its sample of users."""

import json
import re
import urllib.request

from places import program

from .processes import Process, eventually


class Identity:
    """Runs at one address, also after it was stopped and started again."""

    def __init__(self, directory):
        self.directory, self.listen, self.starts = directory, "127.0.0.1:0", 0
        self.start()

    def start(self):
        """Starts it where it was before."""
        self.starts += 1
        self.process = Process(self.directory, f"identity-{self.starts}", program(), "dev",
                               "--listen", "127.0.0.1:0", "--keystone-listen", self.listen)
        found = eventually(lambda: re.search(r"identity +http://(\S+?)/v3", self.process.said()),
                           "the identity service says where it is")
        self.listen = found[1]
        eventually(self.answers, "the identity service answers")

    def answers(self):
        """Whether it does."""
        try:
            with urllib.request.urlopen(f"http://{self.listen}/v3", timeout=5):
                return True
        except OSError:
            return False

    def log_in(self, user, project="demo"):
        """A token of that user on that project."""
        domain = {"name": "Default"}
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {
                "user": {"name": user, "domain": domain, "password": f"{user}pw"}}},
            "scope": {"project": {"name": project, "domain": domain}}}}
        request = urllib.request.Request(
            f"http://{self.listen}/v3/auth/tokens", json.dumps(body).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers["X-Subject-Token"]

    def stop(self):
        """Ends it."""
        self.process.stop()
