"""An application for tests of what passes between it and its server."""

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import time

barriers = {}
lock = threading.Lock()
closed = []


def text(start_response, body, status="200 OK"):
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [body.encode("utf-8")]


def environ(environ, start_response):
    shown = {
        name: value if isinstance(value, (str, bool, tuple)) else type(value).__name__
        for name, value in environ.items()
    }
    return text(start_response, json.dumps(shown))


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    body = environ["wsgi.input"]
    return iter(lambda: body.read(65536), b"")


def digest(environ, start_response):
    body = environ["wsgi.input"]
    size, digest = 0, hashlib.sha256()
    while True:
        block = body.read(1 << 16)
        if not block:
            break
        size += len(block)
        digest.update(block)
    return text(start_response, "%d %s" % (size, digest.hexdigest()))


def lines(environ, start_response):
    body = environ["wsgi.input"]
    return text(start_response, repr([body.readline(), body.readline(3), body.readlines(), body.read()]))


def unread(environ, start_response):
    return text(start_response, "unread")


def huge(environ, start_response):
    start_response("200 OK", [("Content-Type", "a/b")])
    block = b"x" * (1 << 20)
    return (block for _ in range(int(environ["QUERY_STRING"])))


def noisy(environ, start_response):
    print("printed")
    sys.stderr.write("to stderr\n")
    environ["wsgi.errors"].write("to wsgi.errors\n")
    os.write(1, b"to descriptor 1\n")
    subprocess.run(["sh", "-c", "echo from a child"], check=True)
    return text(start_response, repr(sys.stdin.read()))


def file(environ, start_response):
    path, offset = environ["QUERY_STRING"].split(":")
    opened = open(path, "rb")
    opened.seek(int(offset))
    start_response("200 OK", [("Content-Type", "a/b")])
    return environ["wsgi.file_wrapper"](opened, 1000)


class Fatal(io.FileIO):
    """Takes its worker along when it is closed."""

    def close(self):
        os._exit(7)


def fatal_file(environ, start_response):
    start_response("200 OK", [("Content-Type", "a/b")])
    return environ["wsgi.file_wrapper"](Fatal(environ["QUERY_STRING"]))


def refused_file(environ, start_response):
    start_response("200 OK", [("Connection", "close")])
    return environ["wsgi.file_wrapper"](open(environ["QUERY_STRING"], "rb"))


def memory(environ, start_response):
    start_response("200 OK", [("Content-Type", "a/b")])
    return environ["wsgi.file_wrapper"](io.BytesIO(b"in memory"), 4)


def write(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "text/plain")])
    write(b"written ")
    return [b"", b"returned"]


def replaced(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    try:
        raise ValueError("changed my mind")
    except ValueError:
        start_response("418 Teapot", [("Content-Type", "text/plain")], sys.exc_info())
    return [b"", b"tea"]


def before(environ, start_response):
    raise RuntimeError("before the head")


def after(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"begun"
    raise RuntimeError("after the head")


def empty(environ, start_response):
    yield b""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b""
    yield b"late"


def text_block(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["text"]


def twice(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return []


def never(environ, start_response):
    return [b"no head"]


def split(environ, start_response):
    start_response("200 OK", [("X-Evil", "a\r\nSet-Cookie: b")])
    return []


class Ticks:
    """Never ends by itself."""

    def __iter__(self):
        return self

    def __next__(self):
        time.sleep(0.02)
        return b"tick\n"

    def close(self):
        closed.append(True)


def ticks(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    return Ticks()


def were_closed(environ, start_response):
    return text(start_response, str(len(closed)))


def barrier(environ, start_response):
    parties = int(environ["QUERY_STRING"])
    with lock:
        meeting = barriers.setdefault(parties, threading.Barrier(parties))
    meeting.wait(30)
    return text(start_response, str(os.getpid()))


def pid(environ, start_response):
    return text(start_response, str(os.getpid()))


def hang(environ, start_response):
    time.sleep(1000)


def leave(environ, start_response):
    os._exit(7)


def child(environ, start_response):
    started = subprocess.Popen(["sleep", "1000"])
    return text(start_response, "%d %d" % (os.getpid(), started.pid))


def descriptors(environ, start_response):
    shown = subprocess.run(
        ["sh", "-c", "ls -l /proc/self/fd"], stdout=subprocess.PIPE, check=True
    ).stdout
    return text(start_response, shown.decode())


def fork(environ, start_response):
    pid = os.fork()
    if pid == 0:
        time.sleep(1000)
        os._exit(0)
    return text(start_response, str(pid))


def application(environ, start_response):
    name = environ["PATH_INFO"].split("/")[1]
    return globals()[name](environ, start_response)


def factory():
    return application


from wsgiref.validate import validator  # noqa: E402

validated = validator(application)
