"""deploy/compose.yaml, brought up by podman-compose as it stands; only Prometheus comes from here."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from pod import IMAGE, ask
from podman import eventually, podman

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
PROMETHEUS = TOP / "target/prometheus-tools"
RULES = "helm/portcullis/files/alerts.yaml"
PROXY, WATCH = 8080, 9090


def staged(folder):
    """The files as they lie beside one another in the repository, and nothing else."""
    top = pathlib.Path(folder)
    shutil.copytree(TOP / "deploy", top / "deploy")
    rules = top / RULES
    rules.parent.mkdir(parents=True)
    shutil.copy(TOP / RULES, rules)
    return top / "deploy/compose.yaml", HERE / "compose.machine.yaml"


def compose(files, *arguments):
    environment = os.environ | {
        "PORTCULLIS_IMAGE": IMAGE,
        "PROMETHEUS_IMAGE": "localhost/portcullis-machine",
        "PROMETHEUS_HOME": str(PROMETHEUS),
    }
    files = [f"--file={file}" for file in files]
    program = pathlib.Path(sys.executable).parent / "podman-compose"
    done = subprocess.run([program, *files, *arguments], env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise AssertionError(f"podman-compose {' '.join(arguments)}: {done.stdout}{done.stderr}")


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        files = staged(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.folder = files[0].parent / "compose"
        cls.addClassCleanup(compose, files, "down", "--timeout", "0", "--volumes")
        compose(files, "up", "--detach", "--no-build")
        eventually("the proxy serves", lambda: ask("127.0.0.1", PROXY, "/").status == 401)
        cls.token = eventually("Keystone is there", cls.log_in)

    @classmethod
    def log_in(cls):
        domain = {"name": "Default"}
        who = {"name": "carol", "domain": domain, "password": "carolpw"}
        scope = {"project": {"name": "other", "domain": domain}}
        body = json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": scope}})
        fields = {"Content-Type": "application/json"}
        answer = ask("127.0.0.1", PROXY, "/v3/auth/tokens", fields, "POST", body)
        return answer.status == 201 and answer.headers["x-subject-token"]

    def test_the_echo_is_told_who_came(self):
        fields = {"X-Auth-Token": self.token, "X-Roles": "king"}
        answer = eventually("the echo is there", lambda: self.served("/hello", fields))
        seen = answer.json()["headers"]
        self.assertEqual((seen["x-user-name"], seen["x-roles"]), ("carol", "reader"))

    def test_clients_are_told_where_to_log_in(self):
        challenge = ask("127.0.0.1", PROXY, "/hello").headers["www-authenticate"]
        self.assertIn(f'uri="http://127.0.0.1:{PROXY}/v3"', challenge)

    def test_nothing_else_of_keystone_is_open(self):
        self.assertEqual(ask("127.0.0.1", PROXY, "/v3/users").status, 401)

    def test_a_route_that_is_added_is_in_force_soon(self):
        file = self.folder / "portcullis/portcullis.yaml"
        routes = file.read_text().replace("routes:\n", "routes:\n- {path: /open, allow: public}\n")
        self.assertEqual(ask("127.0.0.1", PROXY, "/open").status, 401)
        new = file.with_name("new")
        new.write_text(routes)
        new.rename(file)
        eventually("it is in force", lambda: ask("127.0.0.1", PROXY, "/open").status == 200)

    def test_the_container_counts_as_healthy(self):
        # podman-compose names it so.
        eventually("it is healthy", lambda: podman("healthcheck", "run", "portcullis_portcullis_1"))

    def test_prometheus_scrapes_it_and_has_the_rules(self):
        def up():
            answer = ask("127.0.0.1", WATCH, "/api/v1/query?query=portcullis_keystone_up%7Bjob%3D%22portcullis%22%7D")
            return answer.json()["data"]["result"]

        self.assertEqual(eventually("it is scraped", up)[0]["value"][1], "1")
        groups = ask("127.0.0.1", WATCH, "/api/v1/rules").json()["data"]["groups"]
        self.assertTrue([rule for group in groups for rule in group["rules"]], "no rule was loaded")

    def served(self, path, fields):
        answer = ask("127.0.0.1", PROXY, path, fields)
        return answer if answer.status == 200 else None
