"""Clients that ask for pages and do not read them: what is held for them is bounded, and others are served."""

import contextlib
import json
import socket

import pytest

from support import paths
from support.annals import API_KEY
from support.clients.event_streams import Tail
from support.clients.raw_http import RawConnection, head
from support.events import HISTORY, event, events_of, get_history, history, post_events
from support.names import unique_name
from support.samples.many_rows import store_rows, string_of
from support.waiting import wait_until

# Far more than what the sockets hold.
EVENTS = 5_000
PAYLOAD = 20_000
PAGE = 4 << 20
UNREAD = 60
# One client's answers may take 64 MiB. The rest is for what is on its way and for the allocator.
MAX_GROWTH = 160 << 20
CONNECTIONS = 48
# If each tail held all of these, they would take a GiB.
TAILS = 30
LARGE_EVENTS = 36
LARGE_PAYLOAD = 1_000_000


@pytest.fixture
def annals(make):
    """With a server, so that the memory of the process is what Annals itself takes."""
    return make.annals("remote")


def make_large(annals):
    tenant = annals.initialise(unique_name())
    add_events(annals, tenant, EVENTS, PAYLOAD)
    return tenant


def add_events(annals, tenant, count, payload):
    """Stores so many events at once, past the service."""
    store_rows(annals, tenant, count, string_of(f"repeat(toString(number % 10), {payload})"))


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        (line,) = (line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) << 10


def ask(annals, tenant):
    """A client that asks for a page and reads how the answer begins."""
    connection = RawConnection(annals)
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}")
    connection.send(head("GET", f"{HISTORY}?limit=1000&count=false", *lines))
    return connection


def test_pages_that_nobody_reads_take_a_bounded_memory(annals):
    large, other = make_large(annals), make_large(annals)
    history(annals, large, limit=1000)
    before = resident_bytes(annals.pid)

    with contextlib.ExitStack() as stack:
        unread = [stack.enter_context(contextlib.closing(ask(annals, large).socket)) for _ in range(UNREAD)]
        statuses = [int(one.recv(4096).split(b" ", 2)[1]) for one in unread]
        grown = resident_bytes(annals.pid) - before
        page = get_history(annals, other, limit=1000)

    assert set(statuses) == {200, 429}, f"expected that some are refused with 429, got {statuses}"
    # A sanitizer keeps freed memory for a while.
    assert grown < MAX_GROWTH or paths.is_sanitized(), f"expected at most {MAX_GROWTH >> 20} MiB more, got {grown >> 20}"
    assert page.status_code == 200 and len(page.json()["results"]) > 100
    # What nobody reads any more is given back.
    assert history(annals, large, limit=1000)["results"]


def test_a_page_ends_early_instead_of_being_large(annals):
    large = make_large(annals)
    seen = []
    page = get_history(annals, large, limit=1000, cursor="", ordering="event_time")

    while True:
        assert len(page.content) < PAGE + 2 * PAYLOAD, f"expected some 4 MiB, got {len(page.content)}"
        seen += [e["event_id"] for e in page.json()["results"]]
        if page.json()["next"] is None:
            break
        page = annals.get(page.json()["next"].removeprefix(annals.url), headers={"X-Client-Id": large["client_id"]})

    assert len(seen) == len(set(seen)) == EVENTS


@pytest.mark.parametrize("ordering", ["event_time", "-event_time", "arrival"])
def test_an_event_that_is_larger_than_a_page_is_a_page(make, engine_kind, ordering):
    annals = make.annals(engine_kind)
    tenant = annals.initialise(unique_name())
    sent = [event(event_data="x" * size, event_time=f"2026-01-0{i + 1}T00:00:00.000Z")
            for i, size in enumerate((10, PAGE + 1000, 10 << 20, 10))]  # fmt: skip
    for one in sent:
        assert post_events(annals, tenant, json.dumps([one])).status_code == 201

    got, query = [], {"cursor": ""}
    for _ in range(len(sent) + 1):
        page = history(annals, tenant, ordering=ordering, count="false", **query)
        got += page["results"]
        if not page["results"] or page["next"] is None:
            break
        query = {"cursor": page["next"].split("cursor=")[1].split("&")[0]}

    wanted = [e["event_id"] for e in sent]
    assert [e["event_id"] for e in got] == (wanted[::-1] if ordering == "-event_time" else wanted)
    assert [e["event_id"] for e in events_of(annals, tenant, event_id=sent[2]["event_id"])] == [sent[2]["event_id"]]


def test_tails_of_one_client_leave_connections_to_others(make):
    annals = make.annals(environment={"ANNALS_SERVER_MAX_CONNECTIONS": str(CONNECTIONS)})
    one, other = annals.initialise("one"), annals.initialise("other")

    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS // 2):
            stack.enter_context(Tail(annals, one))
        refused = annals.get("/api/history/tail", headers={"X-Client-Id": one["client_id"]})
        others = stack.enter_context(Tail(annals, other))
        sent = event()
        assert post_events(annals, other, sent).status_code == 201
        assert [e["event_id"] for e in others.read(1)] == [sent["event_id"]]

    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1, f"got {refused.status_code}"
    with Tail(annals, one) as again:
        assert again.read(0) == []


class UnreadTail(RawConnection):
    """A client that follows new events, reads that it is connected, and reads no event."""

    def __init__(self, annals, tenant):
        super().__init__(annals)
        lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}")
        self.send(head("GET", "/api/history/tail", *lines))
        beginning = b""
        while b"\n\n" not in beginning:
            beginning += self.socket.recv(1)
        self.socket.setblocking(False)

    def has_events(self):
        """Whether more has come than the comments that come while there are none."""
        try:
            return len(self.socket.recv(PAYLOAD, socket.MSG_PEEK)) == PAYLOAD
        except BlockingIOError:
            return False


def test_tails_that_nobody_reads_take_a_bounded_memory(annals):
    tenant, other = annals.initialise(unique_name()), annals.initialise(unique_name())
    sent = event()
    assert post_events(annals, other, sent).status_code == 201
    with contextlib.ExitStack() as stack:
        unread = [stack.enter_context(UnreadTail(annals, tenant)) for _ in range(TAILS)]
        before = resident_bytes(annals.pid)
        grown = []

        def all_have_events():
            grown.append(resident_bytes(annals.pid) - before)
            return all(tail.has_events() for tail in unread)

        add_events(annals, tenant, LARGE_EVENTS, LARGE_PAYLOAD)
        wait_until(all_have_events, "every tail gets events")
        shown = events_of(annals, other)

    most = max(grown) >> 20
    assert most < MAX_GROWTH >> 20 or paths.is_sanitized(), f"expected at most {MAX_GROWTH >> 20} MiB more, got {most}"
    assert [one["event_id"] for one in shown] == [sent["event_id"]], "expected that others are served meanwhile"
