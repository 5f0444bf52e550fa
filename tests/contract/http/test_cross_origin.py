"""Pages of other origins: preflights, and the headers without which a browser keeps an answer from a page."""

import pytest
import requests

from support.annals import API_KEY
from support.answers.problems import METHOD_NOT_ALLOWED, NOT_FOUND, UNAUTHORIZED_KEY, expect
from support.clients.raw_http import RawConnection, head, held_connections
from support.events import event, post_events
from support.waiting import repeat_unanswered

PAGE = "https://app.example.com"
OTHER_PAGE = "https://evil.example"
SOME_ID = "6f1c2b1e-55f0-4c5e-9d0e-0d6a4f6c7b11"
ROUTES = [
    ("/healthz", "GET"),
    ("/readyz", "GET"),
    ("/openapi.json", "GET"),
    ("/docs", "GET"),
    ("/docs/page.js", "GET"),
    ("/console", "GET"),
    ("/console/console.js", "GET"),
    ("/viewer.js", "GET"),
    ("/viewer/x.js", "GET"),
    ("/metrics", "GET"),
    ("/api/initialize-tenant", "POST"),
    ("/api/delete-tenant", "DELETE"),
    ("/api/tenants", "GET"),
    (f"/api/tenants/{SOME_ID}", "GET"),
    (f"/api/tenants/{SOME_ID}", "PATCH"),
    (f"/api/tenants/{SOME_ID}/rotate-secret", "POST"),
    (f"/api/tenants/{SOME_ID}/names", "GET"),
    (f"/api/tenants/{SOME_ID}/names", "PATCH"),
    ("/api/names", "GET"),
    ("/api/names", "PATCH"),
    ("/api/keys", "GET"),
    ("/api/keys", "POST"),
    (f"/api/keys/{SOME_ID}", "GET"),
    (f"/api/keys/{SOME_ID}", "PATCH"),
    (f"/api/keys/{SOME_ID}", "DELETE"),
    ("/api/backups", "GET"),
    ("/api/backups", "POST"),
    (f"/api/backups/{SOME_ID}", "GET"),
    (f"/api/backups/{SOME_ID}", "DELETE"),
    (f"/api/backups/{SOME_ID}/verify", "POST"),
    ("/api/restores", "POST"),
    ("/api/backup-jobs", "GET"),
    (f"/api/backup-jobs/{SOME_ID}", "GET"),
    ("/api/viewer-tokens", "POST"),
    ("/api/event-bridge/create-event", "POST"),
    ("/api/events", "POST"),
    ("/api/history/events", "GET"),
    (f"/api/history/events/{SOME_ID}", "GET"),
    (f"/api/history/events/{SOME_ID}/file", "GET"),
    ("/api/history/events/count-by", "GET"),
    ("/api/history/export", "GET"),
    ("/api/history/tail", "GET"),
    ("/api/files/upload-url", "GET"),
    (f"/files/shop/{SOME_ID}", "PUT"),
    (f"/files/shop/{SOME_ID}", "GET"),
]


@pytest.fixture(scope="module")
def annals(module_make):
    return module_make.annals(
        environment={
            "ANNALS_SERVER_CORS_ORIGINS": f"https://first.example, {PAGE}:443",
            "ANNALS_SERVER_MAX_BODY_BYTES": "1000",
        }
    )


def preflight(annals, path, method, origin=PAGE, **headers):
    asked = {"Origin": origin, "Access-Control-Request-Method": method, **headers}
    return annals.request("OPTIONS", path, key=None, headers=asked)


def names_in(reply, header):
    return {name.strip().lower() for name in reply.headers.get(header, "").split(",")}


def expect_readable(reply, status):
    """The page may read the answer, the headers that it needs among it."""
    assert reply.status_code == status, f"expected {status}, got {reply.status_code} {reply.text}"
    assert reply.headers.get("Access-Control-Allow-Origin") == PAGE, f"expected {PAGE}, got {reply.headers}"
    assert "origin" in names_in(reply, "Vary"), f"expected Vary: Origin, got {reply.headers}"
    wanted = {"etag", "location", "retry-after", "x-request-id", "content-range", "www-authenticate"}
    assert wanted <= names_in(reply, "Access-Control-Expose-Headers")
    assert "Access-Control-Allow-Credentials" not in reply.headers


@pytest.mark.parametrize("path, method", ROUTES)
def test_every_route_answers_a_preflight_without_credentials(annals, path, method):
    reply = preflight(annals, path, method, **{"Access-Control-Request-Headers": "x-api-key, content-type"})

    assert reply.status_code == 204, f"expected 204, got {reply.status_code} {reply.text}"
    assert reply.content == b"" and "Content-Length" not in reply.headers
    assert reply.headers["Access-Control-Allow-Origin"] == PAGE
    assert method.lower() in names_in(reply, "Access-Control-Allow-Methods")
    assert {"x-api-key", "x-client-id", "x-client-secret", "authorization", "content-type", "range"} <= names_in(
        reply, "Access-Control-Allow-Headers"
    )
    assert int(reply.headers["Access-Control-Max-Age"]) > 0
    assert "origin" in names_in(reply, "Vary")
    assert "Access-Control-Allow-Credentials" not in reply.headers


@pytest.mark.parametrize("path, method", ROUTES)
def test_a_page_that_is_not_listed_gets_405_for_its_preflight(annals, path, method):
    reply = preflight(annals, path, method, OTHER_PAGE)

    expect(reply, 405, METHOD_NOT_ALLOWED)
    assert "Access-Control-Allow-Origin" not in reply.headers
    assert "origin" in names_in(reply, "Vary")


