"""A client that searches all the time: its readers wait for each other, and nobody else waits for them."""

import concurrent.futures

import pytest

from support.events import event, get_history, history, post_events, tenant_with
from support.gates.holding_gate import HoldingGate
from support.waiting import TIMEOUT_SECONDS, wait_until

READERS = 16
# Of eight connections to the engine one client's readers may have a quarter.
AT_A_TIME = 2


@pytest.fixture
def gated(make):
    engine = make.gated(HoldingGate)
    return make.annals(engine, environment={"ANNALS_HISTORY_TIMEOUT_SECONDS": "300", "ANNALS_ENGINE_TIMEOUT_SECONDS": "300"})


def test_searches_that_hang_leave_the_others_their_connections(gated):
    busy, other = tenant_with(gated, [event()]), tenant_with(gated, [event(record_id=8)])
    holds = [gated.engine.gate.hold("match(event_data") for _ in range(READERS)]
    arrived = lambda: sum(hold.arrived.is_set() for hold in holds)

    with concurrent.futures.ThreadPoolExecutor(READERS) as pool:
        searches = [pool.submit(get_history, gated, busy, q="string", count="false") for _ in range(READERS)]
        wait_until(lambda: arrived() == AT_A_TIME, f"{AT_A_TIME} of its readers have a connection")

        for _ in range(5):
            assert post_events(gated, other, event(record_id=8), timeout=TIMEOUT_SECONDS).status_code == 201
            assert history(gated, other, record_id=8)["filtered_count"] >= 2
        assert post_events(gated, busy, event(), timeout=TIMEOUT_SECONDS).status_code == 201
        assert gated.get("/readyz", timeout=TIMEOUT_SECONDS).status_code == 200
        assert arrived() == AT_A_TIME, f"expected that its other readers wait, but {arrived()} have a connection"
        for hold in holds:
            hold.release()
        assert {search.result().status_code for search in searches} == {200}
