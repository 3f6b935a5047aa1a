"""The service in the pod, which knows nothing of Keystone: it tells what reached it.

    service.py 127.0.0.1:9000 | unix:/run/portcullis/app.sock

GET /hold waits until somebody asks for /release; GET /held says how many wait. GET /sick and
GET /well change what /healthz answers. SIGTERM ends it once everybody has their answer.
"""

import http.server
import json
import os
import signal
import socketserver
import sys
import threading

DEADLINE = 60.0


class State:
    """What one request tells another."""

    def __init__(self):
        self.changed = threading.Condition()
        self.busy = 0
        self.held = 0
        self.released = 0
        self.well = True

    def hold(self):
        with self.changed:
            generation = self.released
            self.held += 1
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.released > generation, DEADLINE)
            self.held -= 1
            self.changed.notify_all()

    def release(self):
        with self.changed:
            self.released += 1
            self.changed.notify_all()

    def begin(self):
        with self.changed:
            self.busy += 1

    def end(self):
        with self.changed:
            self.busy -= 1
            self.changed.notify_all()

    def wait_for_nobody(self):
        with self.changed:
            self.changed.wait_for(lambda: self.busy == 0, DEADLINE)


STATE = State()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        STATE.begin()
        try:
            self.answer()
        finally:
            STATE.end()

    def answer(self):
        status = 200
        match self.path:
            case "/hold":
                STATE.hold()
            case "/release":
                STATE.release()
            case "/sick" | "/well":
                STATE.well = self.path == "/well"
            case "/healthz" if not STATE.well:
                status = 500
        headers = [[name.lower(), value] for name, value in self.headers.items()]
        body = json.dumps({"path": self.path, "headers": headers, "held": STATE.held}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "peer"  # a unix socket's peer has no address to log

    def log_message(self, *_):
        pass


class OnUnix(socketserver.ThreadingUnixStreamServer):
    def server_bind(self):
        super().server_bind()
        # The sidecar is another user.
        os.chmod(self.server_address, 0o666)


def serve(place):
    socketserver.TCPServer.request_queue_size = 1024
    if place.startswith("unix:"):
        server = OnUnix(place.removeprefix("unix:"), Handler)
    else:
        host, port = place.rsplit(":", 1)
        server = http.server.ThreadingHTTPServer((host, int(port)), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signal.sigwait([signal.SIGTERM])
    STATE.wait_for_nobody()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    serve(sys.argv[1])
