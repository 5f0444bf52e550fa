"""Credentials of S3 that expire: renewed before, and missed without harm when a source fails."""

import concurrent.futures
import datetime
import time

import pytest
import requests

from support.answers.problems import expect
from support.clients.file_links import client, new_upload
from support.servers.s3_credentials import KINDS, TRIES, UNAVAILABLE, expect_no_secret, expect_round_trip, query_of, token_of
from support.waiting import wait_until

# For a fetch of credentials with its repetitions; whoever waits for it gets 503 then.
FETCH_SECONDS = 10
# For one of its requests, at least.
ATTEMPT_SECONDS = 5


def upload_url(annals, tenant):
    return annals.get("/api/files/upload-url", headers=client(tenant))


def request_waits(annals, tenant):
    """Sends a request, and leaves it if it is not answered at once."""
    try:
        annals.get("/api/files/upload-url", headers=client(tenant), timeout=0.3)
    except requests.Timeout:
        return True
    return False


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
