"""What asks the engine nothing: tails without events, and callers whom nobody knows."""

import contextlib
import uuid

import pytest

from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.events import HISTORY, envelope, event, get_history, post_envelope, tenant_with
from support.names import unique_name
from support.witnesses.metrics import scrape, statements_in, total

TAILS = 20
NOTHING_NEW = b": nothing new"
RUNS = "annals_background_runs_total"


def wait_for_keep_alives(tails):
    """Waits until every tail was told that there is nothing new, which happens every ten seconds."""
    for tail in tails:
        assert next((line for line in tail.lines() if line == NOTHING_NEW), None), "expected that the stream goes on"


@pytest.fixture
def idle(make, engine_kind):
    """A service, and many tails of one tenant that have looked at what there is."""
    annals = make.annals(engine_kind)
    tenant = tenant_with(annals, [event()])
    with contextlib.ExitStack() as stack:
        tails = [stack.enter_context(Tail(annals, tenant)) for _ in range(TAILS)]
        wait_for_keep_alives(tails)
        yield annals, tails


def test_tails_to_which_nothing_happens_ask_the_engine_nothing_each(idle, engine_kind):
    annals, tails = idle
    before = scrape(annals)

    wait_for_keep_alives(tails)

    after = scrape(annals)
    asked = statements_in(after) - statements_in(before)
    runs = total(after, RUNS) - total(before, RUNS)
    # Tails that asked by themselves would do so four times a second each, but all rounds together run only twenty times.
    assert asked < runs, f"expected fewer statements than the {runs} runs in the background, {TAILS} tails had {asked}"
    if engine_kind == "embedded":  # nobody else writes, so there is nothing to ask
        scans = statements_in(after, kind="scan") - statements_in(before, kind="scan")
        assert scans < TAILS, f"expected that no tail reads the table, it was read {scans} times"


# --- callers whom nobody knows ---

CALLERS = 300


def unknown_tenant(annals, _):
    return annals.get(HISTORY, key=None, headers={"X-Client-Id": str(uuid.uuid4()), "X-Client-Secret": str(uuid.uuid4())})


def wrong_secret(annals, tenant):
    return annals.get(HISTORY, key=None, headers={**client(tenant), "X-Client-Secret": str(uuid.uuid4())})


def unknown_name(annals, _):
    return post_envelope(annals, envelope(event(), unique_name()))


def unknown_id(annals, _):
    return post_envelope(annals, envelope(event(), str(uuid.uuid4())))


@pytest.mark.parametrize(
    "call, status",
    [(unknown_tenant, 401), (wrong_secret, 401), (unknown_name, 400), (unknown_id, 400)],
    ids=["an unknown tenant", "a wrong secret", "an unknown name as source", "an unknown id as source"],
)
def test_whoever_names_what_nobody_knows_is_refused_without_a_statement(make, call, status):
    annals = make.annals("embedded")
    tenant = tenant_with(annals, [event()])
    assert get_history(annals, tenant).status_code == 200
    before = scrape(annals)

    for _ in range(CALLERS):
        reply = call(annals, tenant)
        assert reply.status_code == status, f"expected {status}, got {reply.status_code} {reply.text}"

    after = scrape(annals)
    asked = statements_in(after) - statements_in(before)
    runs = total(after, RUNS) - total(before, RUNS)
    most = CALLERS / 2 + runs
    assert asked < most, f"expected no statement for any of {CALLERS} callers beside {runs} runs in the background, there were {asked}"
