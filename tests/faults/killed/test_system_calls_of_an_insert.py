"""kill -9 after every system call by which a request changes the disk: of events and tenants nothing is half there.

strace stops the service after each of these calls; at the N-th stop it is killed instead of being continued.
"""

import itertools
import os
import re
import shutil
import signal
import subprocess
import threading

import pytest

from support.answers.problems import NO_SUCH_CLIENT
from support.clients.arrival import Reader, arrived
from support.clients.load import expect_once, shown_ids
from support.events import HISTORY, event, expect_taken, history, post_events, tenant_with
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import wait_until_nothing_is_left

MOST_CALLS = 400
NAMES = "rename,renameat,renameat2,mkdir,mkdirat,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir"
SYNCS = "syncfs,fsync,fdatasync"
CALLS = f"{NAMES},{SYNCS}"
CALLS_AND_WRITES = f"{CALLS},ftruncate,write,pwrite64"

BULK = 3
SETTINGS = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2", "ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS": "2"}
PART = re.compile(r"/store/\w+/([0-9a-f-]+)/\w*all_\w+/")

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: run ./dev setup")


@pytest.fixture
def annals(make):
    return make.annals("embedded", environment=SETTINGS)


class KilledAfter:
    """Within this `with`, the service is killed after that many system calls, if it makes so many."""

    STOP = "--- SIGSTOP"

    def __init__(self, annals, calls, number):
        self._pid = annals.pid
        self._number = number
        self.killed = False
        traced = ["-e", f"trace={calls}", "-e", f"inject={calls}:signal=STOP", "-e", "signal=STOP"]
        command = ["strace", "-f", "-p", str(self._pid), "-s", "0", *traced]
        self._strace = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self._follower = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        line = self._strace.stderr.readline()
        if "attached" not in line:
            self._strace.wait()
            pytest.skip(f"strace cannot attach to a process here: {line.strip()}")
        self._follower.start()
        return self

    def __exit__(self, *_):
        # With SIGTERM it would wait for ever for a process that has been killed.
        self._strace.kill()
        self._strace.wait()
        self._follower.join()
        self._strace.stderr.close()
        # It may have ended between a stop and its continuation.
        os.kill(self._pid, signal.SIGCONT)

    def _follow(self):
        stops = 0
        for line in self._strace.stderr:
            if self.STOP in line:
                stops += 1
                self.killed = self.killed or stops == self._number
                os.kill(self._pid, signal.SIGKILL if self.killed else signal.SIGCONT)


def answered(annals, calls, number, method, path, **arguments):
    """Sends a request, whose service is killed after that many calls and started again. True when it was answered."""
    with KilledAfter(annals, calls, number) as end:
        outcome = annals.outcome(method, path, **arguments)
    if end.killed:
        annals.wait_killed()
        annals.start()
    good = outcome[0] in (201, 204) if outcome else end.killed
    assert good, f"expected that the request succeeds or the process is killed, got {outcome}"
    return outcome is not None


# --- events ---


class Sent:
    """What a tenant was sent: no event twice, each with a record of its own."""

    def __init__(self, annals):
        self._records = itertools.count(1)
        self.events = self.more()
        self.tenant = tenant_with(annals, self.events)
        self._annals = annals
        self._followers = [Reader(annals, self.tenant, limit) for limit in (1, 1000)]

    def more(self):
        return [event(record_id=next(self._records)) for _ in range(BULK)]

    def add(self, events):
        self.events = self.events + events

    def present(self, events):
        """How many of them the history shows."""
        ids = shown_ids(self._annals, self.tenant)
        return sum(one["event_id"] in ids for one in events)

    def expect_all_once(self, step):
        """In pages, in counts and in the order of arrival, also for those who have read on since the first crash."""
        ids = {one["event_id"] for one in self.events}
        expect_once(shown_ids(self._annals, self.tenant), ids, ids, step)
        page = history(self._annals, self.tenant)
        counts = page["total_count"], page["filtered_count"]
        assert counts == (len(ids), len(ids)), f"{step}: expected {len(ids)} events by both counts, got {counts}"
        order = arrived(self._annals, self.tenant, limit=1000)
        records = sorted(one["record_id"] for one in self.events)
        assert sorted(order) == records, f"{step}: expected each of {records} to arrive once, got {order}"
        single = arrived(self._annals, self.tenant, limit=1)
        assert single == order, f"{step}: expected the same order one by one, got {single} instead of {order}"
        for follower in self._followers:
            seen = follower.read_all()
            assert seen == order, f"{step}: expected a reader to have got {order}, it got {seen}"


def test_a_request_with_events_is_stored_as_a_whole_or_not_at_all(annals, steps):
    sent = Sent(annals)
    outcomes = []
    for number in steps.upto(MOST_CALLS):
        step = f"killed after call {number}"
        events = sent.more()
        headers = {"X-Client-Id": sent.tenant["client_id"]}

        with KilledAfter(annals, CALLS_AND_WRITES, number) as end:
            posted = annals.outcome("POST", "/api/events", headers=headers, json=events)
            # The read moves them from the journal into the table.
            read = posted and annals.outcome("GET", HISTORY, headers=headers)
        done = read is not None
        if end.killed:
            annals.wait_killed()
            annals.start()
        for outcome, status in ((posted, 201), (read, 200)):
            assert outcome is None or outcome[0] == status, f"{step}: expected {status}, got {outcome}"

        there = sent.present(events)
        assert there in ((BULK,) if posted else (0, BULK)), f"{step}: answered: {posted}, got {there} of {BULK} events"
        again = post_events(annals, sent.tenant, events)
        expect_taken(again, accepted=BULK - there, duplicates=there)
        sent.add(events)
        sent.expect_all_once(step)
        if done:
            break
        outcomes.append(posted is not None)
    else:
        pytest.fail(f"expected that a request needs at most {MOST_CALLS} calls")
    assert False in outcomes or not steps.are_all, f"expected a crash before the answer, got {outcomes}"
    assert True in outcomes, f"expected a crash while they are moved, got {outcomes}"


