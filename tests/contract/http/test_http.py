"""What holds for every request: paths, methods, keys, request ids."""

import re
import uuid

import pytest

from support.annals import API_KEY
from support.answers.problems import (
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TENANT_NOT_FOUND,
    UNAUTHORIZED_KEY,
    expect,
)
from support.clients.raw_http import RawConnection, head
from support.names import unique_name

# Less than the 60 s after which an idle connection is closed whatever was asked.
CLOSED_SECONDS = 45
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ROUTES = {
    "/api/initialize-tenant": "POST",
    "/api/delete-tenant": "DELETE",
    "/api/tenants": "GET",
    "/api/tenants/x": "GET, PATCH",
    "/api/tenants/x/rotate-secret": "POST",
    "/api/tenants/x/names": "GET, PATCH",
    "/api/names": "GET, PATCH",
    "/api/keys": "POST, GET",
    "/api/keys/x": "GET, PATCH, DELETE",
    "/console": "GET",
    "/console/x": "GET",
    "/viewer.js": "GET",
    "/viewer/x": "GET",
    "/healthz": "GET",
    "/readyz": "GET",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")
# HEAD is answered where GET is.
OTHER_METHODS = [
    (path, method)
    for path, own in ROUTES.items()
    for method in METHODS
    if ("GET" if method == "HEAD" else method) not in own.split(", ")
]


@pytest.mark.parametrize("path, method", OTHER_METHODS)
def test_another_method_is_405_before_authentication(any_annals, path, method):
    reply = any_annals.request(method, path, key=None, headers={"X-Client-Id": "x"})

    assert reply.status_code == 405, f"expected 405, got {reply.status_code} {reply.text}"
    assert reply.headers["Allow"] == ROUTES[path]
    if method == "HEAD":
        assert reply.content == b""
    else:
        expect(reply, 405, METHOD_NOT_ALLOWED)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/",
        "/api/tenant",
        "/api/tenantsx",
        "/api/tenants/x/y",
        "/API/TENANTS",
        "/api/initialize-tenant/x",
        "/api/initialize_tenant",
        "/api//tenants",
        "/documentation",
        "/%00",
        "/api/files",
    ],
)
def test_an_unknown_path_is_404_before_authentication(any_annals, method, path):
    reply = any_annals.request(method, path, key=None)

    assert reply.status_code == 404, f"expected 404, got {reply.status_code} {reply.text}"
    if method == "HEAD":
        assert reply.content == b""
    else:
        expect(reply, 404, NOT_FOUND)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/tenants", "/api/tenants?limit=1"])
def test_head_is_answered_as_get_without_the_body(any_annals, path):
    got, looked_at = (any_annals.request(method, path) for method in ("GET", "HEAD"))

    assert (looked_at.status_code, looked_at.content) == (200, b"")
    assert looked_at.headers["Content-Type"] == got.headers["Content-Type"]


def test_head_needs_the_key_that_get_needs(any_annals):
    assert any_annals.request("HEAD", "/api/tenants", key=None).status_code == 401


@pytest.mark.parametrize(
    "path, location",
    [
        ("/healthz/", "/healthz"),
        ("/api/tenants/", "/api/tenants"),
        ("/api/tenants//?limit=1&state=a%2Fb", "/api/tenants?limit=1&state=a%2Fb"),
        ("/api/initialize-tenant/", "/api/initialize-tenant"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_known_path_with_a_trailing_slash_is_307_before_authentication(any_annals, method, path, location):
    reply = any_annals.request(method, path, key=None, allow_redirects=False)

    assert (reply.status_code, reply.headers["Location"], reply.content) == (307, location, b"")


@pytest.mark.parametrize("path", ["/healthz", "/api/tenants", "/x", "/healthz/", "/api/history/events"])
def test_what_may_be_a_tenants_is_not_to_be_stored(any_annals, path):
    reply = any_annals.request("GET", path, allow_redirects=False)

    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/healthz", "/api/tenants", "/x", "/healthz/", "/api/history/events", "/files/shop/x", "/docs", "/openapi.json", "/viewer.js"],
)
def test_no_browser_is_to_guess_what_an_answer_is(any_annals, path):
    reply = any_annals.request("GET", path, allow_redirects=False)

    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_an_answer_with_a_secret_is_not_to_be_stored(any_annals):
    name = unique_name()
    reply = any_annals.post_tenant({"database_name": name, "client_label": name})

    assert (reply.status_code, reply.headers["Cache-Control"]) == (201, "no-store")


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}, {"X-Client-Secret": "wrong", "X-Client-Id": "x"}])
def test_401_is_a_challenge(any_annals, headers):
    reply = any_annals.get("/api/history/events", key=None, headers=headers)

    challenges = 'Bearer realm="annals", ApiKey realm="annals"'  # one header each, joined by the client
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, challenges)


