"""The signs of life that the service manager gets (sd_watchdog_enabled(3)), and that it gets none from what hangs."""

import contextlib
import os
import socket

import pytest

from support import paths
from support.waiting import TIMEOUT_SECONDS, wait_until

WATCHED_MICROSECONDS = 600_000
# A service that turns gives a sign every 0.3 s.
SILENCE_SECONDS = 3


class Manager:
    """Where a service manager listens for what services tell it."""

    def __init__(self, directory):
        self.address = str(directory / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)

    def environment(self, **more):
        return {"NOTIFY_SOCKET": self.address, "WATCHDOG_USEC": str(WATCHED_MICROSECONDS), **more}

    def next(self, seconds=TIMEOUT_SECONDS):
        """What it is told next, or None if nothing comes."""
        self._socket.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            return self._socket.recv(100).decode()
        return None

    def until(self, wanted):
        """All that it is told up to that."""
        told = [self.next()]
        while told[-1] not in (wanted, None):
            told.append(self.next())
        assert told[-1] == wanted, f"expected {wanted} after {told}"
        return told

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path)
    yield manager
    manager.close()


def test_a_service_gives_signs_of_life_once_it_is_ready_and_until_it_ends(make, manager):
    annals = make.annals(environment=manager.environment())

    assert manager.next() == "READY=1"
    assert [manager.next() for _ in range(3)] == ["WATCHDOG=1"] * 3
    annals.send_terminate()
    assert set(manager.until("STOPPING=1")[:-1]) <= {"WATCHDOG=1"}
    annals.wait_terminated()


@pytest.mark.parametrize(
    "settings",
    [{"WATCHDOG_PID": "1"}, {"WATCHDOG_PID": "x"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "1s"}, {"WATCHDOG_USEC": ""}],
    ids=str,
)
def test_who_is_not_watched_gives_none(make, manager, settings):
    annals = make.annals(environment=manager.environment(**settings))

    assert manager.next() == "READY=1"
    assert manager.next(1) is None
    annals.terminate()
    assert manager.next() == "STOPPING=1"
    assert ("WATCHDOG_USEC is no number" in annals.log) == ("WATCHDOG_USEC" in settings)


def test_one_thread_that_hangs_ends_them(make, manager, tmp_path):
    hanging = tmp_path / "hanging"
    environment = {"LD_PRELOAD": str(paths.HANGING_ACCEPT), "TEST_HANGING_ACCEPT": str(hanging), "ANNALS_SERVER_THREADS": "4"}
    annals = make.annals("remote", environment=manager.environment(**environment))
    manager.until("WATCHDOG=1")

    hanging.touch()
    with socket.create_connection(("127.0.0.1", annals.port)):
        wait_until(lambda: os.path.exists(f"{hanging}.hangs"), "a thread hangs")
        wait_until(lambda: "a thread that answers requests is stuck" in annals.log, "the log tells of it")
        # A sign may be under way.
        wait_until(lambda: manager.next(SILENCE_SECONDS) is None, "the signs of life end")

    assert annals.running, "it is the manager's part to end it"
