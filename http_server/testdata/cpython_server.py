"""The server that cpython_test.ts compares ours with."""
import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = self.headers.get("Content-Length") if self.headers else None
        body = self.rfile.read(int(length)) if length else b""
        text = f"{self.command} {self.path} {self.headers.get('X', '-') if self.headers else '-'} "
        answer = text.encode("latin-1") + body
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST = answer

    def do_PUT(self):
        """Leaves its body where it is."""
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, "%d.%d" % sys.version_info[:2], "", flush=True)
server.serve_forever()
