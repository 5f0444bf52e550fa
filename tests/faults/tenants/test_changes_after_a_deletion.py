"""Changes of a tenant that come while it is deleted, or after that: nothing of them stays, and none comes back with it."""

import concurrent.futures
import dataclasses
import uuid
from collections.abc import Callable

import pytest

from support.answers.problems import TENANT_NOT_FOUND, expect
from support.clients.keys import change_tenant
from support.gates.holding_gate import HoldingGate
from support.names import unique_name
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.backups import Backups
from support.witnesses.leftovers import NAMES, SETTINGS, owners_in

SWEEP = "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS"
NEVER = "3600"
# A change that is held for longer than one may take is refused by its table when it comes.
TRIES = 5


def names_path(tenant):
    return f"/api/tenants/{tenant['client_id']}/names"


def name_a_type(annals, tenant):
    return annals.request("PATCH", names_path(tenant), json={"event_types": {"1": "afterwards"}})


def suspend(annals, tenant):
    return change_tenant(annals, tenant, suspended=True)


@dataclasses.dataclass
class Kept:
    """What is kept of tenants outside their databases: its table, a change of it, and whether a tenant shows that change."""

    table: str
    change: Callable
    is_shown: Callable


KEPT = [
    Kept(NAMES, name_a_type, lambda annals, tenant: "afterwards" in annals.get(names_path(tenant)).text),
    Kept(SETTINGS, suspend, lambda annals, tenant: "suspended" in annals.tenant(tenant["client_id"])),
]


@pytest.fixture(params=KEPT, ids=lambda kept: kept.table)
def kept(request):
    return request.param


@pytest.fixture
def late(make, tmp_path):
    """The gate of an instance whose statements it can hold, that instance, and another one past the gate. Neither sweeps."""
    engine = make.gated(HoldingGate)
    slow = make.annals(engine, "s3", {SWEEP: NEVER, "ANNALS_ENGINE_TIMEOUT_SECONDS": "300"})
    other = make.annals(engine.behind, slow.files, {SWEEP: NEVER, "ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    return engine.gate, slow, other


def hold_a_change(pool, gate, slow, kept, tenant, **how):
    held = gate.hold(f"INSERT INTO default.{kept.table}", **how)
    changed = pool.submit(kept.change, slow, tenant)
    assert held.arrived.wait(PATIENCE_SECONDS), "expected the insert of the change"
    return held, changed


def change_after_the_deletion(late, kept, tenant, then=lambda: None):
    """Deletes a tenant while a change of it is held whose caller is killed, does what comes `then`, and lets it come."""
    gate, slow, other = late
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        held, changed = hold_a_change(pool, gate, slow, kept, tenant, hangs_up=True)
        other.remove(tenant["client_id"])
        slow.kill9()
        then()
        held.release()
        assert held.done.wait(PATIENCE_SECONDS), "expected that the late insert is carried out"
        changed.exception()


def deleted_before_a_change(late, kept, prepare=lambda tenant: None):
    """Returns a tenant that is gone, and of which a change has come since, whose caller was killed."""
    _, slow, other = late
    for _ in range(TRIES):
        tenant = slow.initialise(unique_name())
        prepare(tenant)
        change_after_the_deletion(late, kept, tenant)
        if owners_in(other.sql, kept.table) == [tenant["client_id"]]:
            return tenant
        slow.start()
    pytest.fail("expected that a late change is there")


def test_a_change_that_comes_after_the_deletion_is_removed_by_a_sweep(late, kept):
    _, _, other = late
    deleted_before_a_change(late, kept)

    other.terminate()
    other.environment[SWEEP] = "0.2"
    other.start()

    wait_until(lambda: owners_in(other.sql, kept.table) == [], "what is kept of a tenant that is gone is removed")


def test_a_change_that_comes_after_the_restoration_does_not_reach_the_restored(late, kept):
    _, slow, other = late
    backups = Backups(other)
    tenant = slow.initialise(unique_name())
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]

    def restore():
        backups.done(backups.restore(backup, client_id=tenant["client_id"]))

    change_after_the_deletion(late, kept, tenant, then=restore)

    assert not kept.is_shown(other, tenant)
    assert kept.change(other, tenant).status_code == 200
    assert kept.is_shown(other, tenant)


def test_a_change_during_the_deletion_removes_what_it_wrote(late, kept):
    gate, slow, other = late
    tenant = slow.initialise(unique_name())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        held, changed = hold_a_change(pool, gate, slow, kept, tenant)
        other.remove(tenant["client_id"])
        held.release()
        expect(changed.result(), 404, TENANT_NOT_FOUND)
    assert owners_in(other.sql, kept.table) == []


def test_a_change_during_a_deletion_that_fails_removes_what_it_wrote(late, kept):
    gate, slow, other = late
    tenant = slow.initialise(unique_name())
    stays = f"{tenant['database_name']}/{uuid.uuid4()}"
    other.files.put(stays)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        held, changed = hold_a_change(pool, gate, slow, kept, tenant)
        other.files.deny_deleting(stays)
        assert other.delete(tenant["client_id"]).status_code == 400, "its file cannot be removed"
        held.release()
        expect(changed.result(), 404, TENANT_NOT_FOUND)
    assert owners_in(other.sql, kept.table) == []


def test_a_change_that_came_after_the_deletion_does_not_come_back_with_the_tenant(late, kept):
    _, _, other = late
    backups = Backups(other)
    made = []

    def back_up(tenant):
        made.append(backups.create(client_id=tenant["client_id"])["backup_id"])

    tenant = deleted_before_a_change(late, kept, back_up)

    backups.done(backups.restore(made[-1], client_id=tenant["client_id"]))

    assert not kept.is_shown(other, tenant)
    assert kept.change(other, tenant).status_code == 200
    assert kept.is_shown(other, tenant)
