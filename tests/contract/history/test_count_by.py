"""GET /api/history/events/count-by: how many events there are per time and per column."""

import collections
import datetime

import pytest

from support.answers.problems import expect, expect_invalid, too_large, too_small
from support.answers.query_problems import extra, not_a_time, not_one_of
from support.clients.file_links import client
from support.events import event, post_events, tenant_with
from support.names import unique_name

PATH = "/api/history/events/count-by"
COLUMNS = ("event_type_id", "source_type_id", "source_id", "record_id")
BUCKETS = ("minute", "hour", "day", "week", "month")
MAX_64 = 2**64 - 1

TIMES = [
    "2025-12-28T23:59:59.999Z",  # a Sunday
    "2025-12-29T00:00:00.000Z",  # a Monday, whose week ends in the next year
    "2025-12-31T23:59:59.999Z",
    "2026-01-01T00:00:00.000Z",
    "2026-01-01T00:00:59.999Z",
    "2026-01-01T00:01:00.000Z",
    "2026-01-01T00:59:59.999Z",
    "2026-01-01T01:00:00.000Z",
    "2026-01-31T12:00:00.000Z",
    "2026-02-01T00:00:00.000Z",
]
FAR_TIMES = [
    "1900-01-01T00:00:00.000Z",
    "1950-03-05T04:05:06.007Z",
    "1969-12-31T23:59:59.999Z",
    "2106-02-07T06:28:16.000Z",
    "2299-12-31T23:59:59.999Z",
]


def numbered(i, time):
    return event(
        event_time=time,
        event_type_id=i % 3,
        source_type_id=i % 2,
        source_id=i % 4,
        record_id=(0, 7, MAX_64)[i * 5 % 3],
        event_data=["red apple", "green apple"][i % 2],
    )


EVENTS = [numbered(i, time) for i, time in enumerate(TIMES * 3)]


@pytest.fixture
def tenant(annals, engine_kind, once):
    """A tenant with the events EVENTS."""
    return once(engine_kind, lambda: tenant_with(annals, EVENTS))


def count_by(annals, tenant, **query):
    return annals.get(PATH, headers=client(tenant), params=query)


