"""Every alert fires when it should, after exactly its `for`, and not for a little less."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import cases
import rules
from places import ALERTS, tool


class Alerts(unittest.TestCase):
    """What promtool says of the rules."""

    def test_the_rules_are_valid(self):
        run = subprocess.run([tool("promtool"), "check", "rules", str(ALERTS)],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_each_fires_when_it_should_and_keeps_quiet_below(self):
        for step in (1, 10):
            run = promtool(step, [test for case in cases.ALL if case.step == step
                                  for test in tests_of(case)])
            self.assertEqual(run.returncode, 0, run.stdout)

    def test_each_is_tested_both_ways(self):
        wanted = {(rule["alert"], rule["labels"]["severity"]) for rule in rules.alerts()}
        for way in ("loud", "quiet"):
            tested = {(case.alert, case.severity) for case in cases.ALL if getattr(case, way)}
            self.assertEqual(tested, wanted, f"alerts with a case that is {way}")

    def test_the_patience_that_is_tested_is_the_one_that_is_written(self):
        written = {(rule["alert"], rule["labels"]["severity"]): rules.minutes(rule.get("for", "0m"))
                   for rule in rules.alerts()}
        for case in cases.ALL:
            if case.loud:
                self.assertEqual(case.patience, written[case.alert, case.severity], case.alert)

    def test_what_they_say_is_whole(self):
        """Expects nothing where they fire, so that promtool shows what there is."""
        tests = [{
            "name": f"{case.alert}, {case.severity}", "interval": f"{case.step}m",
            "input_series": case.loud,
            "alert_rule_test": [{"eval_time": f"{case.begins + case.patience}m",
                                 "alertname": case.alert, "exp_alerts": []}],
        } for case in cases.ALL if case.loud]
        shown = "".join(promtool(step, [test for test in tests if test["interval"] == f"{step}m"])
                        .stdout for step in (1, 10))
        said = re.findall(r"Labels:\{(.*?)\}\s*Annotations:\{(.*?), runbook_url=", shown, re.S)
        self.assertGreaterEqual(len(said), len(tests))
        for labels, text in said:
            with self.subTest(text=text):
                self.assertNotRegex(text, r"no value|\{\{|%!|NaN|[Ee]rror expanding|: \.|\(\)|  ")
                name = re.search(r'alertname="(\w+)"', labels)[1]
                for rule in rules.alerts():
                    if rule["alert"] == name:
                        for label in re.findall(r"\$labels\.(\w+)", str(rule["annotations"])):
                            self.assertIn(f'{label}="', labels, f"{name} does not have it")


def tests_of(case):
    """The case as promtool's tests."""
    def test(way, series, looks):
        return {"name": f"{case.alert}, {case.severity}, {way}", "interval": f"{case.step}m",
                "input_series": series, "promql_expr_test": looks}

    if case.loud:
        begins, fires = case.begins, case.begins + case.patience
        looks = [look(case, begins - case.step, "", 0), look(case, fires, "firing", 1)]
        if case.patience:
            looks += [look(case, begins, "pending", 1),
                      look(case, fires - case.step, "firing", 0)]
        yield test("loud", case.loud, looks)
    # Not even pending, once rates have something to look back on.
    end = case.settled + 90 * case.step
    yield test("quiet", case.quiet, [{
        "expr": f"sum(count_over_time({alerts(case)}[{end - case.settled}m]))",
        "eval_time": f"{end}m", "exp_samples": []}])


def look(case, minute, state, count):
    """At that minute, so many alerts of the case are in that state."""
    samples = [{"labels": "{}", "value": count}] if count else []
    return {"expr": f"count({alerts(case, state)})", "eval_time": f"{minute}m",
            "exp_samples": samples}


def alerts(case, state=""):
    """The series that Prometheus keeps of an alert."""
    state = f',alertstate="{state}"' if state else ""
    return f'ALERTS{{alertname="{case.alert}",severity="{case.severity}"{state}}}'


def promtool(step, tests):
    """Runs tests whose series and rules are looked at every so many minutes."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "tests.yaml"  # JSON is YAML
        file.write_text(json.dumps({"rule_files": [str(ALERTS)], "tests": tests,
                                    "evaluation_interval": f"{step}m"}))
        return subprocess.run([tool("promtool"), "test", "rules", str(file)], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
