"""What is kept of an event, and how it is given back: data byte for byte, unknown keys, times in UTC."""

import json

import pytest

from support.events import (
    NDJSON,
    envelope,
    event,
    event_text,
    events_of,
    expect_created,
    expect_taken,
    post_envelope,
    post_events,
    shown,
    without,
)
from support.names import unique_name

CLOUD_EVENT = "application/cloudevents+json"

JSON_VALUES = {
    "null": "null",
    "true": "true",
    "false": "false",
    "zero": "0",
    "minus zero": "-0",
    "int beyond 53 bits": "9007199254740993",
    "int beyond 64 bits": "123456789012345678901234567890",
    "400 digits": "7" * 400,
    "float": "1.0",
    "float as written": "-0.10e+05",
    "exponent": "1.0e5",
    "capital exponent": "1E-7",
    "beyond double": "1e400",
    "below double": "1e-400",
    "many decimals": "0.1234567890123456789012345678901234567890",
    "empty string": '""',
    "spaces in a string": '"a  b   c "',
    "unicode": '"ünïcödé 🎉 \u2028"',
    "unicode escapes": r'"\u00fc\u0041\ud83c\udf89"',
    "control escapes": r'"\u0000\b\f\n\r\t\/\\\""',
    "quotes and braces": r'"\"}],{[\"event_data\":"',
    "sql": "\"'; DROP TABLE events; -- {x:String} `y` %s\"",
    "delete character": '"\x7f"',
    "half of a pair of surrogates": r'{"title":"Deal closed \ud83d"}',
    "the other half": r'"\udc00 and \uDFFF"',
    "halves in the wrong order": r'"\ude00\ud83d"',
    "half before a pair": r'"\ud83d\ud83d\ude00"',
    "keys of halves": r'{"\ud83d":1,"\ud83e":2,"\ufffd":3}',
    "exponent beyond 32 bits": "0e9999999999",
    "exponent beyond 64 bits": "[-1.50E-99999999999999999999,1e+18446744073709551616]",
    "empty array": "[]",
    "array": "[1,2,[3,[4]]]",
    "spaces": '{ "a" :  [ 1 ,\t2 ] }',
    "line breaks": '{\r\n  "a": 1,\n  "b": 2\n}',
    "empty object": "{}",
    "same key twice": '{"a":1,"a":2}',
    "order of keys": '{"z":1,"a":{"y":1,"b":2}}',
    "empty key": '{"":{"":""}}',
    "an event's keys": '{"event_id":"x","event_data":1}',
    "nested 400 deep": "[" * 400 + "]" * 400,
    "long": '"' + "x" * 300_000 + '"',
}


def text_of(sent, data):
    """The event as JSON with exactly `data` for its event_data."""
    return json.dumps(without(sent, "event_data"))[:-1] + f', "event_data": {data}}}'


# --- event_data ---


@pytest.mark.parametrize("data", JSON_VALUES.values(), ids=JSON_VALUES)
def test_event_data_is_given_back_byte_for_byte(annals, shared_tenant, data):
    tenant = shared_tenant(annals)
    sent = event()

    expect_taken(post_events(annals, tenant, text_of(sent, data)), 1)

    assert f'"event_data":{data},"file_id":null' in event_text(annals, tenant, sent["event_id"])


@pytest.fixture(scope="module")
def shared_tenant():
    """Gives one tenant for each service: for tests that look at nothing but their own event."""
    made = {}

    def get(annals):
        if annals not in made:
            made[annals] = annals.initialise(unique_name())
        return made[annals]

    return get


def in_envelope(annals, tenant, text):
    body = json.dumps(envelope("DETAIL", tenant["database_name"])).replace('"DETAIL"', text)
    expect_created(post_envelope(annals, body))


def in_array(annals, tenant, text):
    expect_taken(post_events(annals, tenant, f"[ {text} ]"), 1)


def as_line(annals, tenant, text):
    expect_taken(post_events(annals, tenant, f"{text}\n", NDJSON), 1)


def in_cloud_event(annals, tenant, text):
    body = f'{{"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {text}}}'
    expect_taken(post_events(annals, tenant, body, CLOUD_EVENT), 1)


@pytest.mark.parametrize("post", [in_envelope, in_array, as_line, in_cloud_event], ids=lambda post: post.__name__)
def test_event_data_is_given_back_byte_for_byte_however_it_came(any_annals, shared_tenant, post):
    tenant = shared_tenant(any_annals)
    sent = event()
    data = '{ "a" :[1.0e5,  123456789012345678901234567890],"b":"\\u00fc  ü"}'

    post(any_annals, tenant, text_of(sent, data))

    assert f'"event_data":{data},"file_id":null' in event_text(any_annals, tenant, sent["event_id"])


def test_a_page_of_all_kinds_of_data_is_json(annals, tenant):
    texts = [text_of(event(), data) for name, data in JSON_VALUES.items() if not name.startswith("nested")]

    expect_taken(post_events(annals, tenant, "[" + ",".join(texts) + "]"), len(texts))

    sent = {given["event_id"]: shown(given) for given in map(json.loads, texts)}
    assert {got["event_id"]: got for got in events_of(annals, tenant, limit=1000)} == sent


