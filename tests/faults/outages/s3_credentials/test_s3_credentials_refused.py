"""Credentials that S3 refuses: replaced once, and the call is repeated."""

import json
import time

import pytest

from support.clients.file_links import client, download_url, fetch, new_upload, put
from support.servers.s3_credentials import CONTENT, NO_KEYS, Place, expect_round_trip, token_of
from support.waiting import wait_until


@pytest.fixture
def behind_proxy(make, server, tmp_path):
    made = Place(make, server, tmp_path, through_proxy=True)
    yield made
    made.files.server.fault("proxy", "all", "none")
    made.aws.close()


def test_credentials_that_s3_calls_expired_are_replaced_once_and_the_call_is_repeated(behind_proxy):
    annals = behind_proxy.start("container")
    tenant = annals.initialise("shop")
    url = expect_round_trip(annals, tenant)
    made = new_upload(annals, tenant)
    put(made["upload_url"], CONTENT).raise_for_status()
    server = behind_proxy.files.server
    # A fetch is not repeated within a second.
    wait_until(lambda: time.time() - annals.stderr_file.stat().st_mtime > 1, "a second is over")
    server.fault("proxy", "list", "expired-once")

    annals.remove(tenant["client_id"])

    assert behind_proxy.fetches() == 2, f"expected one more fetch, got {behind_proxy.fetches()}"
    assert token_of(new_upload(annals, annals.initialise("shop"))["upload_url"]) != token_of(url)


def test_a_refused_head_is_repeated_too(behind_proxy):
    annals = behind_proxy.start("container")
    tenant = annals.initialise("shop")
    made = new_upload(annals, tenant)
    put(made["upload_url"], CONTENT).raise_for_status()
    wait_until(lambda: time.time() - annals.stderr_file.stat().st_mtime > 1, "a second is over")
    for operation in ("head", "list"):
        behind_proxy.files.server.fault("proxy", operation, "expired-once")

    assert fetch(download_url(annals, tenant, made["file_id"])).content == CONTENT

    assert behind_proxy.fetches() == 2, f"expected one more fetch, got {behind_proxy.fetches()}"


def test_credentials_that_s3_keeps_refusing_are_not_asked_for_without_end(behind_proxy):
    annals = behind_proxy.start("container")
    tenant = annals.initialise("shop")
    began = time.monotonic()
    behind_proxy.files.server.fault("proxy", "all", "expired")

    for _ in range(30):
        annals.get("/api/history/events/00000000-0000-4000-8000-000000000000/file", headers=client(tenant))
        reply = annals.delete(tenant["client_id"])
        assert reply.status_code == 400, f"expected that the files are not deleted, got {reply.status_code}"

    most = 2 + (time.monotonic() - began)
    assert behind_proxy.fetches() <= most, f"expected a fetch per second at most, got {behind_proxy.fetches()}"
    assert "ExpiredToken" in annals.log
    behind_proxy.files.server.fault("proxy", "all", "none")
    annals.remove(tenant["client_id"], begun=True)


def test_a_profile_whose_session_was_replaced_is_read_again(make, behind_proxy, server, tmp_path):
    file = tmp_path / "credentials"

    def write_session():
        access_key, secret_key, token = server.new_session()
        file.write_text(
            f"# of a tool\n[ops]\naws_access_key_id = {access_key}\naws_secret_access_key = {secret_key}\n"
            f"aws_session_token = {token}\n"
        )
        return token

    first = write_session()
    profile = {"AWS_SHARED_CREDENTIALS_FILE": str(file), "AWS_PROFILE": "ops"}
    annals = make.annals(files=behind_proxy.files, environment={**NO_KEYS, **profile})
    tenant = annals.initialise("shop")
    assert token_of(expect_round_trip(annals, tenant)) == first
    assert json.dumps(f"the profile [ops] of {file}") in annals.log
    second = write_session()
    wait_until(lambda: time.time() - annals.stderr_file.stat().st_mtime > 1, "a second is over")
    server.fault("proxy", "list", "expired-once")

    annals.remove(tenant["client_id"])

    assert token_of(expect_round_trip(annals, annals.initialise("shop"))) == second
    assert first not in annals.log and second not in annals.log
