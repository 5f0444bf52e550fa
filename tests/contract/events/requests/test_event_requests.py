"""What holds for both requests that bring events: path, key, body, content type and size."""

import gzip
import json

import pytest

from support.annals import API_KEY
from support.answers.event_problems import expect_not_json
from support.answers.problems import (
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNAUTHORIZED_KEY,
    expect,
    expect_invalid,
    missing,
    not_a_dict,
)
from support.clients.raw_http import RawConnection, head
from support.events import EVENT_BRIDGE, EVENTS, JSON, envelope, event, events_of, shown

PATHS = (EVENT_BRIDGE, EVENTS)
MAX_ENVELOPE = 1 << 20
MAX_EVENTS = 32 << 20


def post(annals, tenant, path, body, **headers):
    """`body` as bytes; the tenant is named in every way."""
    headers = {"X-Client-Id": tenant["client_id"], "Content-Type": JSON, **headers}
    headers = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    return annals.request("POST", path, data=body, headers=headers)


def body_for(path, tenant, sent):
    return json.dumps(envelope(sent, tenant["database_name"]) if path == EVENT_BRIDGE else sent).encode()


def expect_kept(annals, tenant, sent):
    assert events_of(annals, tenant, event_id=sent["event_id"]) == [shown(sent)]


# --- path, method, key ---


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_another_method_is_405_before_authentication(annals, path, method):
    reply = annals.request(method, path, key=None)

    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")
    if method == "HEAD":
        assert reply.content == b""
    else:
        expect(reply, 405, METHOD_NOT_ALLOWED)


@pytest.mark.parametrize("suffix", ["x", "/x"])
def test_a_path_beside_it_is_404_before_authentication(annals, path, suffix):
    expect(annals.request("POST", path + suffix, key=None, json={}), 404, NOT_FOUND)


@pytest.mark.parametrize("key", [None, "", "wrong", API_KEY + "x", API_KEY.upper()])
@pytest.mark.parametrize("body", [b"", b"{", b"null"])
def test_a_wrong_key_is_401_before_the_body_is_looked_at(annals, tenant, path, key, body):
    headers = {"X-Client-Id": tenant["client_id"], "Content-Encoding": "br"}

    expect(annals.request("POST", path, key=key, data=body, headers=headers), 401, UNAUTHORIZED_KEY)


def test_a_wrong_key_is_401_before_the_body_arrives(annals, path):
    with RawConnection(annals) as connection:
        reply = connection.send(head("POST", path, "X-API-Key: wrong", "Content-Length: 99999999")).reply()

    assert (reply.status_code, reply.json()) == (401, UNAUTHORIZED_KEY)


def test_the_callers_request_id_comes_back(annals, tenant, path):
    reply = post(annals, tenant, path, b"{", X_Request_Id="caller-17")

    assert reply.headers["X-Request-Id"] == "caller-17"


# --- the body ---


@pytest.mark.parametrize("body", [b"", b"null", b" null\n"])
def test_no_body_and_null_are_a_missing_field(annals, tenant, path, body):
    expect_invalid(post(annals, tenant, path, body), missing("body"))


@pytest.mark.parametrize("body", [b'"x"', b"7", b"-1.5", b"true", b"false"])
def test_a_body_that_is_no_object_is_told(annals, tenant, path, body):
    expect_invalid(post(annals, tenant, path, body), not_a_dict())


def test_an_array_is_no_envelope(annals, tenant):
    for body in (b"[]", b"[{}]"):
        expect_invalid(post(annals, tenant, EVENT_BRIDGE, body), not_a_dict())


def test_an_empty_object_lacks_everything(annals, tenant):
    names = ("event_type_id", "record_id", "source_id", "source_type_id", "event_data")

    expect_invalid(post(annals, tenant, EVENTS, b"{}"), *(missing("body", name) for name in names))
    expect_invalid(post(annals, tenant, EVENT_BRIDGE, b"{}"), missing("body", "source"), missing("body", "detail"))


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"{",
        b"nul",
        b"NaN",
        b"{'a': 1}",
        b'{"a": }',
        b'{"a": 1,}',
        b'{"a": 01}',
        b'{"a": .5}',
        b'{"a": +1}',
        b'{"a": "x}',
        b'{"a": "\n"}',
        b'{"a": "\\x41"}',
        b'{"a": "\xff"}',
        b'{"\xc0\xaf": 1}',
        b"{} x",
        b"{}{}",
        b"\xef\xbb\xbf",
        b"{\xef\xbb\xbf}",
        b"{} // comment",
        b"\x00",
        b"a=1&b=2",
        b"[" * 100_000,
    ],
    ids=lambda body: ascii(body)[:24],
)
def test_a_body_that_is_not_json_is_told_with_its_place(annals, tenant, path, body):
    expect_not_json(post(annals, tenant, path, body), ["body"])


