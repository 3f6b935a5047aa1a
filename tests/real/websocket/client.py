"""Autobahn's fuzzing client, told by one file. Python 2, as Autobahn's suite is.

  client.py PACKAGES SPEC

Beyond what the suite knows, a server of the file has `headers`, which go with each handshake.
"""
import site
import sys

packages, spec = sys.argv[1:]
site.addsitedir(packages)

from autobahntestsuite import fuzzing, wstest  # noqa: E402

set_parameters = fuzzing.FuzzingClientFactory.setSessionParameters


def with_headers(self, *positional, **named):
    if not positional:  # the base's constructor says what it says by position
        server = self.spec["servers"][self.currServer]
        named["headers"] = {str(name): str(value) for name, value in server["headers"].items()}
    set_parameters(self, *positional, **named)


fuzzing.FuzzingClientFactory.setSessionParameters = with_headers
sys.argv = ["wstest", "--mode", "fuzzingclient", "--spec", spec]
wstest.run()
