"""GET /api/history/events by cursor: pages that stay as they are while events arrive."""

import concurrent.futures
import itertools
import re

import pytest
import requests

from support.annals import API_KEY, REQUEST_SECONDS, events_table
from support.events import event, get_history, history, post_events
from support.names import UNKNOWN_ID, unique_name

BY_TIME = ("-event_time", "event_time")


def at(i, **changes):
    """An event whose time is number i, whose id does not grow with it."""
    return event(event_time=f"2026-01-01T00:{i // 60:02}:{i % 60:02}.000Z", **changes)


def post(annals, tenant, events):
    reply = post_events(annals, tenant, events)
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"


def ids(events):
    return [e["event_id"] for e in events]


def read_on(tenant, page):
    """The page that `next` names."""
    reply = requests.get(
        page["next"], headers={"X-API-Key": API_KEY, "X-Client-Id": tenant["client_id"]}, timeout=REQUEST_SECONDS
    )
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def all_pages(annals, tenant, **query):
    """Until `next` is null; in the order of arrival it never is, and an empty page is the end so far."""
    pages = [history(annals, tenant, cursor="", **query)]
    while pages[-1]["next"] and pages[-1]["results"]:
        pages.append(read_on(tenant, pages[-1]))
        assert pages[-1]["results"] or query.get("ordering") == "arrival", "expected no `next` to an empty page"
    return pages


def all_ids(annals, tenant, **query):
    return [id_ for page in all_pages(annals, tenant, **query) for id_ in ids(page["results"])]


