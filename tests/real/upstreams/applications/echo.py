"""An application that tells what it sees of a request: as WSGI, or as CGI when it is run.

What it sees is a line of JSON, appended to the file that ECHO_LOG names and sent back:
{"method", "path", "fields", "length"}, fields by the names of their variables.
"""
import io
import json
import os
import sys


def application(environ, start_response):
    line = tell(environ)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(line)))])
    return [line]


def tell(environ):
    """One write, so that lines of several processes do not mix. It comes before the answer."""
    seen = {
        "method": environ["REQUEST_METHOD"],
        "path": environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
        "fields": {name: value for name, value in environ.items() if name.startswith("HTTP_")},
        "length": body_length(environ),
    }
    line = (json.dumps(seen) + "\n").encode()
    log = os.open(os.environ["ECHO_LOG"], os.O_WRONLY | os.O_APPEND)
    os.write(log, line)
    os.close(log)
    return line


def body_length(environ):
    """Reads as far as the server says that there is something to read."""
    body = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return len(body.read())
    return len(body.read(int(environ.get("CONTENT_LENGTH") or 0)))


def cgi():
    environ = {os.fsdecode(name): value.decode("latin-1") for name, value in os.environb.items()}
    line = tell({**environ, "SCRIPT_NAME": "", "wsgi.input": io.BufferedReader(sys.stdin.buffer)})
    sys.stdout.buffer.write(b"Content-Type: application/json\r\n\r\n" + line)


if __name__ == "__main__":
    cgi()
