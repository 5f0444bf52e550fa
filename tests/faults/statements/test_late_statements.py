"""A statement that arrives after another instance has finished the work and given the name to another tenant.

It costs that tenant neither an event nor a file.
"""

import concurrent.futures

import pytest

from support.clients.file_links import new_upload
from support.events import HISTORY, event, expect_stored, history
from support.faults.crash import LEASES
from support.gates.holding_gate import HoldingGate
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import wait_until_nothing_is_left

SETTLED = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"}
SWEEPING = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}
SHOP = {"database_name": "shop", "client_label": "The shop"}

# Every statement that changes something, by words that no other statement of the request has.
OF_INITIALISE = [
    "{label:String}, {database:String}, 1",
    "CREATE DATABASE",
    "CREATE TABLE IF NOT EXISTS `shop`",
    "param_state=2",
]
OF_DELETION = [
    "param_state=3",
    "INSERT INTO default.annals_late_uploads",
    "RENAME DATABASE",
    "DROP DATABASE",
    "ALTER TABLE default.annals_tenants",
]


@pytest.fixture
def engine(make):
    return make.gated(HoldingGate)


@pytest.fixture
def slow(make, engine):
    """The instance whose statement is late. It does not sweep."""
    return make.annals(engine, "s3", SETTLED)


@pytest.fixture
def take_over(make, slow, engine):
    """Starts the instance that takes the work over, past the gate. It would do so earlier, too, if it ran."""
    return lambda: make.annals(engine.behind, slow.files, SWEEPING)


@pytest.fixture
def in_background():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit


class Heir:
    """The tenant that has the name now, with events and a file."""

    def __init__(self, annals):
        self._annals = annals
        made = []

        def has_the_name():
            reply = annals.post_tenant(SHOP)
            if reply.status_code == 201:
                made.append(reply.json())
            return made

        wait_until(has_the_name, "the name is free for another tenant", PATIENCE_SECONDS)
        self.tenant = made[0]
        upload = new_upload(annals, self.tenant)
        self._key = f"shop/{upload['file_id']}"
        annals.files.put(self._key)
        self._sent = [event(record_id=1), event(record_id=2, file_id=upload["file_id"])]
        expect_stored(annals, self.tenant, self._sent)

    def is_served(self):
        headers = {"X-Client-Id": self.tenant["client_id"]}
        reply = self._annals.get(HISTORY, headers=headers)
        shown = {one["event_id"] for one in reply.json()["results"]} if reply.status_code == 200 else reply.text
        states = [(one["client_id"], one["state"]) for one in self._annals.tenants()]
        return (shown, states, self._annals.files.keys()) == (
            {one["event_id"] for one in self._sent},
            [(self.tenant["client_id"], "active")],
            [self._key],
        )

    def expect_served_and_deletable(self, statement):
        wait_until(self.is_served, f"after a late {statement!r} the heir has its events and files", PATIENCE_SECONDS)
        assert history(self._annals, self.tenant)["total_count"] == len(self._sent)
        self._annals.remove(self.tenant["client_id"])
        wait_until_nothing_is_left(self._annals, f"late {statement}", PATIENCE_SECONDS)


@pytest.mark.parametrize("statement", OF_INITIALISE)
def test_a_late_statement_of_an_initialisation_harms_no_heir(engine, slow, take_over, in_background, statement):
    held = engine.gate.hold(statement, hangs_up=True)
    initialised = in_background(slow.post_tenant, SHOP)
    assert held.arrived.wait(PATIENCE_SECONDS), f"expected a statement with {statement!r}"
    assert initialised.result().status_code == 503, "a tenant that is not made is not announced"

    other = take_over()
    heir = Heir(other)
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    heir.expect_served_and_deletable(statement)


@pytest.mark.parametrize("statement", OF_DELETION)
def test_a_late_statement_of_a_deletion_harms_no_heir(engine, slow, take_over, in_background, statement):
    first = slow.initialise("shop")
    expect_stored(slow, first, [event()])
    held = engine.gate.hold(statement, hangs_up=True)
    deleted = in_background(slow.delete, first["client_id"])
    assert held.arrived.wait(PATIENCE_SECONDS), f"expected a statement with {statement!r}"
    assert deleted.result().status_code == 503, "a tenant that is not gone is not said to be gone"

    other = take_over()

    def is_gone():
        return other.delete(first["client_id"]).status_code in (204, 400) and other.tenant(first["client_id"]) is None

    wait_until(is_gone, "another instance finishes the deletion", PATIENCE_SECONDS)
    heir = Heir(other)
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    heir.expect_served_and_deletable(statement)
