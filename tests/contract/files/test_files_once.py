"""A file that an event names stays as it is (local store), and what an uploader can ask for itself."""

import json
import threading

import pytest

from support.answers.problems import expect
from support.clients.file_links import attach, download_url, fetch, new_upload, put
from support.clients.raw_http import RawConnection, head
from support.events import event, post_events
from support.names import unique_name
from support.waiting import wait_until

IN_USE = {"detail": "An event names this file. It cannot be replaced."}
FAILED = {"detail": "Precondition Failed"}
PART = b"x" * 300_000
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture(scope="module")
def any_annals(module_make):
    """A service that waits for an upload as long as a test holds it."""
    return module_make.annals(environment={"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600"})


@pytest.fixture
def any_tenant(any_annals):
    return any_annals.initialise(unique_name())


def path_of(url):
    return "/" + url.split("/", 3)[3]


@pytest.mark.parametrize("headers", [{"If-None-Match": "*"}, {"If-Match": '"x"'}, {"If-Unmodified-Since": LONG_AGO}])
def test_preconditions_change_nothing_of_that(annals, tenant, headers):
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"first").raise_for_status()
    assert post_events(annals, tenant, event(file_id=made["file_id"])).status_code == 201

    expect(put(made["upload_url"], b"second", **headers), 409, IN_USE)


def test_a_file_that_an_event_names_cannot_be_replaced(annals, tenant):
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"first").raise_for_status()
    url = download_url(annals, tenant, made["file_id"])

    for content in (b"second", b"first", b""):
        expect(put(made["upload_url"], content), 409, IN_USE)

    assert fetch(url).content == b"first"


@pytest.mark.parametrize("how", ["create-event", "an array", "NDJSON"])
def test_it_does_not_matter_how_the_event_came(annals, tenant, how):
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"first").raise_for_status()
    if how == "create-event":
        body = {"source": tenant["client_id"], "detail": event(file_id=made["file_id"])}
        reply = annals.request("POST", "/api/event-bridge/create-event", json=body)
    elif how == "an array":
        reply = post_events(annals, tenant, [event(), event(file_id=made["file_id"])])
    else:
        lines = "".join(json.dumps(one) + "\n" for one in (event(file_id=made["file_id"]), event()))
        headers = {"X-Client-Id": tenant["client_id"], "Content-Type": "application/x-ndjson"}
        reply = annals.request("POST", "/api/events", data=lines, headers=headers)
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"

    expect(put(made["upload_url"], b"second"), 409, IN_USE)


def test_a_file_may_come_after_the_event_that_names_it(annals, tenant):
    made = new_upload(annals, tenant)
    attach(annals, tenant, made["file_id"])

    assert put(made["upload_url"], b"first").status_code == 200
    expect(put(made["upload_url"], b"second"), 409, IN_USE)


def test_an_event_of_another_tenant_keeps_nothing(annals, tenant):
    other = annals.initialise(unique_name())
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"first").raise_for_status()
    attach(annals, other, made["file_id"])

    assert put(made["upload_url"], b"second").status_code == 200


def test_an_upload_during_which_the_event_comes_does_not_replace_the_file(any_annals, any_tenant):
    made = new_upload(any_annals, any_tenant)
    put(made["upload_url"], b"first").raise_for_status()
    before = any_annals.files.keys(any_tenant["database_name"])

    with RawConnection(any_annals) as connection:
        connection.send(head("PUT", path_of(made["upload_url"]), f"Content-Length: {2 * len(PART)}") + PART)
        wait_until(lambda: any_annals.files.keys(any_tenant["database_name"]) != before, "the upload has begun")
        url = download_url(any_annals, any_tenant, made["file_id"])
        reply = connection.send(PART).reply()

    assert (reply.status_code, reply.json()) == (409, IN_USE)
    assert fetch(url).content == b"first"
    assert any_annals.files.keys(any_tenant["database_name"]) == before


# --- preconditions of an upload (RFC 9110, section 13) ---

