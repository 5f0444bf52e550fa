"""Queries that take more time or memory than one may: they are told apart from an engine that is away."""

import pytest

from support.answers.problems import expect
from support.clients.file_links import client
from support.events import HISTORY, history
from support.names import unique_name
from support.samples.many_rows import store_rows, string_of

ROWS = 400_000
TOO_COSTLY = {
    "detail": "This query takes too much time or memory. Narrow it, for example by record_id or event_time_from."
}
LONG = 60
COUNT_BY = "/api/history/events/count-by"
SLOW = {
    "a search": (HISTORY, {"q": "nowhere"}),
    "a count": (COUNT_BY, {"q": "nowhere"}),
    "a page that is sorted": (HISTORY, {"ordering": "event_time", "limit": 1000, "offset": 100_000}),
}


def expect_too_costly(reply):
    expect(reply, 503, TOO_COSTLY)
    assert int(reply.headers["Retry-After"]) >= LONG


@pytest.fixture(scope="module")
def large(module_make):
    """A service that gives a query a moment, and a tenant whose events take longer to read."""
    annals = module_make.annals("remote", environment={"ANNALS_HISTORY_TIMEOUT_SECONDS": "0.002"})
    tenant = annals.initialise(unique_name())
    store_rows(annals, tenant, ROWS, string_of("concat(repeat('word ', 40), toString(number))"))
    return annals, tenant


@pytest.mark.parametrize("path, query", SLOW.values(), ids=SLOW)
def test_a_query_that_takes_too_long_says_so_and_when_to_come_back(large, path, query):
    annals, tenant = large

    reply = annals.get(path, headers=client(tenant), params=query)

    expect_too_costly(reply)


def test_groups_that_take_too_much_memory_are_told(make, engine_kind):
    annals = make.annals(engine_kind, environment={"ANNALS_HISTORY_MAX_MEMORY_BYTES": str(64 << 20)})
    tenant = annals.initialise(unique_name())
    store_rows(annals, tenant, 2_000_000, "'1'", source_id="number")

    reply = annals.get(COUNT_BY, headers=client(tenant), params={"by": ["record_id", "source_id"]})

    expect_too_costly(reply)


def test_a_page_of_events_that_are_too_large_to_be_sorted_together_ends_early(make, engine_kind):
    patient = {"ANNALS_HISTORY_TIMEOUT_SECONDS": "300", "ANNALS_ENGINE_TIMEOUT_SECONDS": "300"}
    annals = make.annals(engine_kind, environment={"ANNALS_HISTORY_MAX_MEMORY_BYTES": str(128 << 20), **patient})
    tenant = annals.initialise(unique_name())
    store_rows(annals, tenant, 120, string_of("repeat('xy', 1000000)"))

    page = history(annals, tenant, limit=1000)

    assert page["results"] and page["next"], "expected a page that is smaller than wanted, and the next one"
    assert page["total_count"] == 120
