"""Over all renderings: nothing of ours may more than it must, and no secret lies open."""

import copy
import unittest

import engine
import restricted
import yaml
from matrix import CASES, case
from objects import kinds, of_kind, pod

# Where the platform chooses the users, it also checks that they are not root.
WITHOUT_USERS = {"users-by-the-platform"}


class Security(unittest.TestCase):
    def test_every_pod_is_restricted(self):
        for name in CASES:
            with self.subTest(name):
                self.assertEqual(restricted.faults(case(name)), [])

    def test_users_are_numbers_unless_the_platform_chooses_them(self):
        for name in CASES:
            found = case(name)
            if "Deployment" in kinds(found) and name not in WITHOUT_USERS | {"webhook-alone"}:
                context = pod(found)["spec"]["containers"][0]["securityContext"]
                self.assertEqual((context["runAsUser"], context["runAsGroup"]), (65532, 65532), name)
        context = pod(case("users-by-the-platform"))["spec"]["containers"][0]["securityContext"]
        self.assertNotIn("runAsUser", context)
        self.assertIs(context["runAsNonRoot"], True)

    def test_no_object_is_a_secret_or_a_role(self):
        for name in CASES:
            for kind in ("Secret", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"):
                self.assertNotIn(kind, kinds(case(name)), name)

    def test_no_service_account_mounts_its_token(self):
        for name in CASES:
            for each in case(name):
                if each["kind"] == "ServiceAccount":
                    self.assertIs(each["automountServiceAccountToken"], False, name)

    def test_no_written_configuration_opens_the_admin_pages(self):
        for name in CASES:
            for each in case(name):
                if "portcullis.yaml" in (each.get("data") or {}):
                    config = yaml.safe_load(each["data"]["portcullis.yaml"])
                    wanted = "off" if name == "no-admin-pages" else None
                    self.assertEqual(config.get("admin"), wanted, name)

    def test_chart_and_library_have_the_same_limits(self):
        gateway = engine.loaded(engine.GATEWAY).values
        library = engine.loaded(engine.LIBRARY).values
        for key in ("securityContext", "resources", "image"):
            self.assertEqual(gateway[key], library[key])

    def test_the_check_itself_sees_faults(self):
        spec = lambda found: pod(found)["spec"]
        context = lambda found: spec(found)["containers"][0]["securityContext"]
        breaks = {
            "hostNetwork": lambda found: spec(found).update(hostNetwork=True),
            "token": lambda found: spec(found).pop("automountServiceAccountToken"),
            "root": lambda found: context(found).update(runAsUser=0),
            "root group": lambda found: context(found).update(runAsGroup=0),
            "writable": lambda found: context(found).update(readOnlyRootFilesystem=False),
            "privileged": lambda found: context(found).update(privileged=True),
            "escalation": lambda found: context(found).pop("allowPrivilegeEscalation"),
            "capabilities": lambda found: context(found).update(capabilities={"drop": ["KILL"]}),
            "seccomp": lambda found: context(found).pop("seccompProfile"),
            "admin": lambda found: of_kind(found, "Service", "portcullis")["spec"]["ports"].append(
                {"port": 9181}
            ),
            "memory": lambda found: spec(found)["containers"][0]["resources"].pop("limits"),
            "variable": lambda found: spec(found)["containers"][0].update(
                env=[{"name": "A", "valueFrom": {"secretKeyRef": {}}}]
            ),
        }
        for what, spoil in breaks.items():
            found = copy.deepcopy(case("defaults"))
            spoil(found)
            with self.subTest(what):
                self.assertEqual(len(restricted.faults(found)), 1)
