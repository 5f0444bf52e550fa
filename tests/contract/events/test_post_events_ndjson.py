"""POST /api/events with NDJSON: lines of any number, streamed, compressed, with bad ones among them."""

import gzip
import json
import zlib

import pytest

from support.annals import API_KEY
from support.answers.event_problems import expect_not_json
from support.answers.problems import expect_invalid, missing, problem, too_small
from support.clients.raw_http import RawConnection, head
from support.events import EVENTS, NDJSON, event, events_of, expect_taken, history, post_events, shown, without
from support.names import unique_name
from support.waiting import wait_until

SKIP = "?on_error=skip"
MANY = 50_000
MAX_LINE = 4 << 20


def lines_of(events, end="\n"):
    return "".join(json.dumps(sent) + end for sent in events)


def post(annals, tenant, body, **arguments):
    return post_events(annals, tenant, body, NDJSON, **arguments)


def expect_kept(annals, tenant, events):
    """The tenant has exactly these events."""
    page = history(annals, tenant, limit=1000)
    assert page["total_count"] == len(events)
    got = {found["event_id"]: found for found in page["results"]}
    assert got == {sent["event_id"]: shown(sent) for sent in events}


# --- lines ---


@pytest.mark.parametrize(
    "content_type", [NDJSON, "application/ndjson", "application/jsonl", "Application/X-NDJSON ; charset=utf-8"]
)
def test_ndjson_has_several_content_types(any_annals, content_type):
    tenant = any_annals.initialise(unique_name())
    sent = [event(), event()]

    expect_taken(post_events(any_annals, tenant, lines_of(sent), content_type), 2)

    expect_kept(any_annals, tenant, sent)


@pytest.mark.parametrize(
    "end, tail",
    [("\n", ""), ("\r\n", ""), ("\n\n\n", ""), ("\n \t \n\r\n", ""), (" \n", "\n\n"), ("\n", "  ")],
    ids=["lf", "crlf", "blank lines", "white space", "blanks before the break", "blanks at the end"],
)
def test_every_line_is_an_event_and_blank_lines_are_none(annals, tenant, end, tail):
    sent = [event(record_id=i) for i in range(5)]

    expect_taken(post(annals, tenant, end + lines_of(sent, end) + tail), 5)

    expect_kept(annals, tenant, sent)


def test_a_byte_order_mark_at_the_beginning_of_a_line_is_skipped(annals, tenant):
    # As in files of Windows, and several of these one after the other.
    sent = [event() for _ in range(3)]
    lines = [json.dumps(one).encode() for one in sent]
    mark = b"\xef\xbb\xbf"

    body = mark + b"\n" + mark + lines[0] + b"\r\n" + lines[1] + b"\n" + mark + lines[2]
    expect_taken(post_events(annals, tenant, body, NDJSON), 3)

    assert {got["event_id"] for got in events_of(annals, tenant)} == {one["event_id"] for one in sent}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_last_line_needs_no_break(annals, tenant, end):
    sent = [event() for _ in range(3)]

    expect_taken(post(annals, tenant, lines_of(sent, end).rstrip()), 3)

    expect_kept(annals, tenant, sent)


def test_lines_arrive_in_their_order(annals, tenant):
    sent = [event(record_id=i) for i in (5, 3, 9, 1)]

    expect_taken(post(annals, tenant, lines_of(sent)), 4)

    assert [found["record_id"] for found in events_of(annals, tenant, ordering="arrival")] == [5, 3, 9, 1]


def test_an_absent_id_and_an_absent_time_are_made(any_annals):
    tenant = any_annals.initialise(unique_name())
    sent = without(event(), "event_id", "event_time")

    expect_taken(post(any_annals, tenant, lines_of([sent, sent])), 2)

    assert len({made["event_id"] for made in events_of(any_annals, tenant)}) == 2


def test_lines_that_come_again_are_duplicates(annals, tenant):
    first, second = event(), event()

    expect_taken(post(annals, tenant, lines_of([first, first])), 1, duplicates=1)
    expect_taken(post(annals, tenant, lines_of([{**first, "event_data": "x"}, second])), 1, duplicates=1, conflicts=1)

    expect_kept(annals, tenant, [first, second])


