"""A stand-in for Keystone that accepts one token: identity.py PORT TOKEN.

It answers what Portcullis asks of Keystone and counts validations, which GET /count tells.
"""
import datetime
import http.server
import json
import sys
import uuid

PORT, TOKEN = int(sys.argv[1]), sys.argv[2]
IDS = {name: uuid.uuid5(uuid.NAMESPACE_DNS, name).hex
       for name in ("alice", "demo", "member", "reader", "auditor", "authsvc")}


class Identity(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    validations = 0

    def do_GET(self):
        path = self.path.partition("?")[0].rstrip("/")
        if path == "/count":
            self.answer(200, {"validations": Identity.validations})
        elif path == "/v3":
            link = {"rel": "self", "href": "http://127.0.0.1:%d/v3/" % PORT}
            self.answer(200, {"version": {"id": "v3.14", "status": "stable", "links": [link]}})
        elif path == "/v3/auth/tokens":
            self.validate()
        else:
            self.refuse(404, "Not Found")

    def validate(self):
        Identity.validations += 1
        if self.headers.get("X-Auth-Token") != TOKEN:
            self.refuse(401, "Unauthorized")
        elif self.headers.get("X-Subject-Token") != TOKEN:
            self.refuse(404, "Not Found")
        else:
            self.answer(200, {"token": token()}, {"X-Subject-Token": TOKEN})

    def refuse(self, status, title):
        self.answer(status, {"error": {"code": status, "title": title, "message": "the bench has one token"}})

    def answer(self, status, body, headers=()):
        raw = json.dumps(body).encode()
        self.send_response(status)
        common = {"Content-Type": "application/json", "Content-Length": str(len(raw)), "Vary": "X-Auth-Token",
                  "x-openstack-request-id": "req-%s" % uuid.uuid4()}
        for name, value in {**common, **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *arguments):
        pass


def token():
    now = datetime.datetime.now(datetime.timezone.utc)
    domain = {"id": "default", "name": "Default"}
    return {
        "methods": ["password"],
        "user": {"domain": domain, "id": IDS["alice"], "name": "alice", "password_expires_at": None},
        "audit_ids": ["ZzZwkUflQfygX7pdYDBCQQ"],
        "expires_at": stamp(now + datetime.timedelta(hours=1)),
        "issued_at": stamp(now),
        "project": {"domain": domain, "id": IDS["demo"], "name": "demo"},
        "is_domain": False,
        "roles": [{"id": IDS[name], "name": name} for name in ("member", "reader", "auditor")],
    }


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Identity).serve_forever()
