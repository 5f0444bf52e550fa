"""Clocks that are wrong by an hour: the order of arrival, names and deletions do not depend on them."""

import concurrent.futures
import datetime
import json

import pytest

from support import paths
from support.clients.arrival import Reader, expect_one_order
from support.events import event, expect_stored, get_history
from support.faults.crash import LEASES
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import wait_until_nothing_is_left

HOUR = 3600
SWEEPING = {**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}


def shifted(seconds):
    return {**SWEEPING, "LD_PRELOAD": str(paths.SHIFTED_CLOCK), "TEST_CLOCK_SHIFT": str(seconds)}


@pytest.fixture
def instances(make):
    """Three of one engine and one file store: behind, right, ahead."""
    behind = make.annals("remote", "s3", shifted(-HOUR))
    return [behind] + [make.annals(behind.engine, behind.files, shifted(seconds)) for seconds in (0, HOUR)]


def seconds_ahead(annals):
    """How far its clock is ahead, by the last line of its log."""
    logged = json.loads(annals.log.strip().splitlines()[-1])["time"]
    return (datetime.datetime.fromisoformat(logged) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def post(annals, tenant, record):
    expect_stored(annals, tenant, [event(record_id=record)])


def test_instances_with_wrong_clocks_make_one_order(instances):
    tenant = instances[0].initialise("shop")
    for annals in instances:
        wait_until(lambda annals=annals: get_history(annals, tenant).status_code == 200, "it knows the tenant")
    readers = [Reader(annals, tenant, 1) for annals in instances]

    for record in range(12):
        post(instances[record % 3], tenant, record)
        readers[record % 2].read_on()

    expect_one_order(instances[1], tenant, readers, list(range(12)))
    assert readers[0].seen == list(range(12)), "what was acknowledged before comes before"


@pytest.mark.parametrize("seconds", [-HOUR, HOUR])
def test_after_a_restart_with_another_clock_new_events_follow_the_old_ones(make, engine_kind, seconds):
    annals = make.annals(engine_kind)
    tenant = annals.initialise("shop")
    for record in range(3):
        post(annals, tenant, record)
    reader = Reader(annals, tenant, 1)
    reader.read_all()
    annals.terminate()

    annals.environment.update(shifted(seconds))
    annals.start()
    for record in range(3, 6):
        post(annals, tenant, record)

    assert reader.read_all() == list(range(6))
    expect_one_order(annals, tenant, [reader], list(range(6)))
    annals.terminate()
    assert abs(seconds_ahead(annals) - seconds) < HOUR / 2, "expected its clock to be wrong"


def answers_of_all(instances, ask):
    with concurrent.futures.ThreadPoolExecutor(len(instances)) as pool:
        return list(pool.map(ask, instances))


def winner(instances):
    """The tenant of the one that gets a name which all want at once. None if nobody gets it: on a busy machine the leases of
    these instances may be over before the work, and 503 says so."""
    name = {"database_name": "shop", "client_label": "The shop"}
    replies = answers_of_all(instances, lambda annals: annals.post_tenant(name))
    made = [reply.json() for reply in replies if reply.status_code == 201]
    least = 0 if any(reply.status_code == 503 for reply in replies) else 1
    assert least <= len(made) <= 1, f"expected one to get it, got {[reply.text for reply in replies]}"
    if made:
        return made[0]
    wait_until_nothing_is_left(instances[1], "initialisations that gave up", PATIENCE_SECONDS)
    return None


def test_of_instances_with_wrong_clocks_one_gets_a_name(instances):
    told = []
    for _ in range(5):
        client = wait_until(lambda: winner(instances), "one gets the name")["client_id"]

        gone = {reply.status_code for reply in answers_of_all(instances, lambda annals: annals.delete(client))}
        assert gone & {204, 503} and gone <= {204, 400, 503}, f"expected a deletion, got {gone}"
        wait_until_nothing_is_left(instances[1], "deletions by wrong clocks", PATIENCE_SECONDS)
        told.append(gone)
    assert any(204 in gone for gone in told), f"expected that a deletion comes through, got {told}"
