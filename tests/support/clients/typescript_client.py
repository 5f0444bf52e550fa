"""The TypeScript client: compiled in a directory of a test's own, and the site from which a browser loads it."""

import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import urllib.parse

from support import paths
from support.servers.loopback_http import LoopbackServer, send_answer

SOURCES = paths.ROOT / "clients" / "typescript"
BUILD_SECONDS = 600
TYPES = {".js": "text/javascript", ".html": "text/html"}


def run_in(directory, *command, **arguments):
    """Runs a command that must succeed; returns what it printed."""
    words = [str(word) for word in command]
    arguments = {"capture_output": True, "text": True, "timeout": BUILD_SECONDS, "check": False, **arguments}
    done = subprocess.run(words, cwd=directory, **arguments)
    assert done.returncode == 0, f"expected that {command} succeeds: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def copy_of_the_client(directory):
    """The client's sources, where building them disturbs nobody, with the compiler that ./dev setup has installed."""
    modules = SOURCES / "node_modules"
    assert modules.exists(), "expected the compiler: ./dev setup installs it"
    copy = pathlib.Path(directory) / "client"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules", "dist", "build-tests"))
    (copy / "node_modules").symlink_to(modules)
    return copy


class Redirection:
    """A service that answers everything with a redirect to another origin, and what arrives there. Pages of any origin may
    ask both."""

    def __init__(self):
        self.asked = 0
        self.arrived = []  # the headers of each request, preflights included
        self._elsewhere = LoopbackServer(self._welcome)
        self._server = LoopbackServer(self._redirect)
        self.url = self._server.url

    def close(self):
        self._server.close()
        self._elsewhere.close()

    def seen(self):
        return {"asked": self.asked, "arrived": self.arrived}

    def _redirect(self, handler):
        if handler.command == "OPTIONS":
            self._answer(handler, 204)
            return
        self.asked += 1
        self._answer(handler, 307, ("Location", self._elsewhere.url + handler.path))

    def _welcome(self, handler):
        self.arrived.append({"method": handler.command, **handler.headers})
        self._answer(handler, 204 if handler.command == "OPTIONS" else 200)

    @staticmethod
    def _answer(handler, status, *headers):
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        content = b"" if status == 204 else b'{"results":[]}'
        handler.send_response(status)
        allowed = ("Origin", "*"), ("Headers", "*"), ("Methods", "*")
        for name, value in [*headers, *((f"Access-Control-Allow-{what}", value) for what, value in allowed)]:
            handler.send_header(name, value)
        if content:
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


class Site:
    """A site of another origin: it serves `page` and the files of `folders`, by the first part of their path, and
    carries out orders (POST /control/<name>) with the functions in `orders`."""

    def __init__(self, folders):
        self.page = ""
        self.orders = {}
        self._folders = folders
        # One thread that lives as long as the site: a service dies with the thread that has started it.
        self._worker = concurrent.futures.ThreadPoolExecutor(1)
        self._server = LoopbackServer(self._answer)
        # A host name of its own: the page's origin differs from that of the API in more than the port.
        self.origin = self._server.url.replace("127.0.0.1", "localhost")
        self.url = self._server.url

    def close(self):
        self._server.close()
        self._worker.shutdown()

    def _answer(self, handler):
        path = urllib.parse.urlsplit(handler.path).path
        if handler.command == "POST":
            self._carry_out(handler, path.removeprefix("/control/"))
        elif path == "/":
            self._send(handler, 200, self.page.encode(), ".html")
        else:
            folder, _, rest = path.removeprefix("/").partition("/")
            file = self._folders.get(folder, pathlib.Path("/nowhere")) / rest
            found = file.is_file()
            self._send(handler, 200 if found else 404, file.read_bytes() if found else b"", file.suffix)

    def _carry_out(self, handler, name):
        try:
            result = self._worker.submit(self.orders[name]).result()
        except Exception as error:  # whoever gave the order is told
            self._send(handler, 500, repr(error).encode(), ".txt")
            return
        self._send(handler, 200, ("" if result is None else json.dumps(result)).encode(), ".txt")

    @staticmethod
    def _send(handler, status, body, suffix):
        send_answer(handler, status, body, [("Content-Type", f"{TYPES.get(suffix, 'text/plain')}; charset=utf-8")])
