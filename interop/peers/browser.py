"""A browser with a page of ours, which fetches its commands from a server of this runner and posts its answers there."""

import http.server
import json
import os
import pathlib
import queue
import secrets
import shutil
import subprocess
import tempfile
import threading
import urllib.parse

from speaker import Conversation, end

PAGE = pathlib.Path(__file__).resolve().parent.parent / "programs"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A browser that is ended breaks its connections, which is no news."""


class Page(Conversation):
    """The conversation with one page, on a loopback port, and the browser around it."""

    def __init__(self, name, launch, log, page="browser", files=()):
        """The page is PAGE.html with PAGE.js of the programs; files are served beside it, by their names."""
        super().__init__(name)
        self._files = {f"/{page}.html": PAGE / f"{page}.html", f"/{page}.js": PAGE / f"{page}.js"}
        self._files.update({f"/{file.name}": file for file in files})
        self._commands = queue.Queue()
        self._token = secrets.token_hex(8)
        self._log = open(log, "wb")
        self._log_lock = threading.Lock()
        self._profile = tempfile.mkdtemp(prefix="interop-profile-")
        self._server = Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        url = f"{self.origin}/{page}.html?token={self._token}"
        command, environment = launch(self._profile, url)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            env={**os.environ, **environment}, start_new_session=True)
        if not self.wait_for(lambda event: event["event"] == "ready", 60):
            self.stop()
            raise RuntimeError(f"{name} did not load the page within 60 s; its own words are in {log}")

    def transmit(self, message):
        self._commands.put(message)

    def _note(self, sign, body):
        with self._log_lock:
            self._log.write(sign + body + b"\n")
            self._log.flush()

    def _handler(page):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, body, kind="application/json", status=200):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def is_ours(self, query):
                return urllib.parse.parse_qs(query).get("token") == [page._token]

            def do_GET(self):
                parts = urllib.parse.urlsplit(self.path)
                if parts.path in page._files:
                    kind = "text/html" if parts.path.endswith(".html") else "text/javascript"
                    return self.reply(page._files[parts.path].read_bytes(), kind)
                if parts.path != "/next" or not self.is_ours(parts.query):
                    return self.reply(b"{}", status=404)
                try:
                    message = page._commands.get(timeout=5)
                except queue.Empty:
                    message = {}
                if message is None:
                    return self.reply(b"{}", status=410)
                body = json.dumps(message).encode()
                if message:
                    page._note(b"> ", body)
                self.reply(body)

            def do_POST(self):
                parts = urllib.parse.urlsplit(self.path)
                body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 1 << 20))
                if parts.path != "/say" or not self.is_ours(parts.query):
                    return self.reply(b"{}", status=404)
                page._note(b"< ", body)
                page.heard(json.loads(body))
                self.reply(b"{}")

        return Handler

    def stop(self):
        self._commands.put(None)
        end(self.process)
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self._profile, ignore_errors=True)
