"""The service behind the proxy: well behaved, slow, failing, or a web socket, by path."""

import base64
import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Service(ThreadingHTTPServer):
    """Listens on any port; what is slow ends with it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.ending = threading.Event()
        self.address = "127.0.0.1:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()
        # Taken, so that nobody else listens there; nobody is there either.
        self.nowhere = socket.socket()
        self.nowhere.bind(("127.0.0.1", 0))
        self.away = "127.0.0.1:%d" % self.nowhere.getsockname()[1]

    def stop(self):
        """Ends it."""
        self.ending.set()
        self.shutdown()
        self.server_close()
        self.nowhere.close()

    def handle_error(self, request, client_address):
        """Clients that leave are part of the play."""


class Answers(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """By path."""
        if self.path.startswith("/ws"):
            self.web_socket()
        elif self.path.startswith("/things/failing"):
            self.say(500, b"no\n")
        elif self.path.startswith("/things/torn"):
            self.say(200, b"half", length=4096)
            self.close_connection = True
        else:
            if self.path.startswith("/slow"):
                self.server.ending.wait(0.5)
            self.say(200, b"True")

    def do_POST(self):
        """Also what rules ask: always yes; and calls of gRPC, which end as their path says."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/calls/"):
            self.say(200, b"", **{"Content-Type": "application/grpc",
                                  "grpc-status": self.path.removeprefix("/calls/")})
        else:
            self.say(200, b"True")

    def say(self, code, body, length=None, **fields):
        """Answers."""
        self.send_response(code)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def web_socket(self):
        """Takes one message, greets, and waits for the end."""
        key = self.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"),
                            ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        self.rfile.read(6 + 2)
        self.wfile.write(b"\x81\x05hello")
        self.rfile.read(6 + 2)
        self.wfile.write(b"\x88\x02\x03\xe8")
        self.close_connection = True

    def log_message(self, *arguments):
        """Says nothing."""
