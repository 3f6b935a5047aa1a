"""Attacks by HTTP/1.1 and by mere connections: who is slow, who makes tokens up, who only stays."""
import collections
import os
import resource
import selectors
import signal
import socket
import threading
import time

import stage


def slow_heads(proxy, in_place, over):
    """Slowloris: 3,000 heads that grow by a byte now and then."""
    first = b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "
    return crowd(proxy, in_place, over, 3000, first, b"a")


def slow_bodies(proxy, in_place, over):
    """RUDY: 1,000 uploads that grow by a byte now and then, each with a good token."""
    first = ("POST /upload HTTP/1.1\r\nHost: a\r\nX-Auth-Token: %s\r\nContent-Length: 1000000\r\n\r\n" % proxy.token)
    return crowd(proxy, in_place, over, 1000, first.encode(), b"a")


def slow_readers(proxy, in_place, over):
    """500 clients that ask for 32 MiB and take nothing of it."""
    first = "GET /large HTTP/1.1\r\nHost: a\r\nX-Auth-Token: %s\r\n\r\n" % proxy.token
    return crowd(proxy, in_place, over, 500, first.encode(), b"", reads=False)


def idle(proxy, in_place, over):
    """10,000 clients that have asked once, were answered, and stay; or as many as the limit of descriptors
    lets the proxy have beside the honest ones."""
    first = ("GET / HTTP/1.1\r\nHost: a\r\nX-Auth-Token: %s\r\n\r\n" % proxy.token).encode()
    told, lines = collections.Counter(), []
    for _ in range(min(10_000, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 160) // 2 - 100)):
        line = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
        line.sendall(first)
        told[line.recv(65536)[9:12].decode()] += 1
        lines.append(line)
    in_place.set()
    over.wait()
    for line in lines:
        line.close()
    return "%d connections stayed: %s" % (len(lines), ", ".join("%s x%d" % pair for pair in told.items()))


def crowd(proxy, in_place, over, count, first, more, reads=True, every=1.0):
    """`count` connections that each say `first`, and `more` every second; who is sent away comes again."""
    told, lines = collections.Counter(), []
    readable = selectors.DefaultSelector()

    def come():
        line = socket.socket()
        if not reads:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(5)
        try:
            line.connect(("127.0.0.1", proxy.port))
            line.sendall(first)
        except OSError:
            told["no room"] += 1
            line.close()
            return
        line.setblocking(False)
        lines.append(line)
        if reads:
            readable.register(line, selectors.EVENT_READ)

    def leave(line, why):
        told[why] += 1
        lines.remove(line)
        if reads:
            readable.unregister(line)
        line.close()

    def hear():
        for key, _ in readable.select(0):
            try:
                piece = key.fileobj.recv(65536)
            except OSError:
                leave(key.fileobj, "cut")
                continue
            if piece:
                told[piece[9:12].decode("latin-1") if piece.startswith(b"HTTP/1.1 ") else "more"] += 1
            else:
                leave(key.fileobj, "closed")

    came = 0
    while came < count and not over.is_set():
        come()
        came += 1
        if came % 100 == 0:
            hear()
    hear()
    in_place.set()
    staying = 0
    while not over.wait(every):
        hear()
        for line in list(lines):
            try:
                if more:
                    line.send(more)
                elif not reads:
                    line.getpeername()
            except BlockingIOError:
                pass
            except OSError:
                leave(line, "cut")
        staying = len(lines)
        while len(lines) < count and not over.is_set() and more:
            come()
            came += 1
    for line in lines:
        line.close()
    said = ", ".join("%s x%d" % pair for pair in told.most_common(4)) or "nothing"
    return "%d connections, %d stayed: %s" % (came, staying, said)


def random_tokens(proxy, in_place, over):
    """Another made-up token with each request, as fast as eight connections go."""
    told, lock = collections.Counter(), threading.Lock()

    def attack():
        mine = collections.Counter()
        while not over.is_set():
            try:
                ask_on(socket.create_connection(("127.0.0.1", proxy.port), timeout=10), mine)
            except OSError:
                mine["cut"] += 1
        with lock:
            told.update(mine)

    def ask_on(line, mine):
        with line, line.makefile("rb") as answers:
            while not over.is_set():
                batch = [b"GET / HTTP/1.1\r\nHost: a\r\nX-Auth-Token: gAAAAA%s\r\n\r\n" % os.urandom(88).hex().encode()
                         for _ in range(16)]
                line.sendall(b"".join(batch))
                for _ in batch:
                    mine[answer(answers)] += 1

    threads = [threading.Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    in_place.set()
    for thread in threads:
        thread.join()
    return "%d requests: %s" % (sum(told.values()), ", ".join("%s x%d" % pair for pair in told.most_common(4)))


def answer(stream):
    """The status of the next answer, once its body has been read."""
    first, length = stream.readline(), 0
    if not first:
        raise OSError("closed")
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    stream.read(length)
    return first[9:12].decode()


def reloads(proxy, in_place, over, count=1000, seconds=30):
    """No attack: SIGHUP a thousand times. Each file differs from the one in force; every tenth is broken."""
    base = proxy.text
    valid = ["routes: [{name: all, path: /**, check: \"role:member or role:r%d\"}]\n",
             "routes: [{path: /v2.1/**, check: \"role:reader\"}, {path: /**, check: \"role:r%d\"}]\n"]
    broken = "routes: [{path: /**, rule: nowhere}]\n"

    def results():
        page = stage.ask(proxy.telemetry_port, "GET", "/metrics")[2].decode()
        found = {line.split('"')[1]: float(line.split()[-1]) for line in page.splitlines()
                 if line.startswith("portcullis_config_reloads_total{")}
        return found["ok"], found["failed"]

    def holdings():
        with open("/proc/%d/status" % proxy.pid) as status:
            threads = next(int(line.split()[1]) for line in status if line.startswith("Threads:"))
        return len(os.listdir("/proc/%d/fd" % proxy.pid)), threads

    in_place.set()
    before, start = holdings(), time.monotonic()
    for number in range(count):
        text = base + (broken if number % 10 == 9 else valid[number % 2] % time.monotonic_ns())
        proxy.file.with_suffix(".new").write_text(text)
        os.replace(proxy.file.with_suffix(".new"), proxy.file)
        expected = sum(results()) + 1
        os.kill(proxy.pid, signal.SIGHUP)
        while sum(results()) < expected and not over.is_set():
            time.sleep(0.001)
        over.wait(max(0, start + seconds * (number + 1) / count - time.monotonic()))
        if over.is_set():
            break
    ok, failed = results()
    return "%d followed, %d refused in %.0f s; descriptors and threads (%d, %d) before, (%d, %d) after" % (
        ok, failed, time.monotonic() - start, *before, *holdings())
