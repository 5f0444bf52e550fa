"""A real ClickHouse server of a test's own, and a look into the embedded engine's directory with the same program."""

import os
import pathlib
import signal
import subprocess
import time

import requests

from support import paths
from support.machine.ports import free_port
from support.machine.processes import freeze
from support.waiting import TIMEOUT_SECONDS

# Of a statement that hangs: one with 240 MB takes half a minute on a busy machine.
SQL_SECONDS = 300
STARTS = 5


class SqlError(Exception):
    """ClickHouse refused a statement."""


class ClickHouseServer:
    """ClickHouse over HTTP on a free port, with its data in `directory`. It dies with the thread that started it.

    `users` is the text of a users.xml; without one the only user is `default`, who may do everything.
    """

    def __init__(self, directory, users=None):
        self.directory = pathlib.Path(directory)
        self.environment = {}  # beyond that of the tests, from its next start on
        if users is not None:
            self.directory.mkdir(parents=True, exist_ok=True)
            (self.directory / "users.xml").write_text(users)
        self.port = None
        # For how many seconds it keeps a table whose DROP a kill has interrupted, from its next start on; None: 480.
        self.drop_delay = None
        self._process = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        for _ in range(STARTS):
            self.port = free_port()
            if self._run():
                return self
        raise RuntimeError(f"ClickHouse does not start: {self.log()}")

    def restart(self):
        """Starts it again on the same data and port, after a kill if it runs."""
        self.kill()
        if not self._run():
            raise RuntimeError(f"ClickHouse does not start again on port {self.port}: {self.log()}")

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self):
        """Freezes it: connections are taken, nothing answers."""
        freeze(self._process.pid)

    def cont(self):
        os.kill(self._process.pid, signal.SIGCONT)

    def sql(self, text, **parameters):
        """Runs one statement and returns its result as text, without the last line break."""
        query = {f"param_{name}": value for name, value in parameters.items()}
        reply = requests.post(self.endpoint, params=query, data=text.encode(), timeout=SQL_SECONDS)
        if reply.status_code != 200:
            raise SqlError(reply.text)
        return reply.text.rstrip("\n")

    def log(self):
        file = self.directory / "server.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _run(self):
        """False when the process ended, because somebody else took the port meanwhile."""
        program = [str(paths.CLICKHOUSE_SERVER), str(self.directory), str(self.port)]
        if self.drop_delay is not None:
            program.append(str(self.drop_delay))
        environment = {**os.environ, **self.environment}
        self._process = subprocess.Popen(program, stdin=subprocess.DEVNULL, env=environment)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self._pings():
                return True
            time.sleep(0.01)
        self.kill()
        return False

    def _pings(self):
        try:
            return requests.get(f"{self.endpoint}/ping", timeout=10).status_code == 200
        except requests.RequestException:
            return False
