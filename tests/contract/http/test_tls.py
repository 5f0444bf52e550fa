"""TLS: what is agreed on with a client, what is refused, and certificates that are replaced while it runs."""

import concurrent.futures
import contextlib
import json
import re
import socket
import ssl
import subprocess
import threading

import pytest
import requests

from support import paths
from support.annals import API_KEY
from support.clients.raw_http import RawConnection, head
from support.clients.raw_tls import RawTls
from support.events import event, post_events
from support.machine.certificates import Authority, Pair, client_context
from support.machine.processes import run
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until

# Less than the 60 s after which an idle connection is closed whatever was asked.
SECONDS = 45


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("other"), "another authority")


def settings(pair, **more):
    return {"ANNALS_SERVER_TLS_CERTIFICATE": str(pair.certificate), "ANNALS_SERVER_TLS_KEY": str(pair.key), **more}


def start(factory, authority, environment, ready=True):
    annals = factory.annals(environment=environment, start=False)
    annals.trusted = str(authority.certificate)
    return annals.start(ready=ready)


@pytest.fixture(scope="module")
def annals(module_make, authority):
    """A service with TLS, shared by the tests of this file."""
    return start(module_make, authority, settings(authority.issue()))


@contextlib.contextmanager
def connected(annals, context, name="localhost"):
    """A TLS connection."""
    with socket.create_connection(("127.0.0.1", annals.port), timeout=SECONDS) as plain:
        # An end without a close_notify raises.
        with context.wrap_socket(plain, server_hostname=name, suppress_ragged_eofs=False) as encrypted:
            yield encrypted


def ask(encrypted):
    """Sends GET /healthz and returns what comes until the service closes; raises when that looks cut."""
    encrypted.sendall(head("GET", "/healthz", "Connection: close"))
    answer = b""
    while chunk := encrypted.recv(65536):
        answer += chunk
    return answer


