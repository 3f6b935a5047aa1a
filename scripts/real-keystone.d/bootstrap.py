"""Makes database, keys and the admin account: bootstrap.py KEYSTONE_CONF DATA.

Each keystone-manage run pays 2 to 4 s of imports, so this imports once and forks per command.
"""
import os
import sqlite3
import sys
import traceback

from cryptography.fernet import Fernet
from keystone.cmd import cli

CONF, DATA = sys.argv[1:]


def main():
    os.makedirs(DATA, exist_ok=True)
    for repository in ("fernet", "receipts", "credential"):
        make_keys(os.path.join(DATA, repository))
    manage("db_sync")
    database = os.path.join(DATA, "keystone.db")
    sqlite3.connect(database).execute("pragma journal_mode=wal")  # two servers may share it
    url = "http://127.0.0.1/v3/"  # server.py writes the running address over it
    manage("bootstrap", "--bootstrap-password", "adminpw", "--bootstrap-region-id", "RegionOne",
           "--bootstrap-public-url", url, "--bootstrap-internal-url", url, "--bootstrap-admin-url", url)


def make_keys(directory):
    """Leaves what `keystone-manage fernet_setup` leaves: a staged and a primary key."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    for name in ("0", "1"):
        path = os.path.join(directory, name)
        if not os.path.exists(path):
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(Fernet.generate_key())


def manage(*command):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            cli.main(argv=["keystone-manage", "--config-file", CONF, *command])
            code = 0
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
        os._exit(code)
    if os.waitpid(pid, 0)[1]:
        sys.exit("keystone-manage %s failed" % command[0])


main()
