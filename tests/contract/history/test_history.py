"""GET /api/history/events: filters, order, pages by offset, counts."""

import datetime
import itertools
import json
import urllib.parse

import pytest
import requests

from support.annals import API_KEY
from support.clients.load import ndjson
from support.events import HISTORY, NDJSON, event, events_of, get_history, history, post_events, shown, tenant_with
from support.names import UNKNOWN_ID, unique_name
from support.waiting import TIMEOUT_SECONDS

WORDS = ("red apple", "green apple", "red pear", "blue plum")
MAX_OFFSET = 100_000
MAX_32, MAX_64 = 2**32 - 1, 2**64 - 1


def one_of_many(i):
    """Event number i of the history that most tests read; all differ in time."""
    return event(
        event_id=f"{i:08x}-0000-4000-8000-00000000000a",
        event_time=f"2026-01-01T00:00:{i:02}.{i:03}Z",
        event_type_id=i % 3,
        record_id=i % 4,
        source_type_id=i % 2,
        source_id=i % 5,
        event_data={"note": WORDS[i % 4]},
    )


MANY = [one_of_many(i) for i in range(30)]
LARGEST = event(
    event_time="2026-01-02T00:00:00.000Z",
    record_id=MAX_64,
    source_id=MAX_64,
    event_type_id=MAX_32,
    source_type_id=MAX_32,
)
MANY.append(LARGEST)


def time_of(i):
    return MANY[i]["event_time"]


@pytest.fixture
def many(annals, engine_kind, once):
    """A tenant with the events MANY."""
    return once(engine_kind, lambda: tenant_with(annals, MANY))


def newest_first(events):
    return [shown(e) for e in sorted(events, key=lambda e: (e["event_time"], e["event_id"]), reverse=True)]


FILTERS = {
    "one record": ({"record_id": 2}, lambda e: e["record_id"] == 2),
    "several records": ({"record_id": [1, 3]}, lambda e: e["record_id"] in (1, 3)),
    "a record twice": ({"record_id": [1, 1]}, lambda e: e["record_id"] == 1),
    "a record that is not there": ({"record_id": 4711}, lambda e: False),
    "one type": ({"event_type_id": 0}, lambda e: e["event_type_id"] == 0),
    "several types": ({"event_type_id": [0, 2]}, lambda e: e["event_type_id"] in (0, 2)),
    "one source type": ({"source_type_id": 1}, lambda e: e["source_type_id"] == 1),
    "several source types": ({"source_type_id": [0, 9]}, lambda e: e["source_type_id"] == 0),
    "one source": ({"source_id": 4}, lambda e: e["source_id"] == 4),
    "several sources": ({"source_id": [0, 4, 2]}, lambda e: e["source_id"] in (0, 2, 4)),
    "the largest record": ({"record_id": MAX_64}, lambda e: e is LARGEST),
    "the largest of all": (
        {"source_id": MAX_64, "event_type_id": MAX_32, "source_type_id": MAX_32},
        lambda e: e is LARGEST,
    ),
    "one id": ({"event_id": MANY[7]["event_id"]}, lambda e: e is MANY[7]),
    "an id in upper case": ({"event_id": MANY[10]["event_id"].upper()}, lambda e: e is MANY[10]),
    "several ids": (
        {"event_id": [MANY[3]["event_id"], MANY[5]["event_id"], UNKNOWN_ID]},
        lambda e: e in (MANY[3], MANY[5]),
    ),
    "an unknown id": ({"event_id": UNKNOWN_ID}, lambda e: False),
    "from a time on, inclusive": ({"event_time_from": time_of(9)}, lambda e: e["event_time"] >= time_of(9)),
    "up to a time, exclusive": ({"event_time_to": time_of(9)}, lambda e: e["event_time"] < time_of(9)),
    "between": (
        {"event_time_from": time_of(4), "event_time_to": time_of(8)},
        lambda e: time_of(4) <= e["event_time"] < time_of(8),
    ),
    "an empty time": ({"event_time_from": time_of(4), "event_time_to": time_of(4)}, lambda e: False),
    "a time back to front": ({"event_time_from": time_of(8), "event_time_to": time_of(4)}, lambda e: False),
    "a date, which is its first moment in UTC": (
        {"event_time_from": "2026-01-01", "event_time_to": "2026-01-02"},
        lambda e: "2026-01-01" <= e["event_time"] < "2026-01-02",
    ),
    "up to a date": ({"event_time_to": "2026-01-01"}, lambda e: e["event_time"] < "2026-01-01"),
    "a time with an offset": (
        {"event_time_from": "2026-01-01T02:00:10.010+02:00"},
        lambda e: e["event_time"] >= time_of(10),
    ),
    "a time without a fraction": (
        {"event_time_to": "2026-01-01T00:00:10Z"},
        lambda e: e["event_time"] < "2026-01-01T00:00:10.000Z",
    ),
    "a word": ({"q": "apple"}, lambda e: "apple" in str(e["event_data"])),
    "a word in another case": ({"q": "APPLE"}, lambda e: "apple" in str(e["event_data"])),
    "two words, both of them": ({"q": "apple red"}, lambda e: "red apple" in str(e["event_data"])),
    "a part of a word": ({"q": "app"}, lambda e: False),
    "no word": ({"q": ""}, lambda e: True),
    "everything": (
        {"record_id": [0, 2], "event_type_id": [0, 1], "source_type_id": 0, "q": "red", "event_time_from": time_of(3)},
        lambda e: e["record_id"] in (0, 2)
        and e["event_type_id"] in (0, 1)
        and e["source_type_id"] == 0
        and "red" in str(e["event_data"])
        and e["event_time"] >= time_of(3),
    ),
}


