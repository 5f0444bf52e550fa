"""Ids that are strings: filters, order, counts, the tail and viewers."""

import json

import pytest

from support.answers.problems import expect
from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.clients.viewer_tokens import content_of, new_token, view
from support.events import event, events_of, expect_taken, history, post_events, shown, tenant_with
from support.names import unique_name
from support.samples.string_ids import IDS, MIXED, STRINGS, UUID, by_id, colliding_types, export, notation, number_of

COUNT_BY = "/api/history/events/count-by"


def count_by(annals, tenant, **query):
    return annals.get(COUNT_BY, headers=client(tenant), params=query)


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
