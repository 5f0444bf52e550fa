"""Credentials of S3 from where AWS gives them out: found."""

import json

import pytest

from support.clients.file_links import new_upload
from support.machine.ports import free_port
from support.servers.aws_endpoints import CONTAINER_PATH, INSTANCE_PATH, ROLE, ROLE_ARN, TOKEN_PATH
from support.servers.files import S3Files
from support.servers.s3_credentials import KINDS, NO_KEYS, UNAVAILABLE, expect_no_secret, expect_round_trip, query_of, token_of
from support.waiting import wait_until


@pytest.mark.parametrize("kind", KINDS)
def test_temporary_credentials_serve(place, kind):
    annals = place.start(kind)
    tenant = annals.initialise("shop")

    url = expect_round_trip(annals, tenant)

    assert token_of(url) == place.aws.issued[-1][2]
    assert place.fetches() == 1, f"expected one fetch, got {place.fetches()}"
    annals.remove(tenant["client_id"])
    assert '"credentials_from":"' in annals.log and UNAVAILABLE["detail"] not in annals.log
    expect_no_secret(annals, place)


def test_sts_is_asked_as_it_wants_to_be(place):
    place.start("web identity", AWS_ROLE_SESSION_NAME="shop+1")

    [asked] = place.aws.asked_for("POST", "/")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in asked.headers
    assert asked.form == {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": ROLE_ARN,
        "RoleSessionName": "shop+1",
        "WebIdentityToken": "token-1",
    }


def test_the_metadata_of_the_instance_are_asked_with_a_token_and_past_any_proxy(place):
    nowhere = f"http://127.0.0.1:{free_port()}"
    place.start("instance", http_proxy=nowhere, HTTP_PROXY=nowhere, all_proxy=nowhere)

    asked = [(one.method, one.path) for one in place.aws.asked]
    assert asked == [("PUT", TOKEN_PATH), ("GET", INSTANCE_PATH), ("GET", INSTANCE_PATH + ROLE)]


def test_a_token_of_the_metadata_that_is_refused_is_replaced_once(place):
    annals = place.start("instance")
    tenant = annals.initialise("shop")
    forgotten = []

    def forget(handler, answer=place.aws._instance_answer):
        if not forgotten and handler.path == INSTANCE_PATH + ROLE:
            forgotten.append(True)
            place.aws.forget_tokens()
        return answer(handler)

    place.aws._instance_answer = forget
    annals.restart()

    expect_round_trip(annals, tenant)
    assert len(place.aws.asked_for("PUT", TOKEN_PATH)) == 3, "expected one token at each start, and one that was refused"
    assert len(place.aws.asked_for("GET", INSTANCE_PATH)) == 2, "expected that it resumes where the token was refused"


def test_the_containers_token_is_read_anew_and_the_file_wins(place):
    place.aws.life = 3
    file = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(place.token_file)}
    annals = place.start("container", AWS_CONTAINER_AUTHORIZATION_TOKEN="other", **file)
    place.token_file.write_text("Bearer token-2")
    tenant = annals.initialise("shop")

    def sent():
        new_upload(annals, tenant)
        return [one.headers.get("Authorization") for one in place.aws.asked_for("GET", CONTAINER_PATH)]

    wait_until(lambda: sent()[-1] == "Bearer token-2", "the endpoint is asked with the new token")
    assert sent()[0] == "token-1"


def test_the_region_is_that_of_the_aws_tools_unless_it_is_configured(place):
    mine = place.environment("container", AWS_REGION="eu-west-3")
    annals = place._make.annals(files=place.files, environment=mine, start=False)
    unset = {"ANNALS_FILES_S3_REGION"}
    configured = annals.settings()
    annals.settings = lambda extra=None: {k: v for k, v in {**configured, **(extra or {})}.items() if k not in unset}
    annals.start(ready=False)
    tenant = annals.initialise("shop")
    assert "/eu-west-3/s3/" in query_of(new_upload(annals, tenant)["upload_url"])["X-Amz-Credential"]

    unset.clear()
    annals.restart(ready=False)

    region = place.files.server.region
    assert f"/{region}/s3/" in query_of(new_upload(annals, tenant)["upload_url"])["X-Amz-Credential"]


def test_a_role_is_assumed_with_the_keys_of_another_profile(make, server, tmp_path):
    files = S3Files(server)
    (tmp_path / "config").write_text(
        f"[profile history]\nrole_arn = {server.new_role()}\nsource_profile = base\nduration_seconds = 900\n"
    )
    (tmp_path / "credentials").write_text(
        f"[base]\naws_access_key_id = {server.access_key}\naws_secret_access_key = {server.secret_key}\n"
    )
    profile = {
        "AWS_PROFILE": "history",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_ENDPOINT_URL_STS": server.endpoint,
        "AWS_REGION": server.region,
    }
    annals = make.annals(files=files, environment={**NO_KEYS, **profile})

    url = expect_round_trip(annals, annals.initialise("shop"))

    assert server.access_key not in url, "expected the role's credentials in the URL"
    assert int(query_of(url)["X-Amz-Expires"]) <= 900
    assert server.secret_key not in annals.log and token_of(url) not in annals.log


def test_a_program_of_the_profile_brings_credentials(make, place, tmp_path):
    access_key, secret_key, token = place.files.server.new_session()
    made = {"Version": 1, "AccessKeyId": access_key, "SecretAccessKey": secret_key, "SessionToken": token}
    (tmp_path / "made").write_text(json.dumps(made))
    (tmp_path / "config").write_text(f"[default]\ncredential_process = cat '{tmp_path}/made'\n")
    profile = {"AWS_CONFIG_FILE": str(tmp_path / "config")}
    annals = make.annals(files=place.files, environment={**NO_KEYS, **profile})

    assert token_of(expect_round_trip(annals, annals.initialise("shop"))) == token
