"""Behind a proxy that takes a path away, as docs/operations.md sets it up; and whose X-Forwarded-For is believed."""

import json

import pytest
import requests

from support.annals import API_KEY, REQUEST_SECONDS
from support.clients.event_streams import Tail
from support.events import event, post_events
from support.machine.ports import free_port
from support.names import unique_name
from support.servers.proxies import PREFIX, Proxy
from support.waiting import wait_until


def start(make, port=None, **more):
    public = {} if port is None else {"ANNALS_SERVER_PUBLIC_URL": f"http://127.0.0.1:{port}{PREFIX}"}
    return make.annals(environment={**public, **more})


@pytest.fixture(params=["haproxy", "nginx"])
def proxied(request, make, tmp_path):
    """A service that is reached through a proxy."""
    port = free_port()
    annals = start(make, port, ANNALS_SERVER_TRUSTED_PROXIES="127.0.0.0/8")
    with Proxy(request.param, tmp_path / "proxy", annals.port, port):
        annals.url = f"http://127.0.0.1:{port}{PREFIX}"
        yield annals


def client_of(annals, reply):
    """The address that the log has for a request, whose line comes after its answer."""
    return wait_until(lambda: annals.told_of(reply), "the request is in the log")[0]["client_address"]


def test_links_lead_through_the_proxy(proxied):
    tenant = proxied.initialise(unique_name())
    headers = {"X-Client-Id": tenant["client_id"]}
    made = proxied.get("/api/files/upload-url", headers=headers).json()
    assert made["upload_url"].startswith(proxied.url + "/files/"), f"expected the proxy's URL, got {made['upload_url']}"
    stored = requests.put(made["upload_url"], data=b"x" * 3_000_000, timeout=REQUEST_SECONDS)
    assert stored.status_code == 200, f"expected 200, got {stored.status_code} {stored.text}"

    attached = event(file_id=made["file_id"])
    assert post_events(proxied, tenant, [attached, event()]).status_code == 201
    page = proxied.get("/api/history/events?limit=1", headers=headers).json()
    assert page["next"].startswith(proxied.url + "/api/"), f"expected the proxy's URL, got {page['next']}"
    following = requests.get(page["next"], headers={**headers, "X-API-Key": API_KEY}, timeout=REQUEST_SECONDS)
    assert following.json()["total_count"] == 2
    content = proxied.get(f"/api/history/events/{attached['event_id']}/file", headers=headers)
    assert (content.status_code, len(content.content)) == (200, 3_000_000)
    assert proxied.get("/api/tenants/").status_code == 200, "expected that the redirect leads to the path without the slash"


def test_a_tail_arrives_at_once_and_a_large_body_passes(proxied):
    tenant = proxied.initialise(unique_name())
    with Tail(proxied, tenant) as tail:
        for _ in range(3):
            assert post_events(proxied, tenant, [event()]).status_code == 201
            tail.read(1)

    lines = "\n".join(json.dumps(event(event_data=["x" * 1000])) for _ in range(3000))
    headers = {"X-Client-Id": tenant["client_id"], "Content-Type": "application/x-ndjson"}
    reply = proxied.request("POST", "/api/events", data=lines, headers=headers)
    assert reply.status_code == 201 and reply.json()["accepted"] == 3000, f"expected 3000 events, got {reply.text[:300]}"
    export = proxied.get("/api/history/export?format=ndjson", headers=headers)
    assert len(export.text.splitlines()) == 3003


def test_the_client_is_whom_the_proxy_names(proxied):
    named = proxied.get("/api/tenants", headers={"X-Forwarded-For": "203.0.113.9"})
    unnamed = proxied.get("/api/tenants")

    # The proxy appends 127.0.0.1, which is trusted too.
    assert (client_of(proxied, named), client_of(proxied, unnamed)) == ("203.0.113.9", "127.0.0.1")


def test_the_header_of_anybody_else_is_ignored(make):
    for trusted in ("", "10.0.0.0/8, ::1"):
        annals = start(make, ANNALS_SERVER_TRUSTED_PROXIES=trusted)
        reply = annals.get("/api/tenants", headers={"X-Forwarded-For": "203.0.113.9"})

        assert client_of(annals, reply) == "127.0.0.1"


def test_a_redirect_keeps_the_path_that_the_proxy_takes_away(make):
    annals = start(make, ANNALS_SERVER_PUBLIC_URL="https://example.com/annals/history/")

    reply = annals.get("/api/tenants//?limit=1", allow_redirects=False)

    assert (reply.status_code, reply.headers["Location"]) == (307, "/annals/history/api/tenants?limit=1")
