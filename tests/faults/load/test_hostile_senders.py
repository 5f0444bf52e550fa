"""Tenants that send little and mean much: bodies that expand, do not end, or hold nothing. Others do not notice."""

import contextlib
import gzip
import json
import select
import threading
import time

import pytest

from support.annals import API_KEY
from support.clients.keys import new_key
from support.clients.raw_http import RawConnection, head
from support.events import (
    EVENT_BRIDGE,
    JSON,
    NDJSON,
    envelope,
    event,
    expect_created,
    expect_taken,
    post_envelope,
    post_events,
)
from support.names import unique_name
from support.waiting import SLOWNESS, wait_until

MIB = 1 << 20
ANSWER_SECONDS = 5 * SLOWNESS
REQUEST_SECONDS = 5
TRIES = 6
NARROW = {"ANNALS_EVENTS_MAX_RECEIVING_BYTES": str(16 * MIB)}
# What one holder of arriving bodies may have of that, and what those who hold little can have all the same.
SHARE = 12 * MIB
BODY = 64 << 10
RESERVED_BYTES = 200 << 10
SETTINGS = {**NARROW, "ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": str(REQUEST_SECONDS)}
# Whoever sends has time enough, however long the test takes.
PATIENT = {**NARROW, "ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "600"}
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def annals(module_make):
    return module_make.annals()


@pytest.fixture(scope="module")
def narrow(module_make):
    """A service with little room for arriving bodies, and little patience."""
    return module_make.annals(environment=SETTINGS)


def gzipped(text, times):
    """The text so many times, as gzip that expands a thousand times."""
    return gzip.compress(text * (16 * MIB // len(text))) * times


BOMBS = {
    "blank lines": (gzipped(b"\n", 64), NDJSON, (413, 422)),
    "blanks": (gzipped(b" ", 64), NDJSON, 413),
    "lines without an event": (gzipped(b"{}\n", 4), NDJSON, (413, 422)),
    "valid lines without ids": (gzipped(json.dumps(event(event_id=None)).encode() + b"\n", 64), NDJSON, (413, 422)),
    "blanks before JSON": (gzipped(b" ", 2), JSON, (413, 422)),
    "many items": (gzip.compress(b"[" + b"1," * MIB + b"1]"), JSON, 422),
    "many keys": (gzip.compress(b"{" + b'"":1,' * 300_000 + b'"":1}'), JSON, 201),
    "many keys in an item": (gzip.compress(b"[{" + b'"":1,' * 300_000 + b'"":1}]'), JSON, 201),
    "nothing, in many members": (gzip.compress(b"") * 50_000, NDJSON, 201),
}


@pytest.mark.parametrize("body, content_type, statuses", BOMBS.values(), ids=BOMBS)
def test_who_sends_bombs_is_refused_while_others_are_served(annals, body, content_type, statuses):
    tenant = annals.initialise(unique_name())
    permitted = statuses if isinstance(statuses, tuple) else (statuses,)

    for _ in range(TRIES):
        answers, slowest = send_beside_health(annals, tenant, body, content_type)
        for answer in answers:
            assert answer.status_code in permitted, f"expected {permitted}, got {answer.status_code} {answer.text[:300]}"
        if slowest < ANSWER_SECONDS:
            return  # bombs that hold others up do so each time
    pytest.fail(f"expected that health answers meanwhile; it took {slowest:.1f} s")


def send_beside_health(annals, tenant, body, content_type):
    """Sends the body twice at once; returns the answers, and the longest time that health took meanwhile."""
    answers = []

    def send():
        answers.append(post_events(annals, tenant, body, content_type, headers=GZIP, query="?on_error=skip"))

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    slowest = 0
    while any(sender.is_alive() for sender in senders):
        began = time.monotonic()
        assert annals.get("/healthz", key=None).status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    for sender in senders:
        sender.join()
    return answers, slowest


def refusal(reply):
    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text[:300]}"
    return [(problem["loc"], problem["msg"]) for problem in reply.json()["detail"]]


def test_the_number_of_items_of_a_body_has_a_limit(annals):
    tenant = annals.initialise(unique_name())

    reply = post_events(annals, tenant, b"[" + b"1," * 500_000 + b"1]", query="?on_error=skip")

    assert refusal(reply) == [(["body"], "ensure this value has at most 500000 items")]


@pytest.mark.parametrize("content_type", [JSON, NDJSON, "application/cloudevents+json"])
def test_the_number_of_keys_of_an_event_has_a_limit(annals, content_type):
    tenant = annals.initialise(unique_name())
    place = ["body", 0] if content_type == NDJSON else ["body"]

    fits = {**event(), **{f"k{i}": i for i in range(10_000 - 7)}}
    too_many = {**fits, "one more": 1}

    assert refusal(post_events(annals, tenant, json.dumps(too_many), content_type)) == [
        (place, "ensure this value has at most 10000 items")
    ]
    if content_type != "application/cloudevents+json":
        expect_taken(post_events(annals, tenant, json.dumps(fits), content_type), 1)


def test_an_envelope_is_bounded_alike(annals):
    tenant = annals.initialise(unique_name())
    detail = {**event(), **{f"k{i}": i for i in range(10_000)}}
    body = json.dumps(envelope(detail, tenant["database_name"]))

    reply = annals.request("POST", EVENT_BRIDGE, data=body, headers={"Content-Type": JSON})

    assert refusal(reply) == [(["body", "detail"], "ensure this value has at most 10000 items")]


def test_bad_items_past_the_thousandth_are_only_counted(annals):
    tenant = annals.initialise(unique_name())

    reply = post_events(annals, tenant, [1] * 300_000 + [event()], query="?on_error=skip")

    answer = reply.json()
    assert (reply.status_code, answer["accepted"], len(answer["errors"])) == (201, 1, 1000), reply.text[:300]
    assert answer["errors_left_out"] == 299_000


def begin_bodies(stack, annals, count, size, path, *credentials):
    """Sends so many bodies, each but for its last byte; returns the connections, which the stack closes."""
    lines = (*credentials, f"Content-Type: {JSON}", f"Content-Length: {size}")
    connections = [stack.enter_context(RawConnection(annals)) for _ in range(count)]
    for connection in connections:
        # One that finds no room is hung up on.
        with contextlib.suppress(ConnectionError):
            connection.send(head("POST", path, *lines) + b" " * (size - 1))
    return connections


@pytest.mark.parametrize("path", ["/api/events", EVENT_BRIDGE])
def test_what_one_tenant_does_not_end_leaves_room_for_others(make, path):
    annals = make.annals(environment=PATIENT)
    greedy, other = (annals.initialise(unique_name()) for _ in range(2))
    with contextlib.ExitStack() as stack:
        begin_bodies(stack, annals, 16, MIB - 1, path, f"X-API-Key: {API_KEY}", f"X-Client-Id: {greedy['client_id']}")

        expect_taken(post_events(annals, other, event()), 1)


def test_envelopes_that_one_key_does_not_end_leave_room_for_those_of_other_keys(make):
    annals = make.annals(environment=PATIENT)
    greedy, other = (annals.initialise(unique_name()) for _ in range(2))
    greedy_key, other_key = (new_key(annals, "ingest", client_ids=[one["client_id"]])["key"] for one in (greedy, other))

    def send(tenant, key):
        large = event(event_data="x" * RESERVED_BYTES)
        return post_envelope(annals, envelope(large, tenant["database_name"]), key=key)

    with contextlib.ExitStack() as stack:
        count = SHARE // BODY + 4
        begun = begin_bodies(stack, annals, count, BODY, EVENT_BRIDGE, f"X-API-Key: {greedy_key}")

        answered = wait_until(lambda: select.select([one.socket for one in begun], [], [], 0)[0], "one is refused")
        answer = answered[0].recv(1000)
        assert answer.startswith(b"HTTP/1.1 503 "), f"expected 503 for what is more than the share, got {answer!r}"
        expect_created(send(other, other_key))

    wait_until(lambda: send(greedy, greedy_key).status_code == 201, "what it no longer sends is given back")


def answer_to(connection, data):
    """What comes as an answer at once, if anything. Whoever was answered a while ago may be hung up on when it sends this."""
    try:
        with contextlib.suppress(ConnectionError):
            connection.send(data)
        return connection.socket.recv(1000)
    except TimeoutError:
        return b""


@pytest.mark.parametrize("path", ["/api/events", EVENT_BRIDGE])
@pytest.mark.parametrize("framing", [f"Content-Length: {MIB // 2}", "Transfer-Encoding: chunked"])
def test_a_json_body_that_trickles_in_is_408_in_time(narrow, path, framing):
    tenant = narrow.initialise(unique_name())
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", f"Content-Type: {JSON}")
    with RawConnection(narrow, seconds=0.05) as connection:
        began = time.monotonic()
        connection.send(head("POST", path, *lines, framing))
        part = b"1\r\n \r\n" if "chunked" in framing else b" "
        first = wait_until(lambda: answer_to(connection, part), "an answer comes while bytes still arrive")

    assert first.startswith(b"HTTP/1.1 408 "), f"expected 408, got {first!r}"
    assert time.monotonic() - began >= REQUEST_SECONDS * 0.9, "expected that it may take its time"


def send_lines(connection):
    """Sends lines for longer than each may take; returns an answer that came too early, and the longest time between two."""
    began = last = time.monotonic()
    answer, longest = b"", 0
    while not answer and last < began + 2 * REQUEST_SECONDS:
        answer = answer_to(connection, json.dumps(event()).encode() + b"\n")
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return answer, longest


def test_a_line_that_trickles_in_is_408_and_lines_that_trickle_in_are_taken(narrow):
    tenant = narrow.initialise(unique_name())
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", f"Content-Type: {NDJSON}")
    for _ in range(TRIES):
        with RawConnection(narrow, seconds=0.05) as connection:
            connection.send(head("POST", "/api/events", *lines, f"Content-Length: {MIB}"))
            early, longest = send_lines(connection)
            if early and longest > REQUEST_SECONDS * 0.5:
                continue  # it was right: the machine was too busy to send a line in time
            assert early == b"", f"expected no answer: the lines are whole and at most {longest:.1f} s apart"
            first = wait_until(lambda connection=connection: answer_to(connection, b" "), "an answer comes")

        assert first.startswith(b"HTTP/1.1 408 "), f"expected 408, got {first!r}"
        return
    pytest.fail(f"expected to send lines less than {REQUEST_SECONDS} s apart")


def test_a_body_that_means_nothing_is_not_held(make):
    annals = make.annals(environment=PATIENT)
    tenant = annals.initialise(unique_name())
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}")
    with RawConnection(annals) as connection:
        body = b"x" * (MIB // 2)
        request = head("GET", "/api/history/events", *lines, f"Content-Length: {len(body)}")
        statuses = [connection.send(request + body).reply().status_code for _ in range(3)]

    assert statuses == [200, 200, 200], "expected that a body of GET is read over"


def requests_of_many_members(tenant, members):
    token = {"client_id": tenant["client_id"], "filter": {"fields": members}}
    return {
        "a viewer token": ("POST", "/api/viewer-tokens", token),
        "a new secret": ("POST", f"/api/tenants/{tenant['client_id']}/rotate-secret", members),
        "names": ("PATCH", f"/api/tenants/{tenant['client_id']}/names", {"event_types": members}),
    }


@pytest.mark.parametrize("kind", ["a viewer token", "a new secret", "names"])
@pytest.mark.parametrize("count", [9_000, 60_000])
def test_a_small_body_of_many_mistakes_gets_a_small_answer(annals, kind, count):
    tenant = annals.initialise(unique_name())
    method, path, body = requests_of_many_members(tenant, {f"k{n:x}": 0 for n in range(count)})[kind]

    reply = annals.request(method, path, json=body)

    problems = refusal(reply)
    assert len(problems) <= 1000 and len(reply.content) < MIB // 4
    if count > 10_000:
        assert problems == [(["body"], "ensure this value has at most 10000 items")]
