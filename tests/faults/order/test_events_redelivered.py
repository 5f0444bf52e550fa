"""An event that is delivered many times at once, through one instance and through two on one engine, is read once."""

import csv
import io
import json
import uuid

import pytest

from support.clients.load import at_once, everything, ndjson
from support.events import NDJSON, envelope, event, event_text, events_of, history, post_envelope, post_events, shown

AT_ONCE = 100
ROUNDS = 5
LARGE = 5000
EXPORT = "/api/history/export"
COUNT_BY = "/api/history/events/count-by"


@pytest.fixture
def tenant(instances):
    return instances[0].initialise("shop")


def get(annals, tenant, path):
    reply = annals.get(path, headers={"X-Client-Id": tenant["client_id"]})
    assert reply.status_code == 200, f"expected 200 for {path}, got {reply.status_code} {reply.text}"
    return reply


def send_at_once(instances, tenant, bodies):
    """Posts each body, the instances in turn, all at the same time."""

    def call(i, body):
        return lambda: post_events(instances[i % len(instances)], tenant, body)

    return at_once([call(i, body) for i, body in enumerate(bodies)])


def expect_success(replies):
    others = [(reply.status_code, reply.text) for reply in replies if reply.status_code != 201]
    assert not others, f"expected 201 for every delivery, got {others[:3]}"


def tallies(replies):
    """Accepted and duplicates of all answers together."""
    bodies = [reply.json() for reply in replies]
    return sum(body["accepted"] for body in bodies), sum(body["duplicates"] for body in bodies)


def expect_read_once(annals, tenant, sent):
    """Every way to read the tenant's history shows exactly this one event."""
    page = history(annals, tenant)
    assert (page["total_count"], page["filtered_count"]) == (1, 1)
    assert page["results"] == [shown(sent)]
    for ordering in ("-event_time", "event_time", "arrival"):
        assert everything(annals, tenant, ordering=ordering) == [shown(sent)], f"expected one event by {ordering}"
    assert events_of(annals, tenant, record_id=sent["record_id"]) == [shown(sent)]
    assert json.loads(event_text(annals, tenant, sent["event_id"])) == shown(sent)
    groups = get(annals, tenant, f"{COUNT_BY}?by=record_id").json()["results"]
    assert groups == [{"record_id": sent["record_id"], "count": 1}]
    lines = get(annals, tenant, EXPORT).text.splitlines()
    assert [json.loads(line) for line in lines] == [shown(sent)]
    rows = list(csv.DictReader(io.StringIO(get(annals, tenant, f"{EXPORT}?format=csv").text)))
    assert [row["event_id"] for row in rows] == [sent["event_id"]]


def test_the_same_event_a_hundred_times_at_once_is_read_once(instances, tenant):
    sent = event()

    replies = send_at_once(instances, tenant, [sent] * AT_ONCE)

    expect_success(replies)
    accepted, duplicates = tallies(replies)
    assert accepted + duplicates == AT_ONCE
    assert 1 <= accepted <= len(instances), f"expected one acceptance per instance at most, got {accepted}"
    for annals in instances:
        expect_read_once(annals, tenant, sent)


def test_the_same_envelope_a_hundred_times_at_once_is_read_once(instances, tenant):
    sent = event()
    body = envelope(sent, "shop")

    def call(i):
        return lambda: post_envelope(instances[i % len(instances)], body)

    expect_success(at_once([call(i) for i in range(AT_ONCE)]))

    for annals in instances:
        expect_read_once(annals, tenant, sent)


def test_a_bulk_request_that_is_repeated_at_once_is_read_once(instances, tenant):
    sent = [event(record_id=i) for i in range(200)]

    replies = send_at_once(instances, tenant, [sent] * 20)

    expect_success(replies)
    for annals in instances:
        assert history(annals, tenant)["total_count"] == len(sent)
        found = sorted(everything(annals, tenant), key=lambda one: one["record_id"])
        assert found == [shown(one) for one in sent]


