"""One tenant abuses the service in every way that is known: its neighbour and /healthz are answered in time all the while.

A busy machine makes everybody slow, so the bounds are wide, and some rounds may be beyond them. Each kind of abuse once held
everybody up for tens of seconds or for as long as it went on.
"""

import contextlib
import gzip
import time
import uuid

import pytest
import requests

from support.annals import API_KEY
from support.clients.load import Clients, ndjson
from support.clients.raw_http import RawConnection, head
from support.events import HISTORY, JSON, NDJSON, event, get_history, history, post_events, tenant_with, without
from support.waiting import SLOWNESS, wait_until

ABUSERS = 8
ROUNDS = 15
MOST_SLOW_ROUNDS = 4
ANSWER_SECONDS = 5 * SLOWNESS
HEALTH_SECONDS = 2 * SLOWNESS
BEGIN_SECONDS = 60
MEGABYTE = 1 << 20
HELD_SECONDS = 3


# Each kind returns what its clients do again and again.


def send(annals, tenant, body, content_type, headers=None):
    return lambda: post_events(annals, tenant, body, content_type, headers, "?on_error=skip", timeout=BEGIN_SECONDS)


def send_packed(annals, tenant, plain, content_type):
    return send(annals, tenant, gzip.compress(plain), content_type, {"Content-Encoding": "gzip"})


def ask(annals, path, tenant, **query):
    headers = {"X-Client-Id": tenant["client_id"]}
    return lambda: annals.get(path, headers=headers, params=query, timeout=BEGIN_SECONDS)


def line_breaks(annals, tenant):
    return send_packed(annals, tenant, b"\n" * (64 * MEGABYTE), NDJSON)


def empty_objects(annals, tenant):
    return send_packed(annals, tenant, b"{}\n" * (16 * MEGABYTE), NDJSON)


def many_items(annals, tenant):
    return send_packed(annals, tenant, b"[" + b"1," * (8 * MEGABYTE) + b"1]", JSON)


def many_members(annals, tenant):
    return send_packed(annals, tenant, b"[{" + b'"":0,' * (4 * MEGABYTE) + b'"":0}]', JSON)


def blanks_without_an_end(annals, tenant):
    packed = gzip.compress(b" " * (32 * MEGABYTE))
    headers = ("Content-Type: application/json", "Content-Encoding: gzip", f"Content-Length: {len(packed) + 1}")
    return hold_connection(annals, tenant, "POST", "/api/events", *headers, body=packed)


def a_byte_at_a_time(annals, tenant):
    headers = ("Content-Type: application/json", "Content-Length: 100000")
    return hold_connection(annals, tenant, "POST", "/api/events", *headers, body=b"[")


def bulk(annals, tenant):
    # Without ids: each time they are other events.
    return send(annals, tenant, ndjson([without(event(event_data="x" * 200), "event_id") for _ in range(2000)]), NDJSON)


def searches(annals, tenant):
    return ask(annals, HISTORY, tenant, q="nowhere", limit=1000)


def pages_that_nobody_reads(annals, tenant):
    return hold_connection(annals, tenant, "GET", f"{HISTORY}?limit=1000")


def exports_that_nobody_reads(annals, tenant):
    return hold_connection(annals, tenant, "GET", "/api/history/export")


def tails(annals, tenant):
    return hold_connection(annals, tenant, "GET", "/api/history/tail")


def unknown_clients(annals, _):
    return lambda: ask(annals, HISTORY, {"client_id": str(uuid.uuid4())})()


def readiness(annals, tenant):
    return ask(annals, "/readyz", tenant)


def hold_connection(annals, tenant, method, path, *headers, body=b""):
    """Sends a request, reads nothing, and closes the connection a while later."""
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", *headers)
    request = head(method, path, *lines) + body

    def hold():
        with RawConnection(annals) as connection:
            connection.send(request)
            time.sleep(HELD_SECONDS)  # the abuse itself, not a wait for anything

    return hold


class Abuse(Clients):
    """Many clients that do the same again and again, whatever they are answered."""

    def __init__(self, kind, annals, tenant):
        super().__init__(self._run, range(ABUSERS))
        self._call = kind(annals, tenant)
        self.begun = 0

    def _run(self, _):
        while not self.stopping.is_set():
            self.begun += 1
            with contextlib.suppress(requests.RequestException, OSError):
                self._call()


def seconds_of(call, status, what):
    began = time.monotonic()
    reply = call()
    taken = time.monotonic() - began
    assert reply.status_code == status, f"expected {status} for {what}, got {reply.status_code} {reply.text}"
    return taken


KINDS = [
    line_breaks, empty_objects, many_items, many_members, blanks_without_an_end, a_byte_at_a_time, bulk, searches,
    pages_that_nobody_reads, exports_that_nobody_reads, tails, unknown_clients, readiness,
]  # fmt: skip




@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_neighbour_and_health_are_answered_while_a_tenant_does(make, kind):
    annals = make.annals()
    abuser = tenant_with(annals, [event(event_data="x" * 20_000) for _ in range(500)])
    neighbour = tenant_with(annals, [event(record_id=8)])
    assert history(annals, abuser)["total_count"] == 500

    with Abuse(kind, annals, abuser) as abuse:
        wait_until(lambda: abuse.begun >= ABUSERS, "the abuse is going on", BEGIN_SECONDS)
        slow = []
        for _ in range(ROUNDS):
            health = seconds_of(lambda: annals.get("/healthz", key=None), 200, "health")
            write = seconds_of(lambda: post_events(annals, neighbour, event(record_id=8)), 201, "the neighbour's event")
            read = seconds_of(lambda: get_history(annals, neighbour, record_id=8), 200, "the neighbour's page")
            if health >= HEALTH_SECONDS or max(write, read) >= ANSWER_SECONDS:
                slow.append(f"health {health:.1f} s, an event {write:.1f} s, a page {read:.1f} s")
            bounds = f"health within {HEALTH_SECONDS} s, an event and a page within {ANSWER_SECONDS} s each"
            assert len(slow) <= MOST_SLOW_ROUNDS, f"expected {bounds}, they took: {'; '.join(slow)}"

    assert history(annals, neighbour)["total_count"] == ROUNDS + 1
    wait_until(lambda: annals.get("/readyz", key=None).status_code == 200, "it is ready afterwards", BEGIN_SECONDS)
