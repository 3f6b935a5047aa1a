"""Who takes part: a service, the double of Keystone, a good token, and a fresh proxy for each row."""
import dataclasses
import http.client
import json
import os
import pathlib

import processes

LARGE = 32 << 20  # bytes of the response that slow readers do not read


@dataclasses.dataclass
class Surroundings:
    scratch: pathlib.Path
    binary: pathlib.Path
    service_port: int
    identity_port: int
    token: str


@dataclasses.dataclass(frozen=True)
class Proxy:
    """What is flooded, and what an attacker knows of it."""
    port: int
    telemetry_port: int
    pid: int
    file: pathlib.Path
    text: str
    token: str


def surround(running, scratch, binary):
    service, identity, unused = processes.free_ports(3)
    html = scratch / "html"
    html.mkdir()
    with open(html / "large", "wb") as large:
        large.truncate(LARGE)
    written(scratch / "nginx.conf", NGINX.format(
        user="user root;" if os.geteuid() == 0 else "", port=service, scratch=scratch, html=html))
    nginx = ["nginx", "-p", str(scratch), "-e", "stderr", "-c", str(scratch / "nginx.conf")]
    start(running, scratch, "nginx", nginx, lambda: answers(service, "/"))
    trial = [str(binary), "dev", "--listen", "127.0.0.1:%d" % unused,
             "--keystone-listen", "127.0.0.1:%d" % identity]
    start(running, scratch, "identity", trial, lambda: answers(identity, "/v3"))
    return Surroundings(scratch, binary, service, identity, login(identity))


def proxy(running, around, name, row):
    port, admin, telemetry = processes.free_ports(3)
    text = PORTCULLIS.format(port=port, admin=admin, telemetry=telemetry,
                             service=around.service_port, identity=around.identity_port)
    text += row.configuration
    file = written(around.scratch / (name + ".yaml"), text)
    command = [str(around.binary), "run", "--config", str(file)]
    child = start(running, around.scratch, "portcullis-" + name, command, lambda: answers(port, "/", around.token))
    return Proxy(port, telemetry, child.pid, file, text, around.token)


def start(running, scratch, name, command, ready):
    child = running.enter_context(processes.started(name, command, scratch))
    processes.wait_until_ready(ready, child, name, scratch)
    return child


def written(path, text):
    path.write_text(text)
    return path


def answers(port, path, token=None):
    """Why a request is not yet answered with 200, or None."""
    try:
        status = ask(port, "GET", path, {"X-Auth-Token": token} if token else {})[0]
        return None if status == 200 else "answers %d" % status
    except (OSError, http.client.HTTPException) as error:
        return str(error)


def login(port):
    user = {"name": "alice", "domain": {"id": "default"}, "password": "alicepw"}
    scope = {"project": {"name": "demo", "domain": {"id": "default"}}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    status, headers, answer = ask(port, "POST", "/v3/auth/tokens", {"Content-Type": "application/json"},
                                  json.dumps(body))
    if status != 201:
        raise SystemExit("no token: %d %r" % (status, answer[:200]))
    return headers["X-Subject-Token"]


def ask(port, method, path, headers=(), body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


NGINX = """{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {scratch}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 10000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {scratch}/bodies;
    proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi; scgi_temp_path {scratch}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {html};
        location / {{ default_type application/json; return 200 '{{"servers": []}}'; }}
        location /large {{ sendfile on; }}
        location /upload {{ client_max_body_size 0; proxy_pass http://127.0.0.1:{port}/; }}
    }}
}}
"""

# As it is by default, but for what would hide the attack: logs, and goodbyes after many requests.
PORTCULLIS = """listen: 127.0.0.1:{port}
upstream: http://127.0.0.1:{service}
keystone: {{auth_url: "http://127.0.0.1:{identity}/v3"}}
telemetry: {{listen: 127.0.0.1:{telemetry}}}
admin: {{listen: 127.0.0.1:{admin}}}
log: {{access: off}}
policy: {{watch: off}}
"""
