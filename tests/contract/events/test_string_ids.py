"""Ids that are strings: "ORD-17" and UUIDs for records, sources and types, beside integers and never mixed with them."""

import csv
import hashlib
import io
import itertools
import json

import pytest

from support.answers.problems import (
    NO_CONTROLS,
    expect,
    expect_invalid,
    not_matching,
    too_long,
    too_short,
)
from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.clients.viewer_tokens import content_of, new_token, view
from support.events import (
    NDJSON,
    event,
    event_text,
    events_of,
    expect_created,
    expect_taken,
    history,
    post_envelope,
    post_events,
    envelope,
    shown,
    tenant_with,
)
from support.names import unique_name

IDS = ("event_type_id", "record_id", "source_type_id", "source_id")
EXPORT = "/api/history/export"
COUNT_BY = "/api/history/events/count-by"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"

STRINGS = [
    "ORD-17",
    UUID,
    UUID.upper(),
    "17",
    "-17",
    "007",
    " ",
    "日本語の記録",
    "🎉",
    'a"b',
    '"quoted"',
    "back\\slash",
    "it's",
    "'); DROP TABLE x; --",
    "a_b,c;d",
    "{}",
    "[1,2]",
    "null",
    "é",  # composed
    "é",  # with a combining mark
    '"cloudevent":{',
    "x" * 128,
    "日" * 128,
]


