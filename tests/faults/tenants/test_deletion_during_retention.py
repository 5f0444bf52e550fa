"""Files that retention has noted, to remove them after their rows: the notes go with their tenant, and with no other."""

import datetime
import uuid

import pytest

from support.annals import events_table
from support.clients.file_links import upload
from support.clients.keys import change_tenant
from support.events import event, expect_stored
from support.gates.holding_gate import HoldingGate
from support.names import unique_name
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import EXPIRED_FILES, REGISTRY, expired_files_of, leftovers, tables_of_default

INTERVAL = "ANNALS_RETENTION_INTERVAL_SECONDS"
OFTEN = {INTERVAL: "0.2"}
NEVER = {INTERVAL: "3600"}


@pytest.fixture
def noted(make):
    """A tenant of which a run of one instance has noted a file, and waits before it removes the row; with the run and a
    second instance that has none."""
    engine = make.gated(HoldingGate)
    slow = make.annals(engine, "s3", OFTEN)
    other = make.annals(engine.behind, slow.files, NEVER)
    tenant = slow.initialise(unique_name())
    file_id = upload(slow, tenant, b"content")["file_id"]
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    expect_stored(slow, tenant, [event(file_id=file_id), event(event_time=now)])
    held = engine.gate.hold(f"ALTER TABLE {events_table(tenant)} DELETE")
    assert change_tenant(slow, tenant, retention_days=30).status_code == 200
    assert held.arrived.wait(PATIENCE_SECONDS), "expected that rows are removed"
    assert expired_files_of(other.sql) == [tenant["client_id"]]
    return tenant, held, slow, other


def note_a_file_of(client_id, annals):
    wait_until(lambda: EXPIRED_FILES in tables_of_default(annals.sql), "a run has made the table")
    annals.sql(f"INSERT INTO default.{EXPIRED_FILES} VALUES ('{client_id}', '{uuid.uuid4()}')")


def test_a_deletion_removes_them(noted):
    tenant, held, _, other = noted

    other.remove(tenant["client_id"])

    assert expired_files_of(other.sql) == []
    held.release()
    wait_until(lambda: leftovers(other) == {}, "nothing is left once the run has ended")


def test_a_run_removes_those_of_a_tenant_that_is_gone(noted):
    tenant, held, _, other = noted
    other.remove(tenant["client_id"])
    held.release()

    note_a_file_of(tenant["client_id"], other)

    wait_until(lambda: expired_files_of(other.sql) == [], "the late note is removed")


def test_a_run_leaves_those_of_a_tenant_that_the_registry_has_lost(make):
    annals = make.annals("remote", environment=OFTEN)
    tenant = annals.initialise(unique_name())
    annals.sql(f"TRUNCATE TABLE default.{REGISTRY}")

    note_a_file_of(tenant["client_id"], annals)

    for _ in range(2):  # the run that ends the second has begun after the first was ended, and so has seen all
        note_a_file_of(str(uuid.uuid4()), annals)
        wait_until(lambda: len(expired_files_of(annals.sql)) == 1, "a run was here")
    assert expired_files_of(annals.sql) == [tenant["client_id"]]
