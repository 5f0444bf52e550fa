"""The journal of the embedded engine: what was acknowledged is in it until it is in its table, and nothing else is."""

import shutil

import pytest

from support import paths
from support.annals import API_KEY, events_table
from support.answers.problems import NO_SUCH_CLIENT, expect
from support.clients.arrival import Reader, arrived
from support.clients.load import stored_ids
from support.clients.raw_http import RawConnection, head
from support.events import event, events_of, expect_stored, get_history, history, post_events
from support.machine.processes import run
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.file_trees import files_with

HANG_UPS = 80
# No event that a test sends is of this record.
REFUSING = "CONSTRAINT nothing CHECK record_id = 0"


@pytest.fixture
def annals(make):
    return make.annals("embedded")


@pytest.fixture
def tenant(annals):
    return annals.initialise("shop")


def post(annals, tenant, *records, **changes):
    expect_stored(annals, tenant, [event(record_id=record, **changes) for record in records])


def segments(annals):
    return sorted((annals.data / "journal").glob("*.journal"))


def test_what_was_acknowledged_is_there_in_every_way_of_reading(annals, tenant):
    headers = {"X-Client-Id": tenant["client_id"]}
    get = lambda path: annals.get(f"/api/history/{path}", headers=headers)
    known = event(record_id=3)

    post(annals, tenant, 1)
    assert history(annals, tenant)["total_count"] == 1
    post(annals, tenant, 2)
    assert arrived(annals, tenant) == [1, 2]
    expect_stored(annals, tenant, [known])
    assert get(f"events/{known['event_id']}").status_code == 200
    post(annals, tenant, 4)
    assert '"record_id":4,' in get("export?format=ndjson").text
    post(annals, tenant, 5)
    assert '"count":5' in get("events/count-by?by=event_type_id").text.replace(" ", "")
    post(annals, tenant, 6)
    assert post_events(annals, tenant, [known]).json()["duplicates"] == 1


def test_a_deleted_tenants_events_are_in_no_file_any_more(annals, tenant):
    other = annals.initialise("other")
    for number in range(5):
        post(annals, tenant, number, event_data=["the secret of a client"])
        post(annals, other, number, event_data=["a neighbour's"])
    assert files_with(annals.data, "the secret of a client"), "expected that the journal holds them before"

    annals.remove(tenant["client_id"])

    assert files_with(annals.data, "the secret of a client") == []
    annals.kill9()
    annals.start()
    assert files_with(annals.data, "the secret of a client") == []
    assert sorted(arrived(annals, other)) == list(range(5))
    expect(post_events(annals, tenant, event()), 400, NO_SUCH_CLIENT)


def test_clients_that_hang_up_while_they_read_stop_nothing(annals, tenant):
    """A reader moves what waits; if it goes in the middle of that, others go on."""
    asks = [
        head("GET", path, f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}")
        for path in ("/api/history/tail", "/api/history/events", "/api/history/export")
    ]
    for number in range(HANG_UPS):
        post(annals, tenant, number)
        readers = [RawConnection(annals) for _ in asks]
        for reader, ask in zip(readers, asks):
            reader.send(ask)
        for reader in readers[number % 2 :]:
            reader.socket.close()

    # Until its readers that are gone have had their turn, a client may get 503 for more of them.
    served = lambda: get_history(annals, tenant).status_code == 200
    wait_until(served, "the client is served again", PATIENCE_SECONDS)
    assert history(annals, tenant)["total_count"] == HANG_UPS
    assert arrived(annals, tenant, limit=1000) == list(range(HANG_UPS))


def test_a_copy_of_the_directory_has_everything(make, annals, tenant):
    post(annals, tenant, 1, 2)
    reader = Reader(annals, tenant)
    reader.read_all()
    post(annals, tenant, 3, 4)
    annals.kill9()

    other = make.annals("embedded", start=False)
    shutil.rmtree(other.data, ignore_errors=True)
    shutil.copytree(annals.data, other.data, symlinks=True)
    other.start()

    assert arrived(other, tenant) == [1, 2, 3, 4]
    post(other, tenant, 5)
    assert arrived(other, tenant) == [1, 2, 3, 4, 5]


