"""One row: the honest client alone, then beside the attack, and the proxy afterwards."""
import multiprocessing
import os
import queue
import threading
import time

import honest
import processes

PATIENCE = 60  # seconds within which memory is to be back
NEAR = 1.05


def row(around, proxy, kind, options):
    seconds = max(options.seconds, kind.seconds)
    honest.warm(around, proxy, options)
    fresh = processes.resident_bytes([proxy.pid])
    with Attacker(kind.attack, proxy):
        # The first of its kind costs memory once: code that was never used, an allocator's pages.
        honest.load(around, proxy, options, 2)
    honest.load(around, proxy, options, 2)
    usual = watched(proxy.pid, lambda: honest.load(around, proxy, options, seconds))
    before = processes.resident_bytes([proxy.pid])
    with Attacker(kind.attack, proxy) as attacker:
        under = watched(proxy.pid, lambda: honest.load(around, proxy, options, seconds))
    after, back = afterwards(around, proxy, options, before)
    return {
        "usual": usual["honest"], "honest": under["honest"],
        "throughput": under["honest"]["answered"] / max(1, usual["honest"]["answered"]),
        "cpu_usual": usual["cpu"], "cpu": under["cpu"],
        "fresh": fresh, "before": before, "most": max(before, usual["most"], under["most"], attacker.most),
        "after": after, "back": back, "told": attacker.told, "load": os.getloadavg()[0],
    }


def afterwards(around, proxy, options, before):
    """The memory once it has come back, or after a minute, and how many seconds that took. The honest
    client goes on meanwhile: an allocator gives memory back when it is asked for some."""
    start = time.monotonic()
    while True:
        after, waited = processes.resident_bytes([proxy.pid]), time.monotonic() - start
        if after <= before * NEAR:
            return after, waited
        if waited > PATIENCE:
            return after, None
        honest.load(around, proxy, options, 2)


def watched(pid, work):
    """What `work` returned, and the most memory and the share of a processor that `pid` had meanwhile."""
    over, most = threading.Event(), [0]

    def watch():
        while not over.wait(0.1):
            most[0] = max(most[0], processes.resident_bytes([pid]))

    watcher = threading.Thread(target=watch, daemon=True)
    start, used = time.monotonic(), processes.cpu_microseconds([pid])
    watcher.start()
    try:
        result = work()
        used = processes.cpu_microseconds([pid]) - used
    finally:
        over.set()
        watcher.join()
    return {"honest": result, "most": most[0], "cpu": used / 1e6 / (time.monotonic() - start)}


class Attacker:
    """The attack in a process of its own, for as long as the block lasts. What counts begins when it
    is in place: when all that it wants connected is."""

    def __init__(self, attack, proxy):
        self.attack, self.proxy = attack, proxy
        self.in_place, self.over = multiprocessing.Event(), multiprocessing.Event()
        self.results, self.told, self.most = multiprocessing.Queue(), "", 0

    def __enter__(self):
        self.process = multiprocessing.Process(target=self.run)
        self.process.start()
        self.in_place.wait(120)
        self.most = processes.resident_bytes([self.proxy.pid])
        return self

    def run(self):
        self.results.put(self.attack(self.proxy, self.in_place, self.over))

    def __exit__(self, *error):
        self.over.set()
        try:
            self.told = self.results.get(timeout=60)
        except queue.Empty:
            self.told = "the attacker did not end by itself"
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
