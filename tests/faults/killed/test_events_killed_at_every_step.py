"""kill -9 before and after every call to the engine of one POST /api/events and of a read that follows.

With the embedded engine it is the read that moves the events from the journal into the table. After a restart the event
is there or not, never twice, it is there if it was acknowledged, and sending it again ends with exactly once. The program
`annals_killed` is Annals that kills itself at the N-th of these calls.
"""

import pytest

from support.clients.load import everything, stored_ids
from support.events import HISTORY, event, history, post_events, shown
from support.faults.crash import Kill

MOST_CALLS = 30
NO_SWEEP = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"}

WHEN = pytest.mark.parametrize("when", ["before", "after"])


@pytest.fixture
def annals(make, engine_kind):
    """A service that is not running; its engine holds the tenant `shop` with one event."""
    return make.annals(engine_kind, environment=NO_SWEEP)


@pytest.fixture
def tenant(annals):
    made = annals.initialise("shop")
    assert post_events(annals, made, event(record_id=0)).status_code == 201
    annals.terminate()
    return made


def dies(annals, tenant, events, when, number):
    """Whether the service died at that call of the requests, and whether the events were acknowledged before."""
    kill = Kill(annals)
    kill.arm(when, number)
    headers = {"X-Client-Id": tenant["client_id"]}
    posted = annals.outcome("POST", "/api/events", headers=headers, json=events)
    read = posted and annals.outcome("GET", HISTORY, headers=headers)
    died = kill.disarm()
    for outcome, status in ((posted, 201), (read, 200)):
        assert outcome is None or outcome[0] == status, f"expected {status} or that the process dies, got {outcome}"
    if not died:
        annals.terminate()
    return died, posted is not None


def present(annals, tenant, events, step):
    """How many of the events the history shows; none twice."""
    wanted = [shown(one) for one in events]
    found = [one for one in everything(annals, tenant) if one["record_id"] == events[0]["record_id"]]
    assert all(found.count(one) == 1 for one in found), f"{step}: expected no event twice, got {found}"
    assert all(one in wanted for one in found), f"{step}: expected events as they were sent, got {found}"
    return len(found)


def expect_stored_once(annals, tenant, step):
    ids = stored_ids(annals, tenant)
    twice = [one for one, count in ids.items() if count > 1]
    assert not twice, f"{step}: expected no row twice, got {twice}"


def walk_through(annals, tenant, steps, when, make_events, sent_before=False):
    """One request after another, each killed some calls later, until one comes through."""
    outcomes = []
    for number in steps.upto(MOST_CALLS):
        step = f"killed {when} call {number}"
        events = make_events(number)
        if sent_before:
            annals.start()
            assert post_events(annals, tenant, events).status_code == 201
            annals.terminate()
        died, acknowledged = dies(annals, tenant, events, when, number)
        if not died:
            expect_stored_once(annals, tenant, "in the end")
            return outcomes
        annals.start()

        there = present(annals, tenant, events, step)
        again = post_events(annals, tenant, events)

        assert there in (0, len(events)), f"{step}: expected all or none, got {there} of {len(events)}"
        assert there or not acknowledged, f"{step}: expected what was acknowledged"
        assert again.status_code == 201, f"{step}: expected 201, got {again.status_code} {again.text}"
        expected = {"accepted": len(events) - there, "duplicates": there, "errors": []}
        assert again.json() == expected, f"{step}: expected {expected}, got {again.json()}"
        assert present(annals, tenant, events, step) == len(events)
        assert history(annals, tenant, record_id=number)["filtered_count"] == len(events)
        annals.terminate()
        outcomes.append(there)
    pytest.fail(f"expected that a request needs at most {MOST_CALLS} calls")


@WHEN
def test_one_event(annals, tenant, steps, when):
    outcomes = walk_through(annals, tenant, steps, when, lambda number: [event(record_id=number)])

    assert 0 in outcomes or not steps.are_all, f"expected a crash before the insert, got {outcomes}"
    if when == "after" and steps.are_all:
        assert 1 in outcomes, f"expected a crash between the insert and the answer, got {outcomes}"


def test_a_bulk_request(annals, tenant, steps):
    outcomes = walk_through(annals, tenant, steps, "after", lambda number: [event(record_id=number) for _ in range(50)])

    if steps.are_all:
        assert 0 in outcomes, f"expected a crash before the insert, got {outcomes}"
        assert 50 in outcomes, f"expected a crash between the insert and the answer, got {outcomes}"


def test_a_redelivery_changes_nothing(annals, tenant, steps):
    outcomes = walk_through(annals, tenant, steps, "before", lambda number: [event(record_id=number)], sent_before=True)

    assert set(outcomes) == {1}, f"expected that the event stays whatever happens, got {outcomes}"
