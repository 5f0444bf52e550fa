"""Clients that ask for a large export and read it slowly, not at all, or hang up: others do not notice."""

import concurrent.futures
import contextlib
import threading
import time

import pytest

from support.annals import API_KEY
from support.clients.load import at_once
from support.clients.raw_http import RawConnection, head
from support.events import event, events_of, get_history, post_events
from support.samples.many_rows import random_string, store_rows
from support.waiting import wait_until

EXPORT = "/api/history/export"
# More than the sockets and the service hold between them, also compressed, as a ClickHouse server sends it: an export
# that nobody reads stands still.
ROWS = 40_000
PAYLOAD = 1_000
# Streams may have half of the eight connections to the engine, and those of one client half of that. The last is for
# clients that have none.
ALL_STREAMS = 4
STREAMS = 2
HANG_UPS = 20
BETWEEN_WRITES = 4 << 20
# Who reads nothing is cut off after 30 s in any case: whatever an export holds up takes longer than this.
ANSWER_SECONDS = 25
FREED_SECONDS = 25
SLOW_SECONDS = 0.25
SLOW_BYTES = 256 << 10


@pytest.fixture
def annals(make, engine_kind):
    return make.annals(engine_kind)


@pytest.fixture
def large(annals):
    """A tenant whose export is about 40 MB."""
    return make_large(annals)


def make_large(annals, name="large"):
    tenant = annals.initialise(name)
    store_rows(annals, tenant, ROWS, random_string(PAYLOAD))
    return tenant


class StalledExport(RawConnection):
    """A client that asks for an export, reads how it begins, and reads no further."""

    def __init__(self, annals, tenant):
        super().__init__(annals)
        lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", "Connection: close")
        self.send(head("GET", EXPORT, *lines))
        self.beginning = self.socket.recv(65536)

    def close(self):
        self.socket.close()

    @property
    def status(self):
        return int(self.beginning.split(b" ", 2)[1])


def stall(annals, tenant, count=STREAMS):
    """Opens exports that nobody reads."""
    exports = [StalledExport(annals, tenant) for _ in range(count)]
    statuses = [export.status for export in exports]
    assert statuses == [200] * count, f"expected {count} exports to begin, got {statuses}"
    return exports


def close(exports):
    for export in exports:
        export.close()


def export_status(annals, tenant):
    """The status of an export whose client goes away at once."""
    with StalledExport(annals, tenant) as export:
        return export.status


def timed(call):
    """The status of the call's answer and the seconds that it took."""
    began = time.monotonic()
    status = call().status_code
    return status, time.monotonic() - began


def expect_fast(outcomes, status, whose):
    others = [one for one, _ in outcomes if one != status]
    assert not others, f"expected {status} for {whose}, got {others}"
    slowest = max(taken for _, taken in outcomes)
    assert slowest < ANSWER_SECONDS, f"expected {whose} within {ANSWER_SECONDS} s, one took {slowest:.1f} s"


def test_exports_that_nobody_reads_do_not_block_writers_or_readers(annals, large):
    other = annals.initialise("other")
    assert post_events(annals, other, event()).status_code == 201
    exports = stall(annals, large)

    writes = [timed(lambda tenant=tenant: post_events(annals, tenant, event())) for tenant in (large, other) * 10]
    reads = [timed(lambda tenant=tenant: get_history(annals, tenant, limit=10)) for tenant in (large, other) * 10]
    at_same_time = at_once([lambda: timed(lambda: post_events(annals, other, event()))] * 20)

    close(exports)
    expect_fast(writes, 201, "a write")
    expect_fast(reads, 200, "a page")
    expect_fast(at_same_time, 201, "a write among many")


def test_after_a_restart_exports_that_nobody_reads_do_not_block_the_first_write(annals, large):
    """The first write to a tenant may have to read what is in its table."""
    other = annals.initialise("other")
    sent = event()
    assert post_events(annals, other, sent).status_code == 201
    annals.restart()
    exports = stall(annals, large)

    outcome = timed(lambda: post_events(annals, other, event()))
    again = post_events(annals, other, sent)

    close(exports)
    expect_fast([outcome], 201, "the first write")
    assert (again.status_code, again.json()["duplicates"]) == (201, 1), f"got {again.status_code} {again.text}"


def test_more_exports_than_there_is_room_for_are_refused_clearly(annals, large):
    exports = stall(annals, large)

    reply = annals.get(EXPORT, headers={"X-Client-Id": large["client_id"]}, stream=True)

    close(exports)
    assert reply.status_code == 429, f"expected 429, got {reply.status_code}"
    assert "detail" in reply.json() and int(reply.headers["Retry-After"]) >= 1
    freed = lambda: export_status(annals, large) == 200
    wait_until(freed, "an export begins when those that hung up are gone", FREED_SECONDS)


class SlowExport(StalledExport):
    """A client that reads its export a little at a time, until close() or until the export ends."""

    def __init__(self, annals, tenant):
        super().__init__(annals, tenant)
        self._closing = threading.Event()
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with contextlib.suppress(OSError):
            while not self._closing.wait(SLOW_SECONDS) and self.socket.recv(SLOW_BYTES):
                pass
        self.ended.set()

    def close(self):
        self._closing.set()
        self._thread.join()
        super().close()


def test_a_clients_exports_that_nobody_reads_leave_room_for_others(annals, large):
    second, third = make_large(annals, "second"), make_large(annals, "third")
    exports = stall(annals, large) + stall(annals, second, ALL_STREAMS - STREAMS - 1)

    assert export_status(annals, large) == 429
    assert export_status(annals, second) == 429, "expected that the last place is kept for those who have none"
    assert export_status(annals, third) == 200

    close(exports)


