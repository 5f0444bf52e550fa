"""The real Annals binary, started for a test."""

import contextlib
import json
import pathlib
import re
import subprocess

import pytest
import requests

from support import paths
from support.answers.problems import CLIENT_EXISTS, NO_SUCH_CLIENT
from support.machine.processes import spawn
from support.waiting import TIMEOUT_SECONDS, repeat_unavailable, repeat_while, wait_until

API_KEY = "contract-tests-key-0123456789"
REQUEST_SECONDS = 2 * TIMEOUT_SECONDS
LISTENING = re.compile(r"^annals: listening on (https?://\S+:(\d+))$", re.MULTILINE)


def events_table(tenant):
    """The quoted name of a tenant's one table; its name holds the client id."""
    return f"`{tenant['database_name']}`.events_{tenant['client_id'].replace('-', '')}"


def insert_statement(table, columns, values, source):
    """An INSERT of events past the service: `values` is a SELECT list for the columns, `source` a table function that
    has a column `number`."""
    # What the service writes besides the event: its place in the order of arrival, and until when the insert is in time.
    written = "arrival, commit"
    return f"INSERT INTO {table} ({written}, {columns}) SELECT number + 1, bitNot(toUInt64(0)), {values} FROM {source}"


class Annals:
    """One instance. `engine` and `files` are of support.servers and outlive it.

    Its data directory stays over restarts. Everything it prints is kept in files beside that directory.
    """

    # What looks at every answer: a Recorder of support.openapi.document. The contract tests set it.
    observer = None

    def __init__(self, directory, engine, files, environment=None):
        self.directory = pathlib.Path(directory)
        self.data = self.directory / "data"
        self.engine = engine
        self.files = files
        self.environment = {"ANNALS_AUTH_API_KEYS": API_KEY, **(environment or {})}
        self.url = None
        self.port = None
        self.trusted = None  # with TLS: the file of the authority that its certificate is of
        self._process = None

    # --- the process ---

    def start(self, program=paths.ANNALS, arguments=(), environment=None, ready=True):
        """Starts it and waits until it listens, and unless told otherwise until it is ready."""
        assert not self.running, "it runs already"
        self.engine.release()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.stdout_file.touch()
        printed = len(self.stdout_file.read_text())
        command = [program, "serve", *arguments]
        self._process = spawn(command, self.settings(environment), self.stdout_file, self.stderr_file)
        self._wait_until_listening(printed)
        if ready:
            self.wait_until_ready()
            if self.observer:
                self.observer.learn(self)
        return self

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    @property
    def stdout_file(self):
        return self.directory / "stdout"

    @property
    def stderr_file(self):
        return self.directory / "stderr"

    @property
    def log(self):
        """What it wrote to both outputs since the first start: whole lines, as one that is being written may be seen in part."""
        texts = [f.read_text(errors="replace") for f in (self.stdout_file, self.stderr_file) if f.exists()]
        return "".join(text[: text.rfind("\n") + 1] for text in texts)

    def log_lines(self):
        """What its log says, each line parsed."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def told(self, message):
        """The lines of its log with that message."""
        return [line for line in self.log_lines() if line["msg"] == message]

    def told_of(self, reply, message="request"):
        """Those that name the request of that answer; its own one is written after the answer."""
        return [line for line in self.told(message) if line.get("request_id") == reply.headers["X-Request-Id"]]

    def wait_until_ready(self):
        said = ""

        def is_ready():
            nonlocal said
            reply = self.get("/readyz", key=None)
            said = reply.text
            return reply.status_code == 200

        wait_until(is_ready, lambda: f"GET /readyz answers 200, not {said}")

    def kill9(self):
        self._process.kill()
        self._process.wait()

    def wait_killed(self):
        """Waits until it has killed itself."""
        assert self._process.wait(timeout=TIMEOUT_SECONDS) == -9, "expected the process to die by SIGKILL"

    def send_terminate(self):
        self._process.terminate()

    def terminate(self):
        """SIGTERM; it must end with 0 in time."""
        self._process.terminate()
        self.wait_terminated()

    def wait_terminated(self):
        status = self._wait_ended()
        assert status == 0, f"expected exit status 0 after SIGTERM, got {status}"

    def _wait_ended(self):
        try:
            return self._process.wait(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill9()
            pytest.fail(f"expected it to end within {TIMEOUT_SECONDS} s of SIGTERM")

    def restart(self, **arguments):
        if self.running:
            self.terminate()
        return self.start(**arguments)

    def restart_with_an_empty_journal(self):
        """A start looks soon whether the tables hold what the journal's last file has, and wakes them for that. This is the
        start after it."""
        files = lambda: {file.name for file in (self.data / "journal").iterdir()}
        last = max(files())
        self.restart()
        wait_until(lambda: last not in files(), "the file of before is given up")
        self.restart()

    def close(self):
        if self._process is not None:
            self.kill9()

    # --- requests ---

    def request(self, method, path, key=API_KEY, headers=None, **arguments):
        """Safe for concurrent use. `key` None sends no X-API-Key; further arguments are those of requests."""
        headers = {**({} if key is None else {"X-API-Key": key}), **(headers or {})}
        arguments.setdefault("timeout", REQUEST_SECONDS)
        arguments.setdefault("verify", self.trusted)
        # A connection of its own: no test depends on when an idle one is closed.
        reply = requests.request(method, self.url + path, headers=headers, **arguments)
        if self.observer:
            for one in [*reply.history, reply]:
                self.observer.check(one.request.method, one.url, one, arguments.get("stream", False))
        return reply

    def outcome(self, method, path, **arguments):
        """The status and text of the answer, or None when the connection broke instead."""
        try:
            reply = self.request(method, path, **arguments)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return None
        return reply.status_code, reply.text

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def post_tenant(self, body, **arguments):
        return self.request("POST", "/api/initialize-tenant", json=body, **arguments)

    def initialise(self, database, label=None):
        """Makes a tenant, which must succeed; returns the answer's body."""
        body = {"database_name": database, "client_label": label or f"label of {database}"}
        statuses = []

        def is_passing(reply):
            # What a 503 left half-made holds the names until the sweep has removed it.
            statuses.append(reply.status_code)
            return reply.status_code == 503 or (503 in statuses and reply.json() == CLIENT_EXISTS)

        reply = repeat_while(is_passing, lambda: self.post_tenant(body))
        assert reply.status_code == 201, f"expected 201 for {database!r}, got {reply.status_code} {reply.text}"
        return reply.json()

    def remove(self, client_id, *, begun=False):
        """Deletes a tenant, which must succeed. After a 503, and if it was `begun` before, the sweep may have done the rest."""
        statuses = []

        def ask():
            reply = self.delete(client_id)
            statuses.append(reply.status_code)
            return reply

        reply = repeat_unavailable(ask)
        is_swept = (begun or 503 in statuses) and reply.status_code == 400 and reply.json() == NO_SUCH_CLIENT
        assert reply.status_code == 204 or is_swept, f"expected 204, got {reply.status_code} {reply.text}"

    def delete(self, client_id, **arguments):
        return self.request("DELETE", "/api/delete-tenant", headers={"X-Client-Id": client_id}, **arguments)

    def tenant(self, client_id):
        """The tenant as GET gives it, or None."""
        reply = repeat_unavailable(lambda: self.get(f"/api/tenants/{client_id}"))
        if reply.status_code == 404:
            return None
        assert reply.status_code == 200, f"expected 200 or 404, got {reply.status_code} {reply.text}"
        return reply.json()

    def tenants(self):
        """All tenants, of whatever state."""
        reply = repeat_unavailable(lambda: self.get("/api/tenants?limit=1000"))
        assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
        return reply.json()["results"]

    # --- the engine behind it ---

    def sql(self, text, **parameters):
        """Runs SQL past the service. With the embedded engine it must not run meanwhile."""
        assert self.engine.kind == "remote" or not self.running, "the embedded engine can be read when Annals is down"
        return self.engine.sql(text, **parameters)

    @contextlib.contextmanager
    def behind_its_back(self):
        """Gives the function `sql`; if that needs the service to be down, it is restarted afterwards."""
        if self.engine.kind == "remote":
            yield self.sql
            return
        self.terminate()
        yield self.sql
        self.start()

    # --- how it is started ---

    def settings(self, extra=None):
        """The environment variables that it is started with."""
        return {
            "ANNALS_SERVER_LISTEN": "127.0.0.1:0",
            "ANNALS_DATA_DIR": str(self.data),
            **self.engine.environment(),
            **self.files.environment(),
            **self.environment,
            **(extra or {}),
        }

    def _wait_until_listening(self, printed):
        def announced():
            line = LISTENING.search(self.stdout_file.read_text(), printed)
            if not line and not self.running:
                pytest.fail(f"expected it to listen; it ended with {self._process.returncode}:\n{self.log[-4000:]}")
            return line

        line = wait_until(announced, "the line 'annals: listening on …'")
        self.url, self.port = line[1], int(line[2])
