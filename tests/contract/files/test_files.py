"""GET /api/files/upload-url, and the URLs of the local file store: uploads and downloads through them."""

import uuid

import pytest

from support.answers.problems import expect, expect_invalid
from support.answers.query_problems import extra
from support.clients.file_links import altered, client, download_url, fetch, new_upload, put, uploaded
from support.names import unique_name
from support.waiting import wait_until

CONTENT = bytes(range(256)) * 4
SIZE = len(CONTENT)
INVALID = {"detail": "The link is invalid or has expired."}
MAX_BYTES = 100_000


@pytest.fixture
def tenant(any_annals, once):
    """One for all tests."""
    return once("tenant", lambda: any_annals.initialise(unique_name()))


@pytest.fixture
def file(any_annals, tenant):
    """The URLs to PUT and to GET a file that is CONTENT."""
    return uploaded(any_annals, tenant, CONTENT, **{"Content-Type": "image/png"})


def path_of(url):
    return url.split("/", 3)[3]


# --- GET /api/files/upload-url ---


def test_an_upload_url_comes_with_the_id_of_the_file_to_be(any_annals, tenant):
    reply = any_annals.get("/api/files/upload-url", headers=client(tenant))

    body = reply.json()
    expect(reply, 200, {"upload_url": body["upload_url"], "file_id": body["file_id"]})
    assert list(body) == ["upload_url", "file_id"]
    assert str(uuid.UUID(body["file_id"], version=4)) == body["file_id"], "expected a UUID v4"
    key = f"{tenant['database_name']}/{body['file_id']}"
    assert body["upload_url"].startswith(f"{any_annals.url}/files/{key}?")


