"""POST /api/event-bridge/create-event: what is taken, and what a redelivery does."""

import concurrent.futures
import json
import uuid

import pytest

from support import paths
from support.events import envelope, event, events_of, expect_created, history, post_envelope, shown
from support.names import unique_name

SAMPLES = sorted((paths.ROOT / "tests" / "support" / "samples" / "event_bridge").glob("*.json"))
# What AWS's own details have in common with an event: nothing.
NEVER_IN_SAMPLES = set(event())


# --- what is taken ---


def test_the_event_of_an_envelope_is_kept(annals, tenant):
    sent = event(file_id=str(uuid.uuid4()))

    reply = post_envelope(annals, envelope(sent, tenant["database_name"]))

    expect_created(reply)
    page = history(annals, tenant)
    assert (page["total_count"], page["results"]) == (1, [sent])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_an_envelope_of_aws_itself_carries_an_event(annals, tenant, sample):
    given = json.loads(sample.read_text())
    assert not NEVER_IN_SAMPLES & set(given["detail"])
    sent = {**given["detail"], **event()}

    reply = post_envelope(annals, {**given, "source": tenant["database_name"], "detail": sent})

    expect_created(reply)
    assert events_of(annals, tenant) == [shown(sent)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_text_of_an_aws_sample_is_read_as_it_is_written(any_annals, sample):
    reply = post_envelope(any_annals, sample.read_text())

    assert reply.status_code == 422, f"expected 422 for a detail that is no event, got {reply.status_code} {reply.text}"
    locs = [problem["loc"] for problem in reply.json()["detail"]]
    names = ("event_id", "event_time", "event_type_id", "record_id", "source_id", "source_type_id", "event_data")
    assert locs == [["body", "detail", name] for name in names]


def test_of_the_envelope_source_and_detail_are_enough(any_annals):
    tenant = any_annals.initialise(unique_name())
    sent = event()

    expect_created(post_envelope(any_annals, {"source": tenant["database_name"], "detail": sent}))

    assert events_of(any_annals, tenant) == [shown(sent)]


@pytest.mark.parametrize(
    "changes",
    [
        {"time": "not a time"},
        {"time": None},
        {"id": 1, "version": 2},
        {"resources": "none", "region": []},
        {"detail-type": None, "account": 123456789012},
        {"replay-name": "again", "trace-header": "Root=1", "event_id": "the envelope has none", "x" * 3000: {}},
    ],
    ids=lambda changes: ",".join(key[:12] for key in changes),
)
def test_what_else_the_envelope_holds_does_not_matter(any_annals, changes):
    tenant = any_annals.initialise(unique_name())
    sent = event()

    expect_created(post_envelope(any_annals, envelope(sent, tenant["database_name"], **changes)))

    assert events_of(any_annals, tenant) == [shown(sent)]


# --- delivered again ---


def test_a_redelivery_is_201_and_the_first_content_stays(annals, tenant):
    first = event(event_data={"n": 1}, note="first")
    again = {**first, "event_data": {"n": 2}, "note": "second", "source_id": 99}

    for sent in (first, first, again):
        expect_created(post_envelope(annals, envelope(sent, tenant["database_name"])))

    page = history(annals, tenant)
    assert (page["total_count"], page["results"]) == (1, [shown(first)])


@pytest.mark.parametrize("changes", [{"record_id": 8}, {"event_time": "2023-01-01T00:00:00.000Z"}])
def test_an_id_that_comes_again_for_another_record_or_time_leaves_the_first(annals, tenant, changes):
    first = event()

    for sent in (first, {**first, **changes}):
        expect_created(post_envelope(annals, envelope(sent, tenant["database_name"])))

    assert events_of(annals, tenant) == [shown(first)]


def test_one_id_may_be_in_two_tenants(annals, tenant):
    other = annals.initialise(unique_name())
    sent = event()

    for made in (tenant, other):
        expect_created(post_envelope(annals, envelope(sent, made["database_name"])))

    assert events_of(annals, tenant) == events_of(annals, other) == [shown(sent)]


def test_deliveries_at_once_are_one_event(annals, tenant):
    body = envelope(event(), tenant["database_name"])

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda _: post_envelope(annals, body), range(40)))

    assert {reply.status_code for reply in replies} == {201}
    page = history(annals, tenant)
    assert (page["total_count"], page["results"]) == (1, [shown(body["detail"])])


def test_an_event_outlives_a_restart_and_its_redelivery_after_it(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise("shop")
    body = envelope(event(), "shop")
    expect_created(post_envelope(annals, body))

    annals.kill9()
    annals.start()
    expect_created(post_envelope(annals, body))

    page = history(annals, tenant)
    assert (page["total_count"], page["results"]) == (1, [shown(body["detail"])])
