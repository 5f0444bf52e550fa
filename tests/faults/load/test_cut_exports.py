"""Exports that the service cannot send to their end: no client takes them for whole, HTTP/1.0 included."""

import socket
import time

import pytest

from support.annals import API_KEY
from support.samples.many_rows import random_string, store_rows
from support.waiting import TIMEOUT_SECONDS

# More than the sockets hold, so that an export whose reader pauses is not over.
ROWS = 30_000
# Still twice as much as the sockets hold, but sent in a moment once the reader goes on.
FEWER_ROWS = 12_000
# An export may take five seconds after SIGTERM, so that most of them are left after the pause; a tail may take one.
PAUSE_SECONDS = 1.5
IN_TIME_SECONDS = 4
TRIES = 5


@pytest.fixture
def annals(make):
    return make.annals()


def tenant_with_rows(annals, rows):
    """A tenant with events of about 1 KB each that no format compresses by much."""
    tenant = annals.initialise("large")
    store_rows(annals, tenant, rows, random_string(1000))
    return tenant


@pytest.fixture
def large(annals):
    """A tenant whose export is about 30 MB."""
    return tenant_with_rows(annals, ROWS)


def begin_export(annals, tenant, version, export_format):
    connection = socket.create_connection(("127.0.0.1", annals.port), timeout=TIMEOUT_SECONDS)
    lines = (
        f"GET /api/history/export?format={export_format} HTTP/{version}",
        "Host: annals",
        f"X-API-Key: {API_KEY}",
        f"X-Client-Id: {tenant['client_id']}",
    )
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    beginning = connection.recv(65536)
    assert beginning.startswith(f"HTTP/{version} 200 ".encode()), f"expected an export, got {beginning[:200]!r}"
    return connection, beginning


def read_all(connection):
    """What arrives until the connection is closed, and whether it was reset."""
    received = []
    while True:
        try:
            part = connection.recv(1 << 20)
        except ConnectionResetError:
            return b"".join(received), True
        if not part:
            return b"".join(received), False
        received.append(part)


@pytest.mark.parametrize("export_format", ["ndjson", "csv", "parquet"])
@pytest.mark.parametrize("end", ["SIGTERM", "SIGKILL"])
def test_over_http_1_0_an_export_that_is_cut_ends_with_a_reset(annals, large, end, export_format):
    connection, _ = begin_export(annals, large, "1.0", export_format)
    with connection:
        if end == "SIGKILL":
            annals.kill9()
        else:
            annals.terminate()
        _, was_reset = read_all(connection)

    assert was_reset, "expected a reset: a normal close would look like the end of the export"


def test_over_http_1_1_an_export_that_is_cut_lacks_its_last_chunk(annals, large):
    connection, beginning = begin_export(annals, large, "1.1", "ndjson")
    with connection:
        annals.terminate()
        rest, was_reset = read_all(connection)

    assert was_reset or not (beginning + rest).endswith(b"0\r\n\r\n"), "expected that the export does not look whole"


def test_over_http_1_0_a_whole_export_ends_normally(annals, large):
    connection, beginning = begin_export(annals, large, "1.0", "ndjson")
    with connection:
        rest, was_reset = read_all(connection)

    assert not was_reset, "expected a normal close after the last event"
    assert (beginning + rest).split(b"\r\n\r\n", 1)[1].count(b"\n") == ROWS


def expect_finished(annals, tenant, export_format, pause):
    """An export goes on after SIGTERM and is finished, although its reader pauses. It is asked for again when the machine took
    about as long to read it as the service gives it."""
    for _ in range(TRIES):
        connection, beginning = begin_export(annals, tenant, "1.1", export_format)
        with connection:
            began = time.monotonic()
            annals.send_terminate()
            time.sleep(pause)
            goes_on = annals.running
            rest, was_reset = read_all(connection)
            taken = time.monotonic() - began
            annals.wait_terminated()
        is_whole = not was_reset and (beginning + rest).endswith(b"0\r\n\r\n")
        if goes_on and is_whole:
            return
        assert taken > IN_TIME_SECONDS, f"expected the whole export, and not before its reader goes on; got {goes_on, is_whole}"
        annals.start()
    pytest.fail(f"expected to read an export within {IN_TIME_SECONDS} s of SIGTERM")


def test_an_export_in_flight_at_sigterm_is_finished(annals, large):
    expect_finished(annals, large, "ndjson", pause=0)


@pytest.mark.parametrize("export_format", ["ndjson", "csv", "parquet"])
def test_an_export_whose_reader_pauses_after_sigterm_is_finished(annals, export_format):
    tenant = tenant_with_rows(annals, FEWER_ROWS)

    expect_finished(annals, tenant, export_format, PAUSE_SECONDS)  # the matter itself: it is longer than a tail would have
