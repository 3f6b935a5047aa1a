"""Keystone as gunicorn loads it: mounted at KS_PREFIX, with the federation test hook if asked."""
import os
import sys

sys.argv = sys.argv[:1]  # oslo.config would read gunicorn's own options and exit with 2

try:
    from keystone.wsgi.api import application as keystone
except ImportError:  # 22.0.0 has no keystone.wsgi
    from keystone.server.wsgi import initialize_public_application

    keystone = initialize_public_application()

PREFIX = os.environ.get("KS_PREFIX", "")
FEDERATION = os.environ.get("KS_FEDERATION") == "1"


def application(environ, start_response):
    if PREFIX:
        path = environ.get("PATH_INFO", "")
        if path != PREFIX and not path.startswith(PREFIX + "/"):
            start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
            return []
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + PREFIX
        environ["PATH_INFO"] = path[len(PREFIX):]
    # Whoever reaches the port may be anybody, which is the point of the hook and why it is off.
    user = environ.pop("HTTP_X_TEST_REMOTE_USER", None)
    if FEDERATION and user:
        environ["REMOTE_USER"] = user
        environ["TEST_IDP"] = "testidp-remote"
    return keystone(environ, start_response)
