"""A real Prometheus watches a real Portcullis: every panel shows something, and an outage is told."""

import re
import unittest
from pathlib import Path

import dashboard
import rules
from places import ALERTS
from stage.clients import EVERY_KIND, honest, unknown
from stage.processes import eventually
from stage.stage import stage

# Four scrapes and some, as Grafana has it.
INTERVAL = "10s"
# What is empty as long as all is well, each with the reason.
MAY_BE_EMPTY = {
    "Alerts firing": "nothing fires here; shown in the outage below",
    "Starts": "marks restarts, and nothing restarts here",
}


class Panels(unittest.TestCase):
    """Some traffic of every kind."""

    def test_every_query_returns_data(self):
        with stage() as play:
            prometheus = play.prometheus(ALERTS)
            play.clients(*EVERY_KIND)
            missing = {(title, dashboard.substituted(expression, INTERVAL))
                       for title, expression in dashboard.queries() if title not in MAY_BE_EMPTY}

            def all_seen():
                seen = {query for query in missing if prometheus.now(query[1])}
                missing.difference_update(seen)
                return not missing

            try:
                eventually(all_seen, "every query returns data", seconds=120)
            except AssertionError as late:
                raise AssertionError("no data for\n" + "\n".join(map(str, sorted(missing)))) from late

            # After a minute, as somebody sees it who opens the dashboard then.
            eventually(lambda: prometheus.now("count_over_time(portcullis_build_info[2m]) >= 60"),
                       "a minute of scrapes", 90)
            for title, expression in dashboard.queries():
                if title not in MAY_BE_EMPTY:
                    with self.subTest(title):
                        query = dashboard.substituted(expression, INTERVAL)
                        self.assertTrue(prometheus.lately(query), f"no data for {query}")

    def test_what_may_be_empty_is_on_the_dashboard(self):
        self.assertLessEqual(set(MAY_BE_EMPTY), {title for title, _ in dashboard.queries()})


class Outage(unittest.TestCase):
    """The identity service goes away and comes back."""

    def test_the_right_alert_fires_and_ends(self):
        with stage() as play:
            prometheus = play.prometheus(hastened(Path(play.directory)))
            play.clients(honest, unknown)
            answered = dashboard.substituted(
                'sum(rate(portcullis_auth_decisions_total{reason="unknown"}[$__rate_interval])) > 0',
                INTERVAL)
            eventually(lambda: prometheus.now(answered), "clients are judged", 60)
            wanted = {"PortcullisKeystoneDown", "PortcullisErrorBudgetBurn"}
            self.assertFalse(prometheus.firing() & wanted)

            play.identity.stop()
            eventually(lambda: prometheus.firing() >= wanted, f"{wanted} fire", 120)
            told = prometheus.firing()
            for wrong in ("PortcullisServiceUnreachable", "PortcullisKeystoneAccount",
                          "PortcullisKeystoneAddress", "PortcullisOverload", "PortcullisAbsent"):
                self.assertNotIn(wrong, told)
            shown = [expression for title, expression in dashboard.queries()
                     if title == "Alerts firing"]
            self.assertTrue(prometheus.now(dashboard.substituted(shown[0])))

            play.identity.start()
            eventually(lambda: not prometheus.firing() & wanted, f"{wanted} end", 180)


def hastened(directory):
    """A copy of the rules in which time passes thirty times as fast.

    Windows are at least ten scrapes of a second, as they are ten of half a minute in the original.
    Nothing else is changed; that each alert waits as long as is written is tested by promtool.
    """
    text = ALERTS.read_text()

    def shorter(found):
        return f"{found[1]}{max(10, rules.minutes(found[2]) * 2)}s{found[3]}"

    text = re.sub(r"(\[)(\d+[mhd])(\])", shorter, text)
    text = re.sub(r"( for: )(\d+[mhd])()\b",
                  lambda found: f"{found[1]}{rules.minutes(found[2]) * 2}s", text)
    copy = directory / "alerts.yaml"
    copy.write_text(text)
    return copy
