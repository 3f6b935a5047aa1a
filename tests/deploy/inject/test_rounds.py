"""In a line with other tools: Helm before, Kustomize before and behind, files and standard input."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import cases
import engine
import model
import reading
from command import called, injected, uninjected

# What Kustomize itself refuses, and why.
REFUSED = {
    "job.yaml": "it has no name yet",
    "list.json": "it escapes a slash, which JSON may and YAML 1.1 may not",
}


def rendered(**values):
    """`helm template` of the example chart."""
    values = {"portcullis": {"enabled": False}} | values
    parts = engine.texts(engine.example(), values).items()
    whole = "".join(f"---\n# Source: {path}\n{text}\n" for path, text in sorted(parts) if text.strip())
    return whole.encode()


def kustomized(text, **more):
    """`kubectl kustomize` of a text as the only resource."""
    with tempfile.TemporaryDirectory(prefix="portcullis-inject-") as folder:
        Path(folder, "all.yaml").write_bytes(text)
        Path(folder, "kustomization.yaml").write_text(json.dumps({"resources": ["all.yaml"]} | more))
        done = subprocess.run(["kubectl", "kustomize", folder], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def sorted_objects(text):
    return sorted(reading.objects(text), key=lambda each: (each["kind"], reading.name(each)))


class Rounds(unittest.TestCase):
    maxDiff = None

    def test_a_chart_gets_sidecars_and_goes_through_kustomize(self):
        before = rendered()
        once = injected(before, [cases.KEYSTONE])
        self.assertNotEqual(once, before)
        after = kustomized(once)
        self.assertEqual(sorted_objects(after), sorted_objects(once))
        # Its own spelling of the note is understood.
        self.assertEqual(injected(after, [cases.KEYSTONE]), after)
        self.assertEqual(sorted_objects(uninjected(after)), sorted_objects(before))

    def test_a_mark_of_byte_order_stays(self):
        mark = b"\xef\xbb\xbf"
        for name in cases.names():
            before = cases.manifest(name)
            once = injected(mark + before, cases.flags(name))
            with self.subTest(name):
                self.assertEqual(once, mark + injected(before, cases.flags(name)))
                self.assertEqual(injected(once, cases.flags(name)), once)
                self.assertEqual(uninjected(once), mark + uninjected(once.removeprefix(mark)))

    def test_of_several_files_the_first_one_s_mark_of_byte_order_stays(self):
        with tempfile.TemporaryDirectory(prefix="portcullis-inject-") as folder:
            files = [Path(folder, name) for name in ("empty.yaml", "a.yaml", "b.yaml")]
            for file, text in zip(files, ["", "\ufeffkind: A\n", "\ufeff---\nkind: B\n"], strict=True):
                file.write_text(text)
            self.assertEqual(called("uninject", *files).out.decode(), "\ufeffkind: A\n---\nkind: B\n")

    def test_what_kustomize_writes_gets_sidecars(self):
        for name in cases.names():
            if name in REFUSED:
                continue
            before = kustomized(cases.manifest(name))
            flags = cases.flags(name)
            with self.subTest(name):
                once = injected(before, flags)
                self.assertEqual(injected(once, flags).decode(), once.decode())
                self.assertEqual(reading.documents(uninjected(once)), reading.documents(before))

    def test_what_is_written_goes_through_kustomize(self):
        for name in cases.names():
            if name in REFUSED:
                continue
            once = injected(cases.manifest(name), cases.flags(name))
            after = kustomized(once)
            with self.subTest(name):
                if name == "ends.yaml":
                    # It reads the empty lines behind `>+` otherwise, with or without us.
                    continue
                self.assertEqual(
                    [model.tidy(each) for each in sorted_objects(after)],
                    [model.tidy(each) for each in sorted_objects(once)],
                )
                again = injected(after, cases.flags(name))
                self.assertEqual(again.decode(), after.decode())

    def test_a_namespace_and_labels_of_kustomize_do_not_hurt(self):
        more = {"namespace": "blue", "namePrefix": "blue-", "labels": [{"pairs": {"team": "blue"}}]}
        after = kustomized(injected(cases.manifest("deployment.yaml"), [cases.KEYSTONE]), **more)
        self.assertEqual(injected(after, [cases.KEYSTONE]), after)

    def test_kubectl_reads_all_that_is_written(self):
        for name in cases.names():
            if name in REFUSED or name == "nothing.yaml":
                continue
            once = injected(cases.manifest(name), cases.flags(name))
            # It changes nothing but what it reads itself.
            call = ["kubectl", "label", "--local", "--filename=-", "--output=name", "read=all"]
            done = subprocess.run(call, input=once, capture_output=True, timeout=60)
            with self.subTest(name):
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertEqual(len(done.stdout.splitlines()), len(reading.objects(once)))

    def test_files_are_one_stream(self):
        service, deployment = cases.manifest("deployment.yaml").split(b"---\n")[::-1]
        with tempfile.TemporaryDirectory(prefix="portcullis-inject-") as folder:
            one, two = Path(folder, "service.yaml"), Path(folder, "deployment.yaml")
            # Without a last line end, and with the mark that some editors put first.
            one.write_bytes(service.rstrip(b"\n"))
            two.write_bytes(b"\xef\xbb\xbf" + deployment)
            done = called("inject", cases.KEYSTONE, one, two)
            mixed = called("inject", cases.KEYSTONE, one, "-", given=deployment)
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(done.out, injected(service + b"---\n" + deployment, [cases.KEYSTONE]))
        self.assertEqual(mixed.out, done.out)

    def test_files_that_begin_a_document_themselves_get_no_other_beginning(self):
        with tempfile.TemporaryDirectory(prefix="portcullis-inject-") as folder:
            file = Path(folder, "all.yaml")
            file.write_bytes(cases.manifest("helm-template.yaml"))
            done = called("inject", cases.KEYSTONE, cases.FOLDER / "nothing.yaml", file)
        expected = cases.manifest("nothing.yaml") + cases.manifest("helm-template.yaml")
        self.assertEqual(done.out, injected(expected, [cases.KEYSTONE]))

    def test_standard_input_is_read_where_no_file_is_named(self):
        given = cases.manifest("pod.yaml")
        self.assertEqual(
            called("inject", cases.KEYSTONE, given=given).out, called("inject", cases.KEYSTONE, "-", given=given).out
        )

    def test_nothing_becomes_nothing(self):
        for given in (b"", b"\n", b"# only words\n", b"---\n---\n", b"---\n# a\n...\n"):
            done = called("inject", cases.KEYSTONE, given=given)
            self.assertEqual((done.code, done.out), (0, given))