def raw(annals, data):
    with RawConnection(annals) as connection:
        return connection.send(data).reply()


@pytest.mark.parametrize(
    "path",
    ["/../api/tenants", "/api/../api/tenants", "/%", "/%zz", "/api/tenants%", "/api/tenants/%00", "/" + "x" * 8000],
)
def test_odd_paths_get_an_answer(any_annals, path):
    reply = raw(any_annals, head("GET", path, f"X-API-Key: {API_KEY}"))

    assert reply.status_code in (400, 404), f"expected 400 or 404, got {reply.raw}"
    assert isinstance(reply.json()["detail"], str)


def test_a_path_is_percent_decoded_before_it_is_routed(any_annals):
    assert raw(any_annals, head("GET", "/%61pi/tenants", f"X-API-Key: {API_KEY}")).status_code == 200


def test_an_encoded_slash_does_not_make_a_segment(any_annals):
    reply = raw(any_annals, head("GET", "/api/tenants/x%2fy", f"X-API-Key: {API_KEY}"))

    assert (reply.status_code, reply.json()) == (404, TENANT_NOT_FOUND)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_key(any_annals, path):
    reply = any_annals.get(path, key=None)

    assert reply.status_code == 200
    assert reply.json()["status"] in ("ok", "ready")


# --- the key ---


@pytest.mark.parametrize(
    "path, method", [(path, method) for path in list(ROUTES)[:7] for method in ROUTES[path].split(", ")]
)
def test_every_api_route_needs_the_key(any_annals, path, method):
    expect(any_annals.request(method, path, key=None), 401, UNAUTHORIZED_KEY)


def test_the_name_of_the_key_header_has_no_case(any_annals):
    assert any_annals.get("/api/tenants", key=None, headers={"x-api-KEY": API_KEY}).status_code == 200


def test_several_keys_are_valid_at_once(make):
    keys = ["first-key-0123456789", "second-key-0123456789"]
    annals = make.annals(environment={"ANNALS_AUTH_API_KEYS": ",".join(keys)})

    assert [annals.get("/api/tenants", key=key).status_code for key in keys] == [200, 200]
    expect(annals.get("/api/tenants", key=",".join(keys)), 401, UNAUTHORIZED_KEY)


@pytest.mark.parametrize("lines", [["X-API-Key: wrong", f"X-API-Key: {API_KEY}"], [f"X-Api-Key:\t{API_KEY}x"]])
def test_a_right_key_after_a_wrong_one_does_not_count(any_annals, lines):
    reply = raw(any_annals, head("GET", "/api/tenants", *lines))

    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED_KEY)


@pytest.mark.parametrize(
    "framing", ["Content-Length: 1000000", "Transfer-Encoding: chunked", "Content-Length: 99999999999"]
)
def test_a_wrong_key_is_answered_before_the_body_arrives(any_annals, framing):
    request = head("POST", "/api/initialize-tenant", "X-API-Key: wrong", "Content-Type: application/json", framing)

    reply = raw(any_annals, request)

    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED_KEY)


@pytest.mark.parametrize("method, path, status", [("POST", "/x", 404), ("PUT", "/api/tenants", 405)])
def test_a_wrong_path_or_method_is_answered_before_the_body_arrives(any_annals, method, path, status):
    assert raw(any_annals, head(method, path, "Content-Length: 1000")).status_code == status


# --- request ids ---


def replies_of_every_kind(annals, headers):
    name = unique_name()
    body = {"database_name": name, "client_label": name}
    made = annals.post_tenant(body, headers=headers)
    yield made
    yield annals.post_tenant(body, headers=headers)
    yield annals.post_tenant({}, headers=headers)
    yield annals.get("/api/tenants", key=None, headers=headers)
    yield annals.get("/x", headers=headers)
    yield annals.request("PUT", "/healthz", headers=headers)
    yield annals.request("DELETE", "/api/delete-tenant", headers={**headers, "X-Client-Id": made.json()["client_id"]})


def test_a_request_id_is_given_back_with_every_kind_of_answer(any_annals):
    replies = list(replies_of_every_kind(any_annals, {"X-Request-Id": "order-66_a.b"}))

    assert [reply.status_code for reply in replies] == [201, 400, 422, 401, 404, 405, 204]
    assert {reply.headers["X-Request-Id"] for reply in replies} == {"order-66_a.b"}


