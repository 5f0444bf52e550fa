"""What the local file store refuses to take, and how it serves what strangers have uploaded."""

import base64
import gzip
import hashlib
import json

import pytest

from support.answers.problems import expect
from support.clients.file_links import client, download_url, fetch, get_file, new_upload, put, uploaded, attach
from support.clients.raw_http import RawConnection, head
from support.names import unique_name
from support.waiting import wait_until

INVALID = {"detail": "The link is invalid or has expired."}
BYTES = "application/octet-stream"
PATIENT = {"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600"}  # with those who hold uploads open
TOO_SLOW = {"detail": "Request took too long to arrive."}


@pytest.fixture
def tenant(any_annals, once):
    return once("tenant", lambda: any_annals.initialise(unique_name()))


def path_of(url):
    return "/" + url.split("/", 3)[3]


# --- how it is served ---


@pytest.mark.parametrize(
    "sent", ["text/html", "image/svg+xml", "text/javascript", "text/css", "application/wasm", "TEXT/HTML; charset=utf-8", "application/x-own"]
)
def test_no_browser_runs_what_was_uploaded(any_annals, tenant, sent):
    _, url = uploaded(any_annals, tenant, b"<script>1</script>", **{"Content-Type": sent})
    etag = fetch(url).headers["ETag"]

    for reply in (
        fetch(url),
        fetch(url, "HEAD"),
        fetch(url, Range="bytes=0-0"),
        fetch(url, If_None_Match=etag),
        fetch(url, Range="bytes=99-"),
    ):
        headers = reply.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in headers["Content-Security-Policy"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers.get("Content-Type", BYTES) == (BYTES if reply.status_code != 416 else "application/json")
        assert headers.get("Content-Disposition", "attachment").startswith("attachment")


@pytest.mark.parametrize(
    "sent, served",
    {
        'attachment; filename="offer.pdf"': 'attachment; filename="offer.pdf"',
        "inline; filename*=UTF-8''%e2%82%ac.pdf": "attachment; filename*=UTF-8''%e2%82%ac.pdf",
        "inline": "attachment",
        'attachment; filename="' + "x" * 2000 + '"': "attachment",
    }.items(),
)
def test_the_name_for_the_download_is_kept(any_annals, tenant, sent, served):
    _, url = uploaded(any_annals, tenant, b"x", **{"Content-Disposition": sent})

    assert fetch(url).headers["Content-Disposition"] == served


# --- what is taken ---


def test_an_upload_is_stored_as_it_was_sent(any_annals, tenant):
    packed = gzip.compress(b"x" * 1_000_000)
    _, url = uploaded(any_annals, tenant, packed, **{"Content-Encoding": "gzip"})

    looked_at = fetch(url, "HEAD")

    assert looked_at.headers["Content-Length"] == str(len(packed)), "expected the bytes that were sent, not unpacked ones"
    assert looked_at.headers["Content-Encoding"] == "gzip"
    assert fetch(url).content == b"x" * 1_000_000, "expected that the client can unpack it"


@pytest.mark.parametrize("encoding", ["br", "gzip, zstd", "x-own"])
def test_encodings_that_the_service_does_not_know_are_kept_too(any_annals, tenant, encoding):
    made = new_upload(any_annals, tenant)
    put(made["upload_url"], b"not packed at all", **{"Content-Encoding": encoding}).raise_for_status()

    looked_at = fetch(download_url(any_annals, tenant, made["file_id"]), "HEAD")

    assert (looked_at.headers["Content-Encoding"], looked_at.headers["Content-Length"]) == (encoding, "17")


def md5_of(content):
    return base64.b64encode(hashlib.md5(content).digest()).decode()


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 300_000], ids=["empty", "a byte", "many parts"])
def test_a_content_md5_is_checked(any_annals, tenant, content):
    made = new_upload(any_annals, tenant)

    for wrong in (md5_of(content + b"y"), "x", "", hashlib.md5(content).hexdigest()):
        reply = put(made["upload_url"], content, **{"Content-MD5": wrong})
        expect(reply, 400, {"detail": "Content-MD5 is not the MD5 of the file."})
    assert not [key for key in any_annals.files.keys() if made["file_id"] in key], "expected that nothing is kept"

    assert put(made["upload_url"], content, **{"Content-MD5": md5_of(content)}).status_code == 200


