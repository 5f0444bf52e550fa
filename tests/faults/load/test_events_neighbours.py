"""Tenants that write and read at once: none sees another's events, and none keeps another from being answered."""

import collections
import concurrent.futures
import random
import statistics
import threading
import time

from support.answers.problems import not_an_integer
from support.clients.load import Readers, Writers, at_once, everything, expect_once, ids_of, ndjson, shown_ids
from support.events import EVENT_BRIDGE, NDJSON, envelope, event, history, post_events, without
from support.waiting import PATIENCE_SECONDS, SLOWNESS, wait_until

CLIENTS = 12
ENOUGH = 80
BULK = 2000
FLOODERS = 4
SINGLES = 30
ANSWER_SECONDS = 5 * SLOWNESS


def marked(mark):
    """Makes events that say whose they are, with record ids and times that all tenants share."""

    def make_event():
        second = random.randrange(60)
        time_ = f"2024-01-01T00:00:{second:02}.000Z"
        return event(record_id=random.randrange(20), event_time=time_, event_data={"of": mark})

    return make_event


def test_tenants_that_hammer_at_once_never_see_each_others_events(instances):
    annals = instances[0]
    tenants = {name: annals.initialise(name) for name in ("red", "blue")}
    writers = {name: Writers(instances, tenant, CLIENTS, marked(name)) for name, tenant in tenants.items()}
    readers = {name: Readers(instances, tenant, 4) for name, tenant in tenants.items()}

    with writers["red"], writers["blue"], readers["red"], readers["blue"]:
        enough = lambda: all(one.acknowledged() >= ENOUGH for one in writers.values())
        wait_until(enough, f"{ENOUGH} requests of each are acknowledged", PATIENCE_SECONDS)

    for name, other in (("red", "blue"), ("blue", "red")):
        assert set(writers[name].statuses()) == {201}, f"expected nothing but 201, got {writers[name].statuses()}"
        pages = readers[name].answers
        assert pages and {page.status for page in pages} == {200}
        assert all(f'"{other}"' not in page.text for page in pages), f"expected that {name} sees nothing of {other}"
        assert any(f'"{name}"' in page.text for page in pages), f"expected that {name} saw its own events"
        found = everything(annals, tenants[name])
        assert all(one["event_data"] == {"of": name} for one in found), f"expected nothing of {other}"
        writers[name].expect_kept(ids_of(found), f"the history of {name}")


