"""Preconditions and ranges of downloads from the local store. Each case names the clause of RFC 9110 that it holds; the cases of
single headers are in tests/unit/http/preconditions_test.cc and tests/unit/api/byte_range_test.cc."""

import pytest

from support.answers.problems import expect
from support.clients.file_links import fetch, uploaded
from support.names import unique_name

CONTENT = b"0123456789"
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
FAILED = {"detail": "Precondition Failed"}


@pytest.fixture
def url(any_annals, once):
    def make():
        tenant = any_annals.initialise(unique_name())
        return uploaded(any_annals, tenant, CONTENT)[1], uploaded(any_annals, tenant, b"")[1]

    return once("files", make)[0]


@pytest.fixture
def empty_url(once, url):
    return once("files", None)[1]


# Status of GET and of HEAD; {etag} and {date} are the file's.
CASES = [
    ("13.1.1, 13.2.2: If-Match before Range", {"If-Match": '"x"', "Range": "bytes=0-0"}, 412, 412),
    ("13.1.1: the right tag lets a range through", {"If-Match": "{etag}", "Range": "bytes=0-0"}, 206, 200),
    ("13.1.1: strong comparison", {"If-Match": "W/{etag}"}, 412, 412),
    ("13.1.1: any", {"If-Match": "*"}, 200, 200),
    ("13.1.2: weak comparison", {"If-None-Match": "W/{etag}"}, 304, 304),
    ("13.1.2: before Range", {"If-None-Match": "{etag}", "Range": "bytes=0-0"}, 304, 304),
    ("13.1.3: the date", {"If-Modified-Since": "{date}"}, 304, 304),
    ("13.1.3: long ago", {"If-Modified-Since": LONG_AGO}, 200, 200),
    ("13.1.3: not beside If-None-Match", {"If-Modified-Since": "{date}", "If-None-Match": '"x"'}, 200, 200),
    ("13.1.4: the date", {"If-Unmodified-Since": "{date}"}, 200, 200),
    ("13.1.4: long ago", {"If-Unmodified-Since": LONG_AGO}, 412, 412),
    ("13.1.4: not beside If-Match", {"If-Unmodified-Since": LONG_AGO, "If-Match": "{etag}"}, 200, 200),
    ("13.1.5: the tag", {"If-Range": "{etag}", "Range": "bytes=0-0"}, 206, 200),
    ("13.1.5: a weak tag", {"If-Range": "W/{etag}", "Range": "bytes=0-0"}, 200, 200),
    ("13.1.5: the date", {"If-Range": "{date}", "Range": "bytes=0-0"}, 206, 200),
    ("13.1.5: another date", {"If-Range": LONG_AGO, "Range": "bytes=0-0"}, 200, 200),
    ("13.1.5: without Range", {"If-Range": '"x"'}, 200, 200),
    ("14.1: units in any case", {"Range": "BYTES=0-0"}, 206, 200),
    ("14.1.1: reversed", {"Range": "bytes=5-1"}, 200, 200),
    ("14.2: several", {"Range": "bytes=0-0,2-2"}, 200, 200),
    ("15.5.17", {"Range": "bytes=10-"}, 416, 200),
    ("13.2.2: 412 before 416", {"If-Match": '"x"', "Range": "bytes=10-"}, 412, 412),
]


@pytest.mark.parametrize("clause, headers, on_get, on_head", CASES, ids=[case[0] for case in CASES])
def test_a_download_has_conditions(url, clause, headers, on_get, on_head):
    whole = fetch(url)
    known = {"etag": whole.headers["ETag"], "date": whole.headers["Last-Modified"]}
    asked = {name: value.format(**known) for name, value in headers.items()}

    for method, status in (("GET", on_get), ("HEAD", on_head)):
        reply = fetch(url, method, **asked)

        assert reply.status_code == status, f"expected {status} for {method}, got {reply.status_code}"
        if status == 412 and method == "GET":
            expect(reply, 412, FAILED)
        if status in (200, 206, 304):
            assert reply.headers["ETag"] == known["etag"]
        if status == 206:
            assert reply.content == CONTENT[:1]


def test_the_suffix_of_an_empty_file_is_the_empty_file(empty_url):
    reply = fetch(empty_url, Range="bytes=-5")

    assert (reply.status_code, reply.content) == (200, b"")
    assert fetch(empty_url, Range="bytes=0-").status_code == 416
    assert fetch(empty_url, Range="bytes=-0").status_code == 416
