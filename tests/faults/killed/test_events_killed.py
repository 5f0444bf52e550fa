"""kill -9 of the service under load: every acknowledged event is there exactly once, and none is there twice."""

import collections
import random

from support.clients.arrival import Reader
from support.clients.load import Writers, expect_once, shown_ids, stored_ids
from support.events import event, expect_stored, history
from support.waiting import wait_until

ROUNDS = 3
CLIENTS = 64
BETWEEN_KILLS = 120


def any_event():
    """Spread over records and years, so that no order of the table is the order of sending."""
    return event(record_id=random.randrange(50), event_time=f"20{random.randrange(10, 30)}-03-04T05:06:07.089Z")


def kill_under_load(annals, tenant):
    """Loads it with clients until enough is acknowledged, and kills it; returns what the clients know."""
    writers = Writers([annals], tenant, CLIENTS, any_event).start()
    wait_until(lambda: writers.acknowledged() >= BETWEEN_KILLS, f"{BETWEEN_KILLS} requests are acknowledged")
    annals.kill9()
    writers.stop()
    others = [answer for answer in writers.unacknowledged() if answer.status is not None]
    assert not others, f"expected 201 or a broken connection, got {others[:3]}"
    return writers


def expect_whole(writers, ids, where):
    """A request without an answer that is one commit is there as a whole or not at all."""
    for answer in writers.unacknowledged():
        there = sum(one["event_id"] in ids for one in answer.events)
        whole = there in (0, len(answer.events))
        assert whole, f"{where}: expected all or none of a request, got {there} of {len(answer.events)} ({answer.kind})"


def test_what_was_acknowledged_is_there_exactly_once(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise("shop")
    acknowledged, sent, open_requests = set(), set(), []
    follower = Reader(annals, tenant, 100, "event_id")

    for number in range(ROUNDS):
        writers = kill_under_load(annals, tenant)

        acknowledged |= writers.acknowledged_ids()
        sent |= writers.sent_ids()
        open_requests += writers.unacknowledged()
        ids = stored_ids(annals, tenant)
        # With the embedded engine what was acknowledged may still be in the journal.
        in_table = acknowledged if engine_kind == "remote" else set()
        expect_once(ids, in_table, sent, f"kill {number}, the table")
        expect_whole(writers, ids, f"kill {number}")
        annals.start()
        expect_once(shown_ids(annals, tenant), acknowledged, sent, f"kill {number}, the history")
        expect_once(collections.Counter(follower.read_all()), acknowledged, sent, f"kill {number}, a follower in order of arrival")

    assert follower.seen == Reader(annals, tenant, 1000, "event_id").read_all(), "expected one order of arrival"
    assert open_requests, "expected requests that were under way when it was killed"


def test_what_was_not_acknowledged_can_be_sent_again(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise("shop")
    writers = kill_under_load(annals, tenant)
    annals.start()

    for answer in writers.unacknowledged():
        expect_stored(annals, tenant, answer.events)

    sent = writers.sent_ids()
    expect_once(shown_ids(annals, tenant), sent, sent, "the history")
    assert history(annals, tenant)["total_count"] == len(sent)
    with annals.behind_its_back():
        expect_once(stored_ids(annals, tenant), sent, sent, "the table")


def test_of_two_instances_one_is_killed_and_the_other_goes_on(make):
    engine, files = make.engine(), make.files()
    killed, other = (make.annals(engine, files) for _ in range(2))
    tenant = killed.initialise("shop")

    with Writers([other], tenant, CLIENTS // 2, any_event) as survivors:
        victims = [kill_under_load(killed, tenant)]
        before = survivors.acknowledged()
        wait_until(lambda: survivors.acknowledged() >= before + BETWEEN_KILLS, "the other goes on")
        killed.start()
        victims.append(kill_under_load(killed, tenant))

    assert set(survivors.statuses()) == {201}, f"expected nothing but 201, got {survivors.statuses()}"
    acknowledged = survivors.acknowledged_ids().union(*(one.acknowledged_ids() for one in victims))
    sent = survivors.sent_ids().union(*(one.sent_ids() for one in victims))
    expect_once(shown_ids(other, tenant), acknowledged, sent, "the history")
    expect_once(stored_ids(other, tenant), acknowledged, sent, "the table")
