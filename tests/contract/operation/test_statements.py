"""What a ClickHouse server, and whoever writes a log of its URLs, sees of Annals."""

import hashlib
import urllib.parse

import pytest

from support.annals import events_table
from support.clients.event_streams import Tail
from support.clients.file_links import client, get_file, new_upload, put
from support.events import HISTORY, event, events_of, get_history, post_events
from support.gates.recording_gate import RecordingGate
from support.names import unique_name

LABEL = "Ärzte & Söhne"
WORD = "Geheimwort"
COUNT_BY = "/api/history/events/count-by"
EXPORT = "/api/history/export"


@pytest.fixture
def annals(make):
    return make.annals(make.gated(RecordingGate))


def test_no_value_of_a_users_stands_in_a_url(annals):
    name = unique_name()
    tenant = annals.post_tenant({"database_name": name, "client_label": LABEL}).json()
    sent = event(event_data=f"ein {WORD}", record_id=4711_4711_4711)
    assert post_events(annals, tenant, sent).status_code == 201
    assert len(events_of(annals, tenant, q=WORD, record_id=sent["record_id"])) == 1
    for path, query in (("/api/history/export", {"q": WORD}), ("/api/history/events/count-by", {"q": WORD})):
        assert annals.get(path, headers=client(tenant), params=query).status_code == 200
    assert annals.get(f"{HISTORY}/{sent['event_id']}", headers=client(tenant)).status_code == 200
    annals.remove(tenant["client_id"])

    gate = annals.engine.gate
    urls = urllib.parse.unquote_plus("\n".join(gate.urls))
    secret = tenant["client_secret"]
    values = (LABEL, WORD, "Geheim", str(sent["record_id"]), sent["event_id"], secret)
    shown = [value for value in (*values, hashlib.sha256(secret.encode()).hexdigest()) if value in urls]
    assert not shown, f"expected no value in a URL, got {shown}"
    assert any(WORD in body for body in gate.bodies), "expected the word in a body, or the test sees nothing"


@pytest.mark.parametrize("value", ["", "--", "\r\n--x\r\n", 'a"; name="query', "\\", "ß" * 500], ids=ascii)
def test_whatever_a_value_holds_it_stays_one_value(annals, value):
    tenant = annals.initialise(unique_name())
    sent = event(event_data="needle")
    assert post_events(annals, tenant, sent).status_code == 201

    reply = get_history(annals, tenant, q=f"needle {value}")

    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    assert {e["event_id"] for e in reply.json()["results"]} <= {sent["event_id"]}


def test_the_file_of_an_event_is_found_without_reading_the_event(annals):
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    sent = event(file_id=upload["file_id"])
    assert post_events(annals, tenant, sent).status_code == 201
    annals.engine.gate.bodies.clear()

    reply = get_file(annals, tenant, sent["event_id"], Accept="application/json")

    assert (reply.status_code, reply.json()["file_id"]) == (200, upload["file_id"])
    read = [body for body in of_table(annals, tenant) if "event_data" in body or "other_fields" in body]
    assert not read, f"expected that the file's id alone is read, got {read}"


# Every way to read a history, by its path and its query.
READS = {
    "a page": (HISTORY, {}),
    "a page of a cursor": (HISTORY, {"cursor": "", "ordering": "arrival"}),
    "a search": (HISTORY, {"q": WORD}),
    "an event": (f"{HISTORY}/{{event_id}}", {}),
    "the file of an event": (f"{HISTORY}/{{event_id}}/file", {}),
    "counts": (COUNT_BY, {"by": "event_type_id"}),
    "counts of a search": (COUNT_BY, {"by": "record_id", "q": WORD}),
    "lines": (EXPORT, {"format": "ndjson"}),
    "a table": (EXPORT, {"format": "csv"}),
    "columns": (EXPORT, {"format": "parquet", "q": WORD}),
}


def of_table(annals, tenant):
    """The statements since the last clear() that name the tenant's table."""
    table = events_table(tenant).split(".")[1]
    statements = [body for body in annals.engine.gate.bodies if table in body]
    assert statements, f"expected statements that name {table}, or the test sees nothing"
    return statements


def able_to_write(annals, tenant):
    """Those of which ClickHouse would carry out a write if it found one."""
    return [body for body in of_table(annals, tenant) if "readonly = 2" not in body.rpartition(" SETTINGS ")[2]]


def test_what_reads_a_history_cannot_write(annals):
    tenant = annals.initialise(unique_name())
    sent = event(event_data=WORD, record_id="a text")
    assert post_events(annals, tenant, sent).status_code == 201

    able = {}
    for name, (path, query) in READS.items():
        annals.engine.gate.bodies.clear()
        reply = annals.get(path.format(**sent), headers=client(tenant), params=query)
        status = 404 if path.endswith("/file") else 200  # the event has none
        assert reply.status_code == status, f"{name}: expected {status}, got {reply.status_code} {reply.text}"
        able[name] = able_to_write(annals, tenant)

    assert able == dict.fromkeys(READS, []), f"expected that no statement that reads can write, got {able}"


def test_a_tail_cannot_write(annals):
    tenant = annals.initialise(unique_name())
    with Tail(annals, tenant) as tail:
        next(tail.lines())
        assert post_events(annals, tenant, [event(), event()]).status_code == 201
        tail.read(2)
    annals.engine.gate.bodies.clear()

    with Tail(annals, tenant), Tail(annals, tenant, last_event_id=tail.ids[0]) as later:
        later.read(1)

    able = able_to_write(annals, tenant)
    assert not able, f"expected that no statement of a tail can write, got {able}"
