"""Upload URLs that are bound to a name, a type, a greatest size and a SHA-256."""

import base64
import hashlib
import http.client
import urllib.parse

import pytest

from support.answers.problems import expect
from support.clients.file_links import altered, attach, client, download_url, fetch, get_file, put
from support.names import unique_name
from support.waiting import TIMEOUT_SECONDS

CONTENT = b"the offer\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAMES = {
    "offer.pdf": 'attachment; filename="offer.pdf"',
    "Übersicht.pdf": "attachment; filename=\"_bersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf",
    'a"b; filename=evil.exe': "attachment; filename=\"a_b; filename=evil.exe\"; filename*=UTF-8''a%22b%3B%20filename%3Devil.exe",
    "a  b%41.txt": "attachment; filename=\"a _b_41.txt\"; filename*=UTF-8''a%20%20b%2541.txt",
    "見" * 85: f"attachment; filename=\"{'_' * 85}\"; filename*=UTF-8''{'%E8%A6%8B' * 85}",
    "a " * 126 + "é": f"attachment; filename=\"{'a ' * 126}_\"; filename*=UTF-8''{'a%20' * 126}%C3%A9",
}
NO_NAMES = ["", ".", "..", "a/b", "..\\b", "a\r\nX-Evil: 1", "a\x00b", "a\x85b", "fdp\u202eexe.", "a\u2028b"]
NO_TYPES = ["", "text", "text/plain\r\nX-Evil: 1", "text/plain;", "text/pläin", "text/plain, text/html", "*"]
NO_DIGESTS = ["", "0", "g" * 64, "0" * 63, "0" * 65, "sha256:" + "0" * 57]


@pytest.fixture(scope="module", params=["local", "s3"])
def place(request, module_make):
    """A service with its files in either place, and a tenant in it."""
    annals = module_make.annals(files=request.param)
    return annals, annals.initialise(unique_name())


@pytest.fixture
def local(annals):
    return annals, annals.initialise(unique_name())


def ask(place, **query):
    annals, tenant = place
    return annals.get("/api/files/upload-url", headers=client(tenant), params=query)


def bound(place, **query):
    """A URL that is bound to the query, which must be given out."""
    reply = ask(place, **query)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def upload(made, content=CONTENT, **headers):
    return put(made["upload_url"], content, **{**made["headers"], **headers})


def download(place, made, method="GET"):
    return fetch(download_url(*place, made["file_id"]), method)


# --- the answer ---


@pytest.mark.parametrize("query", [{}, {"size": "10"}], ids=["nothing", "a size"])
def test_without_a_binding_the_answer_is_what_it_was(place, query):
    assert set(bound(place, **query)) == {"upload_url", "file_id"}


def test_the_answer_tells_the_headers_that_the_upload_must_have(place):
    made = bound(place, filename="ü.pdf", content_type="application/pdf", max_bytes="100", sha256=DIGEST.upper())

    expected = {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%BC.pdf",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(CONTENT).digest()).decode(),
        "x-amz-meta-annals-max-bytes": "100",
    }
    assert made["headers"] == (expected if place[0].files.kind == "s3" else {})


# --- name and type ---


@pytest.mark.parametrize("name", NAMES)
def test_the_download_bears_the_name(place, name):
    made = bound(place, filename=name)

    assert upload(made).status_code == 200

    assert download(place, made).headers["Content-Disposition"] == NAMES[name]


def test_the_download_has_the_type(place):
    made = bound(place, content_type="text/plain; charset=utf-8")

    assert upload(made).status_code == 200

    assert download(place, made).headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("type_", ["text/html", "image/svg+xml", "TEXT/HTML; charset=utf-8"])
def test_what_a_browser_may_run_is_bytes_whatever_the_link_says(local, type_):
    made = bound(local, content_type=type_, filename="page.html")

    assert upload(made, b"<script>alert(1)</script>").status_code == 200

    headers = download(local, made).headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert headers["Content-Security-Policy"].startswith("sandbox")


def test_the_link_counts_and_not_what_the_uploader_says(local):
    made = bound(local, filename="offer.pdf", content_type="application/pdf")

    reply = upload(made, **{"Content-Type": "text/plain", "Content-Disposition": 'inline; filename="evil.exe"'})

    assert reply.status_code == 200
    headers = download(local, made).headers
    assert (headers["Content-Type"], headers["Content-Disposition"]) == ("application/pdf", NAMES["offer.pdf"])


def test_s3_refuses_another_name_or_type(place):
    if place[0].files.kind == "local":
        return
    for other in ({"Content-Type": "text/html"}, {"Content-Disposition": "inline"}, {"If-None-Match": '"x"'}):
        made = bound(place, filename="offer.pdf", content_type="application/pdf")
        assert upload(made, **other).status_code == 403, other
        assert put(made["upload_url"], CONTENT).status_code == 403


# --- size ---


@pytest.mark.parametrize("most, size, status", [(10, 10, 200), (10, 11, 413), (0, 0, 200), (0, 1, 413)])
def test_a_file_is_at_most_as_large_as_the_link_says(local, most, size, status):
    made = bound(local, max_bytes=str(most))

    reply = upload(made, b"x" * size)

    assert reply.status_code == status, reply.text
    if status == 413:
        expect(reply, 413, {"detail": f"Request body is larger than {most} bytes."})


def test_a_file_that_does_not_announce_its_size_is_cut_off(local):
    made = bound(local, max_bytes="300000")

    assert upload(made, iter([b"x" * 200_000, b"x" * 100_000])).status_code == 200
    made = bound(local, max_bytes="300000")
    assert refusal_of_parts(made["upload_url"], [b"x" * 200_000, b"x" * 100_001]) == 413
    assert get_file(*local, attach(*local, made["file_id"])).status_code == 404