@pytest.mark.parametrize("query, wanted", FILTERS.values(), ids=FILTERS)
def test_a_filter_gives_the_events_that_satisfy_it_and_counts_them(annals, many, query, wanted):
    expected = newest_first(filter(wanted, MANY))

    page = history(annals, many, **query)

    assert page["results"] == expected
    assert (page["total_count"], page["filtered_count"]) == (len(MANY), len(expected))


@pytest.mark.parametrize("limit, offset", [(7, 0), (7, 7), (7, 28), (1, 0), (31, 0), (1000, 3), (50, 31), (5, 100000)])
def test_a_page_is_a_slice_of_the_filtered_events(annals, many, limit, offset):
    page = history(annals, many, limit=limit, offset=offset)

    assert page["results"] == newest_first(MANY)[offset : offset + limit]
    assert (page["limit"], page["offset"], page["filtered_count"]) == (limit, offset, len(MANY))
    assert (page["next"] is None) == (offset + limit >= len(MANY))
    assert (page["previous"] is None) == (offset == 0)


def test_the_oldest_come_first_when_asked_for(annals, many):
    assert events_of(annals, many, ordering="event_time") == newest_first(MANY)[::-1]


def test_an_answer_has_exactly_the_keys_of_the_contract_in_its_order(annals):
    tenant = annals.initialise(unique_name())
    sent = event(file_id=UNKNOWN_ID, source_name="Ärger & Söhne", source_info={"a": [1, None]})
    post_events(annals, tenant, sent)

    reply = get_history(annals, tenant)

    assert reply.headers["Content-Type"] == "application/json"
    assert reply.json() == {
        "limit": 50,
        "offset": 0,
        "total_count": 1,
        "filtered_count": 1,
        "next": None,
        "previous": None,
        "results": [sent],
    }
    assert list(reply.json()) == ["limit", "offset", "total_count", "filtered_count", "next", "previous", "results"]
    columns = "event_id event_time event_type_id record_id source_type_id source_id event_data file_id".split()
    assert list(reply.json()["results"][0]) == [*columns, "source_name", "source_info"]


def test_a_history_without_events_is_an_empty_page(annals):
    page = history(annals, annals.initialise(unique_name()))

    assert (page["total_count"], page["filtered_count"], page["results"]) == (0, 0, [])


@pytest.mark.parametrize("ordering", ["event_time", "-event_time"])
def test_ties_of_time_are_ordered_by_event_id(annals, ordering):
    tenant = annals.initialise(unique_name())
    parts = itertools.product("0f", "19", "2e", "3d")
    ids = [f"{a}{b}000000-0000-4000-8{c}00-{d}00000000000" for a, b, c, d in parts]
    post_events(annals, tenant, [event(event_id=id_) for id_ in ids[::-1]])

    shown_ids = [e["event_id"] for e in events_of(annals, tenant, ordering=ordering)]

    assert shown_ids == sorted(ids, reverse=ordering.startswith("-"))


# --- words ---

TEXTS = {
    "Müller": "Herr Müller geht",
    "naïve": {"naïve": 1},
    "第二": ["第一", "第二"],
    "Ж": "А Ж",
    "after": "before\nafter",
    "stop": "tab\tstop",
    "quoted": 'say "quoted" here',
    "path": "a\\path",
    "slashed": "and/slashed",
    "deep": {"a": [{"b": [["very deep"]]}]},
    "4711": {"number": 4711},
    "snake": "snake_case",
}


@pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as it is"])
def test_a_word_is_found_however_json_has_written_it(any_annals, ascii_only):
    tenant = any_annals.initialise(unique_name())
    sent = {word: event(event_data=data) for word, data in TEXTS.items()}
    post_events(any_annals, tenant, json.dumps(list(sent.values()), ensure_ascii=ascii_only))

    found = {word: [e["event_id"] for e in events_of(any_annals, tenant, q=word)] for word in TEXTS}

    assert found == {word: [e["event_id"]] for word, e in sent.items()}


SIGNS = ["'", '"', "\\", "%", "_", "\0", "--", "/* */", "') OR 1=1 --", "{word0:String}", "🎉"]


@pytest.mark.parametrize("text", SIGNS)
def test_signs_in_words_are_harmless(annals, many, text):
    reply = get_history(annals, many, q=f"apple {text} red")

    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    assert reply.json()["filtered_count"] <= 8


# --- next and previous ---


def follow(annals, tenant, url, direction):
    """The pages from a URL on, each by the URL that the one before names."""
    while url:
        assert url.startswith(annals.url + HISTORY + "?"), f"expected a complete URL, got {url}"
        reply = requests.get(url, headers={"X-Client-Id": tenant["client_id"], "X-API-Key": tenant["key"]}, timeout=TIMEOUT_SECONDS)
        assert reply.status_code == 200, f"expected 200 for {url}, got {reply.status_code} {reply.text}"
        yield reply.json()
        url = reply.json()[direction]


QUERIES = {
    "nothing": {},
    "ordered": {"ordering": "event_time"},
    "filtered": {"record_id": [0, 1, 3], "event_time_from": "2026-01-01T02:00:02.002+02:00"},
    "filtered by a word with signs": {"q": "& =apple+ %' #", "source_type_id": 0},
    "not counted": {"count": "false", "source_id": [1, 2]},
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_next_leads_through_all_pages_and_previous_back(annals, many, query):
    tenant = {**many, "key": annals.environment["ANNALS_AUTH_API_KEYS"]}
    whole = events_of(annals, many, **query)
    first = history(annals, many, limit=4, **query)

    forwards = [first, *follow(annals, tenant, first["next"], "next")]
    backwards = list(follow(annals, tenant, forwards[-1]["previous"], "previous"))

    assert [e for page in forwards for e in page["results"]] == whole
    assert [page["results"] for page in backwards[::-1]] == [page["results"] for page in forwards[:-1]]
    assert len(forwards) > 1 and backwards[-1]["offset"] == 0


def test_next_keeps_every_parameter_but_the_offset(annals, many):
    query = {"event_type_id": ["0", "1"], "event_time_to": "2026-01-01T05:00:00+02:00", "ordering": "event_time"}

    page = history(annals, many, limit=3, offset=3, **query)

    for direction, offset in (("next", "6"), ("previous", "0")):
        named = urllib.parse.parse_qs(urllib.parse.urlsplit(page[direction]).query)
        expected = {**query, "limit": "3", "offset": offset}
        assert named == {name: value if isinstance(value, list) else [value] for name, value in expected.items()}


def test_past_the_last_offset_a_cursor_leads_on(any_annals):
    tenant = any_annals.initialise(unique_name())
    count = MAX_OFFSET + 9
    start = datetime.datetime(2026, 1, 1)
    time_of_second = lambda i: (start + datetime.timedelta(seconds=i)).isoformat() + "Z"
    lines = ndjson(event(record_id=i, event_time=time_of_second(i)) for i in range(count))
    assert post_events(any_annals, tenant, lines, NDJSON).status_code == 201

    page = history(any_annals, tenant, limit=5, offset=MAX_OFFSET - 1, ordering="event_time")
    [rest] = follow(any_annals, {**tenant, "key": API_KEY}, page["next"], "next")

    assert "cursor=" in page["next"] and "offset=" not in page["next"]
    first = MAX_OFFSET - 1
    assert [e["record_id"] for e in page["results"]] == list(range(first, first + 5))
    assert [e["record_id"] for e in rest["results"]] == list(range(first + 5, first + 10))


def test_urls_begin_with_the_public_url(make):
    annals = make.annals(environment={"ANNALS_SERVER_PUBLIC_URL": "https://history.example.com"})
    tenant = annals.initialise("shop")
    post_events(annals, tenant, [event(), event()])

    assert history(annals, tenant, limit=1)["next"].startswith(f"https://history.example.com{HISTORY}?")


FLAGS = [("true", True), ("false", False), ("True", True), ("False", False), ("1", True), ("0", False)]


@pytest.mark.parametrize("value, counted", FLAGS)
def test_counts_are_left_out_when_they_are_not_wanted(any_annals, value, counted):
    tenant = any_annals.initialise(unique_name())

    page = history(any_annals, tenant, count=value)

    assert (page["total_count"], page["filtered_count"]) == ((0, 0) if counted else (None, None))
