"""Quotas of tenants: what they are shown as, what is refused because of them, and what is not."""

import concurrent.futures
import json

import pytest

from support.answers.problems import expect_invalid, not_an_integer, problem, too_large, too_small
from support.clients.file_links import client, new_upload, put
from support.clients.keys import change_tenant
from support.events import (
    NDJSON,
    envelope,
    event,
    events_of,
    expect_created,
    expect_taken,
    get_history,
    history,
    post_envelope,
    post_events,
)
from support.names import unique_name
from support.waiting import repeat_while, wait_until

MAX = 2**53 - 1
BYTES_OF_EVENT = 64 + len('["string"]')


def set_quotas(annals, tenant, **quotas):
    reply = change_tenant(annals, tenant, quotas=quotas)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def limited(annals, **quotas):
    tenant = annals.initialise(unique_name())
    set_quotas(annals, tenant, **quotas)
    return tenant


def expect_over(reply, quota, value):
    """The refusal names the quota and its value, and says when to come again."""
    assert reply.status_code == 429, f"expected 429, got {reply.status_code} {reply.text}"
    assert reply.json()["detail"].startswith(f"Quota {quota} of {value} is used up"), reply.text
    assert int(reply.headers["Retry-After"]) >= 1
    return int(reply.headers["Retry-After"])


def usage(annals, tenant):
    return annals.tenant(tenant["client_id"]).get("quota_usage")


def lines(events):
    return "".join(json.dumps(one) + "\n" for one in events)


# --- what they are set to ---


def test_quotas_are_shown_as_they_were_set_and_null_returns_to_the_default(annals):
    tenant = annals.initialise(unique_name())
    assert "quotas" not in annals.tenant(tenant["client_id"]), "the answer of before"

    changed = set_quotas(annals, tenant, events_per_second=5, bytes_per_day=MAX, stored_bytes=0)
    assert changed["quotas"] == {"events_per_second": 5, "bytes_per_day": MAX, "stored_bytes": 0}
    assert usage(annals, tenant) == {"events_per_second": {"limit": 5}, "bytes_per_day": {"limit": MAX, "used": 0}}

    changed = set_quotas(annals, tenant, events_per_second=None, stored_bytes=None)
    assert changed["quotas"] == {"bytes_per_day": MAX}, "what is not named stays"
    assert "quotas" not in set_quotas(annals, tenant, bytes_per_day=None)


def test_what_is_wrong_with_quotas_is_told(any_annals):
    tenant = any_annals.initialise(unique_name())
    quotas = {"events_per_second": -1, "bytes_per_day": "1", "stored_bytes": MAX + 1, "per_hour": 1}

    expect_invalid(
        change_tenant(any_annals, tenant, quotas=quotas),
        too_small("body", "quotas", "events_per_second", limit=0),
        not_an_integer("body", "quotas", "bytes_per_day"),
        too_large("body", "quotas", "stored_bytes", limit=MAX),
        problem(["body", "quotas", "per_hour"], "extra fields not permitted", "value_error.extra"),
    )
    for wrong in (1, [], "x"):
        not_a_dict = problem(["body", "quotas"], "value is not a valid dict", "type_error.dict")
        expect_invalid(change_tenant(any_annals, tenant, quotas=wrong), not_a_dict)


@pytest.fixture(scope="module")
def with_defaults(module_make):
    return module_make.annals(
        environment={"ANNALS_QUOTAS_EVENTS_PER_SECOND": "1", "ANNALS_QUOTAS_MEASURE_SECONDS": "0.1"}
    )


def test_a_default_holds_for_tenants_without_a_value_of_their_own_and_zero_is_no_limit(with_defaults):
    annals = with_defaults
    tenant = annals.initialise(unique_name())
    assert usage(annals, tenant) == {"events_per_second": {"limit": 1}}
    batch = [event() for _ in range(500)]
    expect_taken(post_events(annals, tenant, batch), accepted=500)
    expect_over(post_events(annals, tenant, event()), "events_per_second", 1)

    set_quotas(annals, tenant, events_per_second=0)
    expect_taken(post_events(annals, tenant, event()), accepted=1)
    assert usage(annals, tenant) is None


# --- events per second ---


def test_a_batch_larger_than_a_second_is_taken_and_what_follows_waits_until_it_is_paid(annals):
    tenant = limited(annals, events_per_second=10)
    batch = [event() for _ in range(5000)]

    expect_taken(post_events(annals, tenant, batch), accepted=5000)

    retry = expect_over(post_events(annals, tenant, event()), "events_per_second", 10)
    assert 300 < retry <= 500, f"expected the time that 5000 events take, not {retry} s"
    assert history(annals, tenant)["total_count"] == 5000, "reads go on"
    other = annals.initialise(unique_name())
    expect_taken(post_events(annals, other, event()), accepted=1)


