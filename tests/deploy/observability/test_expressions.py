"""Every expression names only what the program exposes: metrics, labels, and values of labels."""

import unittest

import dashboard
import exposed
import promql
import rules
from vocabulary import FOREIGN, Vocabulary


def expressions():
    """(where, expression) of the dashboard and of the rules."""
    for title, expression in dashboard.queries():
        yield f"panel {title}", dashboard.substituted(expression)
    for group in rules.groups():
        for rule in group["rules"]:
            yield rule.get("alert") or rule["record"], rule["expr"]


def faults(vocabulary):
    """What is wrong in all of them."""
    recorded = {rule["record"] for rule in rules.recordings()}
    for where, expression in expressions():
        names = promql.names_in(expression)
        names.metrics -= recorded
        names.labels = {label for label in names.labels if label[0] not in recorded}
        for fault in vocabulary.wrong(names):
            yield f"{where}: {fault}"


class Expressions(unittest.TestCase):
    """Against the metrics of a running program."""

    def test_every_name_is_exposed(self):
        self.assertEqual(list(faults(exposed.vocabulary())), [])

    def test_a_metric_that_was_renamed_is_found(self):
        used = set().union(*(promql.names_in(each).metrics for _, each in expressions()))
        for metric in sorted(used & set(exposed.vocabulary().labels)):
            renamed = Vocabulary(exposed.text())
            renamed.labels[f"{metric}_renamed"] = renamed.labels.pop(metric)
            with self.subTest(metric):
                self.assertIn(f"there is no metric {metric}",
                              " ".join(faults(renamed)))

    def test_a_value_that_is_gone_is_found(self):
        changed = Vocabulary(exposed.text().replace('kind="credentials"', 'kind="account"'))
        self.assertIn('kind="credentials"', " ".join(faults(changed)))

    def test_a_label_that_is_gone_is_found(self):
        changed = Vocabulary(exposed.text().replace('listener="', 'door="'))
        self.assertIn("has no label listener", " ".join(faults(changed)))

    def test_what_others_expose_is_used(self):
        used = set().union(*(promql.names_in(each).metrics for _, each in expressions()))
        self.assertLessEqual(set(FOREIGN), used)

    def test_recordings_are_used_and_made(self):
        used = set().union(*(promql.names_in(each).metrics for _, each in expressions()))
        recorded = {rule["record"] for rule in rules.recordings()}
        self.assertEqual({metric for metric in used if ":" in metric}, recorded)
