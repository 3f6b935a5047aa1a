"""What comes of requests to a service that has the image beside it in its pod."""

import unittest

from pod import KEYSTONE, SERVICE, Pod, ask
from podman import eventually


class Requests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pod = cls.enterClassContext(Pod())
        cls.token = cls.pod.log_in()

    def test_nobody_comes_in_without_a_token(self):
        answer = self.pod.get("/things")
        self.assertEqual(answer.status, 401)
        self.assertIn("Keystone uri=", answer.headers["www-authenticate"])

    def test_a_token_opens_and_the_service_learns_whose_it_is(self):
        answer = self.pod.get("/things", self.token)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.seen("X-User-Name"), ["alice"])
        self.assertEqual(answer.seen("X-Project-Name"), ["demo"])
        self.assertEqual(answer.seen("X-Roles"), ["member,reader"])

    def test_a_made_up_token_does_not(self):
        self.assertEqual(self.pod.get("/things", "gAAAAABmadeup").status, 401)

    def test_forged_identities_do_not_reach_the_service(self):
        forged = {"X-Roles": "king", "X_User_Id": "root", "x-is-admin-project": "king"}
        answer = self.pod.get("/things", self.token, forged)
        self.assertEqual(answer.seen("X-Roles"), ["member,reader"])
        self.assertNotIn("king", answer.body)
        self.assertNotIn("root", answer.body)

    def test_the_service_is_there_for_the_pod_only(self):
        self.assertEqual(self.pod.within(SERVICE, "/things").status, 200)
        for port in (SERVICE, KEYSTONE):
            with self.assertRaises(ConnectionRefusedError):
                ask(self.pod.address, port, "/things")

    def test_the_side_door_for_people_is_there_for_the_pod_only(self):
        self.assertEqual(self.pod.within(9181, "/config").status, 200)
        with self.assertRaises(ConnectionRefusedError):
            ask(self.pod.address, 9181, "/config")

    def test_requests_are_counted_where_prometheus_looks(self):
        def allowed():
            lines = self.pod.telemetry("/metrics").body.splitlines()
            named = [line for line in lines if line.startswith("portcullis_auth_decisions_total{")]
            confirmed = [line for line in named if 'reason="confirmed"' in line]
            return sum(float(line.rsplit(" ", 1)[1]) for line in confirmed)

        before = allowed()
        self.pod.get("/things", self.token)
        eventually("the request is counted", lambda: allowed() > before)


class OverASocket(unittest.TestCase):
    """The service listens nowhere but on a file that the two share."""

    def test_the_service_may_have_no_port_at_all(self):
        def on_a_socket(_, spec):
            portcullis, _, service = spec["containers"]
            place = "unix:/run/portcullis/app.sock"
            portcullis["env"][1]["value"] = place
            service["command"][-1] = place

        with Pod(on_a_socket) as pod:
            answer = eventually("the service is there", lambda: pod.served(pod.log_in()))
            self.assertEqual(answer.seen("X-User-Name"), ["alice"])
