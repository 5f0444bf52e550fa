"""What a chaos run torments: services with everything behind them."""

import collections
import os
import signal

import pytest

from chaos.gate import ChaosGate
from chaos.machine import Clock, SlowDisk, small_disk
from support.faults.full_disk import preloaded
from support.machine.processes import freeze

SETTINGS = {
    "ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS": "4",
    "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.5",
    "ANNALS_ENGINE_TIMEOUT_SECONDS": "3",
    "ANNALS_FILES_TIMEOUT_SECONDS": "2",
    "ANNALS_EVENTS_RETRY_SECONDS": "4",
    "ANNALS_LOG_LEVEL": "info",
}
# The service may end by itself only after a write to its disk has failed.
FAILED_WRITE = "annals-sync-failed"


class Deployment:
    """`instances` of Annals. Their programs die with the thread that starts them, so one thread does all of that."""

    def __init__(self, instances, kind):
        self.instances = instances
        self.kind = kind
        self.clocks = []
        self.disk = None
        self.slow_disk = None
        self.gate = None
        self.full = None  # while this file exists, the disk of the ClickHouse server is full
        self.s3 = None
        self.deaths = collections.Counter()
        self._stopped = set()
        self._ended = set(range(len(instances)))  # by this run, so far
        for number, annals in enumerate(instances):
            self.clocks.append(Clock(annals.directory / "clock"))
            self._preload(annals, self.clocks[number])

    @property
    def engine(self):
        return self.instances[0].engine

    @property
    def files(self):
        return self.instances[0].files

    def has_small_disk(self):
        """Its data is on a disk that can be full."""
        self.disk = small_disk(self.instances[0].data)
        self.slow_disk = SlowDisk(self.instances[0].directory / "slow")
        for part in (self.disk, self.slow_disk):
            self._preload(self.instances[0], part)
        return self

    def close(self):
        for number in list(self._stopped):
            self.thaw(number)
        if self.disk:
            for annals in self.instances:
                annals.close()
            self.disk.close()

    # --- its instances ---

    def start(self):
        """Starts what does not run, and waits until all are ready."""
        for number in range(len(self.instances)):
            self.bring_back(number)
        for annals in self.instances:
            annals.wait_until_ready()

    def repair_disk(self):
        """Makes room again. A service that had none at all is restarted, because a write of its engine may have failed."""
        self.disk.empty()
        self.kill(0)
        self.bring_back(0)

    def stop(self):
        for number in range(len(self.instances)):
            self._ended.add(number)
            self._terminate(number)

    def restart(self, number):
        if self.instances[number].running:
            self._ended.add(number)
            self._terminate(number)
        self.try_to_bring_back(number)

    def _terminate(self, number):
        """It ends with 0, unless a write to its disk has failed."""
        annals = self.instances[number]
        annals.send_terminate()
        try:
            annals.wait_terminated()
        except AssertionError:
            if not self._write_has_failed(annals):
                raise
            self.deaths["ended with an error after a failed write"] += 1

    @staticmethod
    def _write_has_failed(annals):
        return (annals.data / "engine" / FAILED_WRITE).exists()

    def kill(self, number):
        self._stopped.discard(number)
        if self.instances[number].running:
            self._ended.add(number)
            self.instances[number].kill9()

    def freeze(self, number):
        if self.instances[number].running:
            freeze(self.instances[number].pid)
            self._stopped.add(number)

    def thaw(self, number):
        if number in self._stopped:
            self._stopped.discard(number)
            os.kill(self.instances[number].pid, signal.SIGCONT)

    def bring_back(self, number):
        """Starts it if it does not run. What runs stays."""
        annals = self.instances[number]
        if annals.running:
            return
        had_failed = self._write_has_failed(annals)
        if number not in self._ended:
            self.deaths[f"ended by itself, {'after a failed write' if had_failed else 'for no reason'}"] += 1
            assert had_failed, f"expected that instance {number} runs; it has ended:\n{annals.log[-4000:]}"
        try:
            annals.start(ready=False)
        except pytest.fail.Exception:
            # As docs/operations.md says of a disk without room: what has no whole part is still in the journal.
            if not had_failed or "the journal still has the events" not in annals.log:
                raise
            self.deaths["start refused until the mark of a failed write was removed"] += 1
            (annals.data / "engine" / FAILED_WRITE).unlink()
            annals.start(ready=False)
        self._ended.discard(number)

    def try_to_bring_back(self, number):
        """The same while something else is wrong, so that it may fail. What does not listen in time is killed, as nobody
        knows its port."""
        try:
            self.bring_back(number)
        except pytest.fail.Exception:
            self.kill(number)

    @staticmethod
    def _preload(annals, part):
        annals.environment.update(part.environment)
        if part.library:
            loaded = [annals.environment.get("LD_PRELOAD"), str(part.library)]
            annals.environment["LD_PRELOAD"] = ":".join(filter(None, loaded))


def embedded(make):
    """One instance with its engine and its files on a small disk."""
    annals = make.annals("embedded", environment=dict(SETTINGS), start=False)
    return Deployment([annals], "embedded").has_small_disk()


def remote(make, s3):
    """Two instances on one ClickHouse server, and one bucket, both behind proxies."""
    engine, files = make.gated(ChaosGate), make.files(through_proxy=True)
    instances = [make.annals(engine, files, dict(SETTINGS), start=False) for _ in range(2)]
    made = Deployment(instances, "remote")
    made.gate, made.s3 = engine.gate, s3
    server = engine.behind.server
    server.drop_delay = 1  # a tenant who is deleted while it is killed stays for that long
    made.full = server.directory.with_name("full")
    server.environment = preloaded(made.full, server.directory)
    server.restart()
    return made
