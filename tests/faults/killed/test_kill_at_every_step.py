"""kill -9 before and after every call to the engine and the file store: after a restart everything converges.

The program `annals_killed` is Annals that kills itself at the N-th of these calls of a request.
"""

import pytest

from support.answers.problems import NO_SUCH_CLIENT
from support.faults.crash import Crash
from support.waiting import PATIENCE_SECONDS, repeat_unavailable, wait_until
from support.witnesses.leftovers import wait_until_nothing_is_left

MOST_CALLS = 100

pytestmark = pytest.mark.parametrize("when", ["before", "after"])


@pytest.fixture
def stopped(make, engine_kind):
    """A service that is not running: the embedded engine with local files, the remote one with S3."""
    return make.annals(engine_kind, "s3" if engine_kind == "remote" else "local", start=False)


def unsettled(annals):
    return [tenant for tenant in annals.tenants() if tenant["state"] != "active"]


def expect_nothing_left(annals, step, is_last):
    """With the embedded engine, which must be stopped for that, it looks once for all steps: whatever one of them has
    left would still be there, with the step in its name."""
    if annals.engine.kind == "embedded":
        if not is_last:
            return
        annals.terminate()
    wait_until_nothing_is_left(annals, step, PATIENCE_SECONDS)


def test_initialise_converges(stopped, steps, when):
    annals = stopped
    crash = Crash(annals, when)
    for number in steps.upto(MOST_CALLS):
        step = f"killed {when} call {number}"
        body = {"database_name": f"shop{number}", "client_label": f"The shop {number}"}
        died = crash.request(number, "POST", "/api/initialize-tenant", json=body)

        wait_until(lambda: not unsettled(annals), f"{step}: no tenant stays half-made", PATIENCE_SECONDS)

        if not annals.tenants():
            wait_until(
                lambda body=body: annals.post_tenant(body).status_code == 201,
                f"{step}: the name and the label are free again",
                PATIENCE_SECONDS,
            )
        (tenant,) = annals.tenants()
        assert tenant["state"] == "active"
        annals.remove(tenant["client_id"])
        expect_nothing_left(annals, step, is_last=not died)
        if not died:
            assert number > steps.first, f"expected that it dies {when} call {steps.first}"
            return
    pytest.fail(f"expected that an initialisation needs at most {MOST_CALLS} calls")


def was_taken_over(annals, client_id):
    """Whether a round of the service had to do with the deletion: one that comes as soon as the tenant is marked does the
    work, and the request waits for it and makes fewer calls."""
    return any(line["client_id"] == client_id for line in annals.told("a half-done tenant is gone"))


def delete_killed(crash, when, number):
    """Deletes a tenant, and whatever comes of that, nothing is left of it. Returns whether the process died at that call,
    or None if it did not because a round came before the request."""
    annals = crash.annals
    step = f"killed {when} call {number}"
    database = f"shop{number}"
    client_id = annals.initialise(database, f"The shop {number}")["client_id"]
    for i in range(3):
        annals.files.put(f"{database}/{i}")
    died = crash.request(number, "DELETE", "/api/delete-tenant", headers={"X-Client-Id": client_id})

    wait_until(lambda: not unsettled(annals), f"{step}: the deletion goes on by itself", PATIENCE_SECONDS)

    again = repeat_unavailable(lambda: annals.delete(client_id))
    gone = (again.status_code, again.json() if again.content else None) in ((204, None), (400, NO_SUCH_CLIENT))
    assert gone, f"{step}: expected 204, or 400 when it is gone already, got {again.status_code} {again.text}"
    if not died and was_taken_over(annals, client_id):
        died = None
    expect_nothing_left(annals, step, is_last=died is False)
    return died


def test_delete_converges(stopped, steps, when):
    crash = Crash(stopped, when)
    for number in steps.upto(MOST_CALLS):
        died = delete_killed(crash, when, number)
        while died is None:
            died = delete_killed(crash, when, number)
        if not died:
            assert number > steps.first, f"expected that it dies {when} call {steps.first}"
            return
    pytest.fail(f"expected that a deletion needs at most {MOST_CALLS} calls")
