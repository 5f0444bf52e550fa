"""A full disk: what was acknowledged stays, what has no room is refused in time, and once there is room all goes on."""

import urllib.parse

import pytest
import requests

from support import paths
from support.clickhouse_users import users_xml
from support.engines import needs_engine_library
from support.events import event, get_history, post_events
from support.load import expect_once, ids_of, shown_ids
from support.file_links import client, download_url, fetch, new_upload, put, uploaded
from support.names import unique_name
from support.problems import UNAVAILABLE, expect
from support.processes import run
from support.raw_http import RawConnection, head
from support.trail import wait_for
from support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = needs_engine_library

ENDS_SECONDS = 120
# The files of the journal that were made before the disk was full take some twenty of these.
ABOUT_A_MEGABYTE = 900
MOST_REQUESTS = 60
# A busy machine may refuse a request for want of time.
TIMES_REFUSED = 3
LITTLE_ROOM = 64 << 20
# A byte is none for who rounds down, but the disk's writes succeed; see full_disk.cc.
TOLD_OF_NO_ROOM = "1"
ROOM_FOR_THE_JOURNAL = 200 << 20


@pytest.fixture
def full(tmp_path):
    """The disk is full while this file exists."""
    return tmp_path / "full"


def preloaded(full, below):
    """What a program has in its environment for which the disk is full in `below`, while the file `full` exists."""
    return {"LD_PRELOAD": str(paths.FULL_DISK), "TEST_FULL_DISK": str(full), "TEST_FULL_DISK_BELOW": str(below)}


@pytest.fixture
def annals(make, full):
    annals = make.annals("embedded", environment={"ANNALS_EVENTS_RETRY_SECONDS": "0.5"}, start=False)
    annals.environment.update(preloaded(full, annals.data))
    return annals.start()


@pytest.fixture
def start_server(make, full, tmp_path, monkeypatch):
    """Starts a ClickHouse server whose disk is full while the file `full` exists."""

    def start(users=None):
        with monkeypatch.context() as changed:
            for name, value in preloaded(full, tmp_path).items():
                changed.setenv(name, value)
            return make.engine(users=users)

    return start


def a_megabyte():
    return [event(event_data=["x" * 1000]) for _ in range(ABOUT_A_MEGABYTE)]


def fill(annals, tenant):
    """Sends events until one request after the other is refused; returns those that were acknowledged, and the refusal."""
    acknowledged, refused = [], 0
    for _ in range(MOST_REQUESTS):
        events = a_megabyte()
        reply = post_events(annals, tenant, events)
        if reply.status_code == 201:
            acknowledged, refused = acknowledged + events, 0
            continue
        expect(reply, 503, UNAVAILABLE)
        refused += 1
        if refused == TIMES_REFUSED:
            return acknowledged, reply
    pytest.fail("expected that a full disk refuses events in the end")


def expect_kept(annals, tenant, acknowledged):
    ids = {one["event_id"] for one in acknowledged}
    shown = shown_ids(annals, tenant)
    expect_once(shown, ids, shown.keys(), "after the disk was full")


def test_what_has_no_room_is_refused_and_what_was_acknowledged_is_kept(annals, full):
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    before = event()
    assert post_events(annals, tenant, before).status_code == 201
    full.touch()

    acknowledged, refusal = fill(annals, tenant)
    expect(refusal, 503, UNAVAILABLE)
    assert refusal.headers["Retry-After"], "expected a hint when to try again"
    expect(get_history(annals, tenant), 503, UNAVAILABLE)
    assert annals.get("/healthz").status_code == 200

    full.unlink()
    wait_until(lambda: post_events(annals, other, event()).status_code == 201, "it takes events again", PATIENCE_SECONDS)
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "it moves events again", PATIENCE_SECONDS)
    expect_kept(annals, tenant, [before, *acknowledged])


def test_a_kill_while_the_disk_is_full_loses_nothing(annals, full):
    tenant = annals.initialise("shop")
    full.touch()
    acknowledged, _ = fill(annals, tenant)

    annals.kill9()
    full.unlink()
    annals.start()

    expect_kept(annals, tenant, acknowledged)
    assert ids_of(acknowledged), "expected that the journal's prepared files took some events"


def test_a_tenant_can_be_deleted_while_there_is_no_room_for_events(annals, full):
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    assert post_events(annals, tenant, event()).status_code == 201
    full.write_text(str(LITTLE_ROOM))
    acknowledged, _ = fill(annals, other)

    reply = annals.delete(tenant["client_id"])

    assert reply.status_code == 204, f"expected 204, got {reply.status_code} {reply.text}"
    assert annals.tenant(tenant["client_id"]) is None
    full.unlink()
    wait_until(lambda: get_history(annals, other).status_code == 200, "it moves events again", PATIENCE_SECONDS)
    expect_kept(annals, other, acknowledged)