def test_a_large_bulk_request_that_comes_twice_at_once_is_read_once(instances, tenant):
    sent = [event(record_id=i) for i in range(LARGE)]

    replies = send_at_once(instances, tenant, [sent] * 2)

    expect_success(replies)
    for annals in instances:
        assert history(annals, tenant)["total_count"] == LARGE
        found = sorted(everything(annals, tenant), key=lambda one: one["record_id"])
        assert found == [shown(one) for one in sent]


def test_bulk_requests_that_overlap_at_once_are_read_once(instances, tenant):
    sent = [event(record_id=i) for i in range(110)]
    windows = [sent[i : i + 20] for i in range(0, 100, 2)]

    replies = send_at_once(instances, tenant, windows)

    expect_success(replies)
    for annals in instances:
        found = sorted(everything(annals, tenant), key=lambda one: one["record_id"])
        assert found == [shown(one) for one in sent]
        assert history(annals, tenant)["total_count"] == len(found)


def test_deliveries_after_the_first_are_duplicates_through_every_instance(instances, tenant):
    sent = event()
    assert tallies([post_events(instances[0], tenant, sent)]) == (1, 0)

    replies = send_at_once(instances, tenant, [sent] * AT_ONCE)

    expect_success(replies)
    assert tallies(replies) == (0, AT_ONCE)
    for annals in instances:
        expect_read_once(annals, tenant, sent)


@pytest.mark.parametrize("changed", ["record_id", "event_time"])
def test_one_id_with_different_content_at_once_is_shown_once(instances, tenant, changed):
    """Which one stays is open over several instances; that it is one, as a whole, is not."""
    for _ in range(ROUNDS):
        event_id = str(uuid.uuid4())
        values = {"record_id": range(20), "event_time": [f"2022-11-10T10:26:{s:02}.111Z" for s in range(20)]}[changed]
        wishes = [event(event_id=event_id, **{changed: value}) for value in values]

        replies = send_at_once(instances, tenant, wishes)

        expect_success(replies)
        seen = [events_of(annals, tenant, event_id=event_id) for annals in instances]
        assert all(len(events) == 1 for events in seen), f"expected one event of the id, got {seen}"
        assert all(events == seen[0] for events in seen), f"expected the same through every instance, got {seen}"
        assert seen[0][0] in [shown(wish) for wish in wishes]

    for annals in instances:
        page = history(annals, tenant)
        assert (page["total_count"], len(page["results"])) == (ROUNDS, ROUNDS)
        assert len(get(annals, tenant, EXPORT).text.splitlines()) == ROUNDS


@pytest.mark.parametrize("changed", [{"record_id": 8}, {"event_time": "2023-01-01T00:00:00.000Z"}])
def test_a_later_delivery_with_other_content_leaves_the_first_as_it_is(instances, tenant, changed):
    sent = event()
    assert tallies([post_events(instances[0], tenant, sent)]) == (1, 0)

    replies = send_at_once(instances, tenant, [{**sent, **changed}] * 20)

    expect_success(replies)
    assert tallies(replies) == (0, 20)
    for annals in instances:
        expect_read_once(annals, tenant, sent)


def test_a_restarted_instance_knows_what_was_delivered_before(instances, tenant):
    sent = event()
    expect_success([post_events(instances[0], tenant, sent)])
    instances[0].restart()

    replies = send_at_once(instances, tenant, [sent] * 20)

    expect_success(replies)
    assert tallies(replies) == (0, 20)
    for annals in instances:
        expect_read_once(annals, tenant, sent)


@pytest.mark.parametrize("memory", [0, 20_000])
def test_with_little_memory_for_ids_the_table_tells_what_was_delivered_before(make, memory):
    annals = make.annals(environment={"ANNALS_EVENTS_MAX_KNOWN_BYTES": str(memory)})
    tenant = annals.initialise("shop")
    sent = ndjson([event(record_id=i) for i in range(LARGE)])

    deliveries = [post_events(annals, tenant, sent, NDJSON) for _ in range(2)]
    annals.restart()
    deliveries.append(post_events(annals, tenant, sent, NDJSON))

    expect_success(deliveries)
    assert [tallies([reply]) for reply in deliveries] == [(LARGE, 0), (0, LARGE), (0, LARGE)]
    assert history(annals, tenant)["total_count"] == LARGE
