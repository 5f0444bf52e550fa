"""Files of the local store over time: uploads that break off, tenants that go."""

import hashlib
import uuid

import pytest

from support.answers.problems import expect
from support.clients.file_links import altered, attach, download_url, fetch, get_file, new_upload, put, uploaded
from support.clients.raw_http import RawConnection, head
from support.names import unique_name
from support.waiting import wait_until

INVALID = {"detail": "The link is invalid or has expired."}
FILE_NOT_FOUND = {"detail": "File not found."}
PART = b"x" * 300_000


@pytest.fixture(scope="module")
def any_annals(module_make):
    """A service that waits for an upload as long as a test holds it."""
    return module_make.annals(environment={"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600"})


@pytest.fixture
def tenant(any_annals):
    return any_annals.initialise(unique_name())


def kept(annals, tenant):
    return annals.files.keys(f"{tenant['database_name']}/")


def begun_upload(annals, tenant):
    """A connection on which the first of the two PARTs of a file was sent, and has arrived."""
    target = "/" + new_upload(annals, tenant)["upload_url"].split("/", 3)[3]
    connection = RawConnection(annals).send(head("PUT", target, f"Content-Length: {2 * len(PART)}") + PART)
    wait_until(lambda: kept(annals, tenant), "the upload has begun")
    return connection


FRAMINGS = {
    "with a length": (b"", f"Content-Length: {2 * len(PART)}"),
    "in parts": (f"{len(PART):x}\r\n".encode(), "Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("prefix, framing", FRAMINGS.values(), ids=FRAMINGS)
def test_an_upload_that_breaks_off_leaves_nothing(any_annals, tenant, prefix, framing):
    made = new_upload(any_annals, tenant)
    event_id = attach(any_annals, tenant, made["file_id"])

    with RawConnection(any_annals) as connection:
        connection.send(head("PUT", "/" + made["upload_url"].split("/", 3)[3], framing) + prefix + PART)
        wait_until(lambda: kept(any_annals, tenant), "the upload has begun")
        expect(get_file(any_annals, tenant, event_id), 404, FILE_NOT_FOUND)

    wait_until(lambda: kept(any_annals, tenant) == [], "nothing is left of the upload")
    expect(get_file(any_annals, tenant, event_id), 404, FILE_NOT_FOUND)


def test_a_second_upload_that_breaks_off_leaves_the_first(any_annals, tenant):
    made = new_upload(any_annals, tenant)
    put(made["upload_url"], b"first").raise_for_status()
    before = kept(any_annals, tenant)

    with RawConnection(any_annals) as connection:
        target = "/" + made["upload_url"].split("/", 3)[3]
        connection.send(head("PUT", target, f"Content-Length: {2 * len(PART)}") + PART)
        wait_until(lambda: kept(any_annals, tenant) != before, "the upload has begun")

    wait_until(lambda: kept(any_annals, tenant) == before, "nothing is left of the upload")
    assert fetch(download_url(any_annals, tenant, made["file_id"])).content == b"first"


def test_files_outlive_a_restart_and_so_do_urls(make):
    annals = make.annals()
    tenant = annals.initialise("shop")
    _, get_url = uploaded(annals, tenant, b"kept")
    made = new_upload(annals, tenant)
    port = annals.port

    annals.restart()

    put_url, get_url = (url.replace(f":{port}/", f":{annals.port}/") for url in (made["upload_url"], get_url))
    assert fetch(get_url).content == b"kept"
    put(put_url, b"new").raise_for_status()
    assert fetch(download_url(annals, tenant, made["file_id"])).content == b"new"


def test_urls_of_a_deleted_tenant_are_good_for_nothing(any_annals, tenant):
    put_url, get_url = uploaded(any_annals, tenant, b"secret")

    any_annals.remove(tenant["client_id"])

    expect(put(put_url, b"late"), 403, INVALID)
    reply = fetch(get_url)
    assert reply.status_code in (403, 404) and b"secret" not in reply.content, f"expected no file, got {reply.text}"
    assert kept(any_annals, tenant) == []


def test_an_upload_that_is_under_way_when_its_tenant_goes_is_refused(any_annals, tenant):
    with begun_upload(any_annals, tenant) as connection:
        any_annals.remove(tenant["client_id"])
        reply = connection.send(PART).reply()

    assert (reply.status_code, reply.json()) == (403, INVALID)
    assert kept(any_annals, tenant) == []


def test_urls_of_a_deleted_tenant_do_not_lead_to_the_next_one_of_its_name(any_annals, tenant):
    made = new_upload(any_annals, tenant)
    put_url, get_url = uploaded(any_annals, tenant, b"secret")
    any_annals.remove(tenant["client_id"])
    new = any_annals.initialise(tenant["database_name"])
    new_upload(any_annals, new)  # from here on files can be uploaded under that name

    for url in (put_url, made["upload_url"]):
        expect(put(url, b"late"), 403, INVALID)
        expect(put(altered(url, **{"X-Annals-Client": new["client_id"]}), b"late"), 403, INVALID)
    assert fetch(get_url).status_code in (403, 404)

    assert kept(any_annals, new) == []
    expect(get_file(any_annals, new, attach(any_annals, new, made["file_id"])), 404, FILE_NOT_FOUND)


def test_an_upload_that_is_under_way_does_not_reach_the_next_tenant_of_the_name(any_annals, tenant):
    with begun_upload(any_annals, tenant) as connection:
        any_annals.remove(tenant["client_id"])
        new = any_annals.initialise(tenant["database_name"])
        new_upload(any_annals, new)
        reply = connection.send(PART).reply()

    assert (reply.status_code, reply.json()) == (403, INVALID)
    assert kept(any_annals, new) == []


def test_files_of_the_first_version_are_read_and_their_ids_without_a_tag_too(any_annals, tenant):
    new_upload(any_annals, tenant)
    file_id = str(uuid.uuid4())
    top = f"annals file 1\nsha256 {hashlib.sha256(b'old').hexdigest()}\ncontent-type image/png\n"
    any_annals.files.put(f"{tenant['database_name']}/{file_id}", top.encode().ljust(512) + b"old")

    reply = fetch(download_url(any_annals, tenant, file_id))

    assert (reply.status_code, reply.content, reply.headers["Content-Type"]) == (200, b"old", "image/png")


def test_a_new_tenant_of_the_same_name_has_none_of_the_old_ones_files(any_annals, tenant):
    made = new_upload(any_annals, tenant)
    put(made["upload_url"], b"secret").raise_for_status()
    old_url = download_url(any_annals, tenant, made["file_id"])
    any_annals.remove(tenant["client_id"])

    new = any_annals.initialise(tenant["database_name"])

    expect(get_file(any_annals, new, attach(any_annals, new, made["file_id"])), 404, FILE_NOT_FOUND)
    assert b"secret" not in fetch(old_url).content
