"""The webhook itself, on a port of its own, asked as an API server asks."""

import base64
import copy
import http.client
import json
import os
import ssl
import subprocess
import tempfile
import uuid
from pathlib import Path

import program


class Webhook:
    """Runs while it is used as a context."""

    def __init__(self, *flags):
        self.flags = flags

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="portcullis-inject-")
        certificate, key = (Path(self.folder.name, name) for name in ("tls.crt", "tls.key"))
        for file, text in zip((certificate, key), program.certificate()):
            file.write_text(text)
        self.process = subprocess.Popen(
            [os.environ["PORTCULLIS_BIN"], "webhook", "--listen=127.0.0.1:0", "--telemetry=127.0.0.1:0"]
            + [f"--certificate-file={certificate}", f"--key-file={key}", "--drain-delay=0", *self.flags],
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.lines = iter(self.process.stdout)
        try:
            serving = self.line("serving")
        except BaseException:
            self.__exit__()
            raise
        self.port = int(serving["webhook"].rsplit(":", 1)[1])
        self.telemetry = int(serving["telemetry"].rsplit(":", 1)[1])
        self.trust = ssl.create_default_context(cafile=certificate)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.stdout.read()
        self.code = self.process.wait(30)
        self.process.stdout.close()
        self.folder.cleanup()

    def line(self, message):
        """The next line of the log with this message."""
        said = []
        for line in self.lines:
            said.append(line.decode())
            if said[-1].startswith("{") and json.loads(line)["message"] == message:
                return json.loads(line)
        raise AssertionError(f"there is no line {message!r} in the log, but {''.join(said)}")

    def post(self, body, path="/mutate?timeout=10s", method="POST", kind="application/json", length=None):
        """One request over TLS: status and body."""
        connection = Connection("127.0.0.1", self.port, context=self.trust, timeout=20)
        headers = {"Content-Type": kind, "Accept": "application/json, */*"}
        headers |= {"Content-Length": str(length)} if length else {}
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text

    def ask(self, review):
        """The response to a review, which must be one that an API server takes."""
        status, text = self.post(json.dumps(review))
        assert status == 200, (status, text)
        answer = json.loads(text)
        assert (answer["apiVersion"], answer["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
        assert set(answer) == {"apiVersion", "kind", "response"}
        response = answer["response"]
        assert response["uid"] == review["request"]["uid"]
        assert ("patch" in response) == ("patchType" in response)
        return response


class Connection(http.client.HTTPSConnection):
    """To an address, by the name in the certificate, as an API server does it with a Service's."""

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname="gate")


def review(found, operation="CREATE", old=None, version="1.33", **more):
    """A review as API servers send it; those before 1.30 say no subresource's options."""
    kind, group = found or old, ""
    resource = {"group": group, "version": "v1", "resource": kind["kind"].lower() + "s"}
    kind = {"group": group, "version": "v1", "kind": kind["kind"]}
    namespace = (found or old)["metadata"].get("namespace", "default")
    options = {"CREATE": "CreateOptions", "UPDATE": "UpdateOptions", "DELETE": "DeleteOptions"}[operation]
    user = {
        "username": "system:serviceaccount:kube-system:replicaset-controller",
        "uid": "2f0b7d3c-0b0e-4a57-8d35-1d0f2a4c7f55",
        "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
    }
    if version != "1.29":
        user["extra"] = {"authentication.kubernetes.io/credential-id": ["JTI=6f0b8d52-9d0e-4f1c-8a51-0c1f5f0c6a11"]}
    request = {
        "uid": str(uuid.uuid4()),
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "namespace": namespace,
        "operation": operation,
        "userInfo": user,
        "object": found,
        "oldObject": old,
        "dryRun": False,
        "options": {"kind": options, "apiVersion": "meta.k8s.io/v1", "fieldManager": "kube-controller-manager"},
    }
    name = (found or old)["metadata"].get("name")
    if name:
        request["name"] = name
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request | more}


def patched(found, response):
    """An object after the patch of a response, by RFC 6902."""
    found = copy.deepcopy(found)
    assert response["allowed"] is True, response
    if "patch" not in response:
        return found
    assert response["patchType"] == "JSONPatch"
    for each in json.loads(base64.b64decode(response["patch"], validate=True)):
        *above, last = [key.replace("~1", "/").replace("~0", "~") for key in each["path"].split("/")[1:]]
        place = found
        for key in above:
            place = place[int(key)] if isinstance(place, list) else place[key]
        if isinstance(place, list):
            last = len(place) if last == "-" else int(last)
            assert last <= len(place) - (each["op"] != "add"), each
        else:
            assert each["op"] == "add" or last in place, each
        if each["op"] == "remove":
            del place[last]
        elif each["op"] == "add" and isinstance(place, list):
            place.insert(last, each["value"])
        else:
            assert each["op"] in ("add", "replace"), each
            place[last] = each["value"]
    return found
