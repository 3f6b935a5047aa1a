"""What holds for every manifest: once is enough, and all of it can be taken back."""

import unittest

import cases
import reading
from command import called, injected, uninjected


class Properties(unittest.TestCase):
    maxDiff = None

    def test_twice_is_the_same_as_once(self):
        for name in cases.names():
            once = injected(cases.manifest(name), cases.flags(name))
            with self.subTest(name):
                self.assertEqual(injected(once, cases.flags(name)).decode(), once.decode())

    def test_what_is_taken_out_leaves_what_was_there(self):
        for name in cases.names():
            before = cases.manifest(name)
            after = uninjected(injected(before, cases.flags(name)))
            with self.subTest(name):
                self.assertEqual(reading.documents(after), reading.documents(before))
                if name in cases.REWRITTEN:
                    self.assertNotEqual(after, before, "this is no exception any more")
                else:
                    self.assertEqual(after.decode(), before.decode())

    def test_no_comment_is_lost(self):
        for name in cases.names():
            before = cases.manifest(name)
            once = injected(before, cases.flags(name))
            with self.subTest(name):
                self.assertEqual(reading.comments(once), reading.comments(before))
                self.assertEqual(reading.comments(uninjected(once)), reading.comments(before))

    def test_what_was_never_put_in_is_not_taken_out(self):
        for name in cases.names():
            with self.subTest(name):
                self.assertEqual(uninjected(cases.manifest(name)), cases.manifest(name))

    def test_check_says_whether_anything_is_to_be_done(self):
        for name in cases.names():
            before, flags = cases.manifest(name), cases.flags(name)
            once = injected(before, flags)
            with self.subTest(name):
                found = called("inject", *flags, "--check", given=before)
                self.assertEqual((found.code, found.out), (1 if cases.PORTS[name] else 0, b""))
                self.assertEqual(found.said.count("would be changed"), changed(before, once))
                again = called("inject", *flags, "--check", given=once)
                self.assertEqual((again.code, again.out), (0, b""))
                self.assertNotIn("would be changed", again.said)
                back = called("uninject", "--check", given=once)
                self.assertEqual((back.code, back.out), (1 if cases.PORTS[name] else 0, b""))
                self.assertEqual(called("uninject", "--check", given=before).code, 0)

    def test_other_settings_replace_what_is_there(self):
        for name in cases.names():
            before, flags = cases.manifest(name), cases.flags(name)
            other = [flag for flag in flags if not flag.startswith(("--image", "--port"))]
            once = injected(injected(before, [*other, "--image=old", "--port=1234"]), flags)
            with self.subTest(name):
                self.assertEqual(reading.documents(once), reading.documents(injected(before, flags)))


def changed(before, after):
    """How many objects differ, new ones included."""
    before, after = reading.objects(before), reading.objects(after)
    return sum(one != other for one, other in zip(before, after)) + len(after) - len(before)
