"""The system calls that a running process makes, as strace sees them."""

import subprocess
import tempfile

import pytest

SYNCS = "syncfs,fsync,fdatasync,sync"


class Traced:
    """Within this `with`, the calls of all threads of a process are noted. `names` of system calls are separated by
    commas."""

    def __init__(self, pid, names):
        self._output = tempfile.NamedTemporaryFile("r", prefix="calls-")
        filters = ["-e", f"trace={names}", "-e", "signal=none"]
        command = ["strace", "-f", "-y", "-p", str(pid), *filters, "-o", self._output.name]
        self._strace = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self._calls = []

    def __enter__(self):
        line = self._strace.stderr.readline()
        if "attached" not in line:
            self._end()
            pytest.skip(f"strace cannot attach to a process here: {line.strip()}")
        return self

    def __exit__(self, *_):
        self._end()

    def calls(self):
        """The calls that were begun, as strace writes them. Known once the `with` has ended."""
        return self._calls

    def _end(self):
        self._strace.terminate()  # it lets go of the process then
        self._strace.communicate()
        lines = (line.strip() for line in self._output)
        self._calls = [line for line in lines if "(" in line and " resumed>" not in line]
        self._output.close()
