"""The order of arrival: every reader sees every acknowledged event once and in one order, whatever happens meanwhile."""

import concurrent.futures
import threading

import pytest

from support.annals import events_table
from support.clients.arrival import Reader, expect_one_order
from support.events import event, expect_stored, get_history, post_events
from support.gates.holding_gate import HoldingGate
from support.servers.clickhouse_users import users_xml
from support.waiting import PATIENCE_SECONDS, wait_until

INSTANCES = 3
WRITERS = 6
IMPATIENT = {"ANNALS_ENGINE_TIMEOUT_SECONDS": "2"}
OF_INSERT = "insert_deduplication_token"
OF_LOOKING = "countIf(commit IN"
NO_DEDUPLICATION = "<deduplicate_insert>disable</deduplicate_insert><insert_deduplicate>0</insert_deduplicate>"


def post(annals, tenant, *events):
    return expect_stored(annals, tenant, list(events))


@pytest.fixture
def engine(make, request):
    """A server; with a parameter its users are those."""
    return make.gated(HoldingGate, make.engine(users=getattr(request, "param", None)))


@pytest.fixture
def slow(make, engine):
    return make.annals(engine, environment=IMPATIENT)


@pytest.fixture
def other(make, engine):
    return make.annals(engine.behind)


@pytest.fixture
def in_background():
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit


def written_before(slow, other):
    """A tenant that both instances have written to, and a reader who has got that far."""
    tenant = slow.initialise("shop")
    wait_until(lambda: post_events(other, tenant, event(record_id=1)).status_code == 201, "the other one knows it")
    post(slow, tenant, event(record_id=2))
    reader = Reader(other, tenant)
    reader.read_all()
    return tenant, reader


@pytest.mark.parametrize("engine", [None, users_xml(NO_DEDUPLICATION)], ids=["", "no deduplication"], indirect=True)
@pytest.mark.parametrize("statement", [OF_INSERT, OF_LOOKING])
def test_a_statement_of_an_insert_that_is_late_changes_nothing(engine, slow, other, in_background, statement):
    tenant, reader = written_before(slow, other)
    twice = event(record_id=99)
    held = engine.gate.hold(statement)
    posted = in_background(post, slow, tenant, twice, event(record_id=3))
    assert held.arrived.wait(PATIENCE_SECONDS)

    post(other, tenant, twice)
    post(other, tenant, event(record_id=4))
    reader.read_on()
    posted.result()
    reader.read_on()
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    post(slow, tenant, event(record_id=5))
    expect_one_order(other, tenant, [reader], [1, 2, 99, 3, 4, 5])


@pytest.mark.parametrize("statement", [OF_INSERT, OF_LOOKING])
def test_what_an_instance_leaves_behind_that_is_killed_in_an_insert_is_shown_once(
    make, engine, other, in_background, statement
):
    slow = make.annals(engine)  # it does not give the statement up before it is killed
    tenant, reader = written_before(slow, other)
    twice = event(record_id=99)
    held = engine.gate.hold(statement)
    posted = in_background(post_events, slow, tenant, [twice, event(record_id=3)])
    assert held.arrived.wait(PATIENCE_SECONDS)
    slow.kill9()
    assert posted.exception() is not None

    post(other, tenant, twice)
    reader.read_on()
    held.release()
    assert held.done.wait(PATIENCE_SECONDS)

    # The one that was killed has acknowledged nothing, so its other event may be there or not.
    records = [1, 2, 99] + ([3] if statement == OF_LOOKING else [])
    expect_one_order(other, tenant, [reader], records)


def test_many_instances_at_once_make_one_order(make, engine):
    instances = [make.annals(engine.behind) for _ in range(INSTANCES)]
    tenant = instances[0].initialise("shop")
    wait_until(lambda: get_history(instances[-1], tenant).status_code == 200, "everyone knows the tenant")
    batches = [[event(record_id=batch * 3 + i) for i in range(3)] for batch in range(40)]
    stop = threading.Event()

    def follow(annals):
        reader = Reader(annals, tenant)
        while not stop.is_set():
            reader.read_on()
        return reader

    with concurrent.futures.ThreadPoolExecutor(WRITERS + INSTANCES) as pool:
        following = [pool.submit(follow, annals) for annals in instances]
        # Each batch comes twice, through two instances.
        deliveries = [(instances[i % INSTANCES], batches[(i // 2) % len(batches)]) for i in range(2 * len(batches))]
        outcomes = list(pool.map(lambda delivery: post(delivery[0], tenant, *delivery[1]), deliveries))
        stop.set()
        readers = [one.result() for one in following]

    assert sum(outcome["accepted"] for outcome in outcomes) == 3 * len(batches), "expected each to be accepted once"
    expect_one_order(instances[0], tenant, readers, [one["record_id"] for batch in batches for one in batch])


# --- what an operator does with the engine ---


def detached(sql, table):
    sql(f"DETACH TABLE {table} SYNC")
    sql(f"ATTACH TABLE {table}")


def restored(sql, table):
    sql(f"BACKUP TABLE {table} TO File('backup')")
    sql(f"DROP TABLE {table} SYNC")
    sql(f"RESTORE TABLE {table} FROM File('backup')")


def restored_under_another_name(sql, _):
    sql("BACKUP DATABASE shop TO File('backup')")
    sql("RESTORE DATABASE shop AS other FROM File('backup')")
    sql("DROP DATABASE shop SYNC")
    sql("RENAME DATABASE other TO shop")


def attached_from_another(sql, table):
    sql(f"RENAME TABLE {table} TO shop.old")
    sql(f"CREATE TABLE {table} AS shop.old")
    sql(f"ALTER TABLE {table} ATTACH PARTITION tuple() FROM shop.old")
    sql("DROP TABLE shop.old SYNC")


@pytest.mark.parametrize("kind", ["embedded", "remote"])
@pytest.mark.parametrize("how", [detached, restored, restored_under_another_name, attached_from_another], ids=lambda how: how.__name__)
def test_the_order_outlives_what_is_done_to_the_table(make, kind, how):
    annals = make.annals(kind)
    tenant = annals.initialise("shop")
    records = list(range(1, 6))
    for record in records:
        post(annals, tenant, event(record_id=record))
    with annals.behind_its_back() as sql:
        sql(f"OPTIMIZE TABLE {events_table(tenant)} FINAL")
    for record in range(6, 10):
        records.append(record)
        post(annals, tenant, event(record_id=record))
    reader, early = Reader(annals, tenant, 1), Reader(annals, tenant, 1)
    reader.read_all()
    early.read_on()

    with annals.behind_its_back() as sql:
        how(sql, events_table(tenant))
    for record in (10, 11, 12):
        records.append(record)
        post(annals, tenant, event(record_id=record))

    assert reader.read_all() == records
    expect_one_order(annals, tenant, [reader, early], records)


def test_a_cursor_ahead_of_a_restored_backup_is_refused(make):
    annals = make.annals("remote")
    tenant = annals.initialise("shop")
    post(annals, tenant, event(record_id=1), event(record_id=2))
    reader = Reader(annals, tenant)
    reader.read_all()

    annals.sql(f"DELETE FROM {events_table(tenant)} WHERE record_id = 2 SETTINGS lightweight_deletes_sync = 2")

    for path in ("/api/history/events?ordering=arrival&", "/api/history/tail?"):
        reply = annals.get(f"{path}cursor={reader.cursor}", headers={"X-Client-Id": tenant["client_id"]})
        assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
        assert "ahead of all events" in reply.json()["detail"][0]["msg"]