CASES = {
    "a new file only: there is one": ({"If-None-Match": "*"}, 412),
    "another version than this: it is this": ({"If-None-Match": "{etag}"}, 412),
    "another version than this, compared weakly": ({"If-None-Match": "W/{etag}"}, 412),
    "another version than that": ({"If-None-Match": '"x"'}, 200),
    "this version": ({"If-Match": "{etag}"}, 200),
    "any version": ({"If-Match": "*"}, 200),
    "this version, but weakly": ({"If-Match": "W/{etag}"}, 412),
    "that version": ({"If-Match": '"x"'}, 412),
    "unmodified for long": ({"If-Unmodified-Since": LONG_AGO}, 412),
    "unmodified since its time": ({"If-Unmodified-Since": "{modified}"}, 200),
    "If-Modified-Since is for GET": ({"If-Modified-Since": "{modified}"}, 200),
}


@pytest.mark.parametrize("headers, status", CASES.values(), ids=CASES)
def test_an_upload_has_preconditions(any_annals, once, headers, status):
    tenant = once("tenant", lambda: any_annals.initialise(unique_name()))
    made = new_upload(any_annals, tenant)
    etag = put(made["upload_url"], b"first").headers["ETag"]
    modified = "Fri, 31 Dec 2100 00:00:00 GMT"
    asked = {name: value.format(etag=etag, modified=modified) for name, value in headers.items()}

    reply = put(made["upload_url"], b"second", **asked)

    assert reply.status_code == status, f"expected {status}, got {reply.status_code} {reply.text}"
    if status == 412:
        expect(reply, 412, FAILED)
    expected = b"first" if status == 412 else b"second"
    assert fetch(download_url(any_annals, tenant, made["file_id"])).content == expected


def test_an_upload_of_a_file_that_must_exist_is_refused_if_there_is_none(any_annals, any_tenant):
    made = new_upload(any_annals, any_tenant)

    expect(put(made["upload_url"], b"x", **{"If-Match": "*"}), 412, FAILED)
    assert put(made["upload_url"], b"x", **{"If-None-Match": "*"}).status_code == 200


def test_a_precondition_is_told_before_the_body_is_sent(any_annals, any_tenant):
    made = new_upload(any_annals, any_tenant)
    put(made["upload_url"], b"first").raise_for_status()

    with RawConnection(any_annals) as connection:
        lines = ("Content-Length: 1000000", "Expect: 100-continue", "If-None-Match: *")
        reply = connection.send(head("PUT", path_of(made["upload_url"]), *lines)).reply()

    assert reply.status_code == 412, f"expected 412 in place of 100, got {reply.status_code}"


def test_of_several_first_uploads_at_once_one_wins(any_annals, any_tenant):
    made = new_upload(any_annals, any_tenant)
    statuses = []

    def upload(content):
        statuses.append(put(made["upload_url"], content, **{"If-None-Match": "*"}).status_code)

    threads = [threading.Thread(target=upload, args=(b"%d" % i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] + [412] * 7


def test_a_part_of_a_file_cannot_be_uploaded(any_annals, any_tenant):
    made = new_upload(any_annals, any_tenant)

    reply = put(made["upload_url"], b"x", **{"Content-Range": "bytes 0-0/10"})

    expect(reply, 400, {"detail": "A part of a file cannot be uploaded."})
    # RFC 9110, 14.2: a Range header means nothing here.
    assert put(made["upload_url"], b"whole", Range="bytes=0-0").status_code == 200
    assert fetch(download_url(any_annals, any_tenant, made["file_id"])).content == b"whole"


def test_each_version_of_a_file_has_a_date_of_its_own(any_annals, any_tenant):
    made = new_upload(any_annals, any_tenant)
    for content in (b"first", b"second", b"third"):
        put(made["upload_url"], content).raise_for_status()
    url = download_url(any_annals, any_tenant, made["file_id"])

    wait_until(
        lambda: fetch(url, Range="bytes=0-0", If_Range=fetch(url).headers["Last-Modified"]).status_code == 206,
        "the date of the last version has come",
    )
