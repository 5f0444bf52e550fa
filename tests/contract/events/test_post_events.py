"""POST /api/events with JSON: one event or an array, all or nothing unless bad ones are skipped."""

import concurrent.futures
import datetime
import json
import uuid

import pytest

from support.answers.event_problems import not_among, not_a_uuid
from support.answers.problems import expect_invalid, missing, not_an_integer, null, problem, too_small
from support.answers.query_problems import extra
from support.events import event, events_of, expect_taken, history, post_events, shown, without
from support.names import unique_name
from support.waiting import wait_until

SKIP = "?on_error=skip"
MILLISECOND = datetime.timedelta(milliseconds=1)


def expect_kept(annals, tenant, events):
    """The tenant has exactly these events."""
    page = history(annals, tenant, limit=1000)
    assert page["total_count"] == len(events)
    got = {found["event_id"]: found for found in page["results"]}
    assert got == {sent["event_id"]: shown(sent) for sent in events}


# --- what is taken ---


def test_one_event_is_kept(annals, tenant):
    sent = event(file_id=str(uuid.uuid4()), source_name="x")

    expect_taken(post_events(annals, tenant, sent), 1)

    expect_kept(annals, tenant, [sent])


def test_an_array_of_events_is_kept(annals, tenant):
    sent = [event(record_id=i, event_data={"n": i}) for i in range(100)]

    expect_taken(post_events(annals, tenant, sent), 100)

    expect_kept(annals, tenant, sent)


def test_an_array_arrives_in_its_order(annals, tenant):
    sent = [event(record_id=i) for i in (5, 3, 9, 1)]

    expect_taken(post_events(annals, tenant, sent), 4)

    assert [found["record_id"] for found in events_of(annals, tenant, ordering="arrival")] == [5, 3, 9, 1]


def test_an_empty_array_is_nothing(annals, tenant):
    expect_taken(post_events(annals, tenant, []), 0)

    expect_kept(annals, tenant, [])


def test_ten_thousand_events_come_in_one_array(annals, tenant):
    sent = [event(record_id=i) for i in range(10_000)]

    expect_taken(post_events(annals, tenant, sent), 10_000)
    expect_taken(post_events(annals, tenant, sent), 0, duplicates=10_000)

    assert history(annals, tenant)["total_count"] == 10_000


def test_an_absent_id_is_a_random_uuid_and_an_absent_time_is_now(annals, tenant):
    sent = without(event(), "event_id", "event_time")
    before = datetime.datetime.now(datetime.timezone.utc)

    for body in (sent, [sent, sent]):
        expect_taken(post_events(annals, tenant, body), len(body) if body is not sent else 1)

    after = datetime.datetime.now(datetime.timezone.utc)
    found = events_of(annals, tenant)
    assert len({made["event_id"] for made in found}) == 3
    for made in found:
        assert uuid.UUID(made["event_id"]).version == 4
        time = datetime.datetime.fromisoformat(made["event_time"].replace("Z", "+00:00"))
        assert before - MILLISECOND <= time <= after + MILLISECOND
        assert without(made, "event_id", "event_time") == without(shown(sent), "event_id", "event_time")


def test_of_id_and_time_one_may_be_given(annals, tenant):
    with_id, with_time = event(record_id=1), event(record_id=2)

    expect_taken(post_events(annals, tenant, [without(with_id, "event_time"), without(with_time, "event_id")]), 2)

    assert events_of(annals, tenant, record_id=1)[0]["event_id"] == with_id["event_id"]
    assert events_of(annals, tenant, record_id=2)[0]["event_time"] == with_time["event_time"]


# --- sent again ---


def test_what_is_sent_again_is_a_duplicate_and_the_first_content_stays(annals, tenant):
    first = event(event_data="first")

    expect_taken(post_events(annals, tenant, first), 1)
    expect_taken(post_events(annals, tenant, first), 0, duplicates=1)
    other = {**first, "event_data": "second", "source_id": 9, "note": 1}
    expect_taken(post_events(annals, tenant, other), 0, duplicates=1, conflicts=1)

    expect_kept(annals, tenant, [first])


