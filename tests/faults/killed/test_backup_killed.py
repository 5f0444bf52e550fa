"""kill -9 at calls to the engine, the file store and the destination: a backup is complete or none, a client is whole or gone.

The program `annals_killed` is Annals that kills itself at the N-th of these calls.
"""

import json
import threading

import pytest

from support.events import event, post_events
from support.faults.crash import Kill
from support.names import unique_name
from support.waiting import wait_until
from support.witnesses.backups import Backups, all_events, expect_whole, filled

SECONDS = 60
MOST_CALLS = 60
SMALL = {"events": 20, "files": (b"a", b"bb")}
SWEEP = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "2", "ANNALS_TENANTS_CREATING_TIMEOUT_SECONDS": "0.1"}


class KilledBackups(Backups):
    """Those of a service that dies when it is told to."""

    def __init__(self, annals, directory):
        super().__init__(annals, directory)
        self._kill = Kill(annals)

    def dies(self, when, call, path, body, method="POST"):
        """Asks for a job, and waits for its end or that of the service, which is started again. Whether it died."""
        self._kill.arm(when, call)
        answer = self.annals.outcome(method, path, json=body)

        def is_over():
            jobs = self.annals.outcome("GET", "/api/backup-jobs") if answer else None
            return jobs is None or all(one["ended_at"] for one in json.loads(jobs[1])["results"])

        wait_until(is_over, "the job ends, or the service", SECONDS)
        died = self._kill.disarm()
        if died:
            self._kill.start()
        return died


@pytest.fixture
def backups(make, tmp_path):
    directory = tmp_path / "backups"
    settings = {"ANNALS_BACKUP_DIRECTORY": str(directory), **SWEEP}
    return KilledBackups(make.annals("embedded", environment=settings, start=False), directory)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_backup_is_seen_as_such(backups, steps, when):
    annals = backups.annals
    tenant, kept = filled(annals, **SMALL)
    died = 0
    calls = steps.of(range(3, 15))
    for number in calls:
        before = set(backups.states())
        died += backups.dies(when, number, "/api/backups", {})
        states = backups.states()
        for one, state in states.items():
            if state == "complete":
                backups.done(backups.ask("POST", f"/api/backups/{one}/verify"))
            else:
                assert backups.restore(one).status_code == 404, "what is unfinished cannot be restored"
        assert len(set(states) - before) <= 1
        expect_whole(annals, tenant, kept)
    assert died, f"expected that it dies {when} one of the calls {calls}"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_restoration_leaves_a_whole_client_or_none(backups, steps, when):
    annals = backups.annals
    tenant, kept = filled(annals, **SMALL)
    id = tenant["client_id"]
    backup = backups.create()["backup_id"]
    died = 0
    calls = steps.of(range(4, 23))
    for number in calls:
        annals.remove(id)
        died += backups.dies(when, number, "/api/restores", {"backup_id": backup})
        wait_until(lambda: (annals.tenant(id) or {}).get("state") in (None, "active"), "it is whole or gone", SECONDS)
        if annals.tenant(id) is None:
            assert annals.files.keys(tenant["database_name"] + "/") == []
            backups.done(backups.restore(backup))
        expect_whole(annals, tenant, kept)
    assert died, f"expected that it dies {when} one of the calls {calls}"


# A client needs about sixteen calls; more when rounds of the service itself come between.
@pytest.mark.parametrize("call", [10, 25, 40])
def test_a_killed_restoration_of_everything_is_finished_by_the_same_command(backups, call):
    annals = backups.annals
    tenants = [filled(annals, **SMALL) for _ in range(3)]
    backup = backups.create()["backup_id"]
    for tenant, _ in tenants:
        annals.remove(tenant["client_id"])
    died = backups.dies("before", call, "/api/restores", {"backup_id": backup})
    assert died, f"expected that it dies before call {call}"

    # One that was half made holds its name until it is swept, and then the command brings it too.
    wait_until(lambda: backups.ended(backups.restore(backup))["state"] == "done", "all can be restored", SECONDS)

    for tenant, kept in tenants:
        expect_whole(annals, tenant, kept)
    again = backups.done(backups.restore(backup))
    assert len(again["remarks"]) == 3 and all("left as it is" in one for one in again["remarks"]), again


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["complete", "unfinished"])
def test_a_killed_deletion_leaves_a_whole_backup_or_one_that_is_deleted_again(backups, steps, what, when):
    annals = backups.annals
    filled(annals, **SMALL)
    for number in steps.upto(MOST_CALLS):
        backup = backups.create()["backup_id"]
        manifests = backups.directory / "manifests"
        if what == "unfinished":
            (manifests / f"{backup}.json").rename(manifests / f"{backup}.started")
        died = backups.dies(when, number, f"/api/backups/{backup}", None, "DELETE")
        state = backups.states().get(backup, "gone")
        assert state in (what, "deleting", "gone"), (number, state)
        if state == "complete":
            backups.done(backups.ask("POST", f"/api/backups/{backup}/verify"))
        else:
            assert backups.restore(backup).status_code in (404, 409), "what is half deleted is not restored"
        if state != "gone":
            backups.done(backups.delete(backup))
        assert backups.states() == {}
        left = backups.files()
        assert all(name.endswith(".withdrawn") for name in left), left
        if not died:
            assert number > 4, "expected that a deletion has several steps"
            return
    pytest.fail(f"expected that a deletion needs at most {MOST_CALLS} calls")


def test_of_restorations_of_one_client_by_two_instances_one_wins(make, tmp_path):
    environment = {"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")}
    engine = make.engine()
    files = make.files()
    instances = [Backups(make.annals(engine, files=files, environment=environment)) for _ in range(2)]
    tenant, kept = filled(instances[0].annals, **SMALL)
    backup = instances[0].create()["backup_id"]
    instances[0].annals.remove(tenant["client_id"])

    jobs = []
    names = [tenant["database_name"], unique_name()]

    def restore(instance, name):
        body = {"client_id": tenant["client_id"], "database_name": name, "client_label": f"label of {name}"}
        jobs.append((instance.ended(instance.restore(backup, **body)), name))

    threads = [threading.Thread(target=restore, args=pair) for pair in zip(instances, names)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [name for job, name in jobs if job["state"] == "done"]
    assert len(won) == 1, jobs
    assert [one["database_name"] for one in instances[0].annals.tenants()] == won
    expect_whole(instances[1].annals, {**tenant, "database_name": won[0]}, kept)


def test_a_backup_of_a_client_that_is_written_to_holds_what_was_acknowledged_before(backups):
    annals = backups.annals
    tenant, _ = filled(annals, **SMALL)
    stop = threading.Event()
    sent = []

    def write():
        while not stop.is_set():
            one = event()
            if post_events(annals, tenant, [one]).status_code == 201:
                sent.append(one["event_id"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: len(sent) > 5, "events are written")
        before = list(sent)
        backup = backups.create()["backup_id"]
    finally:
        stop.set()
        writer.join()
    copy = backups.done(
        backups.restore(
            backup, client_id=tenant["client_id"], database_name=unique_name(), client_label=unique_name(), as_new=True
        )
    )
    restored = [one["event_id"] for one in all_events(annals, {"client_id": copy["restored_client_id"]})[0]]
    assert len(restored) == len(set(restored))
    assert set(before) <= set(restored) <= set(sent) | set(restored[:20])
    assert restored[20:] == sent[: len(restored) - 20], "a cut in the order of arrival"
