"""Clients of every kind, round after round until they are told to stop."""

import http.client
import json
import socket
import ssl
import subprocess
import threading
import urllib.request
import uuid

ROUND = 0.3
HELLO = b"\x81\x82\x00\x00\x00\x00hi"
FAREWELL = b"\x88\x82\x00\x00\x00\x00\x03\xe8"


class Clients:
    """Threads that send requests to the subject."""

    def __init__(self, subject, identity, webhook, kinds):
        self.subject, self.identity, self.webhook = subject, identity, webhook
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.again, args=(kind,), daemon=True)
                        for kind in kinds]
        for thread in self.threads:
            thread.start()

    def again(self, kind):
        """One kind, with a breath between two rounds; what fails is part of the play."""
        while not self.done.is_set():
            try:
                kind(self)
            except (OSError, http.client.HTTPException, subprocess.SubprocessError):
                pass
            self.done.wait(ROUND)

    def stop(self):
        """Ends all."""
        self.done.set()
        for thread in self.threads:
            thread.join(30)

    def ask(self, path, token=None, method="GET", **headers):
        """One request; its status."""
        connection = http.client.HTTPConnection(self.subject.public, timeout=10)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={
                **sent, **({"X-Auth-Token": token} if token else {})})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


def honest(clients):
    """Good tokens, as services like them; a new one each round, used several times."""
    alice, bob = clients.identity.log_in("alice"), clients.identity.log_in("bob")
    for path in ("/things/1", "/tried/1", "/asked/1", "/left/1", "/things/failing", "/things/torn"):
        for _ in range(2):
            try:
                clients.ask(path, alice)
            except http.client.HTTPException:
                pass  # what is torn
    clients.ask("/things/2", alice, "POST", Content_Length="0")
    clients.ask("/admin/1", bob)
    clients.ask("/healthz")


def lingering(clients):
    """One token that is kept, so that what is remembered of it grows older."""
    token = clients.identity.log_in("alice")
    for _ in range(8):
        clients.ask("/things/3", token)
        clients.done.wait(ROUND)


def refused(clients):
    """No token, a made-up one, one that may not, forged fields, and nonsense."""
    alice = clients.identity.log_in("alice")
    clients.ask("/things/1")
    clients.ask("/left/1")
    unknown(clients)
    clients.ask("/admin/1", alice)
    clients.ask("/nowhere", alice)
    clients.ask("/things/1", alice, X_Roles="king", X_User_Id="root")
    clients.ask("/things/a%2Fb", alice)
    clients.ask("/away/1")


def unknown(clients):
    """A token that nobody has ever seen, so that Keystone must be asked."""
    return clients.ask("/things/1", uuid.uuid4().hex)


def crowd(clients):
    """More at once than may be in progress, and than the narrow service takes."""
    threads = [threading.Thread(target=quietly, args=(clients, path))
               for path in ["/slow/narrow"] * 4 + ["/slow/1"] * 12]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def quietly(clients, path):
    """A request whose answer does not matter."""
    try:
        clients.ask(path)
    except (OSError, http.client.HTTPException):
        pass


def modern(clients):
    """HTTP/2, plain and over TLS."""
    token = clients.identity.log_in("alice")
    port = clients.subject.secure.rsplit(":", 1)[1]
    for arguments in (
        ["--http2-prior-knowledge", f"http://{clients.subject.public}/things/4"],
        ["--http2", "--cacert", str(clients.subject.certificate), "--resolve",
         f"localhost:{port}:127.0.0.1", f"https://localhost:{port}/things/4"],
    ):
        subprocess.run(["curl", "-sf", "-m", "10", "-o", "/dev/null", "-H",
                        f"X-Auth-Token: {token}", *arguments], check=True, timeout=20)
    # Somebody who does not know that TLS is spoken here.
    with socket.create_connection(address(clients.subject.secure), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.recv(64)


def calling(clients):
    """Calls of gRPC: one that ends well, and one for each way in which they do not."""
    kind = ["-X", "POST", "-H", "content-type: application/grpc", "-H", "te: trailers", "-d", ""]
    for status in range(17):  # each by a curl of its own: some do not use an HTTP/2 twice
        subprocess.run(["curl", "-s", "-m", "10", "--http2-prior-knowledge", "-o", "/dev/null", *kind,
                        f"http://{clients.subject.public}/calls/{status}"], check=True, timeout=20)


def reviewing(clients):
    """An API server that asks the webhook about a pod which wants nothing, and a scanner."""
    context = ssl.create_default_context(cafile=clients.webhook.certificate)
    port = clients.webhook.listen.rsplit(":", 1)[1]
    for path in ("/mutate", "/"):
        connection = http.client.HTTPSConnection("localhost", int(port), timeout=10, context=context)
        try:
            connection.request("POST", path, json.dumps(REVIEW), {"Content-Type": "application/json"})
            connection.getresponse().read()
        finally:
            connection.close()


REVIEW = {
    "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
    "request": {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "operation": "CREATE", "namespace": "shop",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "object": {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "plain", "namespace": "shop"},
            "spec": {"containers": [{"name": "plain", "image": "plain"}]},
        },
    },
}


def talking(clients):
    """A web socket: a word each way, and the end."""
    token = clients.identity.log_in("alice")
    with socket.create_connection(address(clients.subject.public), timeout=10) as wire:
        wire.sendall(
            "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"X-Auth-Token: {token}\r\n\r\n".encode())
        if b" 101 " not in wire.recv(4096):
            return  # the crowd was there first
        wire.sendall(HELLO)
        wire.recv(64)
        wire.sendall(FAREWELL)
        while wire.recv(64):
            pass


def purging(clients):
    """An operator who makes everybody be asked about anew."""
    request = urllib.request.Request(f"http://{clients.subject.admin}/cache?all", method="DELETE")
    with urllib.request.urlopen(request, timeout=10):
        clients.done.wait(4 * ROUND)


def address(text):
    """Host and port."""
    host, port = text.rsplit(":", 1)
    return host, int(port)


EVERY_KIND = (honest, lingering, refused, crowd, modern, calling, reviewing, talking, purging)