def rest_of(export):
    """What a client can still read, and whether it is told that this is not all."""
    rest = b""
    try:
        while part := export.socket.recv(1 << 20):
            rest += part
    except ConnectionError:
        return rest, True
    return rest, not rest.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("client", [StalledExport, SlowExport])
def test_a_deletion_cuts_the_tenants_exports_and_answers_at_once(annals, client):
    tenants = [make_large(annals, f"large{i}") for i in range(STREAMS)]
    other = annals.initialise("other")
    exports = [client(annals, tenant) for tenant in tenants]
    assert [export.status for export in exports] == [200] * STREAMS

    with concurrent.futures.ThreadPoolExecutor(STREAMS) as pool:
        deletions = [pool.submit(timed, lambda tenant=tenant: annals.delete(tenant["client_id"])) for tenant in tenants]
        writes = [timed(lambda: post_events(annals, other, event())) for _ in range(10)]
        reads = [timed(lambda: get_history(annals, other, limit=10)) for _ in range(10)]
        expect_fast(writes, 201, "a write")
        expect_fast(reads, 200, "a page")
        expect_fast([deletion.result() for deletion in deletions], 204, "a deletion")

    if client is StalledExport:
        for export in exports:
            assert rest_of(export)[1], "expected that the export is broken off"
    else:
        for export in exports:
            assert export.ended.wait(ANSWER_SECONDS), "expected that the export is broken off"
    close(exports)


def test_a_deletion_ends_tails_that_nobody_reads_and_those_that_wait(annals, large):
    read, unread = RawConnection(annals), RawConnection(annals)
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {large['client_id']}", "Connection: close")
    request = lambda cursor: head("GET", f"/api/history/tail{cursor}", *lines)
    read.send(request(""))
    unread.send(request("?cursor="))
    assert b" 200 " in read.socket.recv(65536) and b" 200 " in unread.socket.recv(65536)

    expect_fast([timed(lambda: annals.delete(large["client_id"]))], 204, "a deletion")

    read.socket.settimeout(ANSWER_SECONDS)
    rest, is_broken = rest_of(read)
    assert not is_broken and rest.endswith(b"0\r\n\r\n"), f"expected that a tail that waits ends normally, got {rest}"
    unread.socket.settimeout(ANSWER_SECONDS)
    rest, _ = rest_of(unread)
    assert len(rest) < ROWS * PAYLOAD / 2, f"expected that nothing more is given out, got {len(rest)} bytes"


def test_a_deletion_by_another_instance_cuts_exports_too(make):
    engine, files = make.engine(), make.files()
    one, two = make.annals(engine, files), make.annals(engine, files)
    tenant = make_large(one)
    exports = stall(one, tenant)

    status, seconds = timed(lambda: two.delete(tenant["client_id"]))

    assert (status, seconds < ANSWER_SECONDS) == (204, True), f"expected 204 in seconds, got {status} after {seconds:.0f} s"
    assert all(rest_of(export)[1] for export in exports), "expected that the exports are broken off"


def test_a_client_that_hangs_up_frees_its_connection_to_the_engine_each_time(annals, large):
    for number in range(HANG_UPS):
        begins = lambda: export_status(annals, large) == 200
        wait_until(begins, f"export {number} begins after those before hung up", FREED_SECONDS)

    # All places are free again: as many exports as there may be are open together.
    exports = []

    def all_are_open():
        export = StalledExport(annals, large)
        if export.status == 200:
            exports.append(export)
        else:
            export.socket.close()
        return len(exports) == STREAMS

    wait_until(all_are_open, f"{STREAMS} exports are open together", FREED_SECONDS)
    close(exports)
    # And so are all connections: more statements than there are connections run at once.
    reads = at_once([lambda: timed(lambda: get_history(annals, large, limit=10))] * 16)
    expect_fast(reads, 200, "a page")


def test_many_clients_that_hang_up_at_once_leave_no_connection_behind(annals, large):
    statuses = at_once([lambda: export_status(annals, large)] * HANG_UPS)

    assert set(statuses) <= {200, 429, 503} and 200 in statuses, f"expected 200, 429 or 503, got {statuses}"
    freed = lambda: export_status(annals, large) == 200
    wait_until(freed, "an export begins again", FREED_SECONDS)
    one = event(record_id=ROWS + 1)
    expect_fast([timed(lambda: post_events(annals, large, one))], 201, "a write")
    assert [found["event_id"] for found in events_of(annals, large, record_id=ROWS + 1)] == [one["event_id"]]


def test_a_slow_reader_gets_the_whole_export_and_writers_go_on(annals, large):
    lines = read = 0
    statuses = []
    with annals.get(EXPORT, headers={"X-Client-Id": large["client_id"]}, stream=True) as reply:
        assert reply.status_code == 200
        for chunk in reply.iter_content(None):
            lines += chunk.count(b"\n")
            read += len(chunk)
            if read > len(statuses) * BETWEEN_WRITES:
                statuses.append(post_events(annals, large, event(record_id=ROWS + 2)).status_code)

    # Without an order: what is written meanwhile may be in it or not.
    assert ROWS <= lines <= ROWS + len(statuses), f"expected about {ROWS} events, got {lines}"
    assert len(statuses) >= 10 and set(statuses) == {201}, f"expected 201 for every write, got {statuses}"
