"""A certificate for the proxy, and an authority of clients with its revocation list."""

import subprocess

CONFIG = """
[ca]
default_ca = it
[it]
database = {directory}/index
crlnumber = {directory}/number
default_md = sha256
default_crl_days = 3
"""


def make(directory):
    """Writes server.pem and server.key, clients.pem and clients.crl into the directory."""
    for name, subject in (("server", "/CN=localhost"), ("clients", "/CN=Clients of a test")):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "30", "-subj", subject, "-addext", "subjectAltName=DNS:localhost",
                "-keyout", f"{directory}/{name}.key", "-out", f"{directory}/{name}.pem")
    (directory / "ca.conf").write_text(CONFIG.format(directory=directory))
    (directory / "index").write_text("")
    (directory / "number").write_text("01\n")
    openssl("ca", "-gencrl", "-config", f"{directory}/ca.conf", "-cert", f"{directory}/clients.pem",
            "-keyfile", f"{directory}/clients.key", "-out", f"{directory}/clients.crl")


def openssl(*arguments):
    """Runs openssl; what it says is of interest only when it fails."""
    run = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
