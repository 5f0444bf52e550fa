"""GET /api/history/export: all events of a tenant, or those that a filter wants, as a file."""

import csv
import io
import json
import re
import uuid

import pytest

from support.answers.problems import expect_invalid, too_small
from support.answers.query_problems import extra, not_a_uuid, not_one_of
from support.clients.file_links import client
from support.events import NDJSON, event, events_of, post_events, shown, tenant_with
from support.names import unique_name

PATH = "/api/history/export"
COLUMNS = (
    "event_id event_time event_type_id record_id source_type_id source_id event_data file_id other_fields".split()
)
TYPES = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
MAX_64 = 2**64 - 1

EVENTS = [
    event(event_data={"n": 1, "text": 'say "hi",\nÄrger; 日本 🎉 \\ \0 \t'}, record_id=MAX_64, source_id=MAX_64),
    event(event_data=None, event_time="1900-01-01T00:00:00.000Z", record_id=1),
    event(event_data="=1+1", event_time="2299-12-31T23:59:59.999Z", record_id=2, event_type_id=2**32 - 1),
    event(event_data=[1.5, -0.0, 10**30, True, {}], file_id=str(uuid.uuid4()), record_id=2),
    event(event_data="", source_name='a,"b"\n', source_info={"x": [None]}, record_id=3, source_type_id=0),
]


@pytest.fixture
def tenant(annals, engine_kind, once):
    """A tenant with the events EVENTS."""
    return once(engine_kind, lambda: tenant_with(annals, EVENTS))


def export(annals, tenant, **query):
    reply = annals.get(PATH, headers=client(tenant), params=query)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply


def lines_of(reply):
    """The events of an NDJSON export by their ids."""
    assert reply.content == b"" or reply.content.endswith(b"\n"), "expected a line break at the end"
    events = [json.loads(line) for line in reply.content.decode().split("\n") if line]
    return {e["event_id"]: e for e in events}


def by_id(events):
    return {e["event_id"]: e for e in events}


def other_fields_of(sent):
    return {key: value for key, value in sent.items() if key not in COLUMNS}


# --- NDJSON ---


def test_ndjson_has_an_event_per_line_as_the_history_shows_it(annals, tenant):
    reply = export(annals, tenant)

    assert lines_of(reply) == by_id(shown(e) for e in EVENTS)
    assert reply.content.count(b"\n") == len(EVENTS)
    assert export(annals, tenant, format="ndjson").content == reply.content


def test_ndjson_posted_to_another_tenant_makes_the_same_events(annals, tenant):
    other = annals.initialise(unique_name())

    reply = post_events(annals, other, export(annals, tenant).content, NDJSON)

    assert reply.json() == {"accepted": len(EVENTS), "duplicates": 0, "errors": []}
    assert events_of(annals, other) == events_of(annals, tenant)
    assert lines_of(export(annals, other)) == lines_of(export(annals, tenant))


def test_json_with_line_breaks_is_one_line(annals):
    tenant = annals.initialise(unique_name())
    sent = event()
    assert post_events(annals, tenant, json.dumps(sent, indent=2).replace("\n", "\r\n")).status_code == 201

    reply = export(annals, tenant)

    assert reply.content.count(b"\n") == 1 and b"\r" not in reply.content
    assert lines_of(reply) == by_id([shown(sent)])


def test_many_events_are_exported_once_each(annals):
    tenant = annals.initialise(unique_name())
    text = "".join(json.dumps(event(record_id=i % 50)) + "\n" for i in range(30_000))
    assert post_events(annals, tenant, text, NDJSON).json()["accepted"] == 30_000

    reply = export(annals, tenant)

    assert reply.content.count(b"\n") == 30_000
    assert len(lines_of(reply)) == 30_000


# --- CSV ---


def test_lines_of_csv_end_as_rfc_4180_has_it(annals, tenant):
    content = export(annals, tenant, format="csv").content

    # A quoted text may hold a line break of its own.
    rows = re.sub(rb'"(?:[^"]|"")*"', b'""', content)
    assert rows.count(b"\r\n") == rows.count(b"\n") == len(EVENTS) + 1, f"expected CRLF at every line's end, got {rows}"
    assert content.endswith(b"\r\n")


def test_csv_without_events_is_its_head(annals):
    content = export(annals, annals.initialise(unique_name()), format="csv").content

    assert content.decode() == ",".join(f'"{name}"' for name in COLUMNS) + "\r\n"