def test_every_upload_url_is_for_another_file(any_annals, tenant):
    assert len({new_upload(any_annals, tenant)["file_id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "query, names",
    [
        ("file_name=a.pdf", ["file_name"]),
        ("content-type=text/plain", ["content-type"]),
        ("Size=5", ["Size"]),
        ("file_name=a.pdf&Content_Type=x&expires_in=60&size=5", ["file_name", "Content_Type", "expires_in"]),
    ],
)
def test_an_upload_url_takes_no_other_parameters(any_annals, tenant, query, names):
    reply = any_annals.get(f"/api/files/upload-url?{query}", headers={"X-Client-Id": tenant["client_id"]})

    expect_invalid(reply, *(extra(name) for name in names))


def test_upload_urls_begin_with_the_public_url(make):
    annals = make.annals(environment={"ANNALS_SERVER_PUBLIC_URL": "https://history.example.com"})

    url = new_upload(annals, annals.initialise("shop"))["upload_url"]

    assert url.startswith("https://history.example.com/files/shop/")


# --- PUT, then GET and HEAD ---


@pytest.mark.parametrize("content", [b"", b"x", CONTENT, CONTENT * 5000], ids=["empty", "a byte", "1 KiB", "5 MiB"])
def test_what_was_uploaded_is_downloaded(any_annals, tenant, content):
    _, url = uploaded(any_annals, tenant, content)

    got, looked_at = fetch(url), fetch(url, "HEAD")

    assert (got.status_code, got.content) == (200, content)
    assert (looked_at.status_code, looked_at.content) == (200, b"")
    for reply in (got, looked_at):
        assert reply.headers["Content-Length"] == str(len(content))
        assert reply.headers["Accept-Ranges"] == "bytes"


def test_an_upload_needs_no_length(any_annals, tenant):
    made = new_upload(any_annals, tenant)

    put(made["upload_url"], iter([CONTENT, CONTENT])).raise_for_status()

    assert fetch(download_url(any_annals, tenant, made["file_id"])).content == CONTENT * 2


@pytest.mark.parametrize("sent", ["image/png", "text/plain; charset=utf-8", "application/pdf"])
def test_the_content_type_is_kept(any_annals, tenant, sent):
    _, url = uploaded(any_annals, tenant, CONTENT, **{"Content-Type": sent})

    assert fetch(url).headers["Content-Type"] == sent
    assert fetch(url, "HEAD").headers["Content-Type"] == sent


def test_without_a_content_type_it_is_a_neutral_one(any_annals, tenant):
    _, url = uploaded(any_annals, tenant, CONTENT)

    assert fetch(url).headers["Content-Type"] == "application/octet-stream"


def test_a_second_upload_replaces_the_first(any_annals, tenant):
    made = new_upload(any_annals, tenant)
    first = put(made["upload_url"], b"first")

    second = put(made["upload_url"], b"second", **{"Content-Type": "text/plain"})

    assert second.status_code == 200 and second.headers["ETag"] != first.headers["ETag"]
    reply = fetch(download_url(any_annals, tenant, made["file_id"]))
    assert (reply.content, reply.headers["Content-Type"]) == (b"second", "text/plain")
    assert reply.headers["ETag"] == second.headers["ETag"]


# --- ranges ---

RANGES = {
    "bytes=0-0": (0, 1),
    "bytes=10-19": (10, 20),
    "bytes=1000-": (1000, SIZE),
    "bytes=1000-999999": (1000, SIZE),
    "bytes=0-": (0, SIZE),
    "bytes=-1": (SIZE - 1, SIZE),
    "bytes=-100": (SIZE - 100, SIZE),
    "bytes=-999999": (0, SIZE),
    f"bytes={SIZE - 1}-": (SIZE - 1, SIZE),
    f"bytes=5-{10**30}": (5, SIZE),
}


@pytest.mark.parametrize("asked, given", RANGES.items(), ids=RANGES)
def test_a_range_is_a_part_of_the_file(file, asked, given):
    begin, end = given

    reply = fetch(file[1], Range=asked)

    assert (reply.status_code, reply.content) == (206, CONTENT[begin:end])
    assert reply.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{SIZE}"
    assert reply.headers["Content-Length"] == str(end - begin)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", f"bytes={10**30}-"])
def test_a_range_outside_the_file_is_416(file, asked):
    reply = fetch(file[1], Range=asked)

    assert reply.status_code == 416, f"expected 416, got {reply.status_code}"
    assert reply.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("asked", ["bytes=5-4", "bytes=x-y", "bytes=", "bytes=-", "lines=1-2", "bytes 0-1", "0-1"])
def test_a_range_that_means_nothing_is_ignored(file, asked):
    reply = fetch(file[1], Range=asked)

    assert (reply.status_code, reply.content) == (200, CONTENT)


# --- versions ---


def test_a_known_version_is_not_sent_again(file):
    _, url = file
    etag = fetch(url).headers["ETag"]
    assert fetch(url, "HEAD").headers["ETag"] == etag

    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        reply = fetch(url, If_None_Match=known)

        assert (reply.status_code, reply.content) == (304, b""), f"expected 304 for {known}"
        assert reply.headers["ETag"] == etag
    assert fetch(url, If_None_Match='"x"').content == CONTENT


def test_a_range_of_another_version_is_the_whole_file(file):
    _, url = file
    etag = fetch(url).headers["ETag"]

    assert fetch(url, Range="bytes=0-9", If_Range=etag).status_code == 206
    assert fetch(url, Range="bytes=0-9", If_Range='"x"').content == CONTENT


# --- what is refused ---


def test_an_altered_url_is_refused(any_annals, tenant, file):
    put_url, get_url = file
    other = str(uuid.uuid4())
    for method, url in (("PUT", put_url), ("GET", get_url)):
        file_id = path_of(url).split("?")[0].split("/")[-1]
        signature = url[-1:]
        wrong = {
            "another file": url.replace(file_id, other),
            "another tenant": url.replace(f"/{tenant['database_name']}/", "/other/"),
            "a later end": altered(url, **{"X-Annals-Expires": "99999999999"}),
            "an earlier end": altered(url, **{"X-Annals-Expires": "1"}),
            "no end": altered(url, **{"X-Annals-Expires": ""}),
            "another signature": url[:-1] + ("0" if signature != "0" else "1"),
            "a shorter signature": url[:-1],
            "no signature": altered(url, **{"X-Annals-Signature": ""}),
            "nothing": url.split("?")[0],
            "more": url + "&x=1",
            "the signature twice": url + "&X-Annals-Signature=" + url.split("=")[-1],
        }
        for what, one in wrong.items():
            reply = fetch(one, method)

            assert reply.status_code == 403, f"expected 403 for {what}, got {reply.status_code} {reply.text[:200]}"
            expect(reply, 403, INVALID)


def test_a_key_is_no_substitute_for_a_signature(any_annals, file):
    path = "/" + path_of(file[1]).split("?")[0]

    expect(any_annals.get(path), 403, INVALID)


def test_a_url_is_good_for_its_own_method_only(any_annals, file):
    put_url, get_url = file

    expect(put(get_url, b"other"), 403, INVALID)
    expect(fetch(put_url), 403, INVALID)
    assert fetch(put_url, "HEAD").status_code == 403
    expect(fetch(altered(put_url, **{"X-Annals-Method": "GET"})), 403, INVALID)
    assert fetch(get_url).content == CONTENT


def test_other_methods_are_405(file):
    for method in ("DELETE", "POST", "PATCH"):
        reply = fetch(file[0], method)

        assert reply.status_code == 405, f"expected 405, got {reply.status_code}"
        assert sorted(reply.headers["Allow"].split(", ")) == ["GET", "HEAD", "PUT"]


def test_a_url_expires(make):
    annals = make.annals(environment={"ANNALS_FILES_URL_SECONDS": "2"})
    tenant = annals.initialise("shop")

    def upload_in_time():
        made = new_upload(annals, tenant)
        return made if put(made["upload_url"], b"x").status_code == 200 else None

    made = wait_until(upload_in_time, "an upload before its URL expires")
    put_url, get_url = made["upload_url"], download_url(annals, tenant, made["file_id"])

    wait_until(lambda: fetch(get_url).status_code == 403, "the URL to GET has expired")
    wait_until(lambda: put(put_url, b"y").status_code == 403, "the URL to PUT has expired")

    expect(fetch(get_url), 403, INVALID)
    expect(put(put_url, b"z"), 403, INVALID)


@pytest.fixture(scope="module")
def strict(module_make):
    """A service with small files only, and a tenant."""
    annals = module_make.annals(environment={"ANNALS_FILES_MAX_BYTES": str(MAX_BYTES)})
    return annals, annals.initialise("shop")


@pytest.mark.parametrize("in_parts", [False, True], ids=["with a length", "in parts"])
def test_a_file_over_the_limit_is_refused_and_leaves_nothing(strict, in_parts):
    annals, tenant = strict
    made = new_upload(annals, tenant)
    content = b"x" * (MAX_BYTES + 1)

    reply = put(made["upload_url"], iter([content]) if in_parts else content)

    expect(reply, 413, {"detail": f"Request body is larger than {MAX_BYTES} bytes."})
    assert not [key for key in annals.files.keys("shop/") if made["file_id"] in key or "upload" in key]


def test_a_file_of_just_the_limit_is_taken(strict):
    annals, tenant = strict

    _, url = uploaded(annals, tenant, b"x" * MAX_BYTES)

    assert len(fetch(url).content) == MAX_BYTES
