"""TLS: how connections end, and what slow clients and certificates of clients do to them."""

import contextlib
import json
import socket
import ssl

import pytest

from support.annals import API_KEY
from support.clients.raw_http import RawConnection, head
from support.clients.raw_tls import RawTls
from support.clients.tls import SECONDS, ask, connected, settings, start
from support.events import event
from support.machine.certificates import client_context
from support.names import unique_name


def test_an_answer_ends_with_a_close_notify(annals, authority):
    with connected(annals, client_context(authority)) as encrypted:
        assert ask(encrypted).startswith(b"HTTP/1.1 200")


def test_an_idle_connection_is_closed_with_a_close_notify(make, authority):
    # Nobody asks whether it is ready: a connection may be closed before the question is sent.
    annals = start(make, authority, settings(authority.issue(), ANNALS_SERVER_IDLE_TIMEOUT_SECONDS="0.2"), ready=False)

    with connected(annals, client_context(authority)) as encrypted:
        assert encrypted.recv(1) == b"", "expected the end"


def test_a_client_that_sends_no_more_still_gets_its_answer(annals, authority):
    with RawTls(annals, client_context(authority)) as client:
        client.send(head("GET", "/api/tenants", f"X-API-Key: {API_KEY}", "Connection: close"))
        client.say_goodbye()
        client.socket.shutdown(socket.SHUT_WR)

        assert client.receive().startswith(b"HTTP/1.1 200"), "expected the answer"


def test_http_without_tls_is_answered_with_what_to_do(annals):
    for method in ("GET", "DELETE"):
        with RawConnection(annals) as connection:
            reply = connection.send(head(method, "/api/tenants")).reply()
            assert reply.status_code == 400, f"expected 400, got {reply.status_code}"
            assert reply.json() == {"detail": "This port speaks HTTPS only; use https:// in the URL."}
            assert reply.headers["X-Request-Id"]
            assert connection.closes_within(SECONDS), "expected that the connection is closed"


@pytest.mark.parametrize("nonsense", [b"\x00" * 500, b"\x16\x03\x01\xff\xff" + b"\xff" * 70000, b"ssh-2.0\r\n", b"\x80\x2e\x01"])
def test_nonsense_is_refused(annals, nonsense):
    with RawConnection(annals) as connection:
        with contextlib.suppress(ConnectionError):
            connection.send(nonsense)
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.closes_within(SECONDS), "expected that the connection is closed"
    assert annals.get("/healthz").status_code == 200


def test_slow_handshakes_cost_nobody_else_anything(make, authority):
    annals = start(make, authority, settings(authority.issue(), ANNALS_SERVER_MAX_CONNECTIONS="4"))

    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(RawConnection(annals)) for _ in range(20)]
        for connection in slow:
            with contextlib.suppress(ConnectionError):
                connection.send(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
        assert annals.get("/healthz").status_code == 200
        assert annals.get("/api/tenants").status_code == 200, "expected that handshakes make room as idle connections do"


def test_a_handshake_has_a_deadline(annals):
    with RawConnection(annals) as connection:
        connection.send(b"\x16\x03\x01\x02\x00\x01")
        assert connection.closes_within(SECONDS), "expected that the connection is closed within 10 s"


@pytest.mark.parametrize("goodbye", ["close_notify", "the end of the TCP connection"])
def test_a_tail_ends_when_its_client_leaves(annals, authority, goodbye):
    tenant = annals.initialise(unique_name())
    with RawTls(annals, client_context(authority)) as client:
        client.send(
            head("GET", "/api/history/tail", f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}")
        )
        assert client.receive().startswith(b"HTTP/1.1 200")
        if goodbye == "close_notify":
            client.say_goodbye()
        else:
            client.socket.shutdown(socket.SHUT_WR)

        client.wait_until_closed()


def test_a_large_body_and_a_large_answer_come_through(annals):
    tenant = annals.initialise(unique_name())
    events = [event(event_data=["x" * 3000 + str(i)]) for i in range(1000)]
    lines = "\n".join(json.dumps(one) for one in events)
    reply = annals.request(
        "POST",
        "/api/events",
        data=lines.encode(),
        headers={"X-Client-Id": tenant["client_id"], "Content-Type": "application/x-ndjson"},
    )
    assert reply.status_code == 201 and reply.json()["accepted"] == 1000, f"expected 1000 events, got {reply.text[:300]}"

    export = annals.get("/api/history/export?format=ndjson", headers={"X-Client-Id": tenant["client_id"]})

    assert len(export.text.splitlines()) == 1000


def test_a_client_needs_a_certificate_of_the_authority_that_is_named(make, authority, other_authority):
    annals = make.annals(
        environment=settings(authority.issue(), ANNALS_SERVER_TLS_CLIENT_CA=str(other_authority.certificate)), start=False
    )
    annals.start(ready=False)
    right = client_context(authority, other_authority.issue("a client"))

    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        right.maximum_version = version
        with connected(annals, right) as encrypted:
            assert ask(encrypted).startswith(b"HTTP/1.1 200")
        for pair in (None, authority.issue("a client of another authority")):
            wrong = client_context(authority, pair)
            wrong.maximum_version = version
            with pytest.raises((ssl.SSLError, ConnectionError)), connected(annals, wrong) as encrypted:
                ask(encrypted)
