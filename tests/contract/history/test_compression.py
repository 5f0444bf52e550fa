"""Answers of the history come compressed to clients that accept it, and nothing else does."""

import gzip
import json
import subprocess

import pytest
import requests

from support.annals import API_KEY, REQUEST_SECONDS
from support.events import HISTORY, event, tenant_with
from support.names import unique_name

EXPORT = "/api/history/export"


@pytest.fixture
def tenant(any_annals):
    """A tenant with enough events to be worth compressing."""
    return tenant_with(any_annals, [event(record_id=i, event_data={"text": "äöü lorem ipsum " * 5}) for i in range(40)])


def get(annals, tenant, path, accepted, method="GET", **headers):
    """The answer as it came: its bytes are not decompressed."""
    headers = {
        "X-API-Key": API_KEY,
        "X-Client-Id": tenant["client_id"],
        "Accept-Encoding": accepted,
        **headers,
    }
    with requests.request(method, annals.url + path, headers=headers, stream=True, timeout=REQUEST_SECONDS) as reply:
        assert reply.status_code in (200, 304), reply.text
        reply.raw.decode_content = False
        reply.bytes = reply.raw.read()
        return reply


def unpacked(reply):
    coding = reply.headers.get("Content-Encoding")
    if coding == "gzip":
        return gzip.decompress(reply.bytes)
    if coding == "zstd":
        return subprocess.run(["zstd", "-dc"], input=reply.bytes, stdout=subprocess.PIPE, check=True).stdout
    assert coding is None, f"expected gzip, zstd or none, got {coding}"
    return reply.bytes


@pytest.mark.parametrize(
    "path",
    [f"{HISTORY}?limit=40", f"{HISTORY}/count-by?by=record_id", EXPORT, f"{EXPORT}?format=csv"],
)
@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_the_history_is_compressed_as_asked_and_is_the_same(any_annals, tenant, path, coding):
    plain = get(any_annals, tenant, path, "identity")
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]

    packed = get(any_annals, tenant, path, coding)

    assert packed.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Length" not in packed.headers
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    assert unpacked(packed) == plain.bytes
    assert len(packed.bytes) < len(plain.bytes) / 2


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("*", "gzip"),
        ("identity;q=0.2, gzip;q=0.1", None),
        ("identity;q=0, br", None),
        ("zstd;q=0, *;q=0.5", "gzip"),
        ("gzip;q=zero;;,", None),
        ("br,\t GZIP ;\tq=1.000", "gzip"),
    ],
)
def test_weights_decide(any_annals, tenant, accepted, coding):
    assert get(any_annals, tenant, HISTORY, accepted).headers.get("Content-Encoding") == coding


def test_head_says_what_get_would(any_annals, tenant):
    head = get(any_annals, tenant, HISTORY, "gzip", method="HEAD")

    assert head.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in head.headers
    assert head.bytes == b""


def test_small_answers_and_parquet_stay_as_they_are(any_annals, tenant):
    for path in (f"{HISTORY}?record_id=77", f"{EXPORT}?format=parquet"):
        reply = get(any_annals, tenant, path, "gzip, zstd")
        assert "Content-Encoding" not in reply.headers, path


def test_each_coding_has_a_tag_of_its_own(make):
    annals = make.annals("embedded")
    tenant = tenant_with(annals, [event(record_id=i) for i in range(40)])
    tags = {c: get(annals, tenant, HISTORY, c).headers["ETag"] for c in ("identity", "gzip", "zstd")}
    assert len(set(tags.values())) == 3
    assert not tags["identity"].startswith("W/")

    for known, tag in tags.items():
        for asked in tags:
            again = get(annals, tenant, HISTORY, asked, **{"If-None-Match": tag})
            assert again.status_code == (304 if asked == known else 200), f"{known} known, {asked} asked"
            assert "Accept-Encoding" in again.headers["Vary"]


def test_a_large_export_comes_whole(any_annals):
    events = [event(record_id=i, event_data=[f"{i * 7919 % 10**6:x}"] * 30) for i in range(1000)]
    tenant = tenant_with(any_annals, events)

    for coding in ("gzip", "zstd"):
        lines = unpacked(get(any_annals, tenant, EXPORT, coding)).splitlines()
        assert [json.loads(line)["record_id"] for line in lines] == list(range(1000))


def test_what_gives_out_secrets_or_links_is_not_compressed(any_annals, tenant):
    """A text of the caller's choice beside a secret would let the length of the answer tell of it (BREACH)."""
    accepted = {"Accept-Encoding": "gzip, zstd"}
    client = {"X-Client-Id": tenant["client_id"]}
    name = unique_name()
    replies = [
        any_annals.post_tenant({"database_name": name, "client_label": name + "é" * 200}, headers=accepted),
        any_annals.request("POST", "/api/keys", json={"name": "n" * 200, "role": "read"}, headers=accepted),
        any_annals.request("POST", f"/api/tenants/{tenant['client_id']}/rotate-secret", json={"overlap_seconds": 60}, headers=accepted),
        any_annals.request(
            "POST",
            "/api/viewer-tokens",
            json={"client_id": tenant["client_id"], "filter": {"record_id": list(range(100))}},
            headers=accepted,
        ),
        any_annals.get("/api/files/upload-url", headers={**accepted, **client}),
        any_annals.get("/api/keys", headers=accepted),
        any_annals.get("/api/tenants?limit=1000", headers=accepted),
    ]

    for reply in replies:
        assert reply.ok, f"{reply.request.url}: {reply.status_code} {reply.text}"
        assert "Content-Encoding" not in reply.headers, reply.request.url


def test_a_tail_is_not_compressed(any_annals, tenant):
    headers = {"X-Client-Id": tenant["client_id"], "Accept-Encoding": "gzip, zstd"}
    with any_annals.get("/api/history/tail", headers=headers, stream=True, timeout=REQUEST_SECONDS) as reply:
        assert "Content-Encoding" not in reply.headers


# --- the cursor beside `next` ---


def read(annals, tenant, **query):
    reply = annals.get(HISTORY, headers={"X-Client-Id": tenant["client_id"]}, params=query)
    assert reply.status_code == 200, reply.text
    return reply


@pytest.mark.parametrize("ordering", ["-event_time", "event_time", "arrival"])
def test_the_header_has_the_cursor_with_which_the_same_filters_go_on(any_annals, tenant, ordering):
    query = {"ordering": ordering, "limit": 7, "q": "lorem"}
    reply = read(any_annals, tenant, **query)
    seen = reply.json()["results"]

    while "X-Annals-Cursor" in reply.headers:
        reply = read(any_annals, tenant, cursor=reply.headers["X-Annals-Cursor"], **query)
        if not reply.json()["results"]:
            break
        seen += reply.json()["results"]

    assert len(seen) == 40
    assert len({one["event_id"] for one in seen}) == 40


def test_next_by_cursor_names_the_same_cursor_and_the_last_page_has_none(any_annals, tenant):
    page = read(any_annals, tenant, cursor="", limit=20)
    assert page.json()["next"].endswith("cursor=" + page.headers["X-Annals-Cursor"])

    last = read(any_annals, tenant, cursor=page.headers["X-Annals-Cursor"], limit=20)

    assert last.json()["next"] is None
    assert "X-Annals-Cursor" not in last.headers