def test_every_way_in_is_limited(annals):
    tenant = limited(annals, events_per_second=1)
    expect_taken(post_events(annals, tenant, [event() for _ in range(200)]), accepted=200)

    expect_over(post_events(annals, tenant, event()), "events_per_second", 1)
    expect_over(post_events(annals, tenant, [event(), event()]), "events_per_second", 1)
    expect_over(post_events(annals, tenant, lines([event()]), NDJSON), "events_per_second", 1)
    expect_over(post_envelope(annals, envelope(event(), tenant["client_id"])), "events_per_second", 1)
    cloud = {"specversion": "1.0", "id": "a", "source": "/s", "type": "t", "data": event()}
    reply = post_events(annals, tenant, cloud, headers={"Content-Type": "application/cloudevents+json"})
    expect_over(reply, "events_per_second", 1)
    assert history(annals, tenant)["total_count"] == 200, "nothing that was refused is stored"


def test_duplicates_cost_nothing(annals):
    tenant = limited(annals, events_per_second=10_000, bytes_per_day=10_000)
    batch = [event() for _ in range(20)]
    expect_taken(post_events(annals, tenant, batch), accepted=20)

    for _ in range(3):
        expect_taken(post_events(annals, tenant, batch), accepted=0, duplicates=20)
        expect_taken(post_events(annals, tenant, lines(batch), NDJSON), accepted=0, duplicates=20)

    assert usage(annals, tenant)["bytes_per_day"] == {"limit": 10_000, "used": 20 * BYTES_OF_EVENT}


def test_lines_are_read_as_fast_as_the_quota_permits(annals):
    tenant = limited(annals, events_per_second=2000)
    sent = [event(event_data="x" * 100) for _ in range(6000)]  # several parts of the body

    reply = post_events(annals, tenant, lines(sent), NDJSON)

    expect_taken(reply, accepted=6000)
    assert reply.elapsed.total_seconds() > 0.5, "it had to wait for the tokens of a second at least"


# --- bytes per day ---


def test_a_day_takes_its_bytes_exactly_and_no_more(annals):
    tenant = limited(annals, bytes_per_day=3 * BYTES_OF_EVENT)
    assert usage(annals, tenant)["bytes_per_day"]["used"] == 0
    expect_taken(post_events(annals, tenant, [event(), event()]), accepted=2)

    over = post_events(annals, tenant, [event(), event()])
    expect_over(over, "bytes_per_day", 3 * BYTES_OF_EVENT)
    expect_created(post_envelope(annals, envelope(event(), tenant["client_id"])))

    retry = expect_over(post_events(annals, tenant, event()), "bytes_per_day", 3 * BYTES_OF_EVENT)
    assert retry <= 86_400
    assert usage(annals, tenant)["bytes_per_day"]["used"] == 3 * BYTES_OF_EVENT
    assert history(annals, tenant)["total_count"] == 3

    set_quotas(annals, tenant, bytes_per_day=4 * BYTES_OF_EVENT)
    expect_taken(post_events(annals, tenant, event()), accepted=1)


def test_what_no_day_has_room_for_is_said(annals):
    tenant = limited(annals, bytes_per_day=100)
    reply = post_events(annals, tenant, [event(), event()])
    expect_over(reply, "bytes_per_day", 100)
    assert "Send less at a time" in reply.json()["detail"]


def test_of_lines_those_before_the_end_of_the_day_s_bytes_are_stored(annals):
    tenant = limited(annals, bytes_per_day=5 * BYTES_OF_EVENT)
    sent = [event() for _ in range(20)]

    expect_over(post_events(annals, tenant, lines(sent), NDJSON), "bytes_per_day", 5 * BYTES_OF_EVENT)

    stored = {one["event_id"] for one in events_of(annals, tenant)}
    assert stored == {one["event_id"] for one in sent[:5]}
    assert usage(annals, tenant)["bytes_per_day"]["used"] == 5 * BYTES_OF_EVENT


def test_senders_at_the_same_time_do_not_exceed_a_day(annals):
    tenant = limited(annals, bytes_per_day=10 * BYTES_OF_EVENT)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: post_events(annals, tenant, event()).status_code, range(30)))

    assert codes.count(201) <= 10 and set(codes) == {201, 429}, codes
    assert history(annals, tenant)["total_count"] == codes.count(201)
    assert usage(annals, tenant)["bytes_per_day"]["used"] == codes.count(201) * BYTES_OF_EVENT


