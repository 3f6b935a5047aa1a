"""The configuration of everything that runs: as its own documentation recommends for speed,
keep-alive on both sides, access logs off, two workers."""
import os

FOREVER = 1_000_000_000  # requests on one connection; nginx closes after 1,000 by default


def upstream(port, auth_port, scratch):
    """The service behind every subject, and beside it the one that nginx-auth asks.

    Only the latter keeps a log: a line there is an answer that did not come from nginx's cache.
    """
    return nginx(scratch, 1, f"""
    server {{
        listen 127.0.0.1:{port};
        location / {{ default_type application/json; return 200 '{{"servers": []}}'; }}
    }}
    server {{
        listen 127.0.0.1:{auth_port};
        access_log {scratch}/validations.log;
        location / {{ return 204; }}
    }}""")


def nginx_through(port, upstream_port, scratch):
    return nginx(scratch, 2, f"""
    upstream service {{ server 127.0.0.1:{upstream_port}; keepalive 128; keepalive_requests {FOREVER}; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ {FORWARD} }}
    }}""")


def nginx_auth(port, upstream_port, auth_port, scratch):
    return nginx(scratch, 2, f"""
    upstream service {{ server 127.0.0.1:{upstream_port}; keepalive 128; keepalive_requests {FOREVER}; }}
    proxy_cache_path {scratch}/cache keys_zone=tokens:1m inactive=1h;
    server {{
        listen 127.0.0.1:{port};
        location / {{ auth_request /validate; {FORWARD} }}
        location = /validate {{
            internal;
            proxy_pass http://127.0.0.1:{auth_port};
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_cache tokens;
            proxy_cache_key $http_x_auth_token;
            proxy_cache_valid 204 1h;
            proxy_cache_lock on;
        }}
    }}""")


FORWARD = 'proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";'


def nginx(scratch, workers, servers):
    # Started by root, nginx would give its workers to nobody, who may not read our directory.
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "\n".join(f"    {kind}_temp_path {scratch}/{kind};"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""{user}
daemon off;
worker_processes {workers};
pid {scratch}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests {FOREVER};
    keepalive_timeout 1h;
{temporary}
{servers}
}}
"""


def haproxy(port, upstream_port):
    return f"""global
    nbthread 2
    maxconn 4096
defaults
    mode http
    option http-keep-alive
    http-reuse always
    timeout connect 5s
    timeout client 1h
    timeout server 1h
frontend public
    bind 127.0.0.1:{port}
    default_backend service
backend service
    server service 127.0.0.1:{upstream_port}
"""


def portcullis(port, upstream_port, identity_port, telemetry_port, admin_port):
    return f"""listen: 127.0.0.1:{port}
upstream: http://127.0.0.1:{upstream_port}
keystone: {{auth_url: "http://127.0.0.1:{identity_port}/v3"}}
telemetry: {{listen: 127.0.0.1:{telemetry_port}}}
admin: {{listen: 127.0.0.1:{admin_port}}}
log: {{access: off}}
server: {{workers: 2}}
"""
