"""HTTP/2 as an attacker writes it: frames of any kind, and what comes back, counted."""
import collections
import socket
import struct

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INITIAL_WINDOW = 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
REASONS = {0: "NO_ERROR", 1: "PROTOCOL_ERROR", 2: "INTERNAL_ERROR", 3: "FLOW_CONTROL", 5: "STREAM_CLOSED",
           7: "REFUSED_STREAM", 8: "CANCEL", 9: "COMPRESSION", 11: "ENHANCE_YOUR_CALM"}
STATUSES = {8: "200", 9: "204", 10: "206", 11: "304", 12: "400", 13: "404", 14: "500"}


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def request(token, path=b"/", method=b"GET", more=b""):
    """A head, compressed without a table, so that it means the same on every stream."""
    return (b"\x02" + text(method) + b"\x86" + b"\x04" + text(path) + b"\x01" + text(b"localhost")
            + b"\x00" + text(b"x-auth-token") + text(token.encode()) + more)


def text(value):
    return integer(len(value), 7) + value


def integer(value, bits):
    most = (1 << bits) - 1
    if value < most:
        return bytes((value,))
    out, value = [most], value - most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes((*out, value))


class Line:
    """A connection, and what it was told."""

    def __init__(self, port, settings=b""):
        self.told = collections.Counter()
        self.open, self.left, self.latest = True, b"", "answered"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Blocking from here on, or else Python waits even where the system is told not to. A write
        # that makes no way for two seconds fails.
        self.socket.settimeout(None)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 2, 0))
        self.send(PREFACE + frame(SETTINGS, payload=settings) + frame(SETTINGS, ACK))

    def send(self, data):
        """Whether it still takes them."""
        if not self.open:
            return False
        refused = None
        try:
            self.socket.sendall(data)
        except OSError as error:
            refused = error
        self.listen()  # also after the end: what was said before is still there to be read
        if refused and self.open:
            self.ended(refused)
        return self.open

    def listen(self):
        """Counts what has come."""
        while self.open:
            try:
                piece = self.socket.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError as error:
                return self.ended(error)
            if not piece:
                return self.ended(None)
            self.read(piece)

    def read(self, piece):
        buffer = self.left + piece
        at = 0
        while len(buffer) - at >= 9:
            length = int.from_bytes(buffer[at:at + 3], "big")
            if len(buffer) - at - 9 < length:
                break
            payload = buffer[at + 9:at + 9 + length]
            self.note(buffer[at + 3], payload)
            at += 9 + length
        self.left = buffer[at:]

    def note(self, kind, payload):
        if kind == GOAWAY:
            self.told["GOAWAY " + reason(payload[4:8])] += 1
        elif kind == RESET:
            self.told["RST_STREAM " + reason(payload)] += 1
        elif kind == HEADERS and payload:
            self.told[self.status(payload)] += 1

    def status(self, payload):
        """The status that begins a head. One that is in the table by now is the one that was put there."""
        if payload[0] & 0x80:
            known = STATUSES.get(payload[0] & 0x7f)
            return known or self.latest
        if payload[0] & 0x3f in STATUSES and len(payload) > 4:
            raw = payload[2:2 + (payload[1] & 0x7f)]
            self.latest = digits(raw) if payload[1] & 0x80 else raw.decode()
        return self.latest

    def ended(self, error):
        if self.open:
            self.open = False
            self.told["closed" if error is None else "cut"] += 1
            self.socket.close()

    def close(self):
        self.open = False
        self.socket.close()


def digits(raw):
    """The three digits of a status as an encoder compresses them (RFC 7541, appendix B)."""
    bits, out = "".join("{:08b}".format(byte) for byte in raw), ""
    while len(out) < 3:
        size, base = (5, 0) if bits[:5] in ("00000", "00001", "00010") else (6, 0x16)
        out += str(int(bits[:size], 2) - base)
        bits = bits[size:]
    return out


def reason(payload):
    number = int.from_bytes(payload[:4], "big")
    return REASONS.get(number, str(number))
