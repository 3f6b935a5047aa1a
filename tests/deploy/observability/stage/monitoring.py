"""A real Prometheus that scrapes the subject and the webhook each second."""

import json
import math
import time
import urllib.parse
import urllib.request
from pathlib import Path

from places import tool

from .processes import Process, eventually

CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
scrape_configs:
- job_name: portcullis
  static_configs:
  - targets: ["{target}"]
    labels: {{namespace: shop, pod: shop-0}}
- job_name: webhook
  static_configs:
  - targets: ["{webhook}"]
    labels: {{namespace: guards, pod: webhook-0}}
"""


class Prometheus:
    """Forgets all when it ends."""

    def __init__(self, directory, target, webhook, rules):
        directory = Path(directory)
        config = directory / "prometheus.yaml"
        config.write_text(CONFIG.format(rules=rules, target=target, webhook=webhook))
        self.process = Process(
            directory, "prometheus", tool("prometheus"), f"--config.file={config}",
            f"--storage.tsdb.path={directory}/tsdb", "--web.listen-address=127.0.0.1:0")
        self.listen = eventually(self.process.address, "Prometheus listens")
        eventually(self.scrapes, "Prometheus scrapes the proxy and the webhook")

    def scrapes(self):
        """Whether both were scraped."""
        self.process.said()
        try:
            return [sample["value"][1] for sample in self.ask("query", query="up")] == ["1", "1"]
        except OSError:
            return False

    def ask(self, what, **parameters):
        """The result of a query."""
        url = f"http://{self.listen}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]["result"]

    def now(self, expression):
        """The samples of this moment that are numbers."""
        return [sample for sample in self.ask("query", query=expression)
                if not math.isnan(float(sample["value"][1]))]

    def lately(self, expression):
        """The numbers of the last minute, as a panel asks for them."""
        end = time.time()
        result = self.ask("query_range", query=expression, start=end - 60, end=end, step=5)
        return [value for series in result for _, value in series["values"]
                if not math.isnan(float(value))]

    def firing(self):
        """The names of alerts that fire."""
        return {sample["metric"]["alertname"]
                for sample in self.ask("query", query='ALERTS{alertstate="firing"}')}

    def stop(self):
        """Ends it."""
        self.process.stop()