def test_csv_has_a_column_for_each_part(annals, tenant):
    rows = list(csv.reader(io.StringIO(export(annals, tenant, format="csv").content.decode(), newline="")))

    assert rows[0] == COLUMNS
    shown_rows = {row[0]: dict(zip(COLUMNS, row)) for row in rows[1:]}
    assert len(rows) == 1 + len(EVENTS)
    for sent in EVENTS:
        row = shown_rows[sent["event_id"]]
        numbers = ("event_type_id", "record_id", "source_type_id", "source_id")
        assert [row[name] for name in numbers] == [str(sent[name]) for name in numbers]
        assert row["event_time"] == sent["event_time"]
        assert row["event_data"] == json.dumps(sent["event_data"])
        assert row["file_id"] == sent.get("file_id", "")
        assert json.loads(row["other_fields"] or "{}") == other_fields_of(sent)


# --- Parquet ---


def test_parquet_has_a_column_for_each_part(annals, tenant, shared, tmp_path):
    content = export(annals, tenant, format="parquet").content
    assert content[:4] == content[-4:] == b"PAR1"
    file = tmp_path / "events.parquet"
    file.write_bytes(content)
    sql = shared("remote").sql  # a real reader of Parquet

    columns = sql("DESCRIBE TABLE file({file:String}, Parquet)", file=str(file)).split("\n")
    rows = sql(
        """SELECT event_time, toTypeName(event_time), event_type_id, record_id, source_type_id, source_id,
                  event_data, toString(file_id), other_fields, toString(event_id)
           FROM file({file:String}, Parquet) FORMAT JSONCompactEachRow
           SETTINGS output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso'""",
        file=str(file),
    )

    assert [column.split("\t")[0] for column in columns] == COLUMNS
    found = {row[9]: row for row in map(json.loads, rows.split("\n"))}
    assert len(found) == len(EVENTS)
    for sent in EVENTS:
        row = found[sent["event_id"]]
        assert row[0] == sent["event_time"] and row[1].startswith("DateTime64(3, 'UTC')")
        numbers = ("event_type_id", "record_id", "source_type_id", "source_id")
        assert row[2:6] == [sent[name] for name in numbers]
        assert row[6] == json.dumps(sent["event_data"])
        assert row[7] == sent.get("file_id")
        assert json.loads(row[8] or "{}") == other_fields_of(sent)


# --- all of them ---

FILTERS = {
    "a record": ({"record_id": [2, 3]}, lambda e: e["record_id"] in (2, 3)),
    "ids": ({"event_id": [EVENTS[0]["event_id"], EVENTS[4]["event_id"]]}, lambda e: e in (EVENTS[0], EVENTS[4])),
    "types": ({"event_type_id": 1, "source_type_id": 2}, lambda e: (e["event_type_id"], e["source_type_id"]) == (1, 2)),
    "a source": ({"source_id": MAX_64}, lambda e: e["source_id"] == MAX_64),
    "a time": (
        {"event_time_from": "1999-01-01T00:00:00Z", "event_time_to": "2100-01-01T00:00:00Z"},
        lambda e: "1999" < e["event_time"] < "2100",
    ),
    "a word": ({"q": "hi"}, lambda e: e is EVENTS[0]),
    "nothing": ({"record_id": 4711}, lambda e: False),
}


@pytest.mark.parametrize("query, wanted", FILTERS.values(), ids=FILTERS)
def test_a_filter_says_what_is_exported(annals, tenant, query, wanted):
    expected = by_id(shown(e) for e in EVENTS if wanted(e))

    assert lines_of(export(annals, tenant, **query)) == expected
    rows = list(csv.reader(io.StringIO(export(annals, tenant, format="csv", **query).content.decode(), newline="")))
    assert sorted(row[0] for row in rows[1:]) == sorted(expected)


@pytest.mark.parametrize("kind", TYPES)
def test_a_file_says_what_it_is(annals, tenant, kind):
    headers = export(annals, tenant, format=kind).headers

    assert headers["Content-Type"] == TYPES[kind]
    assert headers["Content-Disposition"] == f'attachment; filename="events.{kind}"'


@pytest.mark.parametrize("kind", TYPES)
def test_a_history_without_events_is_a_file_without_events(annals, kind):
    content = export(annals, annals.initialise(unique_name()), format=kind).content

    if kind == "parquet":
        assert content[:4] == content[-4:] == b"PAR1"
    else:
        assert content.count(b"\n") == (1 if kind == "csv" else 0)


INVALID = {
    "format=xml": not_one_of("format", *TYPES),
    "format=": not_one_of("format", *TYPES),
    "format=CSV": not_one_of("format", *TYPES),
    "limit=1": extra("limit"),
    "record_id=-1": too_small("query", "record_id", limit=0),
    "event_id=x": not_a_uuid("event_id"),
}


@pytest.mark.parametrize("query, problem", INVALID.items(), ids=INVALID)
def test_a_query_that_makes_no_sense_is_refused(annals, tenant, query, problem):
    expect_invalid(annals.get(f"{PATH}?{query}", headers=client(tenant)), problem)