EXPORTS = {
    "ndjson": ({}, {"format": "ndjson"}),
    "csv": ({}, {"format": "csv"}),
    "parquet": ({}, {"format": "parquet"}),
    "of words": ({}, {"format": "ndjson", "q": "pear"}),
    "of a record and a time": ({}, {"format": "csv", "record_id": "7", "event_time_from": "2020-01-01T00:00:00Z"}),
    "ndjson with strings as ids": ({"record_id": "ORD-7", "source_id": "shop"}, {"format": "ndjson"}),
    "csv with strings as ids": ({"record_id": "ORD-7", "source_id": "shop"}, {"format": "csv", "record_id": "ORD-7"}),
    "parquet with strings as ids": ({"record_id": "ORD-7", "source_id": "shop"}, {"format": "parquet"}),
}


def export(annals, tenant, query):
    reply = annals.get("/api/history/export", headers=client(tenant), params=query)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.content


@pytest.mark.parametrize("ids, query", EXPORTS.values(), ids=EXPORTS)
def test_an_export_takes_no_room(annals, full, ids, query):
    tenant = annals.initialise("shop")
    events = [event(event_data="apple pear", **ids) for _ in range(1000)]
    assert post_events(annals, tenant, events).status_code == 201
    before = export(annals, tenant, query)
    full.touch()

    during = export(annals, tenant, query)

    assert during == before, f"expected the {len(before)} bytes of before, got {len(during)}"
    if query["format"] == "parquet":
        assert during.startswith(b"PAR1") and during.endswith(b"PAR1"), "expected a whole file"
    else:
        missing = [one for one in events if one["event_id"].encode() not in during]
        assert not missing, f"expected all {len(events)} events, {len(missing)} are missing"


# --- nobody waits for room ---

# The longest that the setting allows: whatever waited for it would be given up by its client long before.
LONGEST_RETRY = {"ANNALS_EVENTS_RETRY_SECONDS": "3600"}
SMALL_JOURNAL = {"ANNALS_JOURNAL_MAX_BYTES": str(4 << 20)}


@pytest.mark.parametrize(
    "room, journal",
    [(0, {}), (0, SMALL_JOURNAL), (ROOM_FOR_THE_JOURNAL, SMALL_JOURNAL)],
    ids=["none for the journal", "none for a full journal", "none for tables"],
)
def test_events_that_have_no_room_are_refused_without_a_wait_for_it(annals, full, room, journal):
    annals.restart(environment={**LONGEST_RETRY, **journal})
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    full.write_text(str(room))

    acknowledged, refusal = fill(annals, tenant)

    expect(refusal, 503, UNAVAILABLE)
    assert refusal.headers["Retry-After"], "expected a hint when to try again"
    expect(get_history(annals, tenant), 503, UNAVAILABLE)
    full.unlink()
    wait_until(lambda: post_events(annals, other, event()).status_code == 201, "it takes events again", PATIENCE_SECONDS)
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "it moves events again", PATIENCE_SECONDS)
    expect_kept(annals, tenant, acknowledged)


# Each request asks the server for its tenant.
NOTHING_KEPT = {"ANNALS_TENANTS_CACHE_SECONDS": "0"}


def test_events_for_which_a_server_has_no_room_are_refused_without_a_wait_for_it(make, full, start_server):
    annals = make.annals(start_server(), environment={**LONGEST_RETRY, **NOTHING_KEPT})
    tenant = annals.initialise("shop")
    before, during = event(), event()
    assert post_events(annals, tenant, before).status_code == 201
    full.write_text(TOLD_OF_NO_ROOM)

    refusal = post_events(annals, tenant, during)

    expect(refusal, 503, UNAVAILABLE)
    assert refusal.headers["Retry-After"], "expected a hint when to try again"
    full.unlink()
    wait_until(lambda: post_events(annals, tenant, during).status_code == 201, "it takes events again", PATIENCE_SECONDS)
    expect_kept(annals, tenant, [before, during])


@pytest.mark.parametrize("profile", ["", "<http_wait_end_of_query>1</http_wait_end_of_query>"], ids=["", "answers in one piece"])
def test_a_server_without_room_leaves_nothing_out_of_what_it_answers(make, full, start_server, profile):
    annals = make.annals(start_server(users_xml(profile)), environment=NOTHING_KEPT)
    tenant = annals.initialise("shop")
    events = a_megabyte()
    assert post_events(annals, tenant, events).status_code == 201
    # The library that is the server here takes failed writes for successful ones, those of a merge as well.
    annals.engine.sql("SYSTEM STOP MERGES")
    full.touch()

    expect_kept(annals, tenant, events)
    exported = annals.get("/api/history/export", headers=client(tenant))
    assert exported.content.count(b"\n") == ABOUT_A_MEGABYTE, "expected an export of all events"
    listed = annals.get("/api/tenants").json()
    assert [one["client_id"] for one in listed["results"]] == [tenant["client_id"]], "expected the list with its tenant"


