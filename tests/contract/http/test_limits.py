"""Sizes, times and numbers of connections: past them there is a clear answer, and everybody else is served."""

import contextlib
import json
import time

import pytest

from support.annals import API_KEY
from support.clients.raw_http import RawConnection, head, held_connections
from support.names import unique_name
from support.waiting import TIMEOUT_SECONDS, repeat_unanswered, wait_until

PATH = "/api/initialize-tenant"
LINES = (f"X-API-Key: {API_KEY}", "Content-Type: application/json")
MAX_BODY = 2000
REQUEST_SECONDS = 0.5
IDLE_SECONDS = 0.5
# Less than the defaults of 30 s for a body and 60 s for an idle connection, so that a limit that is not heeded shows.
IN_TIME_SECONDS = 25
TOO_LARGE = {"detail": f"Request body is larger than {MAX_BODY} bytes."}


@pytest.fixture(scope="module")
def limited(module_make):
    """A service with narrow limits of size and number, and as much time as anybody needs."""
    return module_make.annals(
        environment={
            "ANNALS_SERVER_MAX_BODY_BYTES": str(MAX_BODY),
            "ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600",
            "ANNALS_SERVER_MAX_CONNECTIONS": "20",
        }
    )


@pytest.fixture(scope="module")
def short_of_time(module_make):
    """A service that waits for a body for a short time only."""
    return module_make.annals(environment={"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": str(REQUEST_SECONDS)})


@pytest.fixture(scope="module")
def closing_soon(module_make):
    """A service that closes idle connections after a short time. That may be before a request is sent."""
    annals = module_make.annals(environment={"ANNALS_SERVER_IDLE_TIMEOUT_SECONDS": str(IDLE_SECONDS)}, start=False)
    return annals.start(ready=False)


def body_of(size):
    """A valid body of exactly that size."""
    name = unique_name()
    body = json.dumps({"database_name": name, "client_label": name, "x": ""})
    return (body[:-2] + "x" * (size - len(body)) + '"}').encode()


def chunked(body, size=500):
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


# --- sizes ---


def test_a_body_of_the_limit_is_taken(limited):
    reply = limited.request("POST", PATH, data=body_of(MAX_BODY), headers={"Content-Type": "application/json"})

    assert reply.status_code == 201, reply.text


def test_a_body_over_the_limit_is_413(limited):
    with RawConnection(limited) as connection:
        body = body_of(MAX_BODY + 1)
        reply = connection.send(head("POST", PATH, *LINES, f"Content-Length: {len(body)}") + body).reply()

    assert (reply.status_code, reply.json()) == (413, TOO_LARGE)


def test_an_announced_body_over_the_limit_is_413_before_it_arrives(limited):
    with RawConnection(limited) as connection:
        reply = connection.send(head("POST", PATH, *LINES, "Content-Length: 99999999999")).reply()

    assert (reply.status_code, reply.json()) == (413, TOO_LARGE)


def test_a_chunked_body_over_the_limit_is_413(limited):
    with RawConnection(limited) as connection:
        connection.send(head("POST", PATH, *LINES, "Transfer-Encoding: chunked") + chunked(body_of(MAX_BODY + 1)))
        reply = connection.reply()

    assert (reply.status_code, reply.json()) == (413, TOO_LARGE)


def test_the_default_limit_is_1_mib(any_annals):
    limit = 1 << 20
    with RawConnection(any_annals) as connection:
        reply = connection.send(head("POST", PATH, *LINES, f"Content-Length: {limit + 1}")).reply()

    assert (reply.status_code, reply.json()) == (413, {"detail": f"Request body is larger than {limit} bytes."})


def test_who_goes_on_sending_after_413_still_reads_the_answer(limited):
    with RawConnection(limited) as connection:
        connection.send(head("POST", PATH, *LINES, "Content-Length: 400000") + b"x" * 400_000)
        reply = connection.reply()

    assert reply.status_code == 413


@pytest.mark.parametrize("line", ["X-Long: " + "x" * 70_000, "Cookie: " + "y; " * 30_000])
def test_a_header_that_is_too_large_is_431(any_annals, line):
    with RawConnection(any_annals) as connection:
        reply = connection.send(head("GET", "/healthz", line)).reply()

    assert reply.status_code == 431
    assert isinstance(reply.json()["detail"], str)


