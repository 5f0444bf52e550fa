"""A disk that is full for one program while a file exists (see full_disk.cc), and what is sent and looked for then."""

import pytest

from support import paths
from support.answers.problems import UNAVAILABLE, expect
from support.clients.load import expect_once, shown_ids
from support.events import event, post_events

# The files of the journal that were made before the disk was full take some twenty of these.
ABOUT_A_MEGABYTE = 900
MOST_REQUESTS = 60
# A busy machine may refuse a request for want of time.
TIMES_REFUSED = 3
LITTLE_ROOM = 64 << 20
# A byte is none for who rounds down, but the disk's writes succeed; see full_disk.cc.
TOLD_OF_NO_ROOM = "1"
# The longest that the setting allows: whatever waited for room would be given up by its client long before.
LONGEST_RETRY = {"ANNALS_EVENTS_RETRY_SECONDS": "3600"}


def preloaded(full, below, told=True):
    """What a program has in its environment for which the disk is full in `below`, while the file `full` exists. `told`:
    whether it can ask for what is left."""
    disk = {"LD_PRELOAD": str(paths.FULL_DISK), "TEST_FULL_DISK": str(full), "TEST_FULL_DISK_BELOW": str(below)}
    return disk if told else {**disk, "TEST_FULL_DISK_UNTOLD": "1"}


def a_megabyte():
    return [event(event_data=["x" * 1000]) for _ in range(ABOUT_A_MEGABYTE)]


def fill(annals, tenant):
    """Sends events until one request after the other is refused; returns those that were acknowledged, and the refusal."""
    acknowledged, refused = [], 0
    for _ in range(MOST_REQUESTS):
        events = a_megabyte()
        reply = post_events(annals, tenant, events)
        if reply.status_code == 201:
            acknowledged, refused = acknowledged + events, 0
            continue
        expect(reply, 503, UNAVAILABLE)
        refused += 1
        if refused == TIMES_REFUSED:
            return acknowledged, reply
    pytest.fail("expected that a full disk refuses events in the end")


def expect_kept(annals, tenant, acknowledged):
    ids = {one["event_id"] for one in acknowledged}
    shown = shown_ids(annals, tenant)
    expect_once(shown, ids, shown.keys(), "after the disk was full")
