"""A file store that fails: told as what it is, never as a fault of the service, and over as soon as it is repaired."""

import shutil

import pytest

from support.answers.problems import expect
from support.clients.file_links import attach, client, fetch, get_file, new_upload, put, uploaded
from support.waiting import wait_until

UNAVAILABLE = {"detail": "File store is unavailable."}
FILE_NOT_FOUND = {"detail": "File not found."}


def upload_url(annals, tenant):
    return annals.get("/api/files/upload-url", headers=client(tenant))


def expect_unavailable(reply):
    expect(reply, 503, UNAVAILABLE)
    assert reply.headers["Retry-After"]


@pytest.mark.parametrize("fault", ["500", "503", "403", "html", "reset"])
def test_s3_that_fails_is_503_until_it_is_back(make, fault):
    files = make.files(through_proxy=True)
    annals = make.annals(files=files)
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"x").raise_for_status()
    event_id = attach(annals, tenant, made["file_id"])
    try:
        files.server.fault("proxy", "all", fault)

        expect_unavailable(get_file(annals, tenant, event_id))
        expect_unavailable(upload_url(annals, tenant))
    finally:
        files.server.fault("proxy", "all", "none")

    assert get_file(annals, tenant, event_id).status_code == 307
    assert upload_url(annals, tenant).status_code == 200


WRONG = {
    "the secret key": ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"),
    "the access key": ({"AWS_ACCESS_KEY_ID": "WRONG"}, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"),
    "the bucket": ({"ANNALS_FILES_S3_BUCKET": "no-such-bucket"}, "NoSuchBucket", "files.s3_bucket"),
}


@pytest.mark.parametrize("environment, code, advice", WRONG.values(), ids=WRONG)
def test_a_mistake_in_the_settings_of_s3_is_told(make, environment, code, advice):
    annals = make.annals(files="s3", environment=environment)
    tenant = annals.initialise("shop")
    event_id = attach(annals, tenant, "00000000-0000-4000-8000-000000000000")

    expect_unavailable(upload_url(annals, tenant))
    expect_unavailable(get_file(annals, tenant, event_id))

    wait_until(lambda: annals.log.count(code) >= 3, "the start and both requests say which mistake it is")
    assert advice in annals.log, "expected the log to say what to correct"


def test_a_local_directory_that_is_gone_is_503(make):
    annals = make.annals()
    tenant = annals.initialise("shop")
    put_url, get_url = uploaded(annals, tenant, b"x")
    shutil.move(annals.files.directory, annals.directory / "aside")

    for reply in (fetch(get_url), put(put_url, b"y"), upload_url(annals, tenant)):
        expect_unavailable(reply)

    shutil.move(annals.directory / "aside", annals.files.directory)
    assert fetch(get_url).content == b"x"


def test_a_file_that_the_store_did_not_write_is_503(make):
    annals = make.annals()
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    annals.files.put(f"shop/{made['file_id']}", b"put there by hand")

    expect_unavailable(get_file(annals, tenant, attach(annals, tenant, made["file_id"])))
