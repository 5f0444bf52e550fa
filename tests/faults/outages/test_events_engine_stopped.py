"""A remote engine that hangs or dies under load: clear refusals, nothing acknowledged is lost, recovery by itself."""

import json
import threading
import time

import pytest
import requests

from support.annals import events_table
from support.answers.problems import UNAVAILABLE
from support.clients.load import Writers, at_once, everything, expect_once, following, ndjson, shown_ids, stored_ids
from support.events import HISTORY, NDJSON, envelope, event, expect_stored, get_history, history, post_envelope, post_events, shown
from support.gates.gate import Gate
from support.gates.insert_gate import InsertGate
from support.gates.outages import OUTAGES
from support.waiting import PATIENCE_SECONDS, SLOWNESS, wait_until

# An insert without an answer is given up soon: its client gets 503.
IMPATIENT = {"ANNALS_ENGINE_TIMEOUT_SECONDS": "0.5", "ANNALS_EVENTS_RETRY_SECONDS": "0.5"}
# It is repeated for longer than the outage: its client waits and gets 201.
PATIENT = {"ANNALS_ENGINE_TIMEOUT_SECONDS": "1", "ANNALS_EVENTS_RETRY_SECONDS": "60"}
CLIENTS = 16
ENOUGH = 40
LONG_OUTAGE_SECONDS = 10
# Less than the 30 s that a statement may take without these settings.
ANSWER_SECONDS = 25 * SLOWNESS
TRIES = 5

HOW = pytest.mark.parametrize("how", ["lost", "unheard", "late", "page"])


def wait_for(writers, status, count):
    """Until so many more requests were answered like that."""
    before = writers.statuses()[status]
    enough = lambda: writers.statuses()[status] >= before + count
    wait_until(enough, f"{count} more answers with {status}", PATIENCE_SECONDS)


def expect_clear_answers(writers):
    """201, or 503 in the contract's words."""
    strange = [one for one in writers.unacknowledged() if not is_unavailable(one)]
    assert not strange, f"expected 201 or 503 {UNAVAILABLE}, got {[(one.status, one.text) for one in strange[:3]]}"


def is_unavailable(answer):
    if answer.status != 503 or json.loads(answer.text) != UNAVAILABLE:
        return False
    return int(answer.retry_after or 0) >= 1


def expect_kept(annals, tenant, writers):
    writers.expect_kept(shown_ids(annals, tenant), "the history")
    writers.expect_kept(stored_ids(annals, tenant), "the table")


@OUTAGES
def test_under_load_an_outage_is_503_and_ends_by_itself(make, bring_down, repair):
    annals = make.annals("remote", environment=IMPATIENT)
    tenant = annals.initialise("shop")

    with Writers([annals], tenant, CLIENTS) as writers:
        for _ in range(2):
            wait_for(writers, 201, ENOUGH)
            bring_down(annals.engine.server)
            wait_for(writers, 503, CLIENTS)
            repair(annals.engine.server)
        wait_for(writers, 201, ENOUGH)

    expect_clear_answers(writers)
    expect_kept(annals, tenant, writers)
    refused = [one for answer in writers.unacknowledged() for one in answer.events]
    for some in (refused[i : i + 1000] for i in range(0, len(refused), 1000)):
        expect_stored(annals, tenant, some)
    sent = writers.sent_ids()
    expect_once(shown_ids(annals, tenant), sent, sent, "the history, all sent again")


def ways_in_and_out(annals, tenant):
    """Requests that need the engine, each as a call, by name."""
    patience = {"timeout": ANSWER_SECONDS}
    client = {"headers": {"X-Client-Id": tenant["client_id"]}, **patience}
    bulk = ndjson([event(), event()])
    return {
        "an event": lambda: post_events(annals, tenant, event(), **patience),
        "an array": lambda: post_events(annals, tenant, [event(), event()], **patience),
        "NDJSON": lambda: post_events(annals, tenant, bulk, NDJSON, **patience),
        "an envelope": lambda: post_envelope(annals, envelope(event(), "shop"), **patience),
        "a page": lambda: annals.get(HISTORY, **client),
        "one event": lambda: annals.get(f"{HISTORY}/{event()['event_id']}", **client),
        "counts": lambda: annals.get(f"{HISTORY}/count-by", **client),
        "an export": lambda: annals.get("/api/history/export", **client),
        "the tail": lambda: annals.get("/api/history/tail", **client),
    }