@pytest.mark.parametrize("changes", [{"record_id": 8}, {"event_time": "2023-01-01T00:00:00.000Z"}])
def test_an_id_that_comes_again_for_another_record_or_time_is_a_duplicate(annals, tenant, changes):
    first = event()
    expect_taken(post_events(annals, tenant, first), 1)

    expect_taken(post_events(annals, tenant, {**first, **changes}), 0, duplicates=1, conflicts=1)

    expect_kept(annals, tenant, [first])


@pytest.mark.parametrize("changes", [{}, {"record_id": 8}, {"event_time": "2023-01-01T00:00:00.000Z"}])
def test_within_an_array_the_first_of_an_id_is_kept(annals, tenant, changes):
    first, other = event(), event()

    again = {**first, "event_data": 2, **changes}
    expect_taken(post_events(annals, tenant, [first, other, again]), 2, duplicates=1, conflicts=1)

    expect_kept(annals, tenant, [first, other])


def test_old_and_new_events_are_counted_apart(annals, tenant):
    old, new = [event() for _ in range(3)], [event() for _ in range(2)]
    expect_taken(post_events(annals, tenant, old), 3)

    expect_taken(post_events(annals, tenant, [new[0], *old, new[1]]), 2, duplicates=3)

    expect_kept(annals, tenant, old + new)


def test_what_is_sent_many_times_at_once_is_accepted_once(annals, tenant):
    sent = [event() for _ in range(10)]

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: post_events(annals, tenant, sent), range(40)))

    assert {reply.status_code for reply in replies} == {201}
    assert sum(reply.json()["accepted"] for reply in replies) == 10
    assert sum(reply.json()["duplicates"] for reply in replies) == 390
    expect_kept(annals, tenant, sent)


# --- bad ones ---

BAD = {"event_type_id": 1.5, "event_data": 1, "record_id": 1, "source_id": 1, "source_type_id": None, "event_id": "x"}


def problems_of_bad(i):
    place = ("body", i)
    return [
        not_a_uuid(*place, "event_id"),
        not_an_integer(*place, "event_type_id"),
        null(*place, "source_type_id"),
    ]


def test_one_bad_event_refuses_the_array_and_all_problems_are_listed(annals, tenant):
    sent = [event(), BAD, event(), event(record_id=-1), None]

    reply = post_events(annals, tenant, sent)

    expect_invalid(
        reply,
        *problems_of_bad(1),
        too_small("body", 3, "record_id", limit=0),
        null("body", 4),
    )
    expect_kept(annals, tenant, [])


def test_one_bad_event_among_thousands_refuses_all(annals, tenant):
    sent = [event() for _ in range(5000)]

    reply = post_events(annals, tenant, [*sent[:4000], without(event(), "event_data"), *sent[4000:]])

    expect_invalid(reply, missing("body", 4000, "event_data"))
    expect_kept(annals, tenant, [])
    expect_taken(post_events(annals, tenant, sent), 5000)


def test_bad_events_can_be_skipped(annals, tenant):
    good = [event() for _ in range(3)]
    expect_taken(post_events(annals, tenant, good[0]), 1)

    reply = post_events(annals, tenant, [BAD, good[0], 7, good[1], good[2], event(source_id=-1)], query=SKIP)

    errors = [
        {"index": 0, "detail": problems_of_bad(0)},
        {"index": 2, "detail": [problem(["body", 2], "value is not a valid dict", "type_error.dict")]},
        {"index": 5, "detail": [too_small("body", 5, "source_id", limit=0)]},
    ]
    expect_taken(reply, 2, duplicates=1, errors=errors)
    expect_kept(annals, tenant, good)


def test_nothing_but_bad_events_can_be_skipped(annals, tenant):
    reply = post_events(annals, tenant, event(record_id=-1), query=SKIP)

    expect_taken(reply, 0, errors=[{"index": 0, "detail": [too_small("body", "record_id", limit=0)]}])
    expect_kept(annals, tenant, [])