def number_of(string, bits=64):
    """The number under which a column of so many bits holds a string."""
    number = int.from_bytes(hashlib.sha256(string.encode()).digest()[: bits // 8], "big")
    return number | 1 << (bits - 1)


def colliding_types():
    """Two strings with the same number of 32 bits."""
    seen = {}
    for i in itertools.count():
        string = f"type-{i}"
        other = seen.setdefault(number_of(string, 32), string)
        if other != string:
            return other, string


def notation(value):
    """An id as queries, CSV and cursors have it."""
    plain = str(value)
    digits = plain.removeprefix("-")
    looks_else = plain.startswith('"') or digits.isascii() and digits.isdecimal()
    if isinstance(value, int) or not looks_else:
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def export(annals, tenant, **query):
    reply = annals.get(EXPORT, headers=client(tenant), params=query)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply


def count_by(annals, tenant, **query):
    return annals.get(COUNT_BY, headers=client(tenant), params=query)


def by_id(events):
    return {e["event_id"]: e for e in events}


def mixed_events():
    """Events of strings and of integers that look alike, or have the numbers of the strings."""
    strings = [event(**{name: string}) for string in STRINGS for name in IDS]
    numbers = [event(record_id=number_of("ORD-17")), event(source_id=number_of(UUID)), event(record_id=17)]
    types = [event(event_type_id=number_of("ORD-17", 32)), event(source_type_id=number_of("17", 32))]
    kept = [event(record_id="ORD-17", source_name="x\u0001y", nested={"\u0001ORD-17\u0001": 1}), event(**{"\u0001": "\u0001"})]
    return strings + numbers + types + kept + [event(**{name: f"all-{name}" for name in IDS}, note=None)]


MIXED = mixed_events()


@pytest.fixture
def tenant(annals, engine_kind, once):
    """A tenant with the events MIXED."""
    return once(engine_kind, lambda: tenant_with(annals, MIXED))


# --- in and out ---


def test_a_page_gives_back_what_came(annals, tenant):
    assert by_id(events_of(annals, tenant, limit=1000)) == by_id(shown(e) for e in MIXED)


@pytest.mark.parametrize("name", IDS)
def test_every_way_in_takes_a_string(annals, name):
    tenant = annals.initialise(unique_name())
    sent = [event(**{name: "ORD-17"}) for _ in range(5)]

    expect_created(post_envelope(annals, envelope(sent[0], tenant["client_id"])))
    expect_taken(post_events(annals, tenant, sent[1]), 1)
    expect_taken(post_events(annals, tenant, [sent[2]]), 1)
    expect_taken(post_events(annals, tenant, json.dumps(sent[3]) + "\n", NDJSON), 1)
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": sent[4]}
    expect_taken(post_events(annals, tenant, json.dumps(cloud), "application/cloudevents+json"), 1)

    got = by_id(events_of(annals, tenant, **{name: "ORD-17"}))
    assert got == by_id([*map(shown, sent[:4]), shown({**sent[4], "cloudevent": {k: cloud[k] for k in list(cloud)[:4]}})])


def test_escapes_in_json_are_the_same_string(annals):
    tenant = annals.initialise(unique_name())
    sent = event(record_id="naïve/日")
    text = json.dumps(sent).replace("/", "\\/")
    expect_taken(post_events(annals, tenant, text), 1)

    assert events_of(annals, tenant, record_id="naïve/日") == [shown(sent)]
    assert '"record_id":"naïve/日"' in event_text(annals, tenant, sent["event_id"])


@pytest.mark.parametrize("name", IDS)
def test_a_string_has_1_to_128_characters_none_of_them_a_control(any_annals, name):
    tenant = any_annals.initialise(unique_name())
    place = ("body", name)
    wrong = {
        "": too_short(*place),
        "x" * 129: too_long(*place, limit=128),
        "🎉" * 129: too_long(*place, limit=128),
        **{c: not_matching(*place, pattern=NO_CONTROLS) for c in ("\0", "a\nb", "\t", "\x1f", "\x7f", "\x80", "\x9f")},
    }
    for string, problem in wrong.items():
        expect_invalid(post_events(any_annals, tenant, event(**{name: string})), problem)
    lone = json.dumps(event()).replace(f'"{name}": ', f'"{name}": "\\ud83d", "_": ')
    expect_invalid(post_events(any_annals, tenant, lone), not_matching(*place, pattern=NO_CONTROLS))


def test_the_same_event_is_a_duplicate_and_one_with_another_id_a_conflict(annals):
    tenant = annals.initialise(unique_name())
    sent = event(record_id="ORD-17", event_type_id=7)
    expect_taken(post_events(annals, tenant, sent), 1)

    expect_taken(post_events(annals, tenant, sent), 0, duplicates=1)
    first, second = colliding_types()
    others = [{**sent, "record_id": value} for value in ("ord-17", 17, number_of("ORD-17"))]
    for other in others:
        expect_taken(post_events(annals, tenant, other), 0, duplicates=1, conflicts=1)
    typed = event(event_type_id=first, record_id='"cloudevent":{', x=1)
    expect_taken(post_events(annals, tenant, typed), 1)
    expect_taken(post_events(annals, tenant, typed), 0, duplicates=1)
    for other in ({**typed, "event_type_id": second}, {**typed, "x": 2}):
        expect_taken(post_events(annals, tenant, other), 0, duplicates=1, conflicts=1)
    assert by_id(events_of(annals, tenant)) == by_id([shown(sent), shown(typed)])


# --- filters ---


@pytest.mark.parametrize("name", IDS)
def test_a_filter_finds_its_string_and_no_other(annals, tenant, name):
    for value in [*STRINGS, 17, 7, 1]:
        page = history(annals, tenant, limit=1000, **{name: notation(value)})

        wanted = by_id(shown(e) for e in MIXED if e[name] == value)
        assert by_id(page["results"]) == wanted, f"{name}={notation(value)}"
        assert page["filtered_count"] == len(wanted)


def test_a_string_may_always_be_sent_in_quotes(annals, tenant):
    for value in STRINGS:
        got = events_of(annals, tenant, limit=1000, record_id=json.dumps(value))
        assert by_id(got) == by_id(shown(e) for e in MIXED if e["record_id"] == value)


def test_filters_of_both_kinds_together(annals, tenant):
    values = ["ORD-17", "17", 7, number_of("ORD-17")]

    page = history(annals, tenant, limit=1000, record_id=[notation(value) for value in values], source_id=["3", UUID])

    wanted = [e for e in MIXED if e["record_id"] in values and e["source_id"] in (3, UUID)]
    assert by_id(page["results"]) == by_id(map(shown, wanted)) and len(wanted) > 30
    assert page["filtered_count"] == len(wanted)


def test_no_collision_shows_a_foreign_event(annals):
    first, second = colliding_types()
    number = number_of(first, 32)
    assert number == number_of(second, 32)
    sent = [event(event_type_id=value, source_type_id=value) for value in (first, second, number)]
    sent += [event(record_id=value, source_id=value) for value in ("ORD-17", number_of("ORD-17"))]
    tenant = tenant_with(annals, sent)

    for name in IDS:
        for value in {e[name] for e in sent}:
            wanted = [shown(e) for e in sent if e[name] == value]
            page = history(annals, tenant, **{name: notation(value)})
            assert by_id(page["results"]) == by_id(wanted), f"{name}={notation(value)}"
            assert page["filtered_count"] == len(wanted)
        groups = count_by(annals, tenant, by=name).json()["results"]
        assert {json.dumps(g[name]): g["count"] for g in groups} == {
            json.dumps(value): sum(e[name] == value for e in sent) for value in {e[name] for e in sent}
        }
    both = events_of(annals, tenant, event_type_id=[first, str(number)])
    assert by_id(both) == by_id([shown(sent[0]), shown(sent[2])])


def test_a_row_with_the_number_of_another_string_is_not_shown(make):
    engine = make.engine()
    annals = make.annals(engine)
    tenant = annals.initialise("shop")
    sent = event(record_id="ORD-17")
    expect_taken(post_events(annals, tenant, sent), 1)
    table = f"shop.events_{tenant['client_id'].replace('-', '')}"
    # The same number, another string: as if SHA-256 had collided.
    engine.sql(
        f"INSERT INTO {table} SELECT * REPLACE (arrival + 1 AS arrival, generateUUIDv4() AS event_id,"
        f" replaceAll(other_fields, 'ORD-17', 'FOREIGN') AS other_fields) FROM {table}"
    )

    page = history(annals, tenant, record_id="ORD-17")

    assert page["results"] == [shown(sent)] and page["filtered_count"] == 1 and page["total_count"] == 2
    assert events_of(annals, tenant, record_id="FOREIGN") == [], "its number is another"
    groups = count_by(annals, tenant, by="record_id").json()["results"]
    assert groups == [{"record_id": "FOREIGN", "count": 1}, {"record_id": "ORD-17", "count": 1}]


# --- order ---


@pytest.mark.parametrize("ordering", ["-event_time", "event_time", "arrival"])
def test_pages_by_cursor_have_every_event_once(annals, tenant, ordering):
    seen, cursor = [], ""
    while cursor is not None:
        page = history(annals, tenant, ordering=ordering, cursor=cursor, limit=7)
        seen += page["results"]
        follow = page["results"] and page["next"]
        cursor = follow.rsplit("cursor=", 1)[1] if follow else None
    assert by_id(seen) == by_id(map(shown, MIXED)) and len(seen) == len(MIXED)
    if ordering == "event_time":
        assert [e["event_id"] for e in seen] == sorted(e["event_id"] for e in seen)


def test_an_export_resumes_after_every_event(annals, tenant):
    lines = export(annals, tenant).content.decode().split("\n")
    assert lines.pop() == ""
    events = [json.loads(line) for line in lines]
    order = [e["record_id"] if isinstance(e["record_id"], int) else number_of(e["record_id"]) for e in events]
    assert order == sorted(order), "integers by value, strings among them by their numbers"
    milliseconds = 1668075972111
    for i in range(0, len(events), 5):
        after = f"r{notation(events[i]['record_id'])}_{milliseconds}_{events[i]['event_id']}"
        rest = export(annals, tenant, after=after).content.decode()
        assert rest == "".join(f"{line}\n" for line in lines[i + 1 :]), f"after={after}"


# --- counts, tail, viewers ---


@pytest.mark.parametrize("name", IDS)
def test_groups_are_integers_and_strings_in_this_order(annals, tenant, name):
    values = {json.dumps(e[name]): e[name] for e in MIXED}.values()
    numbers = sorted(value for value in values if isinstance(value, int))
    strings = sorted((value for value in values if isinstance(value, str)), key=lambda value: value.encode())

    wanted = [{name: value, "count": sum(e[name] == value for e in MIXED)} for value in [*numbers, *strings]]

    expect(count_by(annals, tenant, by=name), 200, {"results": wanted, "more": False})
    few = count_by(annals, tenant, by=name, limit=3).json()
    assert few == {"results": wanted[:3], "more": True}
    most = count_by(annals, tenant, by=name, ordering="-count", limit=2).json()["results"]
    assert most == sorted(wanted, key=lambda group: -group["count"])[:2]


def test_groups_of_time_and_several_ids(annals, tenant):
    got = count_by(annals, tenant, by=["record_id", "event_type_id"], bucket="day", limit=10_000).json()["results"]

    pairs = {(json.dumps(e["record_id"]), json.dumps(e["event_type_id"])) for e in MIXED}
    assert len(got) == len(pairs) and sum(group["count"] for group in got) == len(MIXED)
    assert list(got[0]) == ["time", "record_id", "event_type_id", "count"]


def test_a_tail_gives_strings(annals):
    tenant = annals.initialise(unique_name())
    with Tail(annals, tenant, record_id="ORD-17") as tail:
        sent = [event(record_id=value) for value in ("ORD-17", "ORD-18", 17, number_of("ORD-17"), "ORD-17")]
        expect_taken(post_events(annals, tenant, sent), 5)

        assert tail.read(2) == [shown(sent[0]), shown(sent[4])]


def test_a_viewer_sees_the_strings_of_its_token(annals, tenant):
    token = new_token(annals, tenant, {"record_id": ["ORD-17", 17], "event_type_id": [1]})
    assert content_of(token)[0] == 2, "a version that no instance of before takes for one of its own"
    assert content_of(token)[2]["filter"] == {"record_id": ["ORD-17", 17], "event_type_id": [1]}

    page = view(annals, token, "/api/history/events?limit=1000").json()

    wanted = [e for e in MIXED if e["record_id"] in ("ORD-17", 17) and e["event_type_id"] == 1]
    assert by_id(page["results"]) == by_id(map(shown, wanted)) and page["total_count"] == len(wanted)
    narrowed = view(annals, token, "/api/history/events?record_id=17").json()["results"]
    assert by_id(narrowed) == by_id(shown(e) for e in wanted if e["record_id"] == 17)
    assert content_of(new_token(annals, tenant, {"record_id": [17]}))[0] == 1


# --- exports ---


def test_ndjson_posted_to_another_tenant_makes_the_same_events(annals, tenant):
    content = export(annals, tenant).content
    other = annals.initialise(unique_name())

    expect_taken(post_events(annals, other, content, NDJSON), len(MIXED))

    assert export(annals, other).content == content


def test_csv_has_the_notation_and_quotes_texts(annals, tenant):
    content = export(annals, tenant, format="csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))

    sent = by_id(MIXED)
    assert len(rows) == len(MIXED)
    for row in rows:
        assert [row[name] for name in IDS] == [notation(sent[row["event_id"]][name]) for name in IDS]
        assert "\1" not in row["other_fields"]
    assert ',"ORD-17",' in content and ",17," in content and ',"""17""",' in content


def test_numbers_of_integers_stay_bare_in_csv(annals):
    tenant = tenant_with(annals, [event(), event(record_id=2**64 - 1, event_type_id=2**32 - 1)])

    content = export(annals, tenant, format="csv").content.decode()

    assert ",1,7,2,3," in content and f",{2**32 - 1},{2**64 - 1},2,3," in content


def test_lines_of_csv_do_not_depend_on_the_strings_of_others(annals):
    """Without strings the engine writes them."""
    integers = [
        event(event_data={"text": 'say "hi",\n\r é'}, file_id=UUID, source_name='a,"b"'),
        event(event_time="1900-01-01T00:00:00.000Z", event_data="", record_id=2**64 - 1),
        event(event_time="2299-12-31T23:59:59.999Z", event_data=None, event_type_id=2**32 - 1),
    ]
    plain = export(annals, tenant_with(annals, integers), format="csv").content
    other = event(record_id="ORD-17")

    mixed = export(annals, tenant_with(annals, [*integers, other]), format="csv").content

    lines = mixed.split(b"\r\n")
    (line,) = [text for text in lines if other["event_id"].encode() in text]
    lines.remove(line)
    assert b"\r\n".join(lines) == plain


def columns_of_parquet(engine, file, content):
    """The types and the values of the four ids, by event_id, as another program reads them."""
    file.write_bytes(content)
    ids = ", ".join(f"toString({name})" for name in IDS)
    source = f"file('{file}', Parquet)"
    types = dict(zip(IDS, engine.sql("SELECT " + ", ".join(f"toTypeName({n})" for n in IDS) + f" FROM {source} LIMIT 1").split()))
    rows = json.loads(engine.sql(f"SELECT groupArray((toString(event_id), [{ids}], other_fields)) FROM {source} FORMAT JSONCompactEachRow"))[0]
    return types, {row[0]: row[1] for row in rows}, [row[2] for row in rows]


def test_parquet_has_texts_where_an_id_is_a_string(make, tmp_path):
    engine = make.engine()
    annals = make.annals(engine)
    tenant = annals.initialise("shop")
    sent = [event(record_id=value) for value in (*STRINGS, 17, number_of("ORD-17"))]
    sent[0]["source_name"] = "é\u0001"
    expect_taken(post_events(annals, tenant, sent), len(sent))
    file = tmp_path / "events.parquet"

    types, rows, kept = columns_of_parquet(engine, file, export(annals, tenant, format="parquet").content)

    assert types["record_id"].endswith("String)") or types["record_id"] == "String", types
    assert "UInt32" in types["event_type_id"] and "UInt64" in types["source_id"], types
    assert rows == {e["event_id"]: [notation(e[name]) for name in IDS] for e in sent}
    assert not any("\1" in text for text in kept) and json.loads(sorted(kept)[-1]) == {"source_name": "é\u0001"}

    numbers = export(annals, tenant, format="parquet", record_id=[17, number_of("ORD-17")])
    types, rows, _ = columns_of_parquet(engine, file, numbers.content)
    assert "UInt64" in types["record_id"], types
    assert sorted(row[1] for row in rows.values()) == sorted(str(e["record_id"]) for e in sent[-2:])

    texts = export(annals, tenant, format="parquet", record_id=17, numbers="string")
    types, rows, _ = columns_of_parquet(engine, file, texts.content)
    assert all("String" in kind for kind in types.values()), types
    assert list(rows.values()) == [["1", "17", "2", "3"]]
