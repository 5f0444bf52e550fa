"""A ClickHouse server whose disk is full: what has no room is refused, and what is there is answered as a whole."""

import pytest

from support.answers.problems import UNAVAILABLE, expect
from support.clients.file_links import client
from support.events import event, post_events
from support.faults.full_disk import ABOUT_A_MEGABYTE, LONGEST_RETRY, TOLD_OF_NO_ROOM, a_megabyte, expect_kept, preloaded
from support.servers.clickhouse_users import users_xml
from support.servers.engines import needs_engine_library
from support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = needs_engine_library

# Each request asks the server for its tenant.
NOTHING_KEPT = {"ANNALS_TENANTS_CACHE_SECONDS": "0"}


@pytest.fixture
def start_server(make, full):
    """Starts a ClickHouse server whose disk is full while the file `full` exists."""

    def start(users=None):
        engine = make.engine(users=users)
        engine.server.environment = preloaded(full, engine.server.directory)
        engine.server.restart()
        return engine

    return start


def test_events_for_which_a_server_has_no_room_are_refused_without_a_wait_for_it(make, full, start_server):
    annals = make.annals(start_server(), environment={**LONGEST_RETRY, **NOTHING_KEPT})
    tenant = annals.initialise("shop")
    before, during = event(), event()
    assert post_events(annals, tenant, before).status_code == 201
    full.write_text(TOLD_OF_NO_ROOM)

    refusal = post_events(annals, tenant, during)

    expect(refusal, 503, UNAVAILABLE)
    assert refusal.headers["Retry-After"], "expected a hint when to try again"
    full.unlink()
    wait_until(lambda: post_events(annals, tenant, during).status_code == 201, "it takes events again", PATIENCE_SECONDS)
    expect_kept(annals, tenant, [before, during])


@pytest.mark.parametrize("profile", ["", "<http_wait_end_of_query>1</http_wait_end_of_query>"], ids=["", "answers in one piece"])
def test_a_server_without_room_leaves_nothing_out_of_what_it_answers(make, full, start_server, profile):
    annals = make.annals(start_server(users_xml(profile)), environment=NOTHING_KEPT)
    tenant = annals.initialise("shop")
    events = a_megabyte()
    assert post_events(annals, tenant, events).status_code == 201
    # The library that is the server here takes failed writes for successful ones, those of a merge as well.
    annals.engine.sql("SYSTEM STOP MERGES")
    full.touch()

    expect_kept(annals, tenant, events)
    exported = annals.get("/api/history/export", headers=client(tenant))
    assert exported.content.count(b"\n") == ABOUT_A_MEGABYTE, "expected an export of all events"
    listed = annals.get("/api/tenants").json()
    assert [one["client_id"] for one in listed["results"]] == [tenant["client_id"]], "expected the list with its tenant"