# --- tenants ---


def unsettled(annals):
    return [tenant for tenant in annals.tenants() if tenant["state"] != "active"]


def files_of(annals):
    """All that is in its data directory, links that lead nowhere and directories too."""
    return [f"{folder}/{name}" for folder, names, files in os.walk(annals.data) for name in names + files]


def tables_with_parts(annals):
    return {match[1] for file in files_of(annals) if (match := PART.search(file))}


def named_after(annals, tenant):
    """The files that bear the name or the id of the tenant."""
    names = tenant["database_name"], tenant["client_id"].replace("-", ""), tenant["client_id"].replace("-", "%2D")
    return [file for file in files_of(annals) if any(name in file for name in names)]


class Disk:
    """What it holds besides the tenants of a test."""

    def __init__(self, annals):
        self._annals = annals
        self.expect_deleted(tenant_with_a_file(annals, "first"), {204}, "at first", first=True)
        annals.restart()  # which moves into its table what the audit trail has of this
        self._tables = tables_with_parts(annals)

    def expect_deleted(self, tenant, statuses, step, first=False):
        """Deletes the tenant; with the 204 nothing is left of it."""
        reply = self._annals.delete(tenant["client_id"])
        assert reply.status_code in statuses, f"{step}: expected {statuses}, got {reply.status_code} {reply.text}"
        if reply.status_code != 204:
            assert reply.json() == NO_SUCH_CLIENT, f"{step}: expected {NO_SUCH_CLIENT}, got {reply.text}"
        left = named_after(self._annals, tenant)
        assert not left, f"{step}: expected nothing on the disk after {reply.status_code}, got {left}"
        more = set() if first else tables_with_parts(self._annals) - self._tables
        assert not more, f"{step}: expected no parts of a table after {reply.status_code}, got those of {more}"


def tenant_with_a_file(annals, name):
    tenant = annals.initialise(name)
    expect_taken(post_events(annals, tenant, [event()]), accepted=1)
    annals.files.put(f"{name}/attached")
    return tenant


def expect_usable(annals, tenant, events_before, step):
    reply = post_events(annals, tenant, event())
    assert reply.status_code == 201, f"{step}: expected 201, got {reply.status_code} {reply.text}"
    count = history(annals, tenant)["total_count"]
    assert count == events_before + 1, f"{step}: expected {events_before + 1} events, got {count}"


def test_a_tenant_is_made_as_a_whole_or_not_at_all(annals, steps):
    disk = Disk(annals)
    for number in steps.upto(MOST_CALLS):
        step = f"killed after call {number}"
        body = {"database_name": f"shop{number}", "client_label": f"The shop {number}"}

        done = answered(annals, CALLS, number, "POST", "/api/initialize-tenant", json=body)

        wait_until(lambda: not unsettled(annals), f"{step}: no tenant stays half-made", PATIENCE_SECONDS)
        if annals.tenants():
            (made,) = annals.tenants()
            expect_usable(annals, made, 0, step)
            disk.expect_deleted(made, {204}, step)
        assert annals.tenants() == [], f"{step}: expected no other tenant"
        again = annals.initialise(body["database_name"], body["client_label"])
        expect_usable(annals, again, 0, step)
        disk.expect_deleted(again, {204}, step)
        if done:
            assert number > steps.first, f"expected that it dies after call {steps.first}"
            break
    else:
        pytest.fail(f"expected that an initialisation needs at most {MOST_CALLS} calls")
    annals.terminate()
    wait_until_nothing_is_left(annals, "in the end", PATIENCE_SECONDS)


def test_a_tenant_is_deleted_as_a_whole(annals, steps):
    disk = Disk(annals)
    for number in steps.upto(MOST_CALLS):
        step = f"killed after call {number}"
        tenant = tenant_with_a_file(annals, f"shop{number}")
        headers = {"X-Client-Id": tenant["client_id"]}

        done = answered(annals, CALLS, number, "DELETE", "/api/delete-tenant", headers=headers)

        left = annals.tenant(tenant["client_id"])
        if left is not None and left["state"] == "active":
            expect_usable(annals, tenant, 1, step)
            assert annals.files.keys(f"shop{number}/"), f"{step}: expected that a tenant who stays keeps its files"
        disk.expect_deleted(tenant, {204, 400}, step)
        again = tenant_with_a_file(annals, tenant["database_name"])
        expect_usable(annals, again, 1, step)
        disk.expect_deleted(again, {204}, step)
        if done:
            assert number > steps.first, f"expected that it dies after call {steps.first}"
            break
    else:
        pytest.fail(f"expected that a deletion needs at most {MOST_CALLS} calls")
    annals.terminate()
    wait_until_nothing_is_left(annals, "in the end", PATIENCE_SECONDS)
