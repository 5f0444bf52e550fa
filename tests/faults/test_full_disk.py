"""A full disk: what was acknowledged stays, what has no room is refused in time, and once there is room all goes on."""

import pytest

from support import paths
from support.events import event, get_history, post_events
from support.load import expect_once, ids_of, shown_ids
from support.problems import UNAVAILABLE, expect
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build has no embedded engine")

CONVERGE_SECONDS = 40
# The files of the journal that were made before the disk was full take some twenty of these.
ABOUT_A_MEGABYTE = 900
MOST_REQUESTS = 60


@pytest.fixture
def full(tmp_path):
    """The disk is full while this file exists."""
    return tmp_path / "full"


@pytest.fixture
def annals(make, full, tmp_path):
    environment = {"LD_PRELOAD": str(paths.FULL_DISK), "TEST_FULL_DISK": str(full), "ANNALS_EVENTS_RETRY_SECONDS": "0.5"}
    annals = make.annals("embedded", environment=environment, start=False)
    annals.environment["TEST_FULL_DISK_BELOW"] = str(annals.data)
    return annals.start()


def fill(annals, tenant):
    """Sends events until one request is refused; returns those that were acknowledged, and the refusal."""
    acknowledged = []
    for _ in range(MOST_REQUESTS):
        events = [event(event_data=["x" * 1000]) for _ in range(ABOUT_A_MEGABYTE)]
        reply = post_events(annals, tenant, events)
        if reply.status_code != 201:
            return acknowledged, reply
        acknowledged += events
    pytest.fail("expected that a full disk refuses events in the end")


def expect_kept(annals, tenant, acknowledged):
    ids = {one["event_id"] for one in acknowledged}
    shown = shown_ids(annals, tenant)
    expect_once(shown, ids, shown.keys(), "after the disk was full")


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
    wait_until(lambda: post_events(annals, other, event()).status_code == 201, "it takes events again", CONVERGE_SECONDS)
    wait_until(lambda: get_history(annals, tenant).status_code == 200, "it moves events again", CONVERGE_SECONDS)
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
