"""Ids that are strings: "ORD-17" and UUIDs for records, sources and types, beside integers and never mixed with them."""

import json

import pytest

from support.answers.problems import NO_CONTROLS, expect_invalid, not_matching, too_long, too_short
from support.events import NDJSON, event, event_text, events_of, expect_created, expect_taken, post_envelope, post_events, envelope, shown
from support.names import unique_name
from support.samples.string_ids import IDS, MIXED, by_id, colliding_types, number_of


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
