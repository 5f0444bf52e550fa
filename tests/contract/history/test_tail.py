"""GET /api/history/tail: new events as server-sent events, as they are committed."""

import concurrent.futures
import contextlib
import json

import pytest
import requests

from support.answers.problems import expect_invalid, problem, too_small
from support.answers.query_problems import extra
from support.clients.event_streams import TAIL, Tail
from support.clients.file_links import client
from support.clients.keys import suspend
from support.events import event, events_of, history, post_events, shown
from support.names import unique_name

HEADER = "last-event-id"


@pytest.fixture
def any_tenant(any_annals):
    return any_annals.initialise(unique_name())


def post(annals, tenant, *events):
    reply = post_events(annals, tenant, list(events))
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    return [shown(e) for e in events]


def test_what_arrives_from_now_on_is_sent(annals, tenant):
    post(annals, tenant, event(), event())

    with Tail(annals, tenant) as tail:
        first = post(annals, tenant, event(event_data={"ä": [1, None]}, source_name="crm"))
        assert tail.read(1) == first
        old = [event(record_id=9 - i, event_time="1999-01-01T00:00:00.000Z") for i in range(5)]
        second = post(annals, tenant, *old)
        assert tail.read(5) == second

    assert tail.headers["Content-Type"] == "text/event-stream"
    assert tail.headers["Cache-Control"] == "no-store"


def test_the_first_event_of_a_tenant_is_sent(annals, tenant):
    with Tail(annals, tenant) as tail:
        assert tail.read(0) == []
        first = post(annals, tenant, event())
        assert tail.read(1) == first


def test_many_follow_at_once(any_annals, any_tenant):
    tails = [Tail(any_annals, any_tenant) for _ in range(5)]

    sent = post(any_annals, any_tenant, *(event() for _ in range(3)))

    for tail in tails:
        with tail:
            assert tail.read(3) == sent


def test_while_many_write_every_event_is_sent_once_in_the_order_of_arrival(annals, tenant):
    batches = [[event(record_id=i % 7) for i in range(start, start + 3)] for start in range(0, 120, 3)]

    with Tail(annals, tenant) as tail, concurrent.futures.ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(post, annals, tenant, *batch) for batch in batches]
        got = tail.read(120)
        for one in writing:
            one.result()

    arrived = events_of(annals, tenant, ordering="arrival", limit=1000)
    assert got == arrived
    assert len({e["event_id"] for e in got}) == 120


# --- going on where another stream ended ---


@pytest.mark.parametrize("by", ["header", "parameter"])
def test_a_stream_goes_on_after_the_last_event_without_gap_or_repetition(annals, tenant, by):
    with Tail(annals, tenant) as tail:
        sent = post(annals, tenant, *(event(record_id=i % 2) for i in range(6)))
        tail.read(6)
        last = tail.ids[1]
    sent += post(annals, tenant, event())

    with Tail(annals, tenant, **({"last_event_id": last} if by == "header" else {"cursor": last})) as tail:
        assert tail.read(5) == sent[2:]
        more = post(annals, tenant, event())
        assert tail.read(1) == more


def test_a_client_that_is_cut_off_again_and_again_gets_every_event_once(any_annals, any_tenant):
    first = Tail(any_annals, any_tenant)
    sent = post(any_annals, any_tenant, *(event(record_id=i % 3) for i in range(12)))
    with first:
        got = first.read(1)
    last = first.ids[-1]

    while len(got) < len(sent):
        with Tail(any_annals, any_tenant, last_event_id=last) as tail:
            got += tail.read(1)
        last = tail.ids[0]

    assert got == sent


def test_the_id_of_an_event_is_its_cursor_in_order_of_arrival(annals, tenant):
    with Tail(annals, tenant) as tail:
        sent = post(annals, tenant, *(event(record_id=3 - i) for i in range(3)))
        tail.read(3)

    for i, cursor in enumerate(tail.ids):
        assert events_of(annals, tenant, ordering="arrival", cursor=cursor) == sent[i + 1 :]


