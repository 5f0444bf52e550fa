"""The console at /console and the script at /viewer.js: what they are served with, and to whom."""

import gzip
import hashlib
import urllib.parse

import pytest
import requests

from support.answers.problems import expect
from support.clients.file_links import new_upload
from support.clients.raw_http import RawConnection, head

PAGE = "https://app.example.com"
FILE_NOT_FOUND = {"detail": "File not found."}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": "'self'",
    "frame-src": "blob:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
CONSOLE = {
    "/console": "text/html; charset=utf-8",
    "/console/console.js": "text/javascript; charset=utf-8",
    "/console/console.css": "text/css; charset=utf-8",
    "/console/icon.svg": "image/svg+xml",
}
YEAR = 365 * 24 * 3600


def get(annals, path, **arguments):
    return annals.get(path, key=None, **arguments)


def policy_of(annals, path="/console"):
    text = get(annals, path).headers["Content-Security-Policy"]
    return dict(directive.split(" ", 1) for directive in text.split("; "))


def hashed(annals, **arguments):
    """Where the script is that never changes."""
    reply = get(annals, "/viewer.js", **arguments)
    return urllib.parse.urljoin("/viewer.js", reply.headers["Content-Location"])


# --- the console ---


@pytest.mark.parametrize("path", CONSOLE)
def test_the_console_is_served_to_everybody_under_a_strict_policy(any_annals, path):
    reply = get(any_annals, path)

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, CONSOLE[path])
    assert policy_of(any_annals, path) == POLICY
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("path", [*CONSOLE, "/viewer.js"])
def test_a_browser_that_has_it_gets_304_and_head_has_no_body(any_annals, path):
    reply = get(any_annals, path)

    again = get(any_annals, path, headers={"If-None-Match": reply.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == reply.headers["ETag"]
    looked = any_annals.request("HEAD", path, key=None)
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["ETag"] == reply.headers["ETag"]


@pytest.mark.parametrize("path", ["/console/console.js", "/viewer.js"])
def test_they_are_compressed_for_those_who_take_it(any_annals, path):
    plain = get(any_annals, path, headers={"Accept-Encoding": "identity"})

    with get(any_annals, path, headers={"Accept-Encoding": "gzip"}, stream=True) as reply:
        packed = reply.raw.read(decode_content=False)
    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert reply.headers["ETag"] != plain.headers["ETag"]


def test_the_page_refers_to_its_files_beside_itself(any_annals):
    page = get(any_annals, "/console").text

    assert '"console/console.js"' in page
    assert 'src="/' not in page and 'href="/' not in page, "expected no path that a proxy would have to know"


def test_there_are_no_other_files(any_annals):
    for path in ("/console/unknown", "/console/..%2fdocs%2fpage.js", "/console/page.js", "/viewer/viewer.js"):
        expect(get(any_annals, path), 404, FILE_NOT_FOUND)


# --- where the console gets files from ---


def policy_with(origin):
    return {**POLICY, "img-src": f"'self' blob: {origin}", "connect-src": f"'self' {origin}"}


def test_with_s3_the_console_may_load_files_from_where_links_lead(make):
    annals = make.annals(files="s3")
    tenant = annals.initialise("shop")

    link = urllib.parse.urlsplit(new_upload(annals, tenant)["upload_url"])

    assert policy_of(annals) == policy_with(f"{link.scheme}://{link.netloc}")
    assert link.netloc not in str(policy_of(annals, "/docs"))


def test_a_bucket_in_the_host_and_a_public_endpoint_of_s3_are_part_of_that(make):
    settings = {
        "ANNALS_FILES_S3_PATH_STYLE": "false",
        "ANNALS_FILES_S3_PUBLIC_ENDPOINT": "https://s3.example.com:8443",
        "ANNALS_SERVER_PUBLIC_URL": "https://annals.example.com",
    }
    annals = make.annals(files="s3", environment=settings)

    assert policy_of(annals) == policy_with(f"https://{annals.files.bucket}.s3.example.com:8443")


def test_with_a_public_url_links_may_lead_to_another_name_of_the_service(make):
    annals = make.annals(environment={"ANNALS_SERVER_PUBLIC_URL": "https://annals.example.com:8443/history"})

    assert policy_of(annals) == policy_with("https://annals.example.com:8443")


# --- the script that other pages embed ---


def expect_open(reply):
    """Every page may load it, and says so once."""
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Origin" not in reply.headers.get("Vary", "")


def test_the_script_is_for_pages_of_every_origin_and_kept_for_minutes(any_annals):
    reply = get(any_annals, "/viewer.js", headers={"Origin": PAGE})

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    expect_open(reply)
    assert reply.headers["Cache-Control"] == "public, max-age=300"
    expect_open(get(any_annals, "/viewer.js", headers={"If-None-Match": reply.headers["ETag"]}))


def test_the_script_has_a_name_of_its_own_that_never_changes(any_annals):
    latest = get(any_annals, "/viewer.js")

    path = hashed(any_annals)
    reply = get(any_annals, path)
    assert path == f"/viewer/{hashlib.sha256(reply.content).hexdigest()[:32]}.js"
    assert (reply.status_code, reply.content) == (200, latest.content)
    assert reply.headers["Content-Type"] == latest.headers["Content-Type"]
    assert reply.headers["Cache-Control"] == f"public, max-age={YEAR}, immutable"
    expect_open(reply)
    known = get(any_annals, path, headers={"If-None-Match": reply.headers["ETag"]})
    assert (known.status_code, known.headers["Cache-Control"]) == (304, reply.headers["Cache-Control"])


def test_another_version_of_the_script_is_404_which_pages_can_read(any_annals):
    reply = get(any_annals, f"/viewer/{'0' * 32}.js", headers={"Origin": PAGE})

    expect(reply, 404, FILE_NOT_FOUND)
    expect_open(reply)
    assert "immutable" not in reply.headers.get("Cache-Control", "")


@pytest.mark.parametrize("origins", [PAGE, "https://other.example", "*"])
def test_the_pages_that_may_read_the_api_change_nothing_about_the_script(make, origins):
    annals = make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": origins})

    for path in ("/viewer.js", hashed(annals)):
        with RawConnection(annals) as connection:
            reply = connection.send(head("GET", path, f"Origin: {PAGE}")).reply()
        granted = reply.headers.get_all("Access-Control-Allow-Origin")
        assert (reply.status_code, granted) == (200, ["*"])
        expect_open(requests.get(annals.url + path, headers={"Origin": PAGE}, timeout=20))
