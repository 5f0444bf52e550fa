"""What GET /api/history/events refuses of a query."""

import pytest

from support.answers.problems import (
    NO_CONTROLS,
    expect_invalid,
    not_a_string,
    not_an_integer,
    not_matching,
    too_large,
    too_long,
    too_short,
    too_small,
)
from support.answers.query_problems import extra, not_a_flag, not_a_time, not_a_uuid, not_one_of
from support.events import HISTORY, event, tenant_with
from support.names import unique_name

MAX_32, MAX_64 = 2**32 - 1, 2**64 - 1
ORDERINGS = ("-event_time", "event_time", "arrival")

INVALID = {
    "x=1": extra("x"),
    "Limit=1": extra("Limit"),
    "record=1": extra("record"),
    "%27%00=1": extra("'\0"),
    "limit=0": too_small("query", "limit", limit=1),
    "limit=1001": too_large("query", "limit", limit=1000),
    "limit=x": not_an_integer("query", "limit"),
    "offset=-1": too_small("query", "offset", limit=0),
    "offset=100001": too_large("query", "offset", limit=100000),
    "offset=": not_an_integer("query", "offset"),
    "ordering=record_id": not_one_of("ordering", *ORDERINGS),
    "count=maybe": not_a_flag("count"),
    "event_id=7": not_a_uuid("event_id"),
    "event_id=": not_a_uuid("event_id"),
    "event_time_from=yesterday": not_a_time("event_time_from"),
    "event_time_to=": not_a_time("event_time_to"),
    "event_time_to=2026-02-30T00:00:00Z": not_a_time("event_time_to"),
    **{f"{name}=-1": too_small("query", name, limit=0) for name in ("record_id", "source_id", "event_type_id")},
    **{f"{name}={MAX_64 + 1}": too_large("query", name, limit=MAX_64) for name in ("record_id", "source_id")},
    **{f"{name}={MAX_32 + 1}": too_large("query", name, limit=MAX_32) for name in ("event_type_id", "source_type_id")},
    **{f"record_id={text}": not_an_integer("query", "record_id") for text in ("",)},
    **{f"record_id={text}": not_a_string("query", "record_id") for text in ("%22", "%22x", "%22x%22y")},
    'record_id=%22%22': too_short("query", "record_id"),
    **{f"source_id={'x' * 129}": too_long("query", "source_id", limit=128)},
    **{f"event_type_id={text}": not_matching("query", "event_type_id", pattern=NO_CONTROLS) for text in ("a%00", "%7f", "%c2%80")},
}


@pytest.fixture
def tenant(any_annals, once):
    """One for all tests."""
    return once("tenant", lambda: any_annals.initialise(unique_name()))


@pytest.mark.parametrize("query, problem", INVALID.items(), ids=INVALID)
def test_a_query_that_makes_no_sense_is_refused(any_annals, tenant, query, problem):
    expect_invalid(any_annals.get(f"{HISTORY}?{query}", headers={"X-Client-Id": tenant["client_id"]}), problem)


def test_all_problems_are_listed_at_once_in_the_contracts_order(any_annals, tenant):
    query = (
        "z=1&count=2&cursor=%20&offset=-1&limit=0&ordering=x&q=ok&event_time_to=x&event_time_from=x&event_id=x"
        "&source_id=&source_type_id=&event_type_id=&record_id=-1&record_id=5&record_id=&a=1&z=2"
    )

    reply = any_annals.get(f"{HISTORY}?{query}", headers={"X-Client-Id": tenant["client_id"]})

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    fields = (
        "record_id record_id event_type_id source_type_id source_id event_id event_time_from event_time_to ordering "
        "limit offset cursor count z a"
    )
    assert [p["loc"] for p in reply.json()["detail"]] == [["query", name] for name in fields.split()]


@pytest.mark.parametrize(
    "query, found",
    {
        "event_time_from=0001-01-01T00:00:00Z": [0, 1, 2],
        "event_time_to=9999-12-31T23:59:59Z": [0, 1, 2],
        "event_time_from=1899-12-31T23:59:59Z&event_time_to=2300-01-01T00:00:00Z": [0, 1, 2],
        "event_time_from=1600-02-29T00:00:00Z&event_time_to=2016-12-31T23:59:60Z": [0],
        "event_time_from=2016-12-31T23:59:60Z&event_time_to=9999-12-31T23:59:59Z": [1, 2],
        "event_time_from=2300-01-01T00:00:00Z": [],
        "event_time_from=9999-01-01T00:00:00Z&event_time_to=9999-12-31T00:00:00Z": [],
        "event_time_to=1900-01-01T00:00:00Z": [],
        "event_time_to=0001-01-01T00:00:00Z": [],
    }.items(),
)
def test_a_bound_beyond_all_events_is_one(any_annals, once, query, found):
    times = ["1900-01-01T00:00:00.000Z", "2016-12-31T23:59:59.999Z", "2299-12-31T23:59:59.999Z"]
    tenant = once("first and last", lambda: tenant_with(any_annals, [event(event_time=time) for time in times]))

    reply = any_annals.get(f"{HISTORY}?{query}&ordering=event_time", headers={"X-Client-Id": tenant["client_id"]})

    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    assert [one["event_time"] for one in reply.json()["results"]] == [times[i] for i in found]