def test_a_cursor_of_the_history_begins_a_stream(any_annals, any_tenant):
    sent = post(any_annals, any_tenant, event(), event(), event())
    page = history(any_annals, any_tenant, ordering="arrival", limit=2)

    with Tail(any_annals, any_tenant, cursor=page["next"].split("cursor=")[1].split("&")[0]) as tail:
        assert tail.read(1) == sent[2:]


def test_the_header_counts_more_than_the_parameter_as_a_reconnecting_browser_sends_both(any_annals, any_tenant):
    with Tail(any_annals, any_tenant) as tail:
        sent = post(any_annals, any_tenant, event(), event(), event())
        tail.read(3)

    with Tail(any_annals, any_tenant, last_event_id=tail.ids[1], cursor=tail.ids[0]) as tail:
        assert tail.read(1) == sent[2:]


def begun(tail):
    """The cursor that a stream tells before its first event."""
    for line in tail.lines():
        tail.take(line)
        if line.startswith(b"id: "):
            return line.decode().partition(": ")[2]
    return pytest.fail("expected an id before the stream ends")


def test_a_stream_tells_where_it_begins_so_that_one_that_is_cut_before_its_first_event_misses_nothing(
    annals, tenant
):
    post(annals, tenant, event())
    with Tail(annals, tenant) as tail:
        beginning = begun(tail)
    sent = post(annals, tenant, event(), event())

    with Tail(annals, tenant, last_event_id=beginning) as tail:
        assert tail.read(2) == sent


def test_a_stream_of_a_tenant_without_events_tells_it_too(annals, tenant):
    with Tail(annals, tenant) as tail:
        beginning = begun(tail)
    sent = post(annals, tenant, event())

    with Tail(annals, tenant, cursor=beginning) as tail:
        assert tail.read(1) == sent
    assert events_of(annals, tenant, ordering="arrival", cursor=beginning) == sent


@pytest.mark.parametrize("header", [None, ""])
def test_an_empty_cursor_begins_at_the_first_event_as_in_pages(annals, tenant, header):
    sent = post(annals, tenant, event(record_id=9), event(record_id=1))

    with Tail(annals, tenant, last_event_id=header, cursor="") as tail:
        assert tail.read(2) == sent
        more = post(annals, tenant, event())
        assert tail.read(1) == more
    assert events_of(annals, tenant, ordering="arrival", cursor="") == sent + more


# --- what is sent ---


def test_a_filter_says_what_is_sent(any_annals, any_tenant):
    query = {"record_id": [1, 2], "event_type_id": 5, "q": "red", "event_time_from": "2020-01-01T00:00:00Z"}
    wanted = {"record_id": 1, "event_type_id": 5, "event_data": "red", "event_time": "2020-01-01T00:00:00.000Z"}
    others = [{"record_id": 3}, {"event_type_id": 4}, {"event_data": "blue"}]
    others.append({"event_time": "2019-12-31T23:59:59.999Z"})

    with Tail(any_annals, any_tenant, **query) as tail:
        post(any_annals, any_tenant, *(event(**wanted) | other for other in others))
        sent = post(any_annals, any_tenant, event(**wanted), event(**{**wanted, "record_id": 2}))
        assert tail.read(2) == sent


def test_a_redelivery_is_not_sent_again(annals, tenant):
    (old,) = post(annals, tenant, event())

    with Tail(annals, tenant) as tail:
        post(annals, tenant, old)
        new = post(annals, tenant, event(), old)[:1]
        post(annals, tenant, old)
        new += post(annals, tenant, event())
        assert tail.read(2) == new


def test_json_with_line_breaks_is_one_line_of_the_stream(any_annals, any_tenant):
    sent = event(event_data={"text": "a\nb\r\nc", "list": [1, 2]})

    with Tail(any_annals, any_tenant) as tail:
        reply = post_events(any_annals, any_tenant, json.dumps(sent, indent=1).replace("\n", "\r\n\r\n"))
        assert reply.status_code == 201
        assert tail.read(1) == [shown(sent)]


def test_a_large_event_is_sent_whole(annals, tenant):
    sent = event(event_data="ä" * 500_000)

    with Tail(annals, tenant) as tail:
        post(annals, tenant, sent)
        assert tail.read(1) == [shown(sent)]