def s_client(annals, *arguments, expect_failure=False):
    """What openssl s_client prints about a connection."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{annals.port}", "-brief", *arguments]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=SECONDS, check=False)
    printed = done.stdout + done.stderr
    assert (done.returncode != 0) == expect_failure, f"expected {'a refusal' if expect_failure else 'success'}: {printed}"
    return printed


# --- what is agreed on ---


def test_urls_begin_with_https(annals):
    assert annals.url.startswith("https://127.0.0.1:"), f"expected https, got {annals.url}"

    tenant = annals.initialise(unique_name())
    url = annals.get("/api/files/upload-url", headers={"X-Client-Id": tenant["client_id"]}).json()["upload_url"]

    assert url.startswith(annals.url + "/files/"), f"expected a URL of this service, got {url}"
    stored = requests.put(url, data=b"content", timeout=SECONDS, verify=annals.trusted)
    assert stored.status_code == 200, f"expected 200, got {stored.status_code} {stored.text}"


@pytest.mark.parametrize("version, shown", [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_tls_1_2_and_1_3_are_spoken(annals, version, shown):
    assert f"Protocol version: {shown}" in s_client(annals, version)


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_older_versions_are_refused(annals, version):
    s_client(annals, version, "-cipher", "ALL:@SECLEVEL=0", expect_failure=True)


@pytest.mark.parametrize("rsa", [False, True])
def test_only_ciphers_with_forward_secrecy_and_authentication_are_agreed_on(make, authority, rsa):
    annals = start(make, authority, settings(authority.issue(rsa=rsa)))
    kind = "RSA" if rsa else "ECDSA"
    kept = {f"ECDHE-{kind}-{c}" for c in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")}

    offered = subprocess.run(
        ["openssl", "ciphers", "-tls1_2", "-s", "ALL:COMPLEMENTOFALL"], capture_output=True, text=True, check=True
    )
    agreed = set()
    for cipher in offered.stdout.strip().split(":"):
        if cipher.startswith("TLS_"):
            continue
        context = client_context(authority)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{cipher}:@SECLEVEL=0")
        with contextlib.suppress(ssl.SSLError, ConnectionError), connected(annals, context) as encrypted:
            agreed.add(encrypted.cipher()[0])

    assert agreed == kept, f"expected {sorted(kept)}, got {sorted(agreed)}"


@pytest.mark.parametrize("group", ["X25519", "P-256", "P-384"])
def test_these_groups_are_agreed_on(annals, group):
    printed = s_client(annals, "-groups", group)
    assert "Server Temp Key" in printed, f"expected {group}, got {printed}"


@pytest.mark.parametrize("group", ["P-521", "X448", "ffdhe2048"])
def test_other_groups_are_refused(annals, group):
    s_client(annals, "-groups", group, expect_failure=True)


def test_http_1_1_is_chosen_of_the_protocols_that_are_offered(annals, authority):
    context = client_context(authority)
    context.set_alpn_protocols(["h2", "http/1.1"])

    with connected(annals, context) as encrypted:
        assert encrypted.selected_alpn_protocol() == "http/1.1"
        assert ask(encrypted).startswith(b"HTTP/1.1 200")


def test_a_client_that_offers_other_protocols_only_is_refused(annals, authority):
    context = client_context(authority)
    context.set_alpn_protocols(["h2", "http/1.0"])

    with pytest.raises(ssl.SSLError, match="alert no application protocol"), connected(annals, context):
        pass


def test_a_session_is_not_resumed(annals, authority):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client_context(authority)
        context.minimum_version = context.maximum_version = version
        with connected(annals, context) as encrypted:
            assert ask(encrypted).startswith(b"HTTP/1.1 200")
            session = encrypted.session
        assert session is None or not session.has_ticket, f"expected no ticket in {version.name}"


def test_a_client_cannot_renegotiate(annals):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{annals.port}", "-tls1_2"]
    # A line of one R makes s_client renegotiate.
    done = subprocess.run(command, input="R\n", capture_output=True, text=True, timeout=SECONDS, check=False)
    printed = done.stdout + done.stderr

    assert "RENEGOTIATING" in printed, f"expected that it tries: {printed}"
    assert "no renegotiation" in printed, f"expected that it is refused: {printed}"


# --- what ends a connection ---


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


# --- slow clients ---


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


# --- certificates of clients ---


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


# --- replacing the certificate ---


def serial_of(annals, context):
    with connected(annals, context) as encrypted:
        return encrypted.getpeercert()["serialNumber"]


def serial_in(pair):
    command = ["openssl", "x509", "-in", str(pair.certificate), "-noout", "-serial"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().removeprefix("serial=")


def test_a_certificate_is_replaced_under_load_without_a_failed_request(make, authority, other_authority):
    used = authority.issue()
    # One connection is idle for the whole test.
    annals = start(make, authority, settings(used, ANNALS_SERVER_IDLE_TIMEOUT_SECONDS="3600"))
    context = client_context(authority)
    stop = threading.Event()

    def work():
        done = 0
        while not stop.is_set():
            reply = annals.get("/api/tenants")
            assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
            done += 1
        return done

    with concurrent.futures.ThreadPoolExecutor(4) as pool, connected(annals, context) as old:
        workers = [pool.submit(work) for _ in range(4)]
        try:
            # A broken pair in between: another's key.
            broken = Pair(authority.issue().certificate, other_authority.issue().key)
            before = serial_of(annals, context)
            broken.copy_to(used)
            wait_until(lambda: "the changed certificate cannot be used" in annals.log, "a warning in the log")
            assert serial_of(annals, context) == before, "expected the certificate of before"
            for _ in range(3):
                fresh = authority.issue()
                fresh.copy_to(used)
                wait_until(lambda: serial_of(annals, context) == serial_in(fresh), "the new certificate")
        finally:
            stop.set()
        assert sum(worker.result() for worker in workers) > 0
        old.sendall(head("GET", "/healthz", "Connection: close"))
        assert old.recv(65536).startswith(b"HTTP/1.1 200"), "expected that the connection of before lives on"
    assert "server.tls.key: " in annals.log and "is not the key of the certificate" in annals.log


# --- mistakes ---


def test_all_mistakes_are_told_before_the_start(tmp_path, authority):
    pair = authority.issue()
    ended = run(
        [paths.ANNALS, "serve"],
        {
            "ANNALS_DATA_DIR": str(tmp_path / "data"),
            "ANNALS_SERVER_LISTEN": "nowhere",
            "ANNALS_SERVER_TLS_CERTIFICATE": str(tmp_path / "missing.pem"),
            "ANNALS_SERVER_TLS_KEY": str(pair.certificate),
            "ANNALS_SERVER_TLS_CLIENT_CA": str(pair.key),
        },
    )

    assert ended.returncode == 2, f"expected exit status 2, got {ended}"
    for line in (
        r"ANNALS_SERVER_LISTEN: must be",
        r"ANNALS_SERVER_TLS_CERTIFICATE: is a file that does not exist",
        r"ANNALS_SERVER_TLS_KEY: is a file without a private key",
        r"ANNALS_SERVER_TLS_CLIENT_CA: is a file without a certificate",
    ):
        assert re.search(line, ended.stderr), f"expected {line!r} in {ended.stderr}"
    assert not (tmp_path / "data").exists(), "expected that nothing was begun"


def test_with_tls_nobody_is_warned_about_plain_text(make, authority):
    environment = settings(authority.issue(), ANNALS_SERVER_LISTEN="0.0.0.0:0")
    annals = make.annals(environment=environment, start=False).start(ready=False)

    assert "without TLS" not in annals.log
    assert "generated URLs begin with https://0.0.0.0" in annals.log, f"expected a warning, got {annals.log}"


def test_a_key_that_everybody_can_read_is_warned_about(make, authority):
    pair = authority.issue()
    pair.key.chmod(0o644)
    annals = start(make, authority, settings(pair))

    assert f"every user of this machine can read {pair.key}" in annals.log


def test_import_and_export_work_over_tls(annals, tmp_path):
    tenant = annals.initialise(unique_name())
    sent = [event() for _ in range(10)]
    assert post_events(annals, tenant, sent).status_code == 201
    target = tmp_path / "events.ndjson"
    command = [paths.ANNALS, "export", target, "--client-id", tenant["client_id"], "--url", annals.url]

    ended = run([*command, "--ca-file", annals.trusted], {"ANNALS_API_KEY": API_KEY})

    assert ended.returncode == 0, f"expected success, got {ended}"
    assert len(target.read_text().splitlines()) == 10


COMMANDS = {
    "import": ["import", "FILE", "--client-id", UNKNOWN_ID],
    "export": ["export", "FILE", "--client-id", UNKNOWN_ID],
    "tenant list": ["tenant", "list"],
    "events send": ["events", "send", "--record-id", "7", "--event-type-id", "1", "--source-type-id", "2", "--source-id", "3", "--data", "1",
                    "--client-id", UNKNOWN_ID],
    "events tail": ["events", "tail", "--client-id", UNKNOWN_ID],
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_speaks_http_to_a_port_for_https_says_so(annals, tmp_path, command):
    file = tmp_path / "events.ndjson"
    file.write_text(json.dumps(event()) + "\n")
    arguments = [file if word == "FILE" else word for word in command]
    url = annals.url.replace("https:", "http:")

    ended = run([paths.ANNALS, *arguments, "--url", url], {"ANNALS_API_KEY": API_KEY})

    assert ended.returncode == 1, f"expected exit code 1, got {ended}"
    assert "This port speaks HTTPS only; use https:// in the URL." in ended.stderr, f"expected the service's words in {ended.stderr}"
    assert "The port may speak https: check --url." in ended.stderr, f"expected the hint in {ended.stderr}"
    assert API_KEY not in ended.stdout + ended.stderr
