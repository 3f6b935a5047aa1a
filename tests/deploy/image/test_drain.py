"""The end of the container under load: whoever was served is served to the end."""

import http.client
import threading
import unittest

from pod import PROXY, Pod
from podman import eventually, podman

CLIENTS = 16
HELD = 8


class Drain(unittest.TestCase):
    def test_sigterm_under_load_loses_no_request(self):
        def patient(config, spec):
            # Time to see that it goes on serving, however slowly the machine lets it.
            written = config["portcullis.yaml"]
            config["portcullis.yaml"] = written.replace("drain_delay: 6s", "drain_delay: 20s")
            self.assertNotEqual(config["portcullis.yaml"], written)
            spec["terminationGracePeriodSeconds"] = 60

        with Pod(patient) as pod:
            token = pod.log_in()
            slow = [Client(pod, token, "/hold") for _ in range(HELD)]
            eventually("requests are with the service", lambda: held(pod, token) >= HELD)
            busy = [Client(pod, token, "/things", again=True) for _ in range(CLIENTS)]
            eventually("there is load", lambda: answers(busy) > 100)

            before = pod.process("portcullis")
            podman("kill", "--signal", "TERM", f"{pod.name}-portcullis")
            eventually("probes are red", lambda: pod.telemetry("/readyz").status == 503)
            told = answers(busy)
            eventually("it goes on serving meanwhile", lambda: answers(busy) > told + 100)
            # The endpoint is gone from every load balancer by now.
            for client in busy:
                client.again = False
            for client in busy:
                client.join(20)
            # These have waited since before the signal, and their answers come after it.
            self.assertEqual(pod.get("/release", token).status, 200)
            for client in slow:
                client.join(20)

            lost = [error for client in slow + busy for error in client.errors]
            self.assertEqual(lost, [])
            self.assertEqual({status for client in slow + busy for status in client.statuses}, {200})
            self.assertEqual([len(client.statuses) for client in slow], [1] * HELD)
            print(f"\n{answers(busy) + answers(slow)} requests around a SIGTERM, none lost")
            eventually("it has been started again", lambda: pod.process("portcullis") not in (0, before), timeout=60)
            eventually("it serves again", lambda: pod.get("/things", token).status == 200)

    def test_all_containers_told_at_once_end_in_good_order(self):
        with Pod() as pod:
            token = pod.log_in()
            waiting = Client(pod, token, "/hold")
            eventually("a request is with the service", lambda: held(pod, token) >= 1)
            # As the kubelet does it; `podman pod stop` would take the network away first.
            names = [f"{pod.name}-{name}" for name in ("portcullis", "keystone", "service")]
            stop = threading.Thread(target=podman, args=("stop", "--time", "30", *names))
            stop.start()
            eventually("probes are red", lambda: pod.telemetry("/readyz").status == 503)
            self.assertEqual(pod.get("/release", token).status, 200)
            waiting.join(20)
            stop.join(40)
            self.assertEqual((waiting.errors, waiting.statuses), ([], [200]))
            self.assertEqual(pod.container("portcullis")["State"]["ExitCode"], 0)


class Client(threading.Thread):
    """Sends requests one after another, as a client with a pool of connections does."""

    def __init__(self, pod, token, path, again=False):
        super().__init__(daemon=True)
        self.place, self.path, self.fields = (pod.address, PROXY), path, {"X-Auth-Token": token}
        self.again, self.statuses, self.errors = again, [], []
        self.start()

    def run(self):
        connection = None
        while True:
            try:
                connection = connection or http.client.HTTPConnection(*self.place, timeout=30)
                connection.request("GET", self.path, headers=self.fields)
                response = connection.getresponse()
                response.read()
                self.statuses.append(response.status)
                if not self.again or response.getheader("Connection", "").lower() == "close":
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                return
            if not self.again:
                return


def answers(clients):
    return sum(len(client.statuses) for client in clients)


def held(pod, token):
    return pod.get("/held", token).json()["held"]