def test_what_came_today_outlives_a_restart(make, engine_kind, after_a_stop):
    annals = tenant = None

    def prepare():
        nonlocal annals, tenant
        annals = make.annals(engine_kind)
        tenant = limited(annals, bytes_per_day=2 * BYTES_OF_EVENT)
        expect_taken(post_events(annals, tenant, [event(), event()]), accepted=2)
        return annals, lambda: usage(annals.start(), tenant)["bytes_per_day"]["used"]

    assert after_a_stop(prepare) == 2 * BYTES_OF_EVENT

    expect_over(post_events(annals, tenant, event()), "bytes_per_day", 2 * BYTES_OF_EVENT)
    annals.remove(tenant["client_id"])
    with annals.behind_its_back() as sql:
        assert sql("SELECT count() FROM default.annals_tenant_settings") == "0", "nothing is left of it"


def test_instances_share_a_day(make):
    engine, files = make.engine(), make.files()
    often = {"ANNALS_QUOTAS_MEASURE_SECONDS": "0.1"}
    one, other = (make.annals(engine, files, environment=often) for _ in range(2))
    tenant = limited(one, bytes_per_day=2 * BYTES_OF_EVENT)
    expect_taken(post_events(one, tenant, [event(), event()]), accepted=2)

    def is_known():
        return usage(other, tenant)["bytes_per_day"]["used"] == 2 * BYTES_OF_EVENT

    wait_until(is_known, "the other instance learns what came")
    expect_over(post_events(other, tenant, event()), "bytes_per_day", 2 * BYTES_OF_EVENT)


# --- stored bytes ---


def test_a_tenant_that_has_stored_too_much_may_read_only(with_defaults):
    annals = with_defaults
    tenant = limited(annals, events_per_second=0)
    upload = new_upload(annals, tenant)
    expect_taken(post_events(annals, tenant, [event() for _ in range(1000)]), accepted=1000)
    set_quotas(annals, tenant, stored_bytes=1000)
    wait_until(lambda: (usage(annals, tenant)["stored_bytes"]["used"] or 0) > 1000, "what is stored is measured")

    expect_over(post_events(annals, tenant, event()), "stored_bytes", 1000)
    expect_over(annals.get("/api/files/upload-url", headers=client(tenant)), "stored_bytes", 1000)
    expect_over(put(upload["upload_url"], b"x"), "stored_bytes", 1000)
    assert get_history(annals, tenant).status_code == 200
    assert usage(annals, tenant)["stored_bytes"]["measured_at"]


@pytest.mark.parametrize("files", ["local", "s3"])
def test_files_count_as_stored(make, files):
    annals = make.annals(files=files, environment={"ANNALS_QUOTAS_MEASURE_SECONDS": "0.1"})
    tenant = limited(annals, stored_bytes=50_000)
    for stored in (20_000, 40_000):
        assert put(new_upload(annals, tenant)["upload_url"], b"x" * 20_000).status_code == 200

        def is_measured(stored=stored):
            used = usage(annals, tenant)["stored_bytes"]["used"] or 0
            return stored <= used < stored + 10_000  # a file that comes during a measurement may count twice until the next

        wait_until(is_measured, f"{stored} bytes are measured")
    ask = lambda: annals.get("/api/files/upload-url", headers=client(tenant), params={"size": 20_000})
    # A measurement that began before the last file may end after it, and is right the next time.
    reply = repeat_while(lambda reply: reply.status_code == 200, ask)
    expect_over(reply, "stored_bytes", 50_000)
    assert annals.get("/api/files/upload-url", headers=client(tenant), params={"size": 1_000}).status_code == 200


def test_uploads_to_the_local_store_count_for_the_day(annals):
    tenant = limited(annals, bytes_per_day=1000)
    assert put(new_upload(annals, tenant)["upload_url"], b"x" * 900).status_code == 200
    assert usage(annals, tenant)["bytes_per_day"]["used"] == 900

    target = new_upload(annals, tenant)["upload_url"]
    expect_over(put(target, b"x" * 200), "bytes_per_day", 1000)
    expect_over(put(target, iter([b"x" * 50, b"x" * 150])), "bytes_per_day", 1000)
    assert usage(annals, tenant)["bytes_per_day"]["used"] == 900, "an upload that failed costs nothing"
    assert put(target, b"x" * 100).status_code == 200


# --- requests per second ---


def test_requests_are_limited_whatever_they_ask_for(annals):
    tenant = limited(annals, requests_per_second=1)
    other = annals.initialise(unique_name())

    def ask(_):
        return get_history(annals, tenant)

    refused = []

    def is_refused():
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            refused.extend(reply for reply in pool.map(ask, range(16)) if reply.status_code == 429)
        return refused

    wait_until(is_refused, "some of the requests at the same time are refused")
    for reply in refused:
        assert expect_over(reply, "requests_per_second", 1) == 1
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "a later one is answered")
    assert get_history(annals, other).status_code == 200
    assert annals.tenant(tenant["client_id"])["client_id"], "the platform is not limited"
