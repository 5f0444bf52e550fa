"""Credentials of S3 from where AWS gives them out: found, renewed before they expire, and missed without harm when they fail.

STS, the container's endpoint and the instance's metadata are fakes on loopback; what they give out are real temporary
credentials of the real S3 server.
"""

import concurrent.futures
import datetime
import json
import time
import urllib.parse

import pytest
import requests

from support import paths
from support.answers.problems import expect
from support.clients.file_links import client, download_url, fetch, new_upload, put
from support.machine.ports import free_port
from support.machine.processes import run
from support.servers.aws_endpoints import CONTAINER_PATH, INSTANCE_PATH, ROLE, ROLE_ARN, TOKEN_PATH, AwsEndpoints
from support.servers.files import S3Files, S3Server
from support.waiting import wait_until

UNAVAILABLE = {"detail": "File store is unavailable."}
CONTENT = b"content of a file"
# No keys in the environment, and no profile.
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent"}
KINDS = ("web identity", "container", "instance")
# Names without dots, so that nobody asks a name server.
UNREACHABLE = "http://127.0.0.1:1"
# For a fetch of credentials with its repetitions; whoever waits for it gets 503 then.
FETCH_SECONDS = 10
# For one of its requests, at least.
ATTEMPT_SECONDS = 5
TRIES = 5