# --- very many ---


def in_parts(text, size):
    """The text in parts that care for no line; requests sends them chunked."""
    data = text.encode()
    return (data[i : i + size] for i in range(0, len(data), size))


def post_parts(annals, tenant, parts, **headers):
    headers = {"X-Client-Id": tenant["client_id"], "Content-Type": NDJSON, **headers}
    return annals.request("POST", EVENTS, data=parts, headers=headers)


def test_very_many_lines_are_streamed_and_each_is_kept_once(annals, tenant):
    text = lines_of(event(record_id=i) for i in range(MANY))

    expect_taken(post_parts(annals, tenant, in_parts(text, 100_003)), MANY)
    expect_taken(post_parts(annals, tenant, in_parts(text, 1 << 20)), 0, duplicates=MANY)

    assert history(annals, tenant, limit=1)["total_count"] == MANY
    assert events_of(annals, tenant, record_id=MANY - 1) == [shown(json.loads(text.splitlines()[-1]))]


def test_a_line_may_come_in_very_small_parts(any_annals):
    tenant = any_annals.initialise(unique_name())
    sent = [event(event_data="ünï") for _ in range(3)]

    expect_taken(post_parts(any_annals, tenant, in_parts(lines_of(sent), 7)), 3)

    expect_kept(any_annals, tenant, sent)


@pytest.mark.parametrize("encoding", [None, "gzip"])
def test_what_a_slow_sender_has_sent_is_kept_while_it_pauses(make, engine_kind, encoding):
    annals = make.annals(engine_kind, environment={"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600"})
    tenant = annals.initialise(unique_name())
    compressor = zlib.compressobj(wbits=31)
    seen = []

    def parts():
        for n in range(3):
            line = lines_of([event()]).encode()
            if encoding:
                line = compressor.compress(line) + compressor.flush(zlib.Z_SYNC_FLUSH)
            yield line
            arrived = lambda n=n: history(annals, tenant)["total_count"] == n + 1
            wait_until(arrived, f"{n + 1} events are there before the next is sent")
            seen.append(n)
        if encoding:
            yield compressor.flush()

    headers = {"Content-Encoding": encoding} if encoding else {}
    expect_taken(post_parts(annals, tenant, parts(), **headers), 3)
    assert seen == [0, 1, 2]


def test_lines_may_be_larger_together_than_any_array(any_annals):
    tenant = any_annals.initialise(unique_name())
    count = 40
    parts = (lines_of([event(record_id=i, event_data="x" * (1 << 20))]).encode() for i in range(count))

    expect_taken(post_parts(any_annals, tenant, parts), count)

    assert history(any_annals, tenant, limit=1)["total_count"] == count


def test_many_lines_may_be_compressed(annals, tenant):
    body = gzip.compress(lines_of(event(record_id=i) for i in range(5000)).encode())

    expect_taken(post(annals, tenant, body, headers={"Content-Encoding": "gzip"}), 5000)

    assert history(annals, tenant, limit=1)["total_count"] == 5000


# --- bad lines ---


def test_bad_lines_can_be_skipped_and_harm_no_neighbour(annals, tenant):
    good = [event(record_id=i) for i in range(4)]
    expect_taken(post(annals, tenant, lines_of(good[:1])), 1)
    texts = [json.dumps(sent) for sent in good]
    body = "\n".join([texts[0], '{"record_id": -1}', texts[1], "", "{", texts[2], "[]", "null", texts[3]])

    reply = post(annals, tenant, body, query=SKIP)

    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    result = reply.json()
    assert (result["accepted"], result["duplicates"]) == (3, 1)
    # The index is the line's number from 0, blank lines counted: what an editor shows, less one.
    assert [error["index"] for error in result["errors"]] == [1, 4, 6, 7]
    bad, not_json, array, null = (error["detail"] for error in result["errors"])
    fields = ("event_type_id", "source_id", "source_type_id", "event_data")
    found = [missing("body", 1, name) for name in fields]
    assert bad == [found[0], too_small("body", 1, "record_id", limit=0), *found[1:]]
    assert [(p["loc"][:2], p["type"]) for p in not_json] == [(["body", 4], "value_error.jsondecode")]
    assert array == [problem(["body", 6], "value is not a valid dict", "type_error.dict")]
    assert null == [missing("body", 7)]
    expect_kept(annals, tenant, good)