def fault_of(call):
    """What is wrong with the answer of a call while the engine is away, or None."""
    try:
        reply = call()
    except requests.Timeout:
        return f"no answer within {ANSWER_SECONDS} s"
    except requests.RequestException as error:
        return f"the answer broke off: {error}"
    if reply.status_code != 503 or reply.json() != UNAVAILABLE or int(reply.headers.get("Retry-After", 0)) < 1:
        return f"{reply.status_code} {reply.text}"
    return None


def expect_no_fault(faults):
    faults = {name: fault for name, fault in faults.items() if fault is not None}
    assert not faults, f"expected 503 {UNAVAILABLE} with Retry-After from every way, got {faults}"


@OUTAGES
def test_every_way_in_and_out_says_that_the_database_is_away(make, bring_down, repair):
    annals = make.annals("remote", environment=IMPATIENT)
    tenant = annals.initialise("shop")
    expect_stored(annals, tenant, event())
    ways = ways_in_and_out(annals, tenant)
    bring_down(annals.engine.server)

    faults = dict(zip(ways, at_once([lambda call=call: fault_of(call) for call in ways.values()])))

    repair(annals.engine.server)
    expect_no_fault(faults)
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "the history is back")
    expect_stored(annals, tenant, event())


def test_no_way_in_or_out_takes_a_proxys_page_for_the_databases_answer(make):
    annals = make.annals(make.gated(Gate), environment=IMPATIENT)
    tenant = annals.initialise("shop")
    expect_stored(annals, tenant, event())
    gate = annals.engine.gate
    gate.fail_all("page")

    faults = {name: fault_of(call) for name, call in ways_in_and_out(annals, tenant).items()}

    gate.repair()
    expect_no_fault(faults)
    expect_stored(annals, tenant, event())


def test_while_an_engine_hangs_for_ten_seconds_nothing_is_lost_and_nothing_is_doubled(make):
    """Inserts without an answer are repeated until it is back."""
    annals = make.annals("remote", environment=PATIENT)
    tenant = annals.initialise("shop")
    server = annals.engine.server

    with Writers([annals], tenant, CLIENTS) as writers:
        wait_for(writers, 201, ENOUGH)
        server.stop()
        time.sleep(LONG_OUTAGE_SECONDS)  # the outage itself; there is no condition to wait for
        server.cont()
        wait_for(writers, 201, ENOUGH)

    expect_clear_answers(writers)
    expect_kept(annals, tenant, writers)
    assert history(annals, tenant)["total_count"] == len(everything(annals, tenant))


def test_an_outage_of_one_engine_leaves_requests_that_need_none_alone(make):
    annals = make.annals("remote", environment=IMPATIENT)
    tenant = annals.initialise("shop")
    annals.engine.server.stop()

    def seconds_taken():
        began = time.monotonic()
        assert post_events(annals, tenant, event(), key=None).status_code == 401
        assert annals.get("/healthz", key=None).status_code == 200
        return time.monotonic() - began

    # Whoever waits for the engine does so each time, and a busy machine holds up some.
    taken = min(seconds_taken() for _ in range(TRIES))
    assert taken < SLOWNESS, f"expected answers at once, got them after {taken:.1f} s or more"
    annals.engine.server.cont()


@pytest.fixture
def engine(make):
    return make.engine()


@pytest.fixture
def gated(make, engine):
    """A service whose INSERTs can be made to go wrong."""
    return make.annals(make.gated(InsertGate, engine), environment={"ANNALS_EVENTS_RETRY_SECONDS": "600"})