# --- unknown keys ---


def test_unknown_keys_are_given_back_as_they_came(annals, tenant):
    others = '"source_info": {"a" :  1.0e2},"source_name":"x  \\u00fc","n":null,"b":123456789012345678901,"":[]'
    sent = event()
    text = f"{{{others}, {json.dumps(sent)[1:]}"

    expect_taken(post_events(annals, tenant, text), 1)

    got = event_text(annals, tenant, sent["event_id"])
    for member in ('"source_info":{"a" :  1.0e2}', '"source_name":"x  \\u00fc"', '"b":123456789012345678901'):
        assert member in got, f"expected {member} in {got}"
    assert events_of(annals, tenant) == [shown(json.loads(text))]


@pytest.mark.parametrize("key", ["commit", "place", "other_fields", "cursor", "a.b", "__proto__", "ü\n\"'`"])
def test_an_unknown_key_may_have_any_name(any_annals, shared_tenant, key):
    tenant = shared_tenant(any_annals)
    sent = event(**{key: {"x": [1]}})

    expect_taken(post_events(any_annals, tenant, sent), 1)

    assert events_of(any_annals, tenant, event_id=sent["event_id"]) == [shown(sent)]


def test_of_a_repeated_key_the_last_counts(any_annals, shared_tenant):
    tenant = shared_tenant(any_annals)
    sent = event()
    text = '{"record_id": "x", "event_data": 1, "extra": 1, ' + json.dumps({**sent, "extra": 2})[1:]

    in_envelope(any_annals, tenant, text)

    assert json.loads(event_text(any_annals, tenant, sent["event_id"])) == shown({**sent, "extra": 2})
    assert event_text(any_annals, tenant, sent["event_id"]).count('"extra"') == 1


def test_a_key_may_be_written_with_escapes(any_annals, shared_tenant):
    tenant = shared_tenant(any_annals)
    sent = event()

    in_envelope(any_annals, tenant, json.dumps(sent).replace("record_id", "record\\u005fid"))

    assert json.loads(event_text(any_annals, tenant, sent["event_id"])) == shown(sent)


def test_an_unknown_key_may_be_half_of_a_pair_of_surrogates(any_annals, shared_tenant):
    tenant = shared_tenant(any_annals)
    sent = event()
    odd = r'"\ud83d": "\udc00", "\ud83e": 1e9999999999'

    in_envelope(any_annals, tenant, json.dumps(sent)[:-1] + f", {odd}}}")

    assert odd.replace(": ", ":").replace(", ", ",") in event_text(any_annals, tenant, sent["event_id"])


# --- times ---

TIMES = {
    "2022-11-10T10:26:12.111Z": "2022-11-10T10:26:12.111Z",
    "2022-11-10T10:26:12Z": "2022-11-10T10:26:12.000Z",
    "2022-11-10T10:26:12": "2022-11-10T10:26:12.000Z",
    "2022-11-10 10:26:12.5": "2022-11-10T10:26:12.500Z",
    "2022-11-10t10:26:12.5z": "2022-11-10T10:26:12.500Z",
    "2022-11-10T10:26:12.1119999Z": "2022-11-10T10:26:12.111Z",
    "2022-11-10T10:26:12.000000001Z": "2022-11-10T10:26:12.000Z",
    "2022-11-10T10:26:12+00:00": "2022-11-10T10:26:12.000Z",
    "2022-11-10T10:26:12-00:00": "2022-11-10T10:26:12.000Z",
    "2022-11-10T10:26:12.25+05:30": "2022-11-10T04:56:12.250Z",
    "2022-11-10T23:30:00-01:00": "2022-11-11T00:30:00.000Z",
    "2022-01-01T00:00:00+14:00": "2021-12-31T10:00:00.000Z",
    "2024-02-29T23:59:59.999Z": "2024-02-29T23:59:59.999Z",
    "1970-01-01T00:00:00Z": "1970-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z": "1969-12-31T23:59:59.999Z",
    "1900-01-01T00:00:00.001Z": "1900-01-01T00:00:00.001Z",
    "2299-12-31T23:59:59.999Z": "2299-12-31T23:59:59.999Z",
    "1998-12-31T23:59:60Z": "1998-12-31T23:59:59.999Z",
    "2016-12-31T15:59:60.5-08:00": "2016-12-31T23:59:59.999Z",
}


def test_a_time_is_kept_in_utc_to_the_millisecond(annals, tenant):
    sent = [event(event_time=given) for given in TIMES]

    expect_taken(post_events(annals, tenant, sent), len(sent))

    times = {got["event_id"]: got["event_time"] for got in events_of(annals, tenant)}
    assert {given["event_time"]: times[given["event_id"]] for given in sent} == TIMES


def test_one_moment_in_two_zones_is_one_event(any_annals, shared_tenant):
    tenant = shared_tenant(any_annals)
    first = event(event_time="2022-11-10T10:26:12.111Z")
    again = {**first, "event_time": "2022-11-10T12:26:12.111+02:00"}

    expect_taken(post_events(any_annals, tenant, [first, again]), 1, duplicates=1)

    assert events_of(any_annals, tenant, event_id=first["event_id"]) == [shown(first)]
