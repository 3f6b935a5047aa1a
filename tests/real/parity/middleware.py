"""The real keystonemiddleware in front of applications that echo, on loopback.

Talks JSON lines with the test that runs it, and ends when its standard input does:

  {"serve": {OPTION: VALUE, ...}}   one more application behind auth_token with these options,
                                    on a port of its own                     -> {"port": N}
  {"seen": N}                       what reached that application since it was last asked
                                    -> {"seen": [{"method", "target", "fields", "body"}, ...]}

The server is the standard library's, for it hides nothing: every field becomes a variable by
WSGI's rule, be there `_` in its name or not, and fields of one name are joined by a comma.
gunicorn and others leave the former out, which would be the server's doing. What it hides all the
same, a second slash at the start of a target, is undone.
"""
import http
import json
import logging
import socketserver
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from keystonemiddleware import auth_token

APPLICATIONS = {}


def main():
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    for line in sys.stdin:
        (verb, what), = json.loads(line).items()
        answer = {"serve": serve, "seen": seen}[verb](what)
        print(json.dumps(answer), flush=True)


def serve(options):
    application = Application()
    server = Server(("127.0.0.1", 0), Handler)
    server.set_app(remember(auth_token.AuthProtocol(application, options)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    APPLICATIONS[port] = application
    return {"port": port}


def seen(port):
    application = APPLICATIONS[port]
    reached, application.reached = application.reached, []
    return {"seen": reached}


def remember(behind):
    """Notes what the client said, before the middleware changes it."""
    def call(environ, start_response):
        environ["parity.said"] = dict(environ)
        return behind(environ, start_response)
    return call


class Application:
    """Keeps what reaches it, and answers as `X-Echo-...` fields ask."""

    def __init__(self):
        self.reached = []

    def __call__(self, environ, start_response):
        said = environ["parity.said"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.reached.append({
            "method": environ["REQUEST_METHOD"],
            "target": environ["parity.target"],
            "fields": {name[5:]: text(value, said.get(name)) for name, value in environ.items()
                       if name.startswith("HTTP_") and value is not None},
            "body": environ["wsgi.input"].read(length).decode("latin-1"),
            "token_info": environ.get("keystone.token_info"),
        })
        status = http.HTTPStatus(int(environ.get("HTTP_X_ECHO_STATUS", 200)))
        body = environ.get("HTTP_X_ECHO_BODY", "").encode("latin-1")
        fields = [(name, environ[asked]) for name, asked in FIELDS if asked in environ]
        if status not in (204, 304):
            fields.append(("Content-Length", str(len(body))))
        start_response("%d %s" % (status, status.phrase), fields)
        return [] if environ["REQUEST_METHOD"] == "HEAD" or status in (204, 304) else [body]


def text(value, said):
    """The text of a variable. What came over the wire holds a byte in each character; what the
    middleware has put there instead is text already, or what Python makes of it."""
    return value.encode("latin-1").decode("utf-8", "replace") if value is said else str(value)


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self):
        # HTTPServer would ask the DNS for this machine's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


class Handler(WSGIRequestHandler):
    def parse_request(self):
        good = super().parse_request()
        if good:
            self.path = self.requestline.split()[1]
        return good

    def get_environ(self):
        return {**super().get_environ(), "parity.target": self.path}

    def log_message(self, *_):
        pass


# Fields of the answer, and the variables that ask for them.
FIELDS = [("Content-Type", "HTTP_X_ECHO_TYPE"), ("Location", "HTTP_X_ECHO_LOCATION"),
          ("WWW-Authenticate", "HTTP_X_ECHO_CHALLENGE")]

main()