@pytest.mark.parametrize("line", ["{", '{"a": "\x01"}', "{}x", "x"], ids=ascii)
def test_a_line_that_is_not_json_is_told_with_its_number_and_place(any_annals, line):
    tenant = any_annals.initialise(unique_name())

    reply = post(any_annals, tenant, f"{json.dumps(event())}\n{line}\n")

    expect_not_json(reply, ["body", 1])


def test_bytes_that_are_not_utf_8_are_told_with_their_line(any_annals):
    tenant = any_annals.initialise(unique_name())

    reply = post(any_annals, tenant, b"\n" + json.dumps(event(event_data="?")).encode().replace(b"?", b"\xff"))

    expect_not_json(reply, ["body", 1])


def test_a_bad_line_in_the_middle_ends_the_request_and_all_of_it_can_be_sent_again(annals, tenant):
    sent = [event(record_id=i) for i in range(30_000)]
    good, bad = lines_of(sent), lines_of([event(record_id=-1)])
    middle = len(lines_of(sent[:25_000]))  # behind the first write

    reply = post(annals, tenant, good[:middle] + bad + good[middle:])

    expect_invalid(reply, too_small("body", 25_000, "record_id", limit=0))
    kept = history(annals, tenant, limit=1)["total_count"]
    assert kept <= 25_000, "expected that nothing behind the bad line is kept"
    expect_taken(post(annals, tenant, good), 30_000 - kept, duplicates=kept)
    assert history(annals, tenant, limit=1)["total_count"] == 30_000


def test_a_line_that_is_too_long_is_told_and_can_be_skipped(annals, tenant):
    good = [event(), event()]
    long = event(event_data="x" * MAX_LINE)

    reply = post(annals, tenant, lines_of([good[0], long, good[1]]), query=SKIP)

    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    (error,) = reply.json()["errors"]
    (found,) = error["detail"]
    assert (error["index"], found["loc"], found["ctx"]) == (1, ["body", 1], {"limit_value": MAX_LINE})
    assert found["type"] == "value_error.any_str.max_length"
    expect_kept(annals, tenant, good)


def test_a_line_without_end_is_refused_without_being_kept_in_memory(any_annals):
    tenant = any_annals.initialise(unique_name())
    with RawConnection(any_annals) as connection:
        connection.send(head("POST", EVENTS, *lines_for(tenant), f"Content-Length: {MAX_LINE + 2}"))
        reply = connection.send(b"x" * (MAX_LINE + 1) + b"\n").reply()

    assert reply.status_code == 422, f"expected 422, got {reply.raw}"
    assert reply.json()["detail"][0]["loc"] == ["body", 0]


# --- cut short ---


def lines_for(tenant):
    return (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", f"Content-Type: {NDJSON}")


def test_truncated_gzip_is_400_and_all_of_it_can_be_sent_again(annals, tenant):
    sent = [event(record_id=i) for i in range(1000)]
    body = gzip.compress(lines_of(sent).encode())

    reply = post(annals, tenant, body[:-1000], headers={"Content-Encoding": "gzip"})

    assert reply.status_code == 400, f"expected 400, got {reply.status_code} {reply.text}"
    assert isinstance(reply.json()["detail"], str)
    kept = history(annals, tenant, limit=1)["total_count"]
    again = post(annals, tenant, body, headers={"Content-Encoding": "gzip"})
    expect_taken(again, 1000 - kept, duplicates=kept)
    expect_kept(annals, tenant, sent)


def test_a_client_that_leaves_in_the_middle_harms_nobody(annals, tenant):
    sent = [event(record_id=i) for i in range(10)]
    body = lines_of(sent).encode()
    with RawConnection(annals) as connection:
        connection.send(head("POST", EVENTS, *lines_for(tenant), f"Content-Length: {len(body)}") + body[:-50])

    def is_all_there():
        reply = post(annals, tenant, body)
        assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
        return reply.json()["duplicates"] == 10

    wait_until(is_all_there, "each line is there when all are sent again")
    expect_kept(annals, tenant, sent)
