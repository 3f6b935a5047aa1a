"""Packs a seeded data directory: snapshot.py DATA TAR. The server may run."""
import os
import sqlite3
import sys
import tarfile
import tempfile

data, target = sys.argv[1:]
with tempfile.TemporaryDirectory(dir=os.path.dirname(target)) as scratch:
    database = os.path.join(scratch, "keystone.db")
    connection = sqlite3.connect(os.path.join(data, "keystone.db"))
    connection.execute("vacuum into ?", (database,))
    connection.close()
    with sqlite3.connect(database) as copy:
        copy.execute("pragma journal_mode=wal")  # vacuum does not carry it over
    copy.close()
    packed = os.path.join(scratch, "snapshot.tar")
    with tarfile.open(packed, "w") as tar:
        for name in sorted(os.listdir(data)):
            if not name.startswith("keystone.db"):
                tar.add(os.path.join(data, name), arcname=name)
        tar.add(database, arcname="keystone.db")
    os.replace(packed, target)