def test_a_url_for_a_size_takes_no_other(any_annals, tenant):
    reply = any_annals.get("/api/files/upload-url?size=5", headers=client(tenant))
    url = reply.json()["upload_url"]

    for content in (b"", b"1234", b"123456", iter([b"12345"])):
        expect(put(url, content), 403, INVALID)

    assert put(url, b"12345").status_code == 200
    expect(put(url.replace("X-Annals-Size=5", "X-Annals-Size=6"), b"123456"), 403, INVALID)


@pytest.mark.parametrize("query", ["size=-1", "size=x", "size=", "sise=5", "size=99999999999999999999"])
def test_a_size_that_is_none_is_refused(any_annals, tenant, query):
    assert any_annals.get(f"/api/files/upload-url?{query}", headers=client(tenant)).status_code == 422


def test_one_tenant_cannot_take_the_places_of_the_others(make):
    annals = make.annals(environment=PATIENT)
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    connections = []
    try:
        for i in range(16):
            connection = RawConnection(annals)
            connections.append(connection)
            target = path_of(new_upload(annals, tenant)["upload_url"])
            connection.send(head("PUT", target, "Content-Length: 10") + b"x")
            wait_until(lambda: len(annals.files.keys("shop/")) == i + 1, "the upload has begun")

        reply = put(new_upload(annals, tenant)["upload_url"], b"one more")

        expect(reply, 429, {"detail": "Too many files of this client are being uploaded."})
        assert reply.headers["Retry-After"]
        assert put(new_upload(annals, other)["upload_url"], b"x").status_code == 200
    finally:
        for connection in connections:
            connection.socket.close()
    wait_until(
        lambda: put(new_upload(annals, tenant)["upload_url"], b"again").status_code == 200, "the places are given back"
    )


def test_unfinished_uploads_have_a_limit_of_bytes(make):
    annals = make.annals(environment={"ANNALS_FILES_MAX_BYTES": "100000", **PATIENT})
    tenant = annals.initialise("shop")
    connections = []
    try:
        for i in range(4):
            connection = RawConnection(annals)
            connections.append(connection)
            target = path_of(new_upload(annals, tenant)["upload_url"])
            connection.send(head("PUT", target, "Content-Length: 100000") + b"x" * 99_000)
            directory = annals.files.directory / "shop"
            wait_until(
                lambda: sum(file.stat().st_size for file in directory.iterdir()) >= (i + 1) * 99_000, "it has arrived"
            )

        reply = put(new_upload(annals, tenant)["upload_url"], b"x" * 5_000)

        expect(reply, 429, {"detail": "Too many bytes of this client's files are being uploaded."})
    finally:
        for connection in connections:
            connection.socket.close()


def answer_to_an_endless_upload(annals, tenant):
    """What an upload is told that goes on byte by byte."""
    with RawConnection(annals) as connection:
        target = path_of(new_upload(annals, tenant)["upload_url"])
        connection.send(head("PUT", target, "Content-Length: 1000000000"))
        connection.socket.settimeout(0.05)
        answer = b""

        def is_refused():
            nonlocal answer
            try:
                answer += connection.socket.recv(65536)
            except TimeoutError:
                connection.send(b"x")
            return b"\r\n\r\n" in answer

        wait_until(is_refused, "an upload that goes on byte by byte is refused")
    return answer


def test_an_upload_ends_by_its_deadline(make):
    annals = make.annals(environment={"ANNALS_FILES_URL_SECONDS": "1", "ANNALS_FILES_UPLOAD_SECONDS": "1"})
    tenant = annals.initialise("shop")
    answer = b""

    def is_begun_in_time():
        nonlocal answer
        answer = answer_to_an_endless_upload(annals, tenant)
        return not answer.startswith(b"HTTP/1.1 403")

    wait_until(is_begun_in_time, "an upload that begins before its URL expires")
    assert answer.startswith(b"HTTP/1.1 408"), f"expected 408, got {answer!r}"
    assert json.loads(answer.split(b"\r\n\r\n")[1]) == TOO_SLOW
    wait_until(lambda: annals.files.keys() == [], "nothing is left of it")


def test_a_disk_that_is_nearly_full_takes_no_uploads(make):
    annals = make.annals(environment={"ANNALS_FILES_MIN_FREE_BYTES": str(2**50)})
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)

    reply = put(made["upload_url"], b"x")

    expect(reply, 507, {"detail": "File store has no room."})
    assert reply.headers["Retry-After"]
    assert annals.files.keys() == []
    expect(get_file(annals, tenant, attach(annals, tenant, made["file_id"])), 404, {"detail": "File not found."})
