"""kill -9 around an act: what was done is on record, and what nobody knows the outcome of is seen as such."""

import pytest

from support.clients.keys import PATH
from support.faults.crash import Crash
from support.witnesses.trail import records

MOST_CALLS = 60


@pytest.fixture
def stopped(make, engine_kind):
    return make.annals(engine_kind, start=False)


def new_key(number):
    """A key that only its time tells apart from the others: names are on record only once they are stored."""
    return {"name": "a test's", "role": "read", "expires_at": f"2099-01-01T00:00:{number:02}.000Z"}


def results_of(annals, key):
    told = records(annals, "create_key")
    return [one["result"] for one in told if one["request"]["expires_at"] == key["expires_at"]]


@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_was_done_is_on_record(stopped, steps, when):
    annals = stopped
    crash = Crash(annals, when, trail=True)
    found = []
    for number in steps.upto(MOST_CALLS):
        key = new_key(number)
        died = crash.request(number, "POST", PATH, json=key)
        there = [one["expires_at"] for one in annals.get(f"{PATH}?limit=1000").json()["results"]]
        is_there = key["expires_at"] in there
        told = results_of(annals, key)
        found.append(told)

        step = f"killed {when} call {number}"
        if is_there:
            assert "requested" in told, f"{step}: expected the key on record, got {told}"
        if "done" in told:
            assert is_there, f"{step}: expected that what is recorded as done was done"
        if not died:
            assert sorted(told) == ["done", "requested"], f"{step}: got {told}"
            assert number > 2, "expected that it dies at some calls"
            seen = ["requested"] in found
            assert seen or not steps.are_all, f"expected a crash whose outcome nobody knows, got {found}"
            return
    pytest.fail(f"expected that the request comes through after {MOST_CALLS} calls")