class Place:
    """A service with its files in S3, and the endpoints that give it credentials."""

    def __init__(self, make, server, directory, through_proxy=False):
        self._make = make
        self.files = S3Files(server, through_proxy)
        self.aws = AwsEndpoints(self.files.server.new_session)
        self.token_file = directory / "token"
        self.token_file.write_text("token-1")

    def environment(self, kind, **more):
        found = {
            "web identity": lambda: self.aws.web_identity(self.token_file),
            "container": self.aws.container,
            "instance": self.aws.instance,
        }[kind]()
        return {**NO_KEYS, **found, **more}

    def start(self, kind, ready=True, **more):
        annals = self._make.annals(files=self.files, environment=self.environment(kind, **more), start=False)
        return annals.start(ready=ready)

    def fetches(self):
        return len(self.aws.issued)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An S3 server that gives out temporary credentials."""
    made = S3Server(tmp_path_factory.mktemp("s3") / "server", sessions=True)
    yield made
    made.close()


@pytest.fixture
def place(make, server, tmp_path):
    made = Place(make, server, tmp_path)
    yield made
    made.aws.close()


@pytest.fixture
def behind_proxy(make, server, tmp_path):
    made = Place(make, server, tmp_path, through_proxy=True)
    yield made
    made.files.server.fault("proxy", "all", "none")
    made.aws.close()


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def token_of(url):
    return query_of(url)["X-Amz-Security-Token"]


def upload_url(annals, tenant):
    return annals.get("/api/files/upload-url", headers=client(tenant))


def request_waits(annals, tenant):
    """Sends a request, and leaves it if it is not answered at once."""
    try:
        annals.get("/api/files/upload-url", headers=client(tenant), timeout=0.3)
    except requests.Timeout:
        return True
    return False


def has_expired(url):
    query = query_of(url)
    signed = datetime.datetime.strptime(query["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
    life = datetime.timedelta(seconds=int(query["X-Amz-Expires"]))
    return datetime.datetime.now(datetime.timezone.utc) >= signed + life


def used_in_time(give_out, use):
    """What a URL is answered with. Links live for a second here and there; one that a busy machine used too late is replaced."""
    for _ in range(TRIES):
        url = give_out()
        reply = use(url)
        if reply.status_code != 403 or not has_expired(url):
            return reply
    pytest.fail("expected to use a URL before it expires")


def expect_round_trip(annals, tenant):
    """A file goes up and comes back through the URLs that the service gives out now."""
    made = {}

    def upload():
        made.update(new_upload(annals, tenant))
        return made["upload_url"]

    used_in_time(upload, lambda url: put(url, CONTENT)).raise_for_status()
    fetched = used_in_time(lambda: download_url(annals, tenant, made["file_id"]), fetch)
    assert fetched.content == CONTENT, f"expected the file, got {fetched.status_code} {fetched.text}"
    return made["upload_url"]


def expect_no_secret(annals, place):
    for _, secret_key, token in place.aws.issued:
        assert secret_key not in annals.log and token not in annals.log, "expected no secret in the log"


# --- found ---


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


# --- not found ---


def ended(make, files="s3", **environment):
    """Runs a service that must not start; returns the last line that it wrote."""
    annals = make.annals(files=files, environment={**NO_KEYS, **environment}, start=False)
    annals.directory.mkdir(parents=True, exist_ok=True)
    result = run([paths.ANNALS, "serve"], annals.settings())
    assert result.returncode == 1, f"expected 1, got {result.returncode}: {result.stderr}"
    return result.stderr.splitlines()[-1]


def test_without_any_the_start_names_every_source_and_why_it_does_not_serve(make):
    told = ended(make, AWS_EC2_METADATA_SERVICE_ENDPOINT=UNREACHABLE)

    for part in (
        "annals: no credentials for S3 were found",
        "environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
        "profile: /nonexistent/.aws/credentials does not exist, /nonexistent/.aws/config does not exist",
        "web identity: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set",
        "container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set",
        f"EC2 instance: the metadata of the EC2 instance at {UNREACHABLE}: ",
    ):
        assert part in told, f"expected {part!r} in {told!r}"


def test_metadata_without_version_2_or_without_a_role_are_no_source(make, place):
    place.aws.has_version_2 = False
    assert "status 404 for a token of version 2" in ended(make, place.files, **place.aws.instance())
    assert place.aws.asked_for("GET", INSTANCE_PATH) == [], "expected that version 1 is not asked"

    place.aws.has_version_2, place.aws.has_role = True, False
    assert "the instance has no role; attach one to it" in ended(make, place.files, **place.aws.instance())


def test_metadata_that_are_disabled_are_not_asked(make, place):
    told = ended(make, place.files, AWS_EC2_METADATA_DISABLED="true", **place.aws.instance())

    assert "EC2 instance: AWS_EC2_METADATA_DISABLED is true" in told
    assert place.aws.asked == []


def test_half_a_source_ends_the_start_although_another_one_would_serve(make, place):
    told = ended(make, place.files, AWS_ROLE_ARN=ROLE_ARN, **place.aws.container())

    assert told == "annals: AWS_ROLE_ARN is set, but AWS_WEB_IDENTITY_TOKEN_FILE is not"
    assert place.aws.asked == []


def test_a_local_file_store_asks_nobody(make, place):
    annals = make.annals(environment={**NO_KEYS, **place.aws.container(), **place.aws.instance(), "AWS_ROLE_ARN": "half"})

    expect_round_trip(annals, annals.initialise("shop"))
    assert place.aws.asked == []


# --- renewed ---


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_are_renewed_before_they_expire(place, kind):
    place.aws.life = 4
    began = time.monotonic()
    annals = place.start(kind)
    tenant = annals.initialise("shop")
    seen = set()

    def renewed_twice():
        url = expect_round_trip(annals, tenant)
        assert int(query_of(url)["X-Amz-Expires"]) <= place.aws.life, "expected that no link outlives the credentials"
        seen.add(token_of(url))
        return len(seen) >= 3

    wait_until(renewed_twice, "URLs are signed with a third session's credentials")
    most = 2 + time.monotonic() - began
    assert place.fetches() <= most, f"expected a fetch per second at most, got {place.fetches()}"
    assert "cannot be renewed" not in annals.log
    expect_no_secret(annals, place)


def test_a_link_lives_as_long_as_it_is_set_to_if_the_credentials_do(place):
    annals = place.start("container", ANNALS_FILES_URL_SECONDS="1200")

    url = new_upload(annals, annals.initialise("shop"))["upload_url"]

    assert query_of(url)["X-Amz-Expires"] == "1200"
    place.aws.life = 600
    annals.restart()
    tenant = annals.tenants()[0]
    assert 500 < int(query_of(new_upload(annals, tenant)["upload_url"])["X-Amz-Expires"]) <= 600
    assert "links end before files.url_seconds" in annals.log


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_that_fails_for_a_while_harms_nobody_before_the_credentials_expire(place, kind):
    place.aws.life = 8
    annals = place.start(kind)
    tenant = annals.initialise("shop")
    url = expect_round_trip(annals, tenant)
    place.aws.trouble = 500
    end = place.aws.end - datetime.timedelta(seconds=2)  # a link lives for a second or more, and times are in whole seconds

    def refused():
        return upload_url(annals, tenant).status_code == 503

    wait_until(refused, "no URL is given out once the credentials have expired")

    now = datetime.datetime.now(datetime.timezone.utc)
    assert now > end, f"expected that they are used until {end}, not only until {now}"
    expect(upload_url(annals, tenant), 503, UNAVAILABLE)
    assert "the credentials expire at" in annals.log and "others were not to be had: " in annals.log
    assert "status 500" in annals.log
    place.aws.trouble = None
    wait_until(lambda: not refused(), "it serves again without a restart")
    assert token_of(expect_round_trip(annals, tenant)) != token_of(url)
    expect_no_secret(annals, place)


@pytest.mark.parametrize("trouble", [500, 403, "broken", "cut", "oversized", "slow"])
@pytest.mark.parametrize("kind", ["web identity", "container"])
def test_a_source_in_trouble_at_the_start_is_503_until_it_is_over(place, kind, trouble):
    place.aws.trouble = trouble
    annals = place.start(kind, ready=False, ANNALS_SERVER_THREADS="1")
    assert annals.get("/healthz").status_code == 200
    assert "the file store cannot be used now" in annals.log
    assert annals.log.count("AWS credentials cannot be renewed now") >= 1
    tenant = annals.initialise("shop")

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(upload_url, annals, tenant)
        began = time.monotonic()
        assert annals.get("/healthz").status_code == 200
        assert time.monotonic() - began < FETCH_SECONDS * 0.8, "expected that no I/O thread waits"
        expect(waiting.result(), 503, UNAVAILABLE)
    place.aws.trouble = None

    wait_until(lambda: upload_url(annals, tenant).status_code == 200, "it serves")
    expect_round_trip(annals, tenant)


def ask_while_sts_is_slow(place):
    """Many requests that wait for new credentials: their statuses, how often STS was asked meanwhile, and the seconds from before
    it was asked first until it answers."""
    place.aws.life = 6
    annals = place.start("web identity")
    tenant = annals.initialise("shop")
    place.aws.trouble = "slow"
    before, began = len(place.aws.asked), time.monotonic()
    waits = lambda: request_waits(annals, tenant) and len(place.aws.asked) > before  # noqa: E731
    wait_until(waits, "requests wait for new credentials")

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(upload_url, annals, tenant) for _ in range(40)]
        asked = len(place.aws.asked) - before
        place.aws.life = 3600
        place.aws.trouble = None
        taken = time.monotonic() - began
        return {one.result().status_code for one in waiting}, asked, taken


def test_many_requests_cause_one_fetch(place):
    for _ in range(TRIES):
        statuses, asked, taken = ask_while_sts_is_slow(place)
        most = 1 + taken // ATTEMPT_SECONDS
        assert 1 <= asked <= most, f"expected one request to STS, and a repetition every {ATTEMPT_SECONDS} s, got {asked}"
        if statuses == {200}:
            return
        assert taken > FETCH_SECONDS * 0.8, f"expected that all of them are served, got {statuses}"
    pytest.fail(f"expected to let STS answer within {FETCH_SECONDS} s")


def test_a_stop_while_a_source_is_slow_is_in_time(place):
    annals = place.start("container")
    tenant = annals.initialise("shop")
    annals.terminate()
    place.aws.trouble = "slow"
    annals.start(ready=False)
    wait_until(lambda: request_waits(annals, tenant), "a request waits for credentials")

    annals.terminate()


# --- refused by S3 ---


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