# --- the audit trail ---


def without_room(annals, full):
    """Leaves room for the engine's small tables, and none for the journal."""
    tenant = annals.initialise(unique_name())
    full.write_text(str(LITTLE_ROOM))

    def is_refused(number, data):
        status = post_events(annals, tenant, [event(event_data=data) for _ in range(number)]).status_code
        assert status in (201, 503), f"expected that they are taken or refused, got {status}"
        return status == 503

    def is_full():
        # What is left is filled with ever smaller requests, the last ones smaller than any record.
        for number, data in ((ABOUT_A_MEGABYTE, "x" * 1000), (ABOUT_A_MEGABYTE // 20, "x" * 1000), (1, "x" * 1000)):
            any(is_refused(number, data) for _ in range(MOST_REQUESTS))
        return all(is_refused(1, "") for _ in range(TIMES_REFUSED))

    wait_until(is_full, "there is no room for the smallest event")


def test_what_cannot_be_put_on_record_is_not_done_but_what_takes_away_is(annals, full):
    tenant = annals.initialise("shop")
    without_room(annals, full)

    refused = annals.post_tenant({"database_name": "unrecorded", "client_label": "unrecorded"})
    expect(refused, 503, UNAVAILABLE)
    assert refused.headers["Retry-After"], "expected a hint when to try again"
    assert annals.delete(tenant["client_id"]).status_code == 204

    assert "unrecorded" not in annals.get("/api/tenants").text, "expected that it was not done"
    full.unlink()
    wait_until(lambda: annals.request("POST", "/api/keys", json={}).status_code == 422, "acts go on", PATIENCE_SECONDS)
    told = wait_for(annals, "delete_tenant", lambda one: one["result"] == "done")
    assert len(told) == 1, f"expected that it is recorded once there is room, got {told}"


def test_a_service_that_does_not_require_the_trail_goes_on_without_it(annals, full):
    annals.restart(environment={"ANNALS_AUDIT_REQUIRED": "false"})
    without_room(annals, full)

    tenant = annals.initialise("unrecorded")

    assert "the audit trail cannot be written" in annals.log
    full.unlink()
    told = wait_for(annals, "initialize_tenant", lambda one: one.get("client_id") == tenant["client_id"])
    assert [one["result"] for one in told] == ["done"]


# --- uploads ---

NO_ROOM = {"detail": "File store has no room."}
HALF = b"x" * (1 << 20)


@pytest.fixture(params=["told", "untold"])
def store(make, full, request):
    """Its files lie on a disk that can become full: what is left can be asked for, or, as with a quota, cannot."""
    environment = {"TEST_FULL_DISK_UNTOLD": "1"} if request.param == "untold" else {}
    annals = make.annals("embedded", environment=environment, start=False)
    annals.environment.update(preloaded(full, annals.data / "files"))
    return annals.start()


def bytes_of(files):
    return sum((files.directory / key).stat().st_size for key in files.keys())


def test_an_upload_to_a_full_disk_is_refused_and_leaves_nothing(store, full):
    tenant = store.initialise("shop")
    _, kept = uploaded(store, tenant, b"kept")
    before = store.files.keys()
    full.touch()

    made = new_upload(store, tenant)
    reply = put(made["upload_url"], HALF)

    expect(reply, 507, NO_ROOM)
    assert reply.headers["Retry-After"], "expected a hint when to try again"
    assert store.files.keys() == before, f"expected nothing of the upload, got {store.files.keys()}"
    assert fetch(kept).content == b"kept", "expected the files of before"

    full.unlink()
    assert put(made["upload_url"], HALF).status_code == 200, "expected that the same URL serves once there is room"
    assert fetch(download_url(store, tenant, made["file_id"])).content == HALF


def test_a_disk_that_fills_up_during_an_upload_refuses_it(store, full):
    tenant = store.initialise("shop")
    made = new_upload(store, tenant)
    before = store.files.keys()
    target = urllib.parse.urlsplit(made["upload_url"])

    with RawConnection(store) as connection:
        connection.send(head("PUT", f"{target.path}?{target.query}", f"Content-Length: {2 * len(HALF)}") + HALF)
        wait_until(lambda: bytes_of(store.files) >= len(HALF), "the first half is written")
        full.touch()
        connection.send(HALF)
        reply = connection.reply()

    expect(reply, 507, NO_ROOM)
    assert store.files.keys() == before, f"expected nothing of the upload, got {store.files.keys()}"


# --- a disk that fails only when it is written to, as with a quota ---


@pytest.fixture
def limited(make, full):
    environment = {"TEST_FULL_DISK_UNTOLD": "1", "ANNALS_EVENTS_RETRY_SECONDS": "0.5"}
    annals = make.annals("embedded", environment=environment, start=False)
    annals.environment.update(preloaded(full, annals.engine.directory))
    return annals.start()


def expect_503_or_end(annals, ask):
    """Rounds of the process's own may meet the full disk, too, and end it before it answers."""
    try:
        expect(ask(), 503, UNAVAILABLE)
    except requests.ConnectionError:
        wait_until(lambda: not annals.running, "it ends, as it does not answer", ENDS_SECONDS)


def test_a_failed_write_of_the_engine_is_noticed_and_ends_the_process(limited, full):
    tenant = limited.initialise("shop")
    before, during = event(), event()
    assert post_events(limited, tenant, before).status_code == 201
    assert shown_ids(limited, tenant) == {before["event_id"]: 1}
    # Records that wait would be moved then, too, which ends the process.
    for action in ("start_service", "initialize_tenant"):
        wait_for(limited, action, lambda one: one["result"] == "done")
    full.touch()
    assert post_events(limited, tenant, during).status_code == 201, "the journal has room"

    expect_503_or_end(limited, lambda: get_history(limited, tenant))  # it would have to be moved
    marker = limited.engine.directory / "annals-sync-failed"
    assert marker.exists(), "expected it to remember the failure"
    wait_until(lambda: not limited.running, "it ends", ENDS_SECONDS)

    full.unlink()
    ended = run([paths.ANNALS, "serve"], limited.settings())
    assert ended.returncode == 1 and "the journal still has the events" in ended.stderr, ended
    marker.unlink()
    limited.start()
    expect_kept(limited, tenant, [before, during])


def sleeps_after_a_restart(annals, tenant):
    annals.restart()
    return list(annals.engine.directory.glob(f"store/*/*/events_{tenant['client_id'].replace('-', '')}.sql.bak"))


def test_a_table_that_wakes_while_nothing_can_be_written_keeps_its_definition(limited, full):
    tenant = limited.initialise("shop")
    before = event()
    assert post_events(limited, tenant, before).status_code == 201
    assert shown_ids(limited, tenant) == {before["event_id"]: 1}
    wait_until(lambda: sleeps_after_a_restart(limited, tenant), "its table sleeps")
    full.touch()

    get_history(limited, tenant)  # wakes it: the engine writes its definition, and takes the write for done
    limited.kill9()

    full.unlink()
    # A round of its own may have met the full disk with what the audit trail had: then the operator says that the journal
    # has everything.
    (limited.engine.directory / "annals-sync-failed").unlink(missing_ok=True)
    limited.start()
    expect_kept(limited, tenant, [before])


def test_a_tenant_that_is_made_while_nothing_can_be_written_does_not_prevent_the_next_start(limited, full):
    tenant = limited.initialise("shop")
    before = event()
    assert post_events(limited, tenant, before).status_code == 201
    full.touch()

    refused = limited.post_tenant({"database_name": "other", "client_label": "other"})
    expect(refused, 503, UNAVAILABLE)
    # The engine reads what it has just written, and finds nothing there.
    expect_503_or_end(limited, lambda: limited.get("/api/tenants"))
    wait_until(lambda: not limited.running, "it ends", ENDS_SECONDS)

    full.unlink()
    run([paths.ANNALS, "serve"], limited.settings())  # it names the tables of which something is missing
    (limited.engine.directory / "annals-sync-failed").unlink()
    limited.start()
    expect_kept(limited, tenant, [before])
    gone = lambda: [one["database_name"] for one in limited.tenants()] == ["shop"]
    wait_until(gone, "nothing is left of the other", PATIENCE_SECONDS)
    assert limited.initialise("other")


def test_a_definition_that_could_not_be_written_does_not_prevent_the_next_start(limited, full):
    tenant = limited.initialise("shop")
    before = event()
    assert post_events(limited, tenant, before).status_code == 201
    limited.restart(environment={"TEST_FULL_DISK_BELOW": str(limited.engine.directory / "metadata")})
    full.touch()

    refused = limited.post_tenant({"database_name": "other", "client_label": "other"})
    expect(refused, 503, UNAVAILABLE)
    limited.kill9()

    full.unlink()
    limited.start()
    expect_kept(limited, tenant, [before])
    gone = lambda: [one["database_name"] for one in limited.tenants()] == ["shop"]
    wait_until(gone, "nothing is left of the other", PATIENCE_SECONDS)
    assert limited.initialise("other")