def test_a_directory_of_the_version_before_goes_on_with_its_order(annals, tenant):
    """That version had no journal and numbered each table from one."""
    for record in range(1, 4):
        post(annals, tenant, record)
    reader = Reader(annals, tenant, 1)
    reader.read_all()
    annals.terminate()
    assert len(stored_ids(annals, tenant)) == 3, "expected that a stop leaves nothing in the journal"
    annals.sql(f"ALTER TABLE {events_table(tenant)} MODIFY SETTING non_replicated_deduplication_window = 20000")
    annals.engine.release()
    shutil.rmtree(annals.data / "journal")
    (annals.engine.directory / "annals-journal").unlink()
    (annals.engine.directory / "annals-without-deduplication-logs").unlink()

    annals.start()

    for record in range(4, 7):
        post(annals, tenant, record)
    assert reader.read_all() == [1, 2, 3, 4, 5, 6]
    assert arrived(annals, tenant, limit=1) == [1, 2, 3, 4, 5, 6]
    annals.terminate()
    assert "deduplication_window = 0" in annals.sql(f"SHOW CREATE TABLE {events_table(tenant)}")


def test_a_tenant_whose_table_refuses_is_named_and_costs_the_others_nothing(make):
    annals = make.annals("embedded", environment={"ANNALS_JOURNAL_MAX_BYTES": str(4 << 20), "ANNALS_EVENTS_RETRY_SECONDS": "0.5"})
    broken, other = annals.initialise("broken"), annals.initialise("other")
    with annals.behind_its_back() as sql:
        sql(f"ALTER TABLE {events_table(broken)} ADD {REFUSING}")
    large = ["x" * 100_000]

    statuses = [post_events(annals, broken, event(event_data=large)).status_code for _ in range(15)]
    wait_until(lambda: "cannot be moved" in annals.log, "the log tells of it", PATIENCE_SECONDS)

    assert set(statuses) == {201, 503}, f"expected that it is refused once its share is full, got {statuses}"
    assert broken["client_id"] in annals.log
    assert get_history(annals, broken).status_code == 503, "what cannot be shown is not left out"
    for record in range(20):
        post(annals, other, record)
    assert arrived(annals, other) == list(range(20))
    with annals.behind_its_back() as sql:
        assert "the journal holds events" in annals.log, "expected that the stop says what is left"
        sql(f"ALTER TABLE {events_table(broken)} DROP CONSTRAINT nothing")
    assert history(annals, broken)["total_count"] == statuses.count(201)


def test_it_does_not_start_with_a_damaged_journal(annals, tenant):
    for record in range(5):
        post(annals, tenant, record)
    annals.kill9()
    file = next(one for one in segments(annals) if b"string" in one.read_bytes())
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"string", b"strinG", 1))

    ended = run([paths.ANNALS, "serve"], annals.settings())

    assert ended.returncode == 1, f"expected exit status 1, got {ended.returncode} {ended.stderr}"
    assert str(file) in ended.stderr and "may be lost" in ended.stderr, ended.stderr
    file.write_bytes(whole)
    annals.start()
    assert arrived(annals, tenant) == list(range(5))


def test_it_does_not_start_without_the_journal_that_its_tables_need(annals, tenant):
    post(annals, tenant, 1)
    annals.kill9()
    kept = annals.directory / "kept"
    shutil.move(annals.data / "journal", kept)

    ended = run([paths.ANNALS, "serve"], annals.settings())

    assert ended.returncode == 1 and "need the journal" in ended.stderr, ended.stderr
    shutil.rmtree(annals.data / "journal", ignore_errors=True)
    shutil.move(kept, annals.data / "journal")
    annals.start()
    assert arrived(annals, tenant) == [1]


def test_a_stop_is_quick_whatever_is_in_the_journal_and_nothing_is_lost(annals):
    tenants = [annals.initialise(f"shop{number}") for number in range(60)]
    for one in tenants:
        post(annals, one, 1, 2, 3)

    annals.terminate()  # waits 10 seconds at most
    annals.start()

    for one in tenants:
        assert arrived(annals, one) == [1, 2, 3]
        assert len(events_of(annals, one)) == 3