def test_a_byte_order_mark_is_skipped(annals, tenant, path):
    sent = event()

    reply = post(annals, tenant, path, b"\xef\xbb\xbf" + body_for(path, tenant, sent))

    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    expect_kept(annals, tenant, sent)


@pytest.mark.parametrize(
    "encode, kind",
    [
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: text.encode("utf-16-be"), "UTF-16"),
        (lambda text: text.encode("utf-32"), "UTF-32"),
        (lambda text: gzip.compress(text.encode()), "gzip"),
    ],
    ids=["utf-16", "utf-16-be", "utf-32", "gzip"],
)
def test_a_body_of_another_kind_is_named(annals, tenant, path, encode, kind):
    reply = post(annals, tenant, path, encode(body_for(path, tenant, event()).decode()))

    expect_not_json(reply, ["body"])
    assert kind in reply.json()["detail"][0]["msg"], f"expected that {kind} is named, got {reply.text}"


def test_a_body_that_is_nested_too_deeply_is_told_how_deep_it_may_be(annals, tenant, path):
    reply = post(annals, tenant, path, b"[" * 513 + b"]" * 513)

    expect_not_json(reply, ["body"])
    assert "512" in reply.json()["detail"][0]["msg"], f"expected the limit, got {reply.text}"


def test_a_body_that_is_not_json_is_not_echoed(annals, tenant, path):
    body = b'{"event_data": "hush-hush-7261" "password": "hush-hush-7261"}'

    expect_not_json(post(annals, tenant, path, body), ["body"], secret="hush-hush-7261")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "text/json", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "json"],
)
def test_another_content_type_is_not_json(annals, tenant, path, content_type):
    sent = event()

    reply = post(annals, tenant, path, body_for(path, tenant, sent), Content_Type=content_type)

    expect_invalid(reply, not_a_dict())
    assert events_of(annals, tenant, event_id=sent["event_id"]) == []


@pytest.mark.parametrize(
    "content_type", [None, "application/json; charset=utf-8", "Application/JSON", "application/a+json"]
)
def test_json_has_several_content_types(annals, tenant, path, content_type):
    sent = event()

    reply = post(annals, tenant, path, body_for(path, tenant, sent), Content_Type=content_type)

    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    expect_kept(annals, tenant, sent)


# --- size ---


def padded(path, tenant, size):
    """An event and a body with it of exactly that size."""
    sent = event(event_data="")
    room = size - len(body_for(path, tenant, sent))
    sent = event(event_id=sent["event_id"], event_data="x" * room)
    body = body_for(path, tenant, sent)
    assert len(body) == size
    return sent, body


def too_large(limit):
    return {"detail": f"Request body is larger than {limit} bytes."}


@pytest.mark.parametrize("path, limit", [(EVENT_BRIDGE, MAX_ENVELOPE), (EVENTS, 4 << 20)], ids=PATHS)
def test_a_body_may_be_as_large_as(annals, tenant, path, limit):
    sent, body = padded(path, tenant, limit)

    reply = post(annals, tenant, path, body)

    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    expect_kept(annals, tenant, sent)


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("path, limit", [(EVENT_BRIDGE, MAX_ENVELOPE), (EVENTS, MAX_EVENTS)], ids=PATHS)
def test_a_body_over_the_limit_is_413_counted_without_its_encoding(annals, tenant, path, limit, encoded):
    sent, body = padded(path, tenant, limit + 1)
    headers = {"Content_Encoding": "gzip"} if encoded else {}

    reply = post(annals, tenant, path, gzip.compress(body, 1) if encoded else body, **headers)

    expect(reply, 413, too_large(limit))
    assert events_of(annals, tenant, event_id=sent["event_id"]) == []
