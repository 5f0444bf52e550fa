"""The power goes off while events are written and tenants come and go: what was acknowledged is on the disk.

The data is on a file system of its own in a file. What that file holds while the service is stopped is what the disk
has; the system's cache of the file system is not in it. The service is then started on a copy of the file.
"""

import contextlib
import itertools
import os
import random
import shutil
import subprocess
import threading

import pytest
import requests

from support.clients.load import Writers, expect_once, shown_ids
from support.events import event, events_of, expect_taken, history, post_events
from support.machine.processes import freeze
from support.servers.engines import needs_engine_library
from support.waiting import wait_until

# TEST_POWER_CUTS gives another number of cuts, TEST_SEED repeats their moments.
CUTS = int(os.environ.get("TEST_POWER_CUTS", "3"))
SEED = int(os.environ.get("TEST_SEED", random.randrange(2**32)))
# Without syncing, one of so many cuts must lose something.
CONTROL_CUTS = 5
CLIENTS = 8
REQUESTS = (50, 200)
TENANTS = 3
SECONDS = 60
NEEDED = ("mkfs.ext4", "mount", "umount", "losetup")

pytestmark = needs_engine_library


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=SECONDS, check=False)


def run_well(*command):
    result = run(*command)
    assert result.returncode == 0, f"expected that {command} succeeds, got {result.stderr}"


class Disk:
    """A file system in a file, mounted through a loop device."""

    BYTES = 512 * 1024 * 1024
    # A request makes some twenty files, and the engine keeps those that it has merged for minutes.
    FILES = 128 * 1024

    def __init__(self, directory, mount_point):
        self._file = directory / "disk"
        self._copy = directory / "copy"
        self._mount_point = mount_point
        mount_point.mkdir(parents=True)
        with open(self._file, "wb") as file:
            file.truncate(self.BYTES)
        # What mkfs leaves for later would be written to the disk at any time.
        options = "lazy_itable_init=0,lazy_journal_init=0"
        run_well("mkfs.ext4", "-q", "-F", "-N", self.FILES, "-E", options, self._file)

    def mount(self):
        """Returns None, or why it does not work here."""
        result = run("mount", "-o", "loop", self._file, self._mount_point)
        return None if result.returncode == 0 else result.stderr.strip()

    def save(self):
        """Copies what the disk has at this moment; nobody may write to the file system meanwhile."""
        wait_until(self._copied_undisturbed, "the system writes nothing to the disk during the copy", SECONDS)

    def become_the_copy(self):
        self.unmount()
        self._copy.replace(self._file)
        problem = self.mount()
        assert problem is None, f"expected that the disk can be mounted after the cut, got {problem}"

    def unmount(self):
        """Gives the loop device back, too."""
        wait_until(lambda: run("umount", self._mount_point).returncode == 0, "the disk can be unmounted", SECONDS)

    def close(self):
        """Whatever has happened before."""
        run("umount", "--lazy", self._mount_point)
        self._file.unlink()
        self._copy.unlink(missing_ok=True)

    def _copied_undisturbed(self):
        before = self._file.stat().st_mtime_ns
        run_well("cp", "--sparse=always", self._file, self._copy)
        return self._file.stat().st_mtime_ns == before


def expect_loop_devices():
    if os.geteuid() != 0:
        pytest.skip("only root can mount a disk")
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"missing programs: {' '.join(missing)}")
    if run("losetup", "--find").returncode != 0:
        pytest.skip("there is no loop device")


class Machine:
    """A service with its disk, whose power can be cut."""

    def __init__(self, annals, disk):
        self.annals = annals
        self._disk = disk

    def cut_the_power(self):
        """Ends the service at this moment; the disk is left with what had been written to it."""
        freeze(self.annals.pid)
        self._disk.save()
        self.annals.kill9()
        self._disk.become_the_copy()


@pytest.fixture
def machine(make, tmp_path):
    """Makes a machine; the disk is unmounted in any case."""
    expect_loop_devices()
    with contextlib.ExitStack() as stack:

        def get(**environment):
            annals = make.annals("embedded", environment=environment, start=False)
            disk = Disk(tmp_path, annals.data)
            stack.callback(disk.close)
            stack.callback(annals.close)
            problem = disk.mount()
            if problem is not None:
                pytest.skip(f"a loop device cannot be mounted here: {problem}")
            annals.start()
            return Machine(annals, disk)

        yield get


class Comings:
    """A client that makes tenants with an event each and deletes two of three, until it is stopped or the connection
    breaks. `known` says what it was told of each, by client id."""

    MADE, WRITTEN, BEING_DELETED, GONE = "made", "has an event", "being deleted", "gone"

    def __init__(self, annals, prefix):
        self._annals = annals
        self._prefix = prefix
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure = None
        self.known = {}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self):
        numbers = itertools.count(1)
        try:
            while not self._stopping.is_set():
                number = next(numbers)
                self._one(f"{self._prefix}_{number}", deleted=number % 3 != 0)
        except AssertionError as failure:
            self._failure = failure
        except requests.RequestException:
            pass

    def _one(self, name, deleted):
        client_id = self._annals.initialise(name)["client_id"]
        self.known[client_id] = self.MADE
        self._expect(post_events(self._annals, {"client_id": client_id}, event()), 201)
        self.known[client_id] = self.WRITTEN
        if deleted:
            self.known[client_id] = self.BEING_DELETED
            self._expect(self._annals.delete(client_id), 204)
            self.known[client_id] = self.GONE

    @staticmethod
    def _expect(reply, status):
        assert reply.status_code == status, f"expected {status}, got {reply.status_code} {reply.text}"
        return reply


