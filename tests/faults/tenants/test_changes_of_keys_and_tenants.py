"""Keys and tenants that are changed while processes die and statements are late: nothing that was answered is undone."""

import concurrent.futures

import pytest

from support.clients.file_links import client
from support.clients.keys import PATH, change_key, change_tenant, new_key, suspend
from support.events import HISTORY
from support.faults.crash import Crash
from support.gates.holding_gate import HoldingGate
from support.waiting import PATIENCE_SECONDS, wait_until

MOST_CALLS = 60
TENANTS = "/api/tenants"


@pytest.fixture
def stopped(make, engine_kind):
    return make.annals(engine_kind, start=False)


@pytest.fixture
def crash(stopped, when):
    return Crash(stopped, when)


def kill_at_calls(crash, steps, method, path, make_body):
    """Yields the number of the call after each crash, and once more when the request has come through."""
    for number in steps.upto(MOST_CALLS):
        died = crash.request(number, method, path, json=make_body(number))
        yield number
        if not died:
            assert number > 2, "expected that it dies at some calls"
            return
    pytest.fail(f"expected that the request comes through after {MOST_CALLS} calls")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_change_of_a_key_is_done_or_not(crash, steps, when):
    annals = crash.annals
    key = new_key(annals, name="kept")
    path = f"{PATH}/{key['key_id']}"

    for number in kill_at_calls(crash, steps, "PATCH", path, lambda number: {"disabled": True, "name": "changed"}):
        step = f"killed {when} call {number}"
        shown = annals.get(path).json()
        found = (shown["disabled"], shown["name"])
        assert found in ((True, "changed"), (False, "kept")), f"{step}: {found}"
        assert annals.get(TENANTS, key=key["key"]).status_code == (401 if shown["disabled"] else 200), step
        assert change_key(annals, key, disabled=False, name="kept").status_code == 200, f"{step}: it can be changed"
        assert annals.get(TENANTS, key=key["key"]).status_code == 200, step


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_suspension_and_a_label_are_given_together_or_not(crash, steps, when):
    annals = crash.annals
    tenant = annals.initialise("shop", "kept")
    path = f"{TENANTS}/{tenant['client_id']}"

    def change(number):
        """With a label that nobody who was killed holds a lease of."""
        return {"suspended": True, "client_label": f"changed {number}"}

    for number in kill_at_calls(crash, steps, "PATCH", path, change):
        step = f"killed {when} call {number}"
        shown = annals.tenant(tenant["client_id"])
        found = (shown.get("suspended", False), shown["client_label"])
        assert found in ((True, f"changed {number}"), (False, "kept")), f"{step}: {found}"
        expected = 403 if found[0] else 200
        assert annals.get(HISTORY, headers=client(tenant)).status_code == expected, step
        changed = change_tenant(annals, tenant, suspended=False)
        assert changed.status_code == 200, f"{step}: {changed.text}"
        wait_until(
            lambda: change_tenant(annals, tenant, client_label="kept").status_code == 200,
            f"{step}: the label can be given again, once the lease of who was killed has ended",
        )


# --- late statements ---


@pytest.fixture
def late(make):
    """An instance whose statements a gate can hold, and another one past the gate."""
    engine = make.gated(HoldingGate)
    slow = make.annals(engine, "s3", {"ANNALS_ENGINE_TIMEOUT_SECONDS": "300"})
    return engine.gate, slow, make.annals(engine.behind, slow.files)


@pytest.fixture
def in_background():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit


def test_a_late_change_of_a_key_does_not_undo_a_later_one(late, in_background):
    gate, slow, other = late
    key = new_key(slow)
    assert change_key(slow, key, disabled=True).status_code == 200
    held = gate.hold("INSERT INTO default.annals_keys", hangs_up=True)
    enabled = in_background(change_key, slow, key, disabled=False)
    assert held.arrived.wait(PATIENCE_SECONDS)

    assert change_key(other, key, name="still disabled").status_code == 200
    assert enabled.result().status_code == 503, "nobody knows what became of it"
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    shown = other.get(f"{PATH}/{key['key_id']}").json()
    assert (shown["disabled"], shown["name"]) == (True, "still disabled")


def test_a_late_suspension_does_not_undo_a_later_change(late, in_background):
    gate, slow, other = late
    tenant = slow.initialise("shop")
    held = gate.hold("INSERT INTO default.annals_tenant_settings", hangs_up=True)
    suspended = in_background(change_tenant, slow, tenant, suspended=True)
    assert held.arrived.wait(PATIENCE_SECONDS)

    assert change_tenant(other, tenant, client_label="later").status_code == 200
    assert suspended.result().status_code == 503
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    assert "suspended" not in other.tenant(tenant["client_id"])
    assert other.tenant(tenant["client_id"])["client_label"] == "later"


def test_a_late_label_is_not_given_twice(late, in_background):
    gate, slow, other = late
    tenant = slow.initialise("shop")
    held = gate.hold("INSERT INTO default.annals_tenant_settings", hangs_up=True)
    relabelled = in_background(change_tenant, slow, tenant, client_label="wanted")
    assert held.arrived.wait(PATIENCE_SECONDS)
    assert relabelled.result().status_code == 503

    taken = other.post_tenant({"database_name": "rival", "client_label": "wanted"})
    assert taken.status_code == 400, "the change may still be done"
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    labels = [one["client_label"] for one in other.tenants()]
    assert labels == ["wanted"], f"expected that the late change was done once, got {labels}"


def test_keys_stay_valid_for_a_while_without_the_engine_and_nobody_is_told_that_they_are_wrong(make):
    engine = make.engine()
    annals = make.annals(engine)
    key = new_key(annals, "read")
    tenant = annals.initialise("shop")
    engine.server.kill()

    reply = annals.get(HISTORY, key=key["key"], headers=client(tenant))

    assert reply.status_code == 503, f"expected 503, got {reply.status_code} {reply.text}"
    annals.restart(ready=False)
    reply = annals.get(TENANTS, key=key["key"])
    assert reply.status_code == 503, "a start without the engine knows no keys"
    assert annals.get(TENANTS, key="w" * 20).status_code == 401
    engine.server.restart()
    annals.wait_until_ready()
    wait_until(lambda: annals.get(TENANTS, key=key["key"]).status_code == 200, "the key is known again")
    assert suspend(annals, tenant)["suspended"] is True
