"""The proxy itself, with something of everything that it can do."""

import re
import urllib.request
from pathlib import Path

from places import program

from . import authority
from .processes import Process, eventually

CONFIG = """
listen: 127.0.0.1:0
listeners:
  secure:
    listen: 127.0.0.1:0
    tls:
      certificate_file: [server.pem]
      key_file: [server.key]
      client_certificate: optional
      client_ca_file: [clients.pem]
      crl_file: [clients.crl]
telemetry: 127.0.0.1:0
admin: 127.0.0.1:0
upstream: http://{service}
upstreams:
  away: http://{away}
  narrow: {{url: "http://{service}", max_pending: 2}}
keystone:
  auth_url: http://{identity}/v3
  username: authsvc
  user_domain_name: Default
  password_file: password
  project_name: service
  project_domain_name: Default
cache: {{ttl: 5s, negative_ttl: 1s}}
server: {{max_requests: 12, drain_timeout: 1s}}
policy: {{remote_checks: true}}
routes:
- {{name: health, path: /healthz, allow: public}}
- {{name: admin, path: /admin/**, check: "role:admin"}}
- {{name: tried, path: /tried/**, check: "role:admin", shadow: true}}
- {{name: asked, path: /asked/**, check: "http://{service}/may"}}
- {{name: left, path: /left/**, allow: authenticated, invalid: pass}}
- {{name: sockets, path: /ws, allow: authenticated, protocols: [websocket]}}
- {{name: calls, path: /calls/**, allow: public, protocols: [grpc]}}
- {{name: away, path: /away/**, allow: public, upstream: away}}
- {{name: narrow, path: /slow/narrow, allow: public, upstream: narrow}}
- {{name: slow, path: /slow/**, allow: public}}
- {{name: things, path: /things/**, allow: authenticated}}
"""


class Subject:
    """Runs with one identity service and one service."""

    def __init__(self, directory, identity, service):
        directory = Path(directory)
        authority.make(directory)
        password = directory / "password"
        password.touch(mode=0o600)
        password.write_text("authsvcpw")
        (directory / "portcullis.yaml").write_text(
            CONFIG.format(identity=identity, service=service.address, away=service.away))
        self.process = Process(directory, "subject", program(), "run", "--config", "portcullis.yaml")
        said = eventually(lambda: re.search(r'"message":"serving".*', self.process.said()),
                          "the proxy serves")[0]
        self.public = re.search(r'"public":"([^"]+)"', said)[1]
        self.secure = re.search(r"secure=([0-9.:]+)", said)[1]
        self.telemetry = re.search(r'"telemetry":"([^"]+)"', said)[1]
        self.admin = re.search(r'"admin":"([^"]+)"', said)[1]
        self.certificate = directory / "server.pem"

    def metrics(self):
        """The text of /metrics."""
        return scrape(self.telemetry)

    def stop(self):
        """Ends it."""
        self.process.stop()


def scrape(telemetry):
    """The text of /metrics there."""
    with urllib.request.urlopen(f"http://{telemetry}/metrics", timeout=10) as answer:
        return answer.read().decode()