def test_of_very_many_bad_events_none_is_forgotten(annals, tenant):
    bad = [{}] * 1500

    body = post_events(annals, tenant, [*bad, event()], query=SKIP).json()

    assert (body["accepted"], body["duplicates"]) == (1, 0)
    assert [error["index"] for error in body["errors"]] == list(range(len(body["errors"])))
    assert len(body["errors"]) + body.get("errors_left_out", 0) == 1500


@pytest.mark.parametrize("query", ["", "?on_error=fail"])
def test_to_fail_is_the_default(annals, tenant, query):
    reply = post_events(annals, tenant, [event(), event(record_id=-1)], query=query)

    expect_invalid(reply, too_small("body", 1, "record_id", limit=0))
    expect_kept(annals, tenant, [])


@pytest.mark.parametrize("value", ["", "x", "Skip", "skip,fail"])
def test_what_to_do_on_an_error_is_one_of_two(annals, tenant, value):
    reply = post_events(annals, tenant, event(), query=f"?on_error={value}")

    expect_invalid(reply, not_among("query", "on_error", permitted=("fail", "skip")))
    expect_kept(annals, tenant, [])


@pytest.mark.parametrize(
    "query, names",
    [("?on_eror=skip", ["on_eror"]), ("?on_error=skip&onerror=skip", ["onerror"]), ("?x=1&y=2", ["x", "y"])],
)
@pytest.mark.parametrize("sent", [[event(), event(record_id=-1)], [event()]], ids=["with a bad event", "all good"])
def test_a_parameter_that_there_is_not_is_told_and_nothing_is_stored(annals, tenant, query, names, sent):
    reply = post_events(annals, tenant, sent, query=query)

    expect_invalid(reply, *(extra(name) for name in names))
    expect_kept(annals, tenant, [])


def test_of_very_many_bad_events_the_first_thousand_are_told(any_annals):
    tenant = any_annals.initialise(unique_name())
    many = 200_000
    body = "[" + "1," * many + "2]"

    refused = post_events(any_annals, tenant, body)
    skipped = post_events(any_annals, tenant, body, query=SKIP).json()

    not_a_dict = lambda i: problem(["body", i], "value is not a valid dict", "type_error.dict")
    expect_invalid(refused, *(not_a_dict(i) for i in range(1000)))
    assert [error["index"] for error in skipped["errors"]] == list(range(1000))
    assert skipped["errors_left_out"] == many + 1 - 1000
    assert (skipped["accepted"], skipped["duplicates"]) == (0, 0)


def test_what_comes_again_with_other_content_is_counted_and_logged(any_annals):
    # As the stages of one request in a log of Kubernetes' audit events, which share an id.
    tenant = any_annals.initialise(unique_name())
    first, second = event(note={"stage": 1}), event(event_data='"ü"')
    expect_taken(post_events(any_annals, tenant, [first, second]), 2)

    changed = [{**first, "note": {"stage": 2}}, second, {**second, "file_id": str(uuid.uuid4())}, event()]
    expect_taken(post_events(any_annals, tenant, changed), 1, duplicates=3, conflicts=2)

    assert events_of(any_annals, tenant, event_id=first["event_id"]) == [shown(first)]

    def is_logged():  # a line a second, so that nobody fills the log
        expect_taken(post_events(any_annals, tenant, changed[0]), 0, duplicates=1, conflicts=1)
        return first["event_id"] in any_annals.log

    wait_until(is_logged, "a line names the event")


def test_what_comes_again_without_a_time_or_with_other_blanks_for_line_breaks_is_no_conflict(any_annals):
    tenant = any_annals.initialise(unique_name())
    sent = without(event(event_data={"a": [1]}), "event_time")
    expect_taken(post_events(any_annals, tenant, json.dumps(sent, indent=1)), 1)

    for again in (json.dumps(sent, indent=1), json.dumps(sent, indent=1).replace("\n", "\r")):
        expect_taken(post_events(any_annals, tenant, again), 0, duplicates=1)
    expect_taken(post_events(any_annals, tenant, json.dumps(sent)), 0, duplicates=1, conflicts=1)
