"""Calls a WSGI application for a server that is another process.

The server listens on a Unix socket. Each thread here has a connection to it
for one request after the other; one more connection tells how the worker is,
and that the server is still there. Frames are a kind (one byte), a length
(four bytes) and as many bytes:

    server to thread    R environment of a request, Q the same without a body
                        J the same as JSON, B some of the body (empty: its end)
                        A the file is sent, N it cannot be
    thread to server    W the application wants some of the body
                        H status and fields, D some of the answer, F a file
                        X end of the answer, T the application has failed
    both on the other   C and K who calls, L loaded, I not loaded, S stop

Python 3.8 and newer, the standard library only.
"""

import importlib
import io
import json
import os
import re
import signal
import socket
import stat
import struct
import sys
import threading
import traceback

HEADER = struct.Struct("!cI")
BLOCK = 65536
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Gone(Exception):
    """The server wants no more of this request, or has gone."""


class Connection:
    """Frames over a Unix socket that no child of the application gets."""

    def __init__(self, path, kind, worker):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.reader = self.socket.makefile("rb", BLOCK)
        self.pending = []
        connections.add(self)
        self.put(kind, worker.encode())
        self.flush()

    def put(self, kind, payload=b""):
        self.pending.append(HEADER.pack(kind, len(payload)))
        self.pending.append(payload)

    def flush(self):
        data = b"".join(self.pending)
        self.pending.clear()
        try:
            self.socket.sendall(data)
        except OSError:
            raise Gone from None

    def get(self):
        """Waits for a frame."""
        try:
            header = self.reader.read(HEADER.size)
            if len(header) < HEADER.size:
                raise Gone
            kind, length = HEADER.unpack(header)
            payload = self.reader.read(length)
        except OSError:
            raise Gone from None
        if len(payload) < length:
            raise Gone
        return kind, payload

    def close(self):
        connections.discard(self)
        self.socket.close()
        self.reader.close()


connections = set()


def forget_connections():
    """A forked child must not keep the server waiting for its end."""
    for connection in list(connections):
        try:
            os.close(connection.socket.detach())
        except OSError:
            pass
    connections.clear()


class Body(io.RawIOBase):
    """The body of a request, of which nothing comes before it is wanted."""

    def __init__(self, connection):
        self.connection = connection
        self.ended = False

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.ended:
            return 0
        connection = self.connection
        connection.put(b"W", str(len(buffer)).encode())
        connection.flush()
        kind, data = connection.get()
        if kind != b"B":
            raise Gone
        if not data:
            self.ended = True
        buffer[: len(data)] = data
        return len(data)