def test_options_that_is_no_preflight_is_405(annals):
    for headers in ({}, {"Origin": PAGE}, {"Access-Control-Request-Method": "GET"}):
        expect(annals.request("OPTIONS", "/api/tenants", headers=headers), 405, METHOD_NOT_ALLOWED)


def test_a_preflight_for_an_unknown_path_is_404(annals):
    reply = preflight(annals, "/api/nothing", "GET")

    expect(reply, 404, NOT_FOUND)
    expect_readable(reply, 404)


def test_an_answer_can_be_read(annals, tenant):
    posted = post_events(annals, tenant, [event()])
    assert posted.status_code == 201
    headers = {"X-Client-Id": tenant["client_id"], "Origin": PAGE}

    expect_readable(annals.get("/api/tenants", headers=headers), 200)
    page = annals.get("/api/history/events", headers=headers)
    expect_readable(page, 200)
    expect_readable(annals.get("/api/history/export?format=ndjson", headers=headers), 200)
    with annals.get("/api/history/tail", headers=headers, stream=True) as tail:
        assert tail.headers["Access-Control-Allow-Origin"] == PAGE
    if "ETag" in page.headers:
        unchanged = annals.get("/api/history/events", headers={**headers, "If-None-Match": page.headers["ETag"]})
        expect_readable(unchanged, 304)


def test_a_file_is_put_and_got_from_another_origin(annals, tenant):
    headers = {"X-Client-Id": tenant["client_id"], "Origin": PAGE}
    made = annals.get("/api/files/upload-url", headers=headers).json()
    path = made["upload_url"].removeprefix(annals.url)
    assert preflight(annals, path, "PUT", **{"Access-Control-Request-Headers": "content-type"}).status_code == 204

    stored = requests.put(made["upload_url"], data=b"content", headers={"Origin": PAGE}, timeout=20)
    expect_readable(stored, 200)
    attached = event(file_id=made["file_id"])
    assert post_events(annals, tenant, [attached]).status_code == 201
    link = annals.get(
        f"/api/history/events/{attached['event_id']}/file", headers={**headers, "Accept": "application/json"}
    )
    expect_readable(link, 200)

    part = requests.get(link.json()["file_url"], headers={"Origin": PAGE, "Range": "bytes=0-2"}, timeout=20)
    expect_readable(part, 206)
    assert part.content == b"con"
    redirection = annals.get(
        f"/api/history/events/{attached['event_id']}/file", headers=headers, allow_redirects=False
    )
    expect_readable(redirection, 307)


def test_refusals_can_be_read(annals, tenant):
    page = {"Origin": PAGE}
    unauthorized = annals.get("/api/tenants", key=None, headers=page)
    expect(unauthorized, 401, UNAUTHORIZED_KEY)
    expect_readable(unauthorized, 401)
    expect_readable(annals.get("/api/nothing", headers=page), 404)
    expect_readable(annals.request("PUT", "/api/tenants", headers=page), 405)
    expect_readable(annals.get("/api/tenants/", headers=page, allow_redirects=False), 307)
    expect_readable(annals.request("POST", "/api/initialize-tenant", data=b"x" * 2000, headers=page), 413)
    expect_readable(annals.request("POST", "/api/initialize-tenant", json={}, headers=page), 422)
    invalid_link = annals.get(f"/files/{tenant['database_name']}/{SOME_ID}", key=None, headers=page)
    expect_readable(invalid_link, 403)


def test_a_full_server_can_be_read(make):
    environment = {"ANNALS_SERVER_MAX_CONNECTIONS": "1", "ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600"}
    annals = make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": PAGE, **environment}, start=False).start(ready=False)

    with held_connections(annals, 1, "POST", "/api/initialize-tenant", f"X-API-Key: {API_KEY}", "Content-Length: 10"):
        reply = repeat_unanswered(lambda: annals.get("/api/tenants", headers={"Origin": PAGE}))
        expect_readable(reply, 503)
        assert reply.headers["Retry-After"]


def test_a_body_that_is_no_http_can_be_read(annals):
    with RawConnection(annals) as connection:
        request = head(
            "POST",
            "/api/initialize-tenant",
            f"X-API-Key: {API_KEY}",
            f"Origin: {PAGE}",
            "Transfer-Encoding: chunked",
        )
        reply = connection.send(request + b"nonsense\r\n").reply()
    assert reply.status_code == 400, f"expected 400, got {reply.status_code}"
    assert reply.headers["Access-Control-Allow-Origin"] == PAGE


def test_an_answer_to_another_page_or_to_none_cannot_be_read_and_says_that_it_depends_on_the_page(annals):
    for headers in ({}, {"Origin": OTHER_PAGE}, {"Origin": "null"}, {"Origin": PAGE.upper()}):
        reply = annals.get("/api/tenants", headers=headers)
        assert reply.status_code == 200
        assert "Access-Control-Allow-Origin" not in reply.headers
        assert "origin" in names_in(reply, "Vary")


def test_a_star_lets_every_page_read_but_sends_no_credentials(make):
    annals = make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": "*"})

    reply = preflight(annals, "/api/tenants", "GET", "https://any.example")
    assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (204, "*")
    answer = annals.get("/api/tenants", headers={"Origin": "https://any.example"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "Access-Control-Allow-Credentials" not in {**reply.headers, **answer.headers}


def test_unless_it_is_asked_for_nothing_is_said_about_origins(any_annals):
    expect(preflight(any_annals, "/api/tenants", "GET"), 405, METHOD_NOT_ALLOWED)
    reply = any_annals.get("/api/tenants", headers={"Origin": PAGE})

    assert not [name for name in reply.headers if name.lower().startswith("access-control-")]
    assert "origin" not in names_in(reply, "Vary")
