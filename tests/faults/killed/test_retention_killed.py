"""kill -9 before and after calls to the engine and the file store while retention is enforced: the next run ends it.

The program `annals_killed` is Annals that kills itself at the N-th of these calls.
"""

import datetime

import pytest

from support.annals import events_table
from support.clients.file_links import upload
from support.events import event, events_of, expect_stored
from support.faults.crash import Kill
from support.names import unique_name
from support.waiting import wait_until

SECONDS = 60
CALLS = range(7, 23)
OFTEN = {"ANNALS_RETENTION_INTERVAL_SECONDS": "0.2"}


def with_events(annals):
    """A tenant with an old event and a young one, which name a file each; returns it with the young one."""
    tenant = annals.initialise(unique_name())
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    young = event(event_time=now, file_id=upload(annals, tenant, b"content")["file_id"])
    old = event(file_id=upload(annals, tenant, b"content")["file_id"])
    expect_stored(annals, tenant, [old, young])
    return tenant, young


def change(annals, tenant):
    return annals.outcome("PATCH", f"/api/tenants/{tenant['client_id']}", json={"retention_days": 30})


def files_of(annals, tenant):
    return [key.split("/")[1] for key in annals.files.keys(tenant["database_name"] + "/")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_retention_converges(make, steps, when):
    annals = make.annals("embedded", environment=OFTEN, start=False)
    died = 0
    calls = steps.of(CALLS)
    for number in calls:
        kill = Kill(annals)
        tenant, young = with_events(annals)
        kill.arm(when, number)
        change(annals, tenant)
        wait_until(
            lambda: not annals.running or files_of(annals, tenant) == [young["file_id"]], "it dies or is done", SECONDS
        )
        if kill.disarm():
            died += 1
        else:
            annals.kill9()

        annals.start()
        assert change(annals, tenant)[0] == 200
        wait_until(
            lambda: files_of(annals, tenant) == [young["file_id"]],
            f"killed {when} call {number}: the old file is removed, and only it",
            SECONDS,
        )
        assert [one["event_id"] for one in events_of(annals, tenant)] == [young["event_id"]]
        annals.terminate()
        assert annals.sql(f"SELECT count() FROM {events_table(tenant)}") == "1", f"killed {when} call {number}"
    assert died, f"expected that it dies {when} one of the calls {calls}"
