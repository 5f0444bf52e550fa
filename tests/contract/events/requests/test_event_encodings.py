"""Content-Encoding of both requests that bring events."""

import base64
import gzip
import json

import pytest

from support.events import EVENT_BRIDGE, EVENTS, JSON, envelope, event, events_of, expect_taken, history, shown


def post(annals, tenant, path, body, encoding):
    headers = {"X-Client-Id": tenant["client_id"], "Content-Type": JSON, "Content-Encoding": encoding}
    return annals.request("POST", path, data=body, headers=headers)


def body_for(path, tenant, sent):
    return json.dumps(envelope(sent, tenant["database_name"]) if path == EVENT_BRIDGE else sent).encode()


def expect_kept(annals, tenant, sent, reply):
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    assert events_of(annals, tenant, event_id=sent["event_id"]) == [shown(sent)]


def expect_string(reply, status):
    assert reply.status_code == status, f"expected {status}, got {reply.status_code} {reply.text}"
    assert isinstance(reply.json()["detail"], str)


# `zstd -19` of one event.
ZSTD_EVENT = {
    "event_id": "0d5f3c1e-8f0b-4f43-9a54-0a3f1f6f7a11",
    "event_time": "2022-11-10T10:26:12.111Z",
    "event_type_id": 1,
    "record_id": 7,
    "source_id": 3,
    "source_type_id": 2,
    "event_data": ["zstd"],
}
ZSTD_BODY = base64.b64decode(
    "KLUv/QRoFQQAQscYGVC1DgyAXejB0BSxn52ZJz10b0CvipGZCT3bwvVWGSv00hplO5QlVUSlJKcpdsB7wpL/QfwxxAMegX//"
    "ixHGhp7rAP4pYQd7Kyl8U6DGk9PO10BbvL4jrVAhu4Prw9yor2YtCwA0gBhcDisToFwwFAB3ZiATj0FTNrIKuW6moCRZDtM="
)


def test_zstd_is_undone(annals, tenant):
    reply = post(annals, tenant, EVENTS, ZSTD_BODY, "zstd")

    expect_taken(reply, 1)
    expect_kept(annals, tenant, ZSTD_EVENT, reply)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZip"])
def test_gzip_is_undone(annals, tenant, path, encoding):
    sent = event()

    reply = post(annals, tenant, path, gzip.compress(body_for(path, tenant, sent)), encoding)

    expect_kept(annals, tenant, sent, reply)


def test_gzip_may_have_several_members(annals, tenant, path):
    sent = event()
    body = body_for(path, tenant, sent)
    members = b"".join(gzip.compress(body[i : i + 50]) for i in range(0, len(body), 50))

    reply = post(annals, tenant, path, members, "gzip")

    expect_kept(annals, tenant, sent, reply)


def test_identity_is_no_encoding(annals, tenant, path):
    sent = event()

    reply = post(annals, tenant, path, body_for(path, tenant, sent), "identity")

    expect_kept(annals, tenant, sent, reply)


@pytest.mark.parametrize("encoding", ["br", "deflate", "compress", "gzip, gzip", "x"])
def test_an_unknown_encoding_is_415_and_names_those_that_are_known(annals, tenant, path, encoding):
    reply = post(annals, tenant, path, b"{}", encoding)

    expect_string(reply, 415)
    assert reply.headers["Accept-Encoding"] == "gzip, zstd"


GZIPPED = gzip.compress(json.dumps([event() for _ in range(100)]).encode())
BROKEN = {
    "no gzip": b"{}",
    "cut in its header": GZIPPED[:5],
    "cut in the middle": GZIPPED[: len(GZIPPED) // 2],
    "cut in its checksum": GZIPPED[:-3],
    "wrong checksum": GZIPPED[:-8] + b"\0\0\0\0" + GZIPPED[-4:],
    "something behind it": GZIPPED + b"x",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_broken_gzip_is_400_and_nothing_is_kept(annals, tenant, path, body):
    before = history(annals, tenant)["total_count"]

    reply = post(annals, tenant, path, body, "gzip")

    expect_string(reply, 400)
    assert history(annals, tenant)["total_count"] == before