@pytest.mark.parametrize("ordering", BY_TIME)
def test_pages_give_every_event_once_in_order(annals, tenant, ordering):
    sent = [at(i // 2, record_id=i % 3) for i in range(12)]  # every time twice
    post(annals, tenant, sent)
    whole = ids(history(annals, tenant, ordering=ordering)["results"])
    assert sorted(whole) == sorted(ids(sent))

    for limit in (1, 4, 12, 1000):
        shown = all_ids(annals, tenant, ordering=ordering, limit=limit)

        assert shown == whole, f"expected by cursor, {limit} at a time, what one page gives"


def test_arrival_is_the_order_in_which_events_were_sent(annals, tenant):
    batches = [[at(i * 7 % 20, record_id=i * 5 % 3) for i in range(start, start + 4)] for start in range(0, 20, 4)]
    for batch in batches:
        post(annals, tenant, batch)

    shown = all_ids(annals, tenant, ordering="arrival", limit=3)

    assert shown == ids(itertools.chain(*batches))


def test_arrival_needs_no_cursor_to_begin_with(annals, tenant):
    sent = [at(5), at(3), at(4)]
    post(annals, tenant, sent)

    page = history(annals, tenant, ordering="arrival", limit=2)

    assert ids(page["results"]) == ids(sent[:2])
    assert ids(read_on(tenant, page)["results"]) == ids(sent[2:])


def test_in_order_of_arrival_there_is_always_a_next(annals, tenant):
    nothing = history(annals, tenant, ordering="arrival")
    still_nothing = read_on(tenant, nothing)
    sent = [at(1), at(0)]
    post(annals, tenant, sent)

    page = read_on(tenant, still_nothing)

    assert (nothing["results"], still_nothing["results"]) == ([], [])
    assert ids(page["results"]) == ids(sent)
    assert read_on(tenant, page)["results"] == [], "expected that the last page names where to ask again"


def test_next_keeps_the_filter(annals, tenant):
    sent = [at(i, record_id=i % 2, event_data=["red", "red + green"][i // 2 % 2]) for i in range(16)]
    post(annals, tenant, sent)
    query = {"record_id": [1, 5], "q": "red & green", "event_time_from": "2026-01-01T02:00:04+02:00"}

    for ordering in (*BY_TIME, "arrival"):
        shown = all_ids(annals, tenant, ordering=ordering, limit=1, **query)

        expected = [e["event_id"] for i, e in enumerate(sent) if i in (7, 11, 15)]
        assert shown == (expected[::-1] if ordering == "-event_time" else expected)


def test_a_page_by_cursor_has_no_offset_and_no_way_back(annals, tenant):
    post(annals, tenant, [at(i) for i in range(3)])

    pages = all_pages(annals, tenant, limit=2)

    assert [(page["limit"], page["offset"], page["previous"]) for page in pages] == [(2, 0, None)] * 2
    assert all("offset=" not in (page["next"] or "") for page in pages)


# --- counts ---


def test_a_cursor_counts_only_when_asked(annals, tenant):
    post(annals, tenant, [at(i, record_id=i % 2) for i in range(6)])

    plain = all_pages(annals, tenant, limit=2)
    counted = all_pages(annals, tenant, limit=2, record_id=1, count="true")

    assert {(page["total_count"], page["filtered_count"]) for page in plain} == {(None, None)}
    assert [(page["total_count"], page["filtered_count"]) for page in counted] == [(6, 3)] * 2


# --- a history that grows ---


def test_newest_first_what_comes_meanwhile_shifts_nothing(annals, tenant):
    sent = [at(10 + i) for i in range(6)]
    post(annals, tenant, sent)
    page = history(annals, tenant, cursor="", limit=2)
    shown = ids(page["results"])

    for i in itertools.count(30):
        if not page["next"]:
            break
        post(annals, tenant, [at(i), at(i, record_id=0)])
        page = read_on(tenant, page)
        shown += ids(page["results"])

    assert shown == ids(sent[::-1])


def test_oldest_first_what_comes_behind_the_cursor_is_left_out_and_what_comes_before_it_is_not(annals, tenant):
    sent = [at(10 + i) for i in range(4)]
    post(annals, tenant, sent)
    page = history(annals, tenant, cursor="", limit=2, ordering="event_time")
    shown = ids(page["results"])
    behind, ahead = at(1), at(50)

    post(annals, tenant, [behind, ahead])
    while page["next"]:
        page = read_on(tenant, page)
        shown += ids(page["results"])

    assert shown == ids([*sent, ahead])


def test_in_order_of_arrival_an_event_that_comes_late_with_an_old_time_is_seen(annals, tenant):
    sent = [at(10 + i) for i in range(4)]
    post(annals, tenant, sent)
    page = history(annals, tenant, ordering="arrival", limit=3)
    late = at(0, record_id=0)

    post(annals, tenant, late)

    assert ids(read_on(tenant, page)["results"]) == ids([sent[3], late])


def test_a_redelivery_does_not_arrive_again(annals, tenant):
    sent = [at(i) for i in range(4)]
    post(annals, tenant, sent)
    page = history(annals, tenant, ordering="arrival", limit=3)

    post(annals, tenant, sent)

    assert ids(read_on(tenant, page)["results"]) == ids(sent[3:])


def test_while_many_write_a_poller_sees_every_event_once(annals, tenant):
    batches = [[at(i % 60, record_id=i) for i in range(start, start + 3)] for start in range(0, 120, 3)]
    seen, url = [], None

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(post, annals, tenant, batch) for batch in batches]
        while True:
            done = all(one.done() for one in writing)
            page = read_on(tenant, {"next": url}) if url else history(annals, tenant, ordering="arrival", limit=5)
            seen += ids(page["results"])
            url = page["next"]
            if done and not page["results"]:
                break
        for one in writing:
            one.result()

    assert len(seen) == len(set(seen)), "expected no event twice"
    assert set(seen) == {e["event_id"] for batch in batches for e in batch}, "expected every event"


def test_merges_change_nothing_for_a_poller(make):
    annals = make.annals("remote")
    tenant = annals.initialise("shop")
    batches = [[at(9 - i, record_id=i * 7 % 3) for i in range(start, start + 3)] for start in range(0, 9, 3)]
    for batch in batches:
        post(annals, tenant, batch)
    page = history(annals, tenant, ordering="arrival", limit=4)
    seen = ids(page["results"])

    annals.sql(f"OPTIMIZE TABLE {events_table(tenant)} FINAL")
    page = read_on(tenant, page)
    seen += ids(page["results"])
    batches.append([at(0), at(1)])
    post(annals, tenant, batches[-1])
    annals.sql(f"OPTIMIZE TABLE {events_table(tenant)} FINAL")
    page = read_on(tenant, page)
    seen += ids(page["results"])

    assert seen == ids(itertools.chain(*batches))
    assert all_ids(annals, tenant, ordering="arrival", limit=2) == seen


# --- what is refused ---

GOOD_ID = UNKNOWN_ID
BAD = ["x", "%20", "'", "%00", "t", "a", "t_", "a_", "t1", "a1", "t1_x", "a1_x", "a1_-1", "null", "0", f"1_{GOOD_ID}"]


@pytest.mark.parametrize("ordering", ["event_time", "arrival"])
@pytest.mark.parametrize("cursor", BAD)
def test_what_is_no_cursor_is_refused(any_annals, no_events, ordering, cursor):
    reply = any_annals.get(
        f"/api/history/events?ordering={ordering}&cursor={cursor}", headers={"X-Client-Id": no_events["client_id"]}
    )

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert [p["loc"] for p in reply.json()["detail"]] == [["query", "cursor"]]


def test_a_cursor_of_another_kind_of_order_is_refused(any_annals):
    tenant = any_annals.initialise(unique_name())
    post(any_annals, tenant, [at(1), at(2)])
    by_time = cursor_of(history(any_annals, tenant, cursor="", limit=1))
    by_arrival = cursor_of(history(any_annals, tenant, ordering="arrival", limit=1))

    for ordering, cursor in (("arrival", by_time), ("event_time", by_arrival), ("-event_time", by_arrival)):
        reply = get_history(any_annals, tenant, ordering=ordering, cursor=cursor)

        assert reply.status_code == 422, f"expected 422 for {ordering}, got {reply.status_code} {reply.text}"


def cursor_of(page):
    return page["next"].split("cursor=")[1].split("&")[0]


ODD_NUMBERS = [0, 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30, 10**13]


@pytest.mark.parametrize("ordering", ["event_time", "arrival"])
def test_a_cursor_with_other_numbers_in_it_is_refused_or_gives_a_page(annals, tenant, ordering):
    post(annals, tenant, [at(1), at(2)])
    cursor = cursor_of(history(annals, tenant, ordering=ordering, cursor="", limit=1))
    numbers = list(re.finditer(r"(?<![0-9a-f-])\d+(?![0-9a-f-])|(?<=^a)\d+$", cursor))
    assert numbers, f"expected a number in {cursor}, or another test"

    for number, other in itertools.product(numbers, ODD_NUMBERS):
        for changed in (f"{cursor[: number.start()]}{sign}{other}{cursor[number.end() :]}" for sign in ("", "-")):
            reply = get_history(annals, tenant, ordering=ordering, cursor=changed)

            got = f"{reply.status_code} {reply.text}"
            assert reply.status_code in (200, 422), f"expected a page or 422 for {changed}, got {got}"


def test_a_cursor_and_an_offset_exclude_each_other(any_annals, no_events):
    for query in ({"cursor": ""}, {"ordering": "arrival"}):
        reply = get_history(any_annals, no_events, offset=1, **query)

        assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
        assert [p["loc"] for p in reply.json()["detail"]] == [["query", "offset"]]


@pytest.fixture
def no_events(any_annals, once):
    """A tenant that stays empty."""
    return once("no events", lambda: any_annals.initialise(unique_name()))
