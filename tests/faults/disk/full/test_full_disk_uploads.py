"""A full disk: an upload that has no room is refused and leaves nothing."""

import urllib.parse

import pytest

from support.answers.problems import expect
from support.clients.file_links import download_url, fetch, new_upload, put, uploaded
from support.clients.raw_http import RawConnection, head
from support.faults.full_disk import preloaded
from support.servers.engines import needs_engine_library
from support.waiting import wait_until

pytestmark = needs_engine_library

NO_ROOM = {"detail": "File store has no room."}
HALF = b"x" * (1 << 20)


@pytest.fixture
def store(make, full, told):
    """Its files lie on a disk that can become full."""
    annals = make.annals("embedded", start=False)
    annals.environment.update(preloaded(full, annals.data / "files", told))
    return annals.start()


def bytes_of(files):
    return sum((files.directory / key).stat().st_size for key in files.keys())


def test_an_upload_to_a_full_disk_is_refused_and_leaves_nothing(store, full):
    tenant = store.initialise("shop")
    _, kept = uploaded(store, tenant, b"kept")
    before = store.files.keys()
    full.touch()

    made = new_upload(store, tenant)
    reply = put(made["upload_url"], HALF)

    expect(reply, 507, NO_ROOM)
    assert reply.headers["Retry-After"], "expected a hint when to try again"
    assert store.files.keys() == before, f"expected nothing of the upload, got {store.files.keys()}"
    assert fetch(kept).content == b"kept", "expected the files of before"

    full.unlink()
    assert put(made["upload_url"], HALF).status_code == 200, "expected that the same URL serves once there is room"
    assert fetch(download_url(store, tenant, made["file_id"])).content == HALF


def test_a_disk_that_fills_up_during_an_upload_refuses_it(store, full):
    tenant = store.initialise("shop")
    made = new_upload(store, tenant)
    before = store.files.keys()
    target = urllib.parse.urlsplit(made["upload_url"])

    with RawConnection(store) as connection:
        connection.send(head("PUT", f"{target.path}?{target.query}", f"Content-Length: {2 * len(HALF)}") + HALF)
        wait_until(lambda: bytes_of(store.files) >= len(HALF), "the first half is written")
        full.touch()
        connection.send(HALF)
        reply = connection.reply()

    expect(reply, 507, NO_ROOM)
    assert store.files.keys() == before, f"expected nothing of the upload, got {store.files.keys()}"
