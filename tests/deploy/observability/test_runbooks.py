"""Every alert has its page, every page its alert, and what a page says can be done."""

import re
import unittest

import exposed
import promql
import rules
from places import ROOT, RUNBOOKS

LOGGING = ROOT / "docs/logging.md"
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Remedies", "When to escalate"]


def pages():
    """The pages about alerts."""
    return {path.stem: path.read_text() for path in RUNBOOKS.glob("*.md") if path.stem != "README"}


class Pages(unittest.TestCase):
    """docs/runbooks."""

    def test_each_alert_has_one_and_each_has_an_alert(self):
        for rule in rules.alerts():
            self.assertEqual(rule["annotations"]["runbook_url"],
                             f"docs/runbooks/{rule['alert']}.md")
        self.assertEqual(set(pages()), {rule["alert"] for rule in rules.alerts()})

    def test_the_index_has_each_with_its_severity(self):
        index = (RUNBOOKS / "README.md").read_text()
        rows = dict(re.findall(r"^\| \[(\w+)\]\(\1\.md\) \| (.*?) \|", index, re.M))
        wanted = {}
        for rule in rules.alerts():
            wanted.setdefault(rule["alert"], []).append(f"`{rule['labels']['severity']}`")
        self.assertEqual(rows, {name: " or ".join(severity) for name, severity in wanted.items()})

    def test_each_has_all_sections(self):
        for name, text in pages().items():
            with self.subTest(name):
                self.assertRegex(text, rf"\A# {name}: \S")
                self.assertEqual(re.findall(r"^## (.*)$", text, re.M), SECTIONS)
                self.assertRegex(text, r"```(sh|promql)\n")

    def test_links_lead_somewhere(self):
        for path in RUNBOOKS.glob("*.md"):
            for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
                self.assertTrue((path.parent / link).resolve().exists(), f"{path.name}: {link}")

    def test_queries_name_what_the_program_exposes(self):
        for name, text in pages().items():
            for block in re.findall(r"```promql\n(.*?)```", text, re.S):
                for query in block.splitlines():
                    with self.subTest(f"{name}: {query}"):
                        self.assertEqual(
                            list(exposed.vocabulary().wrong(promql.names_in(query))), [])

    def test_keys_are_keys_of_the_program(self):
        known = (ROOT / "docs/configuration.md").read_text() + LOGGING.read_text()
        sections = "cache|headers|keystone|listener|log|policy|server|telemetry|tls|upstream|http2|auth"
        for name, text in pages().items():
            for key in re.findall(rf"`((?:{sections})\.[a-z_]+)(?:: [^`]*)?`", text):
                self.assertTrue(f"`{key}`" in known, f"{name}: there is no key {key}")

    def test_lines_and_fields_of_the_log_are_those_of_the_program(self):
        known = LOGGING.read_text()
        for name, text in pages().items():
            for said in re.findall(r"grep (?:-e )?'([^'^]+)'|-e '([^'^]+)' \|", text):
                said = said[0] or said[1]
                self.assertTrue(said in known, f"{name}: no line says {said}")
            for field in re.findall(r'\."([a-z_.]+)"', text):
                self.assertTrue(f"`{field}`" in known, f"{name}: no line has {field}")


    def test_whoever_looks_at_containers_sees_restartable_init_containers_too(self):
        for name, text in pages().items():
            for line in re.findall(r"^kubectl .* get pods? .*", text, re.M):
                for plain, init in (("containerStatuses", "initContainerStatuses"),
                                    (".containers", ".initContainers")):
                    if plain in line:
                        self.assertIn(init, line, name)


class Annotations(unittest.TestCase):
    """What an alert says before anybody opens its page."""

    def test_each_says_what_and_where(self):
        for rule in rules.alerts():
            with self.subTest(rule["alert"]):
                said = rule["annotations"]
                self.assertEqual(set(said), {"summary", "description", "runbook_url"})
                self.assertNotIn("{{", said["summary"])
                self.assertRegex(said["description"], r"\$labels\.job|\$labels\.pod")
                self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"))
