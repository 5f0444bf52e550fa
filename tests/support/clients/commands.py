"""The commands of `annals` that are clients, run beside a service."""

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

from support import paths
from support.annals import API_KEY
from support.machine.processes import environment as environment_of
from support.machine.processes import run, spawn
from support.names import unique_name
from support.waiting import TIMEOUT_SECONDS, wait_until

COMMAND_SECONDS = 2 * TIMEOUT_SECONDS


class Tenant:
    """A new tenant of a running service, and the commands for it. Files are in `directory`."""

    def __init__(self, annals, directory):
        self.annals = annals
        self.url = annals.url  # where the commands find it
        self.directory = directory
        made = annals.initialise(unique_name("cli"))
        self.id, self.secret = made["client_id"], made["client_secret"]
        self.key_file = directory / "key"
        self.key_file.write_text(API_KEY + "\n")

    def arguments(self, command, file, *options):
        own = ["--url", self.url, "--client-id", self.id, "--key-file", self.key_file]
        return [paths.ANNALS, command, file, *own, *options]

    def run(self, command, file, *options):
        """Runs it to its end; `returncode`, `stdout` and `stderr` say what came of it."""
        return run(self.arguments(command, file, *options), {}, COMMAND_SECONDS)

    def start(self, command, file, *options):
        return Running(self.arguments(command, file, *options), self.directory / f"{command}.output")

    def count(self):
        reply = self.annals.get("/api/history/events?limit=1&count=true", headers={"X-Client-Id": self.id})
        assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
        return reply.json()["total_count"]

    def export(self, query=""):
        """The lines of an export by HTTP."""
        reply = self.annals.get(f"/api/history/export{query}", headers={"X-Client-Id": self.id})
        assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
        return reply.text.splitlines()


class Running:
    """A command that runs in the background."""

    def __init__(self, arguments, output):
        self._output = output
        output.write_text("")
        self.process = spawn(arguments, {}, output, output)

    @property
    def output(self):
        return self._output.read_text()

    def wait_for(self, words):
        wait_until(lambda: words in self.output, f"it says {words!r}")

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def wait(self):
        try:
            return self.process.wait(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise


class Client:
    """Commands for a running service, in a home of their own. `options` are given to each of them."""

    def __init__(self, directory, *options, environment=None):
        self.home = directory / "home"
        self.home.mkdir(exist_ok=True)
        self.options = options
        self.environment = {"HOME": str(self.home), "XDG_CONFIG_HOME": "", **(environment or {})}

    def arguments(self, *arguments):
        return [paths.ANNALS, *arguments, *self.options]

    def __call__(self, *arguments, code=0, environment=None):
        """Runs a command, which must end with that exit code."""
        done = run(self.arguments(*arguments), {**self.environment, **(environment or {})}, COMMAND_SECONDS)
        assert done.returncode == code, f"expected {code}, got {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def json(self, *arguments):
        """What the command writes with --json, a value a line."""
        return [json.loads(line) for line in self(*arguments, "--json").stdout.splitlines()]

    def on_terminal(self, typed, *arguments, environment=None):
        """Runs a command on a terminal. Returns its exit code and what the terminal shows."""
        ours, its = pty.openpty()
        command = [str(argument) for argument in self.arguments(*arguments)]
        settings = {"TERM": "xterm", **self.environment, **(environment or {})}
        process = subprocess.Popen(command, env=environment_of(settings), stdin=its, stdout=its, stderr=its)
        os.close(its)
        shown = b""
        with contextlib.suppress(OSError):  # Linux ends the reading of a terminal without a process so
            while part := os.read(ours, 65536):
                shown += part
                if typed and b"Type " in shown:
                    os.write(ours, typed.encode() + b"\n")
                    typed = None
        os.close(ours)
        return process.wait(timeout=COMMAND_SECONDS), shown.decode()


class Terminal:
    """A terminal of so many columns to which a command writes its standard error."""

    def __init__(self, columns):
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._columns = columns

    def start(self, arguments):
        command = [str(argument) for argument in arguments]
        process = subprocess.Popen(command, env=environment_of({"TERM": "xterm"}), stdout=subprocess.DEVNULL, stderr=self._theirs)
        os.close(self._theirs)
        return process

    def expect_progress_that_fits(self, process):
        """Reads to the end of a command that succeeds and shows its progress in one line."""
        drawn = b""
        with contextlib.suppress(OSError):  # nobody writes there any more
            while part := os.read(self._ours, 65_536):
                drawn += part
        os.close(self._ours)
        assert process.wait(timeout=COMMAND_SECONDS) == 0, drawn
        lines = [line.decode() for line in re.split(rb"\r|\n|\x1b\[K", drawn) if line]
        assert lines, "expected that progress is shown"
        assert b"\n" not in drawn, f"expected that it stays in one line, got {drawn}"
        assert max(map(len, lines)) < self._columns, f"expected lines shorter than {self._columns} columns, got {lines}"


def platform_client(annals, directory):
    """Commands with the platform key of a service."""
    key_file = directory / "key"
    key_file.write_text(API_KEY + "\n")
    return Client(directory, "--url", annals.url, "--key-file", key_file)


def expect_ended(ended, code, words=""):
    """A command has ended with that exit code, and has said `words`."""
    assert ended.returncode == code, f"expected exit code {code}, got {ended.returncode}: {ended.stdout}{ended.stderr}"
    assert words in ended.stdout + ended.stderr, f"expected {words!r} in {ended.stdout + ended.stderr!r}"


def event(number, **changes):
    """An event without an id; each number makes another one."""
    return {
        "event_time": f"2024-01-{1 + number % 28:02}T10:00:00.{number % 1000:03}Z",
        "event_type_id": number % 7,
        "record_id": number % 100,
        "source_type_id": 1,
        "source_id": number,
        "event_data": {"number": number, "note": "é \"quoted\", with a comma"},
        **changes,
    }


def write_lines(file, events):
    """Each of `events` is an event, or a text that is taken as it is."""
    lines = (e if isinstance(e, str) else json.dumps(e) for e in events)
    file.write_text("".join(line + "\n" for line in lines))
    return file