def test_too_many_header_fields_are_431(any_annals):
    with RawConnection(any_annals) as connection:
        reply = connection.send(head("GET", "/healthz", *(f"X-{i}: y" for i in range(5000)))).reply()

    assert reply.status_code == 431


# --- times ---


def test_a_body_that_never_comes_is_408_in_time(short_of_time):
    started = time.monotonic()
    with RawConnection(short_of_time) as connection:
        reply = connection.send(head("POST", PATH, *LINES, "Content-Length: 100") + b'{"data').reply()

        assert reply.status_code == 408, f"expected 408, got {reply.raw}"
        assert isinstance(reply.json()["detail"], str)
        assert connection.closes_within(IN_TIME_SECONDS)
    assert REQUEST_SECONDS * 0.9 <= time.monotonic() - started < IN_TIME_SECONDS


def test_a_body_that_trickles_in_is_408_in_time(short_of_time):
    with RawConnection(short_of_time) as connection:
        connection.send(head("POST", PATH, *LINES, "Content-Length: 1000"))
        connection.socket.settimeout(0.05)
        deadline = time.monotonic() + IN_TIME_SECONDS
        answer = b""
        while not answer and time.monotonic() < deadline:
            try:
                answer = connection.socket.recv(1000)
            except TimeoutError:
                connection.send(b"x")

    assert answer.startswith(b"HTTP/1.1 408 "), f"expected 408 while bytes still come, got {answer!r}"


def test_a_body_that_is_cut_short_harms_nobody(short_of_time):
    with RawConnection(short_of_time) as connection:
        connection.send(head("POST", PATH, *LINES, "Content-Length: 100") + b"{")
        connection.socket.shutdown(1)
        assert connection.closes_within(IN_TIME_SECONDS)

    assert short_of_time.get("/healthz").status_code == 200


def test_an_idle_connection_is_closed(closing_soon):
    def is_answered_and_then_closed():
        with RawConnection(closing_soon) as connection:
            with contextlib.suppress(ConnectionError):
                connection.send(head("GET", "/healthz"))
            return connection.read_to_end(IN_TIME_SECONDS).startswith(b"HTTP/1.1 200 ")

    wait_until(is_answered_and_then_closed, "an answer, and then the end of the idle connection")


def test_a_connection_without_any_request_is_closed(closing_soon):
    with RawConnection(closing_soon) as connection:
        assert connection.closes_within(IN_TIME_SECONDS)


# --- connections ---


@pytest.fixture
def crowded(module_make):
    """A service with few connections, and those that hold them all."""
    annals = module_make.annals(environment={"ANNALS_SERVER_MAX_CONNECTIONS": "3", "ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600"})
    with held_connections(annals, 3, "POST", PATH, *LINES, "Content-Length: 100") as held:
        yield annals, held


def test_too_many_connections_are_refused_and_places_become_free_again(crowded):
    annals, held = crowded
    refused = repeat_unanswered(lambda: annals.get("/api/tenants"))

    assert (refused.status_code, refused.json()) == (503, {"detail": "Too many connections."})
    assert refused.headers["Retry-After"]
    for connection in held:
        connection.socket.close()

    def is_served():
        return repeat_unanswered(lambda: annals.get("/api/tenants")).status_code == 200

    wait_until(is_served, "a new connection is served after the others are closed")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_answered_however_many_connections_there_are(crowded, path):
    annals, _ = crowded

    assert repeat_unanswered(lambda: annals.get(path, key=None)).status_code == 200


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHo", head("GET", "/healthz")])
def test_connections_that_are_not_used_shut_nobody_out(module_make, sent):
    annals = module_make.annals(environment={"ANNALS_SERVER_MAX_CONNECTIONS": "8"})
    idle = [RawConnection(annals).send(sent) for _ in range(8)]
    try:
        for _ in range(12):
            assert annals.get("/api/tenants").status_code == 200
    finally:
        for connection in idle:
            connection.socket.close()


def test_slow_clients_do_not_hold_up_others(limited):
    slow = [RawConnection(limited) for _ in range(10)]
    for connection in slow:
        connection.send(head("POST", PATH, *LINES, "Content-Length: 100"))

    # If they held it up, it would be for the hour that their bodies have.
    with RawConnection(limited, TIMEOUT_SECONDS) as connection:
        assert connection.send(head("GET", "/healthz")).reply().status_code == 200

    for connection in slow:
        connection.socket.close()