class FileWrapper:
    """wsgi.file_wrapper: the server sends the file, if it is one."""

    def __init__(self, filelike, block_size=BLOCK):
        self.filelike = filelike
        self.block_size = block_size
        if hasattr(filelike, "close"):
            self.close = filelike.close

    def __iter__(self):
        return self

    def __next__(self):
        data = self.filelike.read(self.block_size)
        if data:
            return data
        raise StopIteration

    def place(self):
        """Path, offset and identity of a regular file; None for all else."""
        try:
            path = os.path.abspath(self.filelike.name)
            status = os.fstat(self.filelike.fileno())
            offset = self.filelike.tell()
        except (AttributeError, OSError, TypeError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        return json.dumps([path, offset, status.st_ino, status.st_size])


class Request:
    """One call of the application."""

    def __init__(self, connection, application, base):
        self.connection = connection
        self.application = application
        self.base = base
        self.head = None
        self.head_sent = False

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.head_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.head is not None:
            raise AssertionError("start_response() was called twice")
        if not isinstance(headers, list):
            raise AssertionError("the headers are no list")
        parts = [status]
        for name, value in headers:
            parts.append(name)
            parts.append(value)
        for part in parts:
            if not isinstance(part, str):
                raise AssertionError("%r is no text" % (part,))
            if CONTROL.search(part):
                raise ValueError("%r holds a control character" % (part,))
        self.head = "\0".join(parts).encode("latin-1")
        return self.write

    def write(self, data):
        self.block(data)
        self.connection.flush()

    def block(self, data):
        if not isinstance(data, bytes):
            raise AssertionError("a block of the body is bytes, not %r" % type(data))
        if not data:
            return
        self.send_head()
        for start in range(0, len(data), 1 << 20):
            self.connection.put(b"D", data[start : start + (1 << 20)])

    def send_head(self):
        if self.head_sent:
            return
        if self.head is None:
            raise AssertionError("the body came before start_response()")
        self.head_sent = True
        self.connection.put(b"H", self.head)

    def send_file(self, wrapper):
        """Lets the server send a file; false if it cannot."""
        place = wrapper.place()
        if place is None or self.head is None:
            return False
        self.send_head()
        self.connection.put(b"F", place.encode())
        self.connection.flush()
        return self.connection.get()[0] == b"A"

    def send_all(self, result):
        connection = self.connection
        if isinstance(result, FileWrapper) and self.send_file(result):
            return
        if isinstance(result, (list, tuple)):
            # All of it is there: it leaves together.
            for data in result:
                self.block(data)
        else:
            for data in result:
                if data:
                    self.block(data)
                    connection.flush()
        self.send_head()

    def environ(self, kind, payload):
        if kind == b"J":
            environ = json.loads(payload)
        else:
            items = payload.decode("latin-1").split("\0")
            environ = dict(zip(items[::2], items[1::2]))
        environ.update(self.base)
        if kind == b"Q":
            environ["wsgi.input"] = io.BytesIO()
        else:
            environ["wsgi.input"] = io.BufferedReader(Body(self.connection), BLOCK)
        environ["wsgi.errors"] = sys.stderr
        if "CONTENT_LENGTH" not in environ:
            # Frameworks then read to the end, which the validator of Python
            # forbids; so they do that only where there is no other way.
            environ["wsgi.input_terminated"] = True
        return environ

    def run(self, kind, payload):
        connection = self.connection
        try:
            result = self.application(
                self.environ(kind, payload), self.start_response
            )
            try:
                self.send_all(result)
            finally:
                if hasattr(result, "close"):
                    result.close()
            connection.put(b"X")
        except Gone:
            raise
        except BaseException as error:
            if isinstance(error.__context__, Gone):
                raise Gone from None
            traceback.print_exc()
            if not self.head_sent:
                connection.pending.clear()
            connection.put(b"T", repr(error)[:1000].encode("utf-8", "replace"))
        connection.flush()


class Worker:
    """Threads that call the application."""

    def __init__(self, config):
        self.config = config
        self.stopping = False
        self.base = {
            "wsgi.version": (1, 0),
            "wsgi.multithread": config["threads"] > 1,
            "wsgi.multiprocess": config["workers"] > 1,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileWrapper,
        }

    def load(self):
        for path in reversed(self.config["pythonPath"]):
            sys.path.insert(0, path)
        name, _, attributes = self.config["app"].partition(":")
        found = importlib.import_module(name)
        for attribute in (attributes or "application").split("."):
            is_factory = attribute.endswith("()")
            found = getattr(found, attribute[:-2] if is_factory else attribute)
            if is_factory:
                found = found()
        if not callable(found):
            raise TypeError("%s is not callable" % self.config["app"])
        self.application = found

    def serve(self):
        """Serves one request after the other."""
        while not self.stopping:
            try:
                connection = Connection(
                    self.config["socket"], b"K", self.config["id"]
                )
            except (OSError, Gone):
                return
            try:
                while not self.stopping:
                    kind, payload = connection.get()
                    Request(connection, self.application, self.base).run(
                        kind, payload
                    )
            except Gone:
                # The client of a request has left; the next one comes anew.
                pass
            finally:
                connection.close()

    def run(self):
        control = Connection(self.config["socket"], b"C", self.config["id"])
        try:
            self.load()
        except BaseException as error:
            # The first two frames are this file's.
            own = error.__traceback__.tb_next
            lines = traceback.format_exception(
                type(error), error, own and own.tb_next
            )
            control.put(b"I", "".join(lines).encode("utf-8", "replace"))
            control.flush()
            os._exit(1)
        threads = [
            threading.Thread(target=self.serve, daemon=True)
            for _ in range(self.config["threads"])
        ]
        for thread in threads:
            thread.start()
        control.put(b"L", str(os.getpid()).encode())
        control.flush()
        # Ends when the server does, however that ends.
        guard = threading.Thread(target=self.wait, args=(control,), daemon=True)
        guard.start()
        for thread in threads:
            thread.join()

    def wait(self, control):
        try:
            control.get()
        except Gone:
            os._exit(1)
        # The server closes the connections of threads that have nothing to do.
        self.stopping = True
        try:
            control.get()
        except Gone:
            os._exit(1)


def main():
    config = json.loads(sys.argv[1])
    sys.argv[:] = [config["app"]]
    # Ctrl-C is for the server, which ends its workers in order.
    signal.signal(signal.SIGINT, lambda *_: None)
    os.register_at_fork(after_in_child=forget_connections)
    Worker(config).run()


if __name__ == "__main__":
    main()