def test_the_same_ids_of_two_tenants_are_events_of_each(instances):
    annals = instances[0]
    red, blue = annals.initialise("red"), annals.initialise("blue")
    sent = [event(record_id=i) for i in range(100)]

    def call(i, tenant, mark):
        body = [{**one, "event_data": mark} for one in sent]
        return lambda: post_events(instances[i % len(instances)], tenant, body)

    replies = at_once([call(i, *((red, "red"), (blue, "blue"))[i // 2 % 2]) for i in range(16)])

    assert {reply.status_code for reply in replies} == {201}
    everyone = {one["event_id"] for one in sent}
    for tenant, mark in ((red, "red"), (blue, "blue")):
        found = everything(annals, tenant)
        assert {one["event_data"] for one in found} == {mark}, f"expected nothing but {mark}"
        expect_once(ids_of(found), everyone, everyone, f"the history of {mark}")


def test_a_flood_in_bulk_does_not_keep_anothers_single_events_waiting(instances):
    annals = instances[0]
    flooding, neighbour = annals.initialise("flooding"), annals.initialise("neighbour")
    # Without ids: each time they are other events.
    body = ndjson([without(event(event_data="x" * 200), "event_id") for _ in range(BULK)])
    ended = threading.Event()
    floods = []

    def flood():
        while not ended.is_set():
            floods.append(post_events(annals, flooding, body, NDJSON).status_code)

    with concurrent.futures.ThreadPoolExecutor(FLOODERS) as pool:
        flooders = [pool.submit(flood) for _ in range(FLOODERS)]
        try:
            wait_until(lambda: len(floods) >= FLOODERS, "the flood is running", PATIENCE_SECONDS)
            timings = [timed(annals, neighbour) for _ in range(SINGLES)]
        finally:
            ended.set()
        for one in flooders:
            one.result()

    assert {status for status, _ in timings} == {201}
    # Whoever waits behind the flood does so each time, and a busy machine holds up some.
    usual = statistics.median(taken for _, taken in timings)
    assert usual < ANSWER_SECONDS, f"expected an answer within {ANSWER_SECONDS} s, half of them took {usual:.1f} s or more"
    assert set(floods) == {201}, f"expected 201 for the flood, got {collections.Counter(floods)}"


def timed(annals, tenant):
    began = time.monotonic()
    status = post_events(annals, tenant, event()).status_code
    return status, time.monotonic() - began


def test_a_bad_event_among_good_ones_fails_alone(instances):
    """They leave for the engine together; a request with a mistake is refused, and the others are not."""
    annals = instances[0]
    tenant = annals.initialise("shop")
    good = [event() for _ in range(60)]
    bad = [event(record_id=True) for _ in range(20)]
    sent = good + bad
    random.Random(1).shuffle(sent)

    replies = at_once([lambda one=one: post_events(annals, tenant, one) for one in sent])

    problem = not_an_integer("body", "record_id")
    for one, reply in zip(sent, replies):
        if one in good:
            assert reply.status_code == 201, f"expected 201 for a good event, got {reply.status_code} {reply.text}"
        else:
            assert (reply.status_code, reply.json()) == (422, {"detail": [problem]})
    everyone = {one["event_id"] for one in good}
    expect_once(shown_ids(annals, tenant), everyone, everyone, "the history")


def test_a_bulk_request_with_a_mistake_leaves_its_neighbours_alone(instances):
    annals = instances[0]
    tenant = annals.initialise("shop")
    good = [[event() for _ in range(20)] for _ in range(20)]
    refused = [[*(event() for _ in range(10)), event(record_id=-1)] for _ in range(10)]
    skipped = [[*(event() for _ in range(10)), event(record_id=-1)] for _ in range(10)]
    calls = [lambda body=body: post_events(annals, tenant, body) for body in good + refused]
    calls += [lambda body=body: post_events(annals, tenant, body, query="?on_error=skip") for body in skipped]

    replies = at_once(calls)

    statuses = [reply.status_code for reply in replies]
    assert statuses == [201] * len(good) + [422] * len(refused) + [201] * len(skipped)
    for reply in replies[-len(skipped) :]:
        body = reply.json()
        assert (body["accepted"], [one["index"] for one in body["errors"]]) == (10, [10])
    kept = {one["event_id"] for body in good for one in body}
    kept |= {one["event_id"] for body in skipped for one in body[:-1]}
    expect_once(shown_ids(annals, tenant), kept, kept, "the history")


def test_envelopes_of_many_tenants_at_once_reach_the_one_they_name(instances):
    annals = instances[0]
    tenants = [annals.initialise(f"shop{i}") for i in range(6)]
    sent = [(i % len(tenants), event(event_data=i % len(tenants))) for i in range(120)]

    def call(number, owner, one):
        # By the name of the database and by the client id, in turn.
        source = tenants[owner]["client_id"] if number % 2 else tenants[owner]["database_name"]
        return lambda: instances[number % len(instances)].request("POST", EVENT_BRIDGE, json=envelope(one, source))

    replies = at_once([call(number, owner, one) for number, (owner, one) in enumerate(sent)])

    assert {reply.status_code for reply in replies} == {201}
    for owner, tenant in enumerate(tenants):
        mine = {one["event_id"] for whose, one in sent if whose == owner}
        expect_once(shown_ids(annals, tenant), mine, mine, f"the history of shop{owner}")
        assert history(annals, tenant)["total_count"] == len(mine)
