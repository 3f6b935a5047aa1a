"""deploy/portcullis.service, run by systemd: process 1 of a container that is this machine."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import drop_in
from pod import IMAGE
from podman import eventually, podman

TOP = pathlib.Path(__file__).resolve().parents[3]
CONFIGURATION = """\
listen: unix:/run/portcullis/portcullis.sock
upstream: http://127.0.0.1:9000
keystone: {auth_url: "http://127.0.0.1:5000/v3"}
policy: {watch: "off"}
"""


class Host:
    """What is in the container's /etc and /opt, and systemd."""

    def __init__(self, folder, drop_in=False):
        self.folder, self.name = pathlib.Path(folder), None
        self.units, self.etc = self.folder / "systemd/system", self.folder / "portcullis"
        self.units.mkdir(parents=True)
        self.etc.mkdir()
        unit = (TOP / "deploy/portcullis.service").read_text()
        (self.units / "portcullis.service").write_text(unit.replace("/usr/bin/portcullis", "/opt/portcullis"))
        if drop_in:
            shutil.copytree(TOP / "deploy/portcullis.service.d", self.units / "portcullis.service.d")
        self.configure(CONFIGURATION)

    def configure(self, text):
        (self.etc / "portcullis.yaml").write_text(text)

    def __enter__(self):
        program = self.folder / "opt"
        program.mkdir(mode=0o755)
        container = podman("create", IMAGE).stdout.strip()
        podman("cp", f"{container}:/portcullis", str(program))
        podman("rm", container)
        mounts = {
            "/usr": "/usr:ro",
            program: "/opt:ro",
            self.folder / "systemd": "/etc/systemd",
            self.etc: "/etc/portcullis",
        }
        volumes = [f"--volume={outside}:{inside}" for outside, inside in mounts.items()]
        start = ["run", "--detach", "--privileged", "--network=none", "--systemd=always"]
        # A machine without an id boots for the first time: systemd asks who it is and enables every
        # service that there is. Credentials are mounts that systemd makes beside, and that reach it only
        # where mounts are shared.
        identify = "systemd-id128 new >/etc/machine-id"
        init = f"{identify} && mount --make-rshared / && exec /usr/lib/systemd/systemd"
        self.name = podman(*start, *volumes, "localhost/portcullis-machine", "sh", "-c", init).stdout.strip()
        eventually("systemd answers", lambda: self.run("systemctl", "list-units").returncode == 0)
        # Or it would read what a test is about to write, before it is written.
        assert self.show("UnitFileState") == "disabled", "only tests start it"
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.run("journalctl", "--no-pager", "--unit=portcullis").stdout, file=sys.stderr)
        podman("rm", "--force", "--time", "0", self.name)

    def run(self, *command):
        return podman("exec", self.name, *command, check=False)

    def systemctl(self, *arguments):
        done = self.run("systemctl", *arguments, "portcullis.service")
        assert done.returncode == 0, f"systemctl {arguments}: {done.stdout}{done.stderr}"

    def show(self, name):
        return self.run("systemctl", "show", "--value", "--property", name, "portcullis.service").stdout.strip()

    def is_ready(self):
        return self.run("/opt/portcullis", "health").returncode == 0

    def page(self, path):
        """A page of the side door for people."""
        code = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:9181{path}', timeout=5).read().decode())"
        return self.run("/usr/bin/python3", "-c", code).stdout


class Systemd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.host = cls.enterClassContext(Host(cls.enterClassContext(tempfile.TemporaryDirectory())))
        cls.host.systemctl("start")
        eventually("it is ready", cls.host.is_ready)

    def test_it_runs_as_nobody_in_particular_and_may_do_little(self):
        status = self.host.run("cat", f"/proc/{self.host.show('MainPID')}/status").stdout
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        self.assertNotIn("0", facts["Uid"].split())
        for held in ("CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(facts[held], 16), 0, held)
        self.assertEqual((facts["NoNewPrivs"], facts["Seccomp"]), ("1", "2"))

    def test_its_metrics_of_the_process_are_all_there(self):
        code = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9180/metrics', timeout=5).read().decode())"
        metrics = self.host.run("/usr/bin/python3", "-c", code).stdout
        for name in ("process_open_fds", "process_max_fds", "process_resident_memory_bytes", "process_start_time_seconds"):
            self.assertIn(f"\n{name} ", metrics)

    def test_a_reload_takes_new_routes_over_in_the_same_process(self):
        before = self.host.show("MainPID")
        self.addCleanup(self.host.configure, CONFIGURATION)
        self.host.configure(CONFIGURATION + "routes: [{path: /told, allow: public}]\n")
        self.assertNotIn("/told", self.host.page("/config"))
        self.host.systemctl("reload")
        eventually("it is in force", lambda: "/told" in self.host.page("/config"))
        self.assertEqual(self.host.show("MainPID"), before)

    def test_a_process_that_was_killed_is_started_again(self):
        before = self.host.show("MainPID")
        self.host.run("kill", "-KILL", before)
        eventually("there is another", lambda: self.host.show("MainPID") not in ("0", before))
        eventually("it is ready", self.host.is_ready)


class Stopped(unittest.TestCase):
    def test_a_wrong_configuration_is_not_tried_again_and_again(self):
        with tempfile.TemporaryDirectory() as folder, Host(folder) as host:
            host.configure("nonsense")
            host.run("systemctl", "start", "portcullis.service")
            eventually("it has failed", lambda: host.show("ActiveState") == "failed")
            self.assertEqual((host.show("ExecMainStatus"), host.show("NRestarts")), ("3", "0"))

    def test_the_end_is_told_and_waited_for(self):
        with tempfile.TemporaryDirectory() as folder, Host(folder) as host:
            host.systemctl("start")
            eventually("it is ready", host.is_ready)
            host.systemctl("stop")
            self.assertEqual((host.show("ActiveState"), host.show("ExecMainStatus")), ("inactive", "0"))


class LowPort(unittest.TestCase):
    def test_it_is_opened_with_the_drop_in_of_the_documentation(self):
        with tempfile.TemporaryDirectory() as folder:
            host = Host(folder)
            host.configure(CONFIGURATION.replace("unix:/run/portcullis/portcullis.sock", "127.0.0.1:443"))
            folder = host.units / "portcullis.service.d"
            folder.mkdir()
            (folder / "override.conf").write_text(drop_in.low_port())
            with host:
                host.systemctl("start")
                eventually("it is ready", host.is_ready)
                status = host.run("cat", f"/proc/{host.show('MainPID')}/status").stdout
                self.assertNotIn("\nUid:\t0\t", status)
                self.assertIn("\nCapEff:\t0000000000000400\n", status)


class Password(unittest.TestCase):
    def test_it_comes_as_a_credential_that_only_root_can_read_on_the_host(self):
        with tempfile.TemporaryDirectory() as folder, Host(folder, drop_in=True) as host:
            secret = host.etc / "password"
            secret.write_text("CANARY\n")
            secret.chmod(0o600)
            account = "username: portcullis, user_domain_name: Default, project_name: service, project_domain_name: Default"
            host.configure(CONFIGURATION.replace('v3"}', f'v3", {account}}}'))
            host.systemctl("start")
            eventually("it is ready", host.is_ready)
            page = host.page("/config")
            self.assertIn("/run/credentials/portcullis.service/keystone", page)
            self.assertNotIn("CANARY", page + podman("logs", host.name).stdout)


def setUpModule():
    found = subprocess.run(["systemd-analyze", "--version"], capture_output=True)
    assert found.returncode == 0, "systemd is missing"