def test_without_one_every_answer_gets_an_id_of_its_own(any_annals):
    ids = [reply.headers["X-Request-Id"] for reply in replies_of_every_kind(any_annals, {})]

    assert len(set(ids)) == len(ids)
    assert all(UUID.fullmatch(request_id) for request_id in ids)


@pytest.mark.parametrize("request_id", ["", "x" * 1000, "a b", '"}{', "é".encode(), "a\tb", "<script>"])
def test_an_id_that_is_not_sane_is_replaced(any_annals, request_id):
    reply = any_annals.get("/healthz", headers={"X-Request-Id": request_id})

    assert UUID.fullmatch(reply.headers["X-Request-Id"])


# --- connections ---


def test_a_connection_serves_request_after_request(any_annals):
    request = head("GET", "/api/tenants?limit=1", f"X-API-Key: {API_KEY}")

    with RawConnection(any_annals) as connection:
        statuses = [connection.send(request).reply().status_code for _ in range(3)]

    assert statuses == [200, 200, 200]


def test_requests_sent_together_are_answered_in_order(any_annals):
    request_ids = [f"r{i}" for i in range(20)]
    requests = b"".join(head("GET", "/healthz", f"X-Request-Id: {i}") for i in request_ids)
    last = head("GET", "/healthz", "Connection: close")

    with RawConnection(any_annals) as connection:
        answer = connection.send(requests + last).read_to_end(CLOSED_SECONDS).decode()

    assert re.findall(r"X-Request-Id: (r\d+)", answer) == request_ids


def test_a_chunked_body_is_read(any_annals):
    name = unique_name()
    body = f'{{"database_name":"{name}","client_label":"{name}"}}'.encode()
    chunks = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\n\r\n"
    lines = (f"X-API-Key: {API_KEY}", "Content-Type: application/json", "Transfer-Encoding: chunked")

    reply = raw(any_annals, head("POST", "/api/initialize-tenant", *lines) + chunks)

    assert reply.status_code == 201
    assert reply.json()["database_name"] == name


def test_a_client_that_expects_100_gets_it_before_it_sends_the_body(any_annals):
    name = unique_name()
    body = f'{{"database_name":"{name}","client_label":"{name}"}}'.encode()
    lines = (f"X-API-Key: {API_KEY}", "Content-Type: application/json", f"Content-Length: {len(body)}")

    with RawConnection(any_annals) as connection:
        connection.send(head("POST", "/api/initialize-tenant", *lines, "Expect: 100-continue"))
        first = connection.socket.recv(1000)
        assert first.startswith(b"HTTP/1.1 100 ")
        assert connection.send(body).reply().status_code == 201


def test_a_request_of_http_1_0_is_answered(any_annals):
    with RawConnection(any_annals) as connection:
        answer = connection.send(b"GET /healthz HTTP/1.0\r\n\r\n").read_to_end(CLOSED_SECONDS)

    assert answer.split(b"\r\n")[0].endswith(b"200 OK")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\x00Y: b\r\n\r\n",
        b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /h\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /api/initialize-tenant HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/initialize-tenant HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /api/initialize-tenant HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
        b"\r\n0\r\n\r\n",
        b"POST /api/initialize-tenant HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"GET /healthz nonsense\r\nHost: a\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
    ],
    ids=lambda data: repr(data[:40]),
)
def test_what_is_no_http_is_refused_and_the_connection_closed(any_annals, request_bytes):
    with RawConnection(any_annals) as connection:
        reply = connection.send(request_bytes).reply()

        assert reply.status_code == 400, f"expected 400, got {reply.raw}"
        assert list(reply.json()) == ["detail"]
        assert connection.closes_within(CLOSED_SECONDS), "expected that the connection is closed"
    assert any_annals.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\nx\r\n", b"5\r\nabc\r\n0\r\n\r\n", b"ffffffffffffffffffff\r\n", b"-1\r\n", b"1\r\nxx\r\n"],
    ids=repr,
)
def test_a_broken_chunk_is_refused(any_annals, chunks):
    lines = (f"X-API-Key: {API_KEY}", "Content-Type: application/json", "Transfer-Encoding: chunked")

    with RawConnection(any_annals) as connection:
        connection.send(head("POST", "/api/initialize-tenant", *lines) + chunks)
        connection.socket.shutdown(1)
        reply = connection.reply()

    assert reply.status_code in (400, 413), f"expected 400 or 413, got {reply.raw}"


def test_the_id_in_a_path_is_not_mixed_up_with_a_route(any_annals):
    for client_id in ("initialize-tenant", str(uuid.uuid4()), "%2e%2e"):
        expect(any_annals.get(f"/api/tenants/{client_id}"), 404, TENANT_NOT_FOUND)
