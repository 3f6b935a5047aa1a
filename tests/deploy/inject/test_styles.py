"""The same manifests in styles by chance: none is refused, and none becomes another than was meant.

STYLES=60 is how many, FIRST=0 the first seed; a failure names its own.
"""

import json
import os
import unittest

import cases
import reading
import styles
from command import called


class Styles(unittest.TestCase):
    maxDiff = None

    def test_every_style_becomes_the_same(self):
        first = int(os.environ.get("FIRST", "0"))
        for seed in range(first, first + int(os.environ.get("STYLES", "60"))):
            text = styles.Writer(seed).text(styles.manifests(seed))
            if not text.endswith(b"\n") and text.rstrip(b" ")[-1:].isalpha():
                # A last line of a text over several lines must be ended by whoever wrote it.
                text += b"\n"
            documents = [each for each in reading.documents(text) if each]
            flags = [cases.KEYSTONE, "--app-port=8080"]
            flags += [[], ["--native=false"], ["--upstream=unix:/run/portcullis/a"], ["--config-map=c"]][seed % 4]
            with self.subTest(seed=seed):
                self.check(text, documents, flags)

    def check(self, text, documents, flags):
        once = self.called("inject", *flags, given=text)
        # What becomes of it in the plainest style, which other tests judge.
        plain = "---\n".join(json.dumps(each) + "\n" for each in documents)
        expected = self.called("inject", *flags, given=plain)
        found = [each for each in reading.documents(once) if each]
        self.assertEqual(found, [each for each in reading.documents(expected) if each])
        self.assertEqual(self.called("inject", *flags, given=once), once)
        back = self.called("uninject", given=once)
        self.assertEqual(reading.documents(back), reading.documents(text))
        for after in (once, back):
            self.assertEqual(reading.comments(after), reading.comments(text))

    def called(self, *arguments, given):
        done = called(*arguments, given=given)
        self.assertEqual(done.code, 0, done.said)
        return done.out