@HOW
@pytest.mark.parametrize("times", [1, 4])
def test_an_insert_that_goes_wrong_is_repeated_under_one_token(gated, how, times):
    gate = gated.engine.gate
    tenant = gated.initialise("shop")
    events = [event(record_id=i) for i in range(10)]
    gate.fail_inserts(times, how)

    reply = post_events(gated, tenant, events)

    gate.repair()
    assert (reply.status_code, reply.json()["accepted"]) == (201, len(events))
    # Before each repetition the table is asked: what is there already is not inserted again.
    all_times = (times + 1, times + 1)
    fewest, most = {"lost": all_times, "unheard": (1, 1), "late": (1, times + 1), "page": all_times}[how]
    assert fewest <= len(gate.tokens) <= most, f"expected {fewest} to {most} INSERTs, got {len(gate.tokens)}"
    assert len(set(gate.tokens)) == 1, f"expected one deduplication token, got {set(gate.tokens)}"
    everyone = {one["event_id"] for one in events}
    expect_once(shown_ids(gated, tenant), everyone, everyone, "the history")
    rows = gated.sql(f"SELECT count() FROM {events_table(tenant)}")
    assert rows == str(len(events)), f"expected {len(events)} rows even without FINAL, got {rows}"


@HOW
def test_two_batches_have_two_tokens(gated, how):
    gate = gated.engine.gate
    tenant = gated.initialise("shop")
    gate.fail_inserts(1, how)

    for _ in range(2):
        expect_stored(gated, tenant, event())

    gate.repair()
    first, last = gate.tokens[0], gate.tokens[-1]
    assert gate.tokens in ([first, first, last], [first, last]), f"expected tokens a, a, b or a, b, got {gate.tokens}"
    assert first != last
    assert history(gated, tenant)["total_count"] == 2


def test_a_poller_in_order_of_arrival_misses_no_insert_that_came_late(make, engine, gated):
    """It reads what another instance has committed while the INSERT is on its way."""
    other = make.annals(engine, gated.files)
    tenant = gated.initialise("shop")
    late, early = event(), [event() for _ in range(2)]
    gated.engine.gate.hold(tenant)
    sender = threading.Thread(target=post_events, args=(gated, tenant, late))
    sender.start()
    wait_until(lambda: gated.engine.gate.tokens, "the INSERT is under way")
    assert [post_events(other, tenant, one).status_code for one in early] == [201, 201]
    page = history(other, tenant, ordering="arrival", limit=1)

    gated.engine.gate.release()
    sender.join()

    assert page["results"] == [shown(early[0])]
    rest = following(other, tenant, page)
    assert rest == [shown(early[1]), shown(late)], f"expected the late event {late['event_id']} at the end, got {rest}"


def test_a_bad_line_does_not_hide_that_the_lines_before_it_are_not_kept(make):
    annals = make.annals("remote", environment=IMPATIENT)
    tenant = annals.initialise("shop")
    expect_stored(annals, tenant, event())
    annals.engine.server.kill()

    reply = post_events(annals, tenant, ndjson([event()]) + "{", NDJSON)

    assert (reply.status_code, reply.json()) == (503, UNAVAILABLE)


def test_a_token_that_the_engine_knows_is_no_proof_that_it_has_the_rows(gated):
    gate = gated.engine.gate
    tenant = gated.initialise("shop")
    # ClickHouse writes the token down before the rows become visible, and is killed between the two.
    gate.fail_in_turn("lost", "ignored")
    sent = [event(), event()]

    reply = post_events(gated, tenant, sent)

    assert (reply.status_code, reply.json()["accepted"]) == (201, 2)
    shown = {one["event_id"] for one in history(gated, tenant)["results"]}
    assert shown == {one["event_id"] for one in sent}
    first, second, third = gate.tokens
    assert first == second != third