class Kept:
    """What was acknowledged up to now, over all cuts."""

    def __init__(self, tenant):
        self._tenant = tenant
        self.events = set()
        self._sent = set()
        self._tenants = {}

    def add(self, writers, tenants=None):
        self.events |= writers.acknowledged_ids()
        self._sent |= writers.sent_ids()
        self._tenants |= tenants or {}

    def expect_events(self, annals, where):
        expect_once(shown_ids(annals, self._tenant), self.events, self._sent, where)

    def expect_tenants(self, annals, where):
        there = {tenant["client_id"]: tenant for tenant in annals.tenants()}
        for client_id, told in self._tenants.items():
            found = there.get(client_id)
            if told == Comings.GONE:
                assert found is None, f"{where}: expected that a tenant who was deleted is not back, got {found}"
            elif told != Comings.BEING_DELETED:
                assert found and found["state"] == "active", f"{where}: expected a tenant ({told}), got {found}"
            if told == Comings.WRITTEN:
                count = history(annals, found)["total_count"]
                assert count == 1, f"{where}: expected the one event of tenant {client_id}, got {count}"


def load_and_cut(machine, tenant, kept, moment, comings=None):
    """Writes until so many requests are acknowledged, and cuts the power."""
    with contextlib.ExitStack() as stack:
        writers = stack.enter_context(Writers([machine.annals], tenant, CLIENTS))
        if comings:
            stack.enter_context(comings)
            wait_until(lambda: len(comings.known) >= TENANTS, f"{TENANTS} tenants are made", SECONDS)
        enough = writers.acknowledged() + moment
        wait_until(lambda: writers.acknowledged() >= enough, f"{moment} requests are acknowledged", SECONDS)
        machine.cut_the_power()
    others = [answer for answer in writers.unacknowledged() if answer.status is not None]
    assert not others, f"expected 201 or a broken connection, got {others[:3]}"
    kept.add(writers, comings.known if comings else None)


def test_what_was_acknowledged_outlives_a_power_cut(machine):
    moments = random.Random(SEED)
    computer = machine()
    annals = computer.annals
    tenant = annals.initialise("shop")
    kept = Kept(tenant)
    for number in range(CUTS):
        where = f"cut {number} (TEST_SEED={SEED})"

        load_and_cut(computer, tenant, kept, moments.randint(*REQUESTS), Comings(annals, f"cut{number}"))
        annals.start()

        kept.expect_events(annals, where)
        kept.expect_tenants(annals, where)


def test_the_last_answer_before_a_power_cut_holds(machine):
    """Nothing that comes after it has it written to the disk."""
    computer = machine()
    annals = computer.annals

    tenant = annals.initialise("shop")
    computer.cut_the_power()
    annals.start()
    found = annals.tenant(tenant["client_id"])
    assert found and found["state"] == "active", f"expected the tenant who was made before the cut, got {found}"

    sent = event()
    expect_taken(post_events(annals, tenant, [sent]), accepted=1)
    computer.cut_the_power()
    annals.start()
    ids = shown_ids(annals, tenant)
    assert ids == {sent["event_id"]: 1}, f"expected the event that was sent before the cut, got {ids}"

    annals.files.put("shop/attached")
    run_well("sync", "--file-system", annals.files.directory)
    annals.remove(tenant["client_id"])
    computer.cut_the_power()
    annals.start()
    found = annals.tenant(tenant["client_id"])
    assert found is None, f"expected that the tenant who was deleted before the cut is not back, got {found}"
    assert annals.files.keys() == [], "expected that its files are not back"
    assert events_of(annals, annals.initialise("shop")) == [], "expected that the name is free, and no event is back"


def test_without_syncing_a_power_cut_loses_events_so_these_tests_can_see_it(machine):
    moments = random.Random(SEED)
    computer = machine(ANNALS_ENGINE_FSYNC="false")
    tenant = computer.annals.initialise("shop")
    run_well("sync", "--file-system", computer.annals.data)
    kept = Kept(tenant)
    for _ in range(CONTROL_CUTS):
        load_and_cut(computer, tenant, kept, moments.randint(*REQUESTS))
        if lost_something(computer.annals, tenant, kept):
            return
    pytest.fail(f"expected that one of {CONTROL_CUTS} cuts loses something when nothing is synced (TEST_SEED={SEED})")


def lost_something(annals, tenant, kept):
    """Events, or even the tenant, or what a start needs."""
    try:
        annals.start()
        return not kept.events <= shown_ids(annals, tenant).keys()
    except (AssertionError, pytest.fail.Exception):
        return True
