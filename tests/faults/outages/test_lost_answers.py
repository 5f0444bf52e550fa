"""A remote engine behind a network that loses one statement or one answer.

Whatever the service answers is true, and everything converges.
"""

import pytest

from support.answers.problems import NO_SUCH_CLIENT
from support.faults.crash import LEASES
from support.gates.gate import Gate
from support.waiting import PATIENCE_SECONDS, repeat_unavailable, wait_until
from support.witnesses.leftovers import wait_until_nothing_is_left

SETTINGS = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"}
MOST_CALLS = 60

pytestmark = pytest.mark.parametrize("how", ["lost", "unheard", "late", "page"])


@pytest.fixture
def engine(make):
    return make.gated(Gate)


@pytest.fixture
def service(make, engine):
    """A service whose sweep rests, so that the statements of a request can be counted. Other instances have the
    same files."""
    return make.annals(engine, "s3", environment=SETTINGS)


@pytest.fixture
def other(make, engine, service):
    """An instance past the gate whose leases hold on any machine."""
    return make.annals(engine.behind, service.files)


def settle(make, engine, files, step):
    """Another instance sweeps; then no tenant is half-made or half-deleted."""
    environment = {**SETTINGS, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}
    sweeper = make.annals(engine, files, environment)
    done = lambda: all(tenant["state"] == "active" for tenant in sweeper.tenants())
    wait_until(done, f"{step}: no tenant stays half-done", PATIENCE_SECONDS)
    return sweeper


def came_through(gate, reply):
    """Whether nothing went wrong. On a busy machine a lease may be over before the work, and 503 says so."""
    return not gate.failed.is_set() and reply.status_code != 503


def test_initialise_tells_the_truth_and_converges(make, service, other, steps, how):
    gate = service.engine.gate
    for number in steps.upto(MOST_CALLS):
        step = f"statement {number} {how}"
        body = {"database_name": "shop", "client_label": "The shop"}
        gate.fail(number, how)

        reply = service.post_tenant(body)

        gate.repair()
        if came_through(gate, reply):
            assert reply.status_code == 201 and number > steps.first
            return
        honest = reply.status_code in (201, 503)
        assert honest, f"{step}: expected 201 or 503, got {reply.status_code} {reply.text}"
        sweeper = settle(make, service.engine, service.files, step)
        if reply.status_code == 201:
            (tenant,) = sweeper.tenants()
            assert (tenant["client_id"], tenant["state"]) == (reply.json()["client_id"], "active")
        if not sweeper.tenants():
            free = lambda: other.post_tenant(body).status_code == 201
            wait_until(free, f"{step}: the name is free again", PATIENCE_SECONDS)
        (tenant,) = sweeper.tenants()
        other.remove(tenant["client_id"])
        wait_until_nothing_is_left(sweeper, step, PATIENCE_SECONDS)
        sweeper.terminate()
    pytest.fail(f"expected that an initialisation needs at most {MOST_CALLS} statements")


def test_delete_tells_the_truth_and_converges(make, service, other, steps, how):
    gate = service.engine.gate
    for number in steps.upto(MOST_CALLS):
        step = f"statement {number} {how}"
        client_id = other.initialise("shop", "The shop")["client_id"]
        service.files.put("shop/x")
        gate.fail(number, how)

        reply = service.delete(client_id)

        gate.repair()
        if came_through(gate, reply):
            assert reply.status_code == 204 and number > steps.first
            return
        honest = reply.status_code in (204, 503)
        assert honest, f"{step}: expected 204 or 503, got {reply.status_code} {reply.text}"
        sweeper = settle(make, service.engine, service.files, step)
        again = repeat_unavailable(lambda sweeper=sweeper, client_id=client_id: sweeper.delete(client_id))
        if reply.status_code == 204:
            assert (again.status_code, again.json()) == (400, NO_SUCH_CLIENT), f"{step}: expected that 204 means gone"
        ended = again.status_code in (204, 400)
        assert ended, f"{step}: expected that a second DELETE ends it, got {again.status_code} {again.text}"
        wait_until_nothing_is_left(sweeper, step, PATIENCE_SECONDS)
        sweeper.terminate()
    pytest.fail(f"expected that a deletion needs at most {MOST_CALLS} statements")