def test_more_events_than_one_look_takes_are_all_sent(any_annals, any_tenant):
    sent = [event(record_id=i % 11) for i in range(1200)]

    with Tail(any_annals, any_tenant) as tail:
        post(any_annals, any_tenant, *sent)
        assert tail.read(1200) == [shown(e) for e in sent]


# --- its end ---


def test_the_stream_of_a_deleted_tenant_ends(annals, tenant):
    with Tail(annals, tenant) as tail:
        sent = post(annals, tenant, event())
        assert tail.read(1) == sent
        annals.remove(tenant["client_id"])

        assert tail.read_to_end() == []


def test_a_stream_says_when_to_come_back_and_not_all_say_the_same(annals, tenant):
    told = []
    for _ in range(8):
        with Tail(annals, tenant) as tail:
            begun(tail)
            told.append(tail.retry)

    assert all(1000 <= milliseconds <= 3000 for milliseconds in told), told
    assert len(set(told)) > 1


@pytest.mark.parametrize("how", ["suspended", "deleted"])
def test_who_may_no_longer_read_is_told_so_at_the_end(annals, tenant, how):
    with Tail(annals, tenant) as tail:
        begun(tail)
        if how == "deleted":
            annals.remove(tenant["client_id"])
        else:
            suspend(annals, tenant)

        assert tail.read_in_order_to_the_end() == []

    assert tail.farewell == "the end"


def test_a_service_that_stops_ends_its_streams_in_order_after_what_it_has_committed(make, engine_kind, after_a_stop):
    def prepare():
        annals = make.annals(engine_kind)
        tenant = annals.initialise("shop")
        idle, other = Tail(annals, tenant), Tail(annals, tenant, record_id=10**6)
        begun(idle)
        begun(other)
        sent = post(annals, tenant, event())
        assert idle.read(1) == sent

        def farewells():
            with contextlib.suppress(requests.exceptions.ChunkedEncodingError), idle, other:
                for tail in (idle, other):
                    assert tail.read_in_order_to_the_end() == []
                return [tail.farewell for tail in (idle, other)]

        return annals, farewells

    assert after_a_stop(prepare) == ["the end; come back"] * 2


def test_a_new_tenant_of_the_same_name_is_not_in_the_old_ones_stream(annals, tenant):
    with Tail(annals, tenant) as tail:
        annals.remove(tenant["client_id"])
        new = annals.initialise(tenant["database_name"])
        post(annals, new, event())

        assert tail.read_to_end() == []


def test_a_process_with_open_streams_ends_in_time(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise("shop")
    tails = [Tail(annals, tenant) for _ in range(10)]
    sent = post(annals, tenant, event())
    assert [tail.read(1) for tail in tails] == [sent] * 10

    annals.terminate()

    for tail in tails:
        with tail:
            assert tail.read_to_end() == []


def test_after_a_restart_a_stream_goes_on(make):
    annals = make.annals()
    tenant = annals.initialise("shop")
    with Tail(annals, tenant) as tail:
        sent = post(annals, tenant, event(), event())
        tail.read(2)
        annals.restart()
    sent += post(annals, tenant, event())

    with Tail(annals, tenant, last_event_id=tail.ids[0]) as tail:
        assert tail.read(2) == sent[1:]


# --- what is refused ---


def test_what_is_no_last_event_id_is_refused(any_annals, any_tenant):
    invalid = ("invalid cursor", "value_error.cursor")
    for last in ("x", "1", "t0_7c9e6679-7425-40de-944b-e07fc1f90ae7", "a", "a1_x", "a-1_0", "'"):
        by_parameter = any_annals.get(TAIL, headers=client(any_tenant), params={"cursor": last})
        by_header = any_annals.get(TAIL, headers={**client(any_tenant), "Last-Event-ID": last})

        expect_invalid(by_parameter, problem(["query", "cursor"], *invalid))
        expect_invalid(by_header, problem(["header", HEADER], *invalid))


def test_all_problems_are_listed_at_once(any_annals, any_tenant):
    reply = any_annals.get(f"{TAIL}?limit=1&cursor=x&record_id=-1", headers=client(any_tenant))

    expect_invalid(
        reply,
        too_small("query", "record_id", limit=0),
        problem(["query", "cursor"], "invalid cursor", "value_error.cursor"),
        extra("limit"),
    )