def refusal_of_parts(url, parts):
    """The status of a chunked upload, which may be answered before its end."""
    split = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(split.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("PUT", f"{split.path}?{split.query}", body=iter(parts), encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return connection.getresponse().status


def test_a_file_in_s3_that_is_too_large_counts_as_not_there(place):
    if place[0].files.kind == "local":
        return
    small, large = bound(place, max_bytes="10"), bound(place, max_bytes="9")
    assert [upload(made).status_code for made in (small, large)] == [200, 200]

    assert get_file(*place, attach(*place, small["file_id"])).status_code == 307
    expect(get_file(*place, attach(*place, large["file_id"])), 404, {"detail": "File not found."})


# --- digest ---


def test_a_file_has_the_digest_that_the_link_says(place):
    made = bound(place, sha256=DIGEST.upper())

    assert upload(made).status_code == 200

    assert download(place, made).content == CONTENT


def test_a_file_of_another_digest_is_refused_and_another_attempt_is_not(local):
    made = bound(local, sha256=DIGEST)

    for other in (b"", CONTENT + b"x", CONTENT.upper()):
        expect(
            upload(made, other), 400, {"detail": "The SHA-256 of the file is not the one that the link is bound to."}
        )
    assert get_file(*local, attach(*local, made["file_id"])).status_code == 404
    assert upload(made).status_code == 200


def test_another_digest_cannot_be_announced_to_s3(place):
    if place[0].files.kind == "local":
        return
    made = bound(place, sha256=DIGEST)
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()

    assert upload(made, b"other", **{"x-amz-checksum-sha256": other}).status_code == 403


# --- once ---


def test_a_file_that_an_event_names_is_not_replaced_through_a_bound_link(place):
    made = bound(place, filename="offer.pdf", sha256=DIGEST, max_bytes="100", content_type="text/plain")
    assert upload(made).status_code == 200
    url = download_url(*place, made["file_id"])

    assert upload(made).status_code == (412 if place[0].files.kind == "s3" else 409)
    assert fetch(url).content == CONTENT


# --- what is no link ---


BINDINGS = {"filename": "offer.pdf", "content_type": "text/plain", "max_bytes": "100", "sha256": DIGEST, "size": "10"}
OTHERS = {
    "X-Annals-Name": "evil.exe",
    "X-Annals-Type": "text/html",
    "X-Annals-Max-Size": "1000",
    "X-Annals-Sha256": "0" * 64,
    "X-Annals-Size": "11",
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_altered_binding_is_no_link(local, name):
    made = bound(local, **BINDINGS)
    url = made["upload_url"]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    left_out = f"{url.split('?')[0]}?{urllib.parse.urlencode({k: v for k, v in query.items() if k != name})}"
    wrong = {
        "another value": altered(url, **{name: OTHERS[name]}),
        "none": left_out,
        "twice": f"{url}&{name}={OTHERS[name]}",
        "empty": altered(url, **{name: ""}),
    }

    assert {why: put(one, CONTENT).status_code for why, one in wrong.items()} == dict.fromkeys(wrong, 403)
    assert upload(made).status_code == 200


def test_a_binding_cannot_be_added(local):
    url = bound(local, size="10")["upload_url"]

    for name, value in OTHERS.items():
        assert put(f"{url}&{name}={value}", CONTENT).status_code == 403, name


# --- bad parameters ---


def problem(reply):
    assert reply.status_code == 422, f"expected 422, got {reply.status_code}"
    [only] = reply.json()["detail"]
    return only["loc"], only["type"]


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
def test_what_is_no_name_is_told(local, name):
    kind = "value_error.str.regex" if name else "value_error.any_str.min_length"
    assert problem(ask(local, filename=name)) == (["query", "filename"], kind)


def test_a_name_is_as_long_as_file_systems_allow(local):
    for name in ("a" * 256, "é" * 128, "😀" * 64):
        reply = ask(local, filename=name)
        assert problem(reply) == (["query", "filename"], "value_error.any_str.max_length")
        assert reply.json()["detail"][0]["msg"] == "ensure this value has at most 255 bytes in UTF-8"
    bound(local, filename="a" * 255)


@pytest.mark.parametrize("type_", NO_TYPES, ids=ascii)
def test_what_is_no_media_type_is_told(local, type_):
    assert problem(ask(local, content_type=type_)) == (["query", "content_type"], "value_error.str.regex")


@pytest.mark.parametrize("digest", NO_DIGESTS, ids=ascii)
def test_what_is_no_digest_is_told(local, digest):
    assert problem(ask(local, sha256=digest)) == (["query", "sha256"], "value_error.str.regex")


@pytest.mark.parametrize("most, kind", [("x", "type_error.integer"), ("-1", "value_error.number.not_ge"), ("1e3", "type_error.integer")])
def test_what_is_no_size_is_told(local, most, kind):
    assert problem(ask(local, max_bytes=most)) == (["query", "max_bytes"], kind)


def test_a_size_above_the_greatest_is_told(local):
    assert problem(ask(local, size="11", max_bytes="10")) == (["query", "size"], "value_error.number.not_le")


def test_all_problems_are_told_at_once(local):
    reply = ask(local, size="x", filename="a/b", content_type="x", max_bytes="x", sha256="x", other="x")

    named = [one["loc"][1] for one in reply.json()["detail"]]
    assert named == ["size", "filename", "content_type", "max_bytes", "sha256", "other"]
