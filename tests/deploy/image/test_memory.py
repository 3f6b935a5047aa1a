"""A container that takes more memory than it may is ended by the kernel, started again, and serves."""

import contextlib
import socket
import unittest

from pod import PROXY, Pod
from podman import eventually

LIMIT = "24Mi"
HEAD = 900 * 1024
# More than the limit holds.
CLIENTS = 40


class Memory(unittest.TestCase):
    def test_it_comes_back_after_the_kernel_has_ended_it(self):
        def with_little(_, spec):
            portcullis = spec["containers"][0]
            portcullis["resources"]["limits"]["memory"] = LIMIT
            # So much for each client, and no bound on their number that would fit this limit.
            portcullis["env"].append({"name": "PORTCULLIS_SERVER__MAX_HEADER_BYTES", "value": "1MiB"})
            # None is let go before the last has come.
            portcullis["env"].append({"name": "PORTCULLIS_SERVER__HEADER_TIMEOUT", "value": "5m"})

        with Pod(with_little) as pod:
            token = pod.log_in()
            self.assertEqual(pod.get("/things", token).status, 200)
            before = pod.process("portcullis")
            with contextlib.ExitStack() as open_connections:
                eventually("it is ended", lambda: self.burden(pod, open_connections, before), every=0)
            eventually("it is started again", lambda: pod.process("portcullis") not in (0, before))
            eventually("it serves again", lambda: pod.get("/things", token).status == 200)
            # Nobody but the kernel had asked for it.
            self.assertGreaterEqual(pod.container("portcullis")["RestartCount"], 1)

    @staticmethod
    def burden(pod, open_connections, before):
        """More clients that never end their requests; whether the process is gone."""
        # A look takes podman longer than they do.
        with contextlib.suppress(OSError):
            for _ in range(CLIENTS):
                client = socket.create_connection((pod.address, PROXY), timeout=2)
                open_connections.enter_context(client)
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * HEAD)
        return pod.process("portcullis") != before