def start_of(bucket, time):
    moment = datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).replace(microsecond=0, second=0)
    if bucket != "minute":
        moment = moment.replace(minute=0)
    if bucket in ("day", "week", "month"):
        moment = moment.replace(hour=0)
    if bucket == "week":
        moment -= datetime.timedelta(days=moment.weekday())
    if bucket == "month":
        moment = moment.replace(day=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(events, bucket, columns):
    """The groups in their order."""
    counts = collections.Counter(
        (*([start_of(bucket, e["event_time"])] if bucket else []), *(e[column] for column in columns)) for e in events
    )
    names = (*(["time"] if bucket else []), *columns)
    return [{**dict(zip(names, key)), "count": count} for key, count in sorted(counts.items())]


def groups(results, more=False):
    return {"results": results, "more": more}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_events_are_counted_per_time(annals, tenant, bucket):
    expect(count_by(annals, tenant, bucket=bucket), 200, groups(counted(EVENTS, bucket, ())))


@pytest.mark.parametrize("bucket", BUCKETS)
def test_times_of_every_century_that_events_may_have_are_counted_where_they_are(annals, bucket):
    tenant = annals.initialise(unique_name())
    events = [numbered(0, time) for time in FAR_TIMES]
    assert post_events(annals, tenant, events).status_code == 201

    expect(count_by(annals, tenant, bucket=bucket), 200, groups(counted(events, bucket, ())))


@pytest.mark.parametrize("column", COLUMNS)
def test_events_are_counted_per_column(annals, tenant, column):
    reply = count_by(annals, tenant, by=column)

    expect(reply, 200, groups(counted(EVENTS, None, (column,))))


@pytest.mark.parametrize("columns", [("record_id", "event_type_id"), COLUMNS], ids="-".join)
@pytest.mark.parametrize("bucket", [None, "day"])
def test_time_and_columns_go_together_in_the_order_asked_for(annals, tenant, bucket, columns):
    reply = count_by(annals, tenant, by=columns, bucket=bucket)

    expected = counted(EVENTS, bucket, columns)
    expect(reply, 200, groups(expected))
    assert list(reply.json()["results"][0]) == list(expected[0])


def test_a_column_that_is_named_twice_counts_once(annals, tenant):
    reply = count_by(annals, tenant, by=["source_id", "source_id"])

    expect(reply, 200, groups(counted(EVENTS, None, ("source_id",))))


def test_without_a_wish_events_are_counted_per_day(annals, tenant):
    expect(count_by(annals, tenant), 200, groups(counted(EVENTS, "day", ())))


def test_a_filter_says_what_is_counted(annals, tenant):
    query = {"record_id": [0, 7], "event_time_from": TIMES[1], "event_time_to": TIMES[8], "q": "red", "by": "record_id"}
    wanted = [
        e
        for e in EVENTS
        if e["record_id"] in (0, 7) and TIMES[1] <= e["event_time"] < TIMES[8] and "red" in e["event_data"]
    ]

    expect(count_by(annals, tenant, **query), 200, groups(counted(wanted, None, ("record_id",))))


def test_a_limit_gives_the_first_groups(annals, tenant):
    expected = counted(EVENTS, "hour", ("source_id",))

    reply = count_by(annals, tenant, bucket="hour", by="source_id", limit=5)

    expect(reply, 200, groups(expected[:5], more=True))


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_it_is_told_whether_there_are_more_groups(annals, tenant, over):
    expected = counted(EVENTS, "hour", ("source_id",))

    reply = count_by(annals, tenant, bucket="hour", by="source_id", limit=len(expected) + over)

    expect(reply, 200, groups(expected[: len(expected) + over], more=over < 0))


def test_groups_without_a_limit_are_cut_at_1000_which_is_told(annals):
    tenant = tenant_with(annals, [event(record_id=i % 1001) for i in range(1002)])

    body = count_by(annals, tenant, by="record_id").json()

    assert (len(body["results"]), body["more"]) == (1000, True)
    whole = count_by(annals, tenant, by="record_id", limit=1001).json()
    assert (len(whole["results"]), whole["more"]) == (1001, False)
    largest = count_by(annals, tenant, by="record_id", limit=1, ordering="-count").json()
    assert largest == groups([{"record_id": 0, "count": 2}], more=True)


@pytest.mark.parametrize("bucket, columns", [("day", ()), (None, ("record_id",)), ("hour", ("source_id", "record_id"))])
def test_the_largest_groups_come_first_if_asked_for(annals, tenant, bucket, columns):
    expected = sorted(counted(EVENTS, bucket, columns), key=lambda group: -group["count"])

    reply = count_by(annals, tenant, bucket=bucket, by=columns, ordering="-count", limit=3)

    expect(reply, 200, groups(expected[:3], more=len(expected) > 3))


def test_a_redelivery_is_not_counted(annals, tenant):
    assert post_events(annals, tenant, EVENTS).status_code == 201

    expect(count_by(annals, tenant), 200, groups(counted(EVENTS, "day", ())))


def test_without_events_there_are_no_groups(annals):
    expect(count_by(annals, annals.initialise(unique_name())), 200, groups([]))


INVALID = {
    "bucket=year": not_one_of("bucket", *BUCKETS),
    "bucket=": not_one_of("bucket", *BUCKETS),
    "by=event_time": not_one_of("by", *COLUMNS),
    "by=record_id&by=count()": not_one_of("by", *COLUMNS),
    "limit=0": too_small("query", "limit", limit=1),
    "limit=10001": too_large("query", "limit", limit=10000),
    "record_id=-1": too_small("query", "record_id", limit=0),
    "event_time_to=x": not_a_time("event_time_to"),
    "offset=0": extra("offset"),
    "ordering=event_time": not_one_of("ordering", "group", "-count"),
}


@pytest.mark.parametrize("query, problem", INVALID.items(), ids=INVALID)
def test_a_query_that_makes_no_sense_is_refused(annals, tenant, query, problem):
    expect_invalid(annals.get(f"{PATH}?{query}", headers=client(tenant)), problem)


def test_all_problems_are_listed_at_once(annals, tenant):
    reply = annals.get(f"{PATH}?z=1&limit=x&by=x&bucket=x&q=x&source_id=", headers=client(tenant))

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert [p["loc"][1] for p in reply.json()["detail"]] == ["source_id", "bucket", "by", "limit", "z"]
