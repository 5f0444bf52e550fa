"""A full disk: what was acknowledged stays, what has no room is refused in time, and once there is room all goes on."""

import pytest

from support.answers.problems import UNAVAILABLE, expect
from support.clients.load import ids_of
from support.events import event, get_history, post_events
from support.faults.full_disk import LITTLE_ROOM, LONGEST_RETRY, expect_kept, fill
from support.servers.engines import needs_engine_library
from support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = needs_engine_library

SMALL_JOURNAL = {"ANNALS_JOURNAL_MAX_BYTES": str(4 << 20)}
ROOM_FOR_THE_JOURNAL = 200 << 20


def test_what_has_no_room_is_refused_and_what_was_acknowledged_is_kept(annals, full):
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    before = event()
    assert post_events(annals, tenant, before).status_code == 201
    full.touch()

    acknowledged, refusal = fill(annals, tenant)
    expect(refusal, 503, UNAVAILABLE)
    assert refusal.headers["Retry-After"], "expected a hint when to try again"
    expect(get_history(annals, tenant), 503, UNAVAILABLE)
    assert annals.get("/healthz").status_code == 200

    full.unlink()
    wait_until(lambda: post_events(annals, other, event()).status_code == 201, "it takes events again", PATIENCE_SECONDS)
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "it moves events again", PATIENCE_SECONDS)
    expect_kept(annals, tenant, [before, *acknowledged])


def test_a_kill_while_the_disk_is_full_loses_nothing(annals, full):
    tenant = annals.initialise("shop")
    full.touch()
    acknowledged, _ = fill(annals, tenant)

    annals.kill9()
    full.unlink()
    annals.start()

    expect_kept(annals, tenant, acknowledged)
    assert ids_of(acknowledged), "expected that the journal's prepared files took some events"


def test_a_tenant_can_be_deleted_while_there_is_no_room_for_events(annals, full):
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    assert post_events(annals, tenant, event()).status_code == 201
    full.write_text(str(LITTLE_ROOM))
    acknowledged, _ = fill(annals, other)

    reply = annals.delete(tenant["client_id"])

    assert reply.status_code == 204, f"expected 204, got {reply.status_code} {reply.text}"
    assert annals.tenant(tenant["client_id"]) is None
    full.unlink()
    wait_until(lambda: get_history(annals, other).status_code == 200, "it moves events again", PATIENCE_SECONDS)
    expect_kept(annals, other, acknowledged)


@pytest.mark.parametrize(
    "room, journal",
    [(0, {}), (0, SMALL_JOURNAL), (ROOM_FOR_THE_JOURNAL, SMALL_JOURNAL)],
    ids=["none for the journal", "none for a full journal", "none for tables"],
)
def test_events_that_have_no_room_are_refused_without_a_wait_for_it(annals, full, room, journal):
    annals.restart(environment={**LONGEST_RETRY, **journal})
    tenant, other = annals.initialise("shop"), annals.initialise("other")
    full.write_text(str(room))

    acknowledged, refusal = fill(annals, tenant)

    expect(refusal, 503, UNAVAILABLE)
    assert refusal.headers["Retry-After"], "expected a hint when to try again"
    expect(get_history(annals, tenant), 503, UNAVAILABLE)
    full.unlink()
    wait_until(lambda: post_events(annals, other, event()).status_code == 201, "it takes events again", PATIENCE_SECONDS)
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "it moves events again", PATIENCE_SECONDS)
    expect_kept(annals, tenant, acknowledged)
