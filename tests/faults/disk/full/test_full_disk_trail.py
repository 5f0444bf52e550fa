"""A full disk: what cannot be put on record is not done, unless it takes away or the trail is not required."""

from support.answers.problems import UNAVAILABLE, expect
from support.events import event, post_events
from support.faults.full_disk import ABOUT_A_MEGABYTE, LITTLE_ROOM, MOST_REQUESTS, TIMES_REFUSED
from support.names import unique_name
from support.servers.engines import needs_engine_library
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.trail import wait_for

pytestmark = needs_engine_library


def without_room(annals, full):
    """Leaves room for the engine's small tables, and none for the journal."""
    tenant = annals.initialise(unique_name())
    full.write_text(str(LITTLE_ROOM))

    def is_refused(number, data):
        status = post_events(annals, tenant, [event(event_data=data) for _ in range(number)]).status_code
        assert status in (201, 503), f"expected that they are taken or refused, got {status}"
        return status == 503

    def is_full():
        # What is left is filled with ever smaller requests, the last ones smaller than any record.
        for number, data in ((ABOUT_A_MEGABYTE, "x" * 1000), (ABOUT_A_MEGABYTE // 20, "x" * 1000), (1, "x" * 1000)):
            any(is_refused(number, data) for _ in range(MOST_REQUESTS))
        return all(is_refused(1, "") for _ in range(TIMES_REFUSED))

    wait_until(is_full, "there is no room for the smallest event")


def test_what_cannot_be_put_on_record_is_not_done_but_what_takes_away_is(annals, full):
    tenant = annals.initialise("shop")
    without_room(annals, full)

    refused = annals.post_tenant({"database_name": "unrecorded", "client_label": "unrecorded"})
    expect(refused, 503, UNAVAILABLE)
    assert refused.headers["Retry-After"], "expected a hint when to try again"
    assert annals.delete(tenant["client_id"]).status_code == 204

    assert "unrecorded" not in annals.get("/api/tenants").text, "expected that it was not done"
    full.unlink()
    wait_until(lambda: annals.request("POST", "/api/keys", json={}).status_code == 422, "acts go on", PATIENCE_SECONDS)
    told = wait_for(annals, "delete_tenant", lambda one: one["result"] == "done")
    assert len(told) == 1, f"expected that it is recorded once there is room, got {told}"


def test_a_service_that_does_not_require_the_trail_goes_on_without_it(annals, full):
    annals.restart(environment={"ANNALS_AUDIT_REQUIRED": "false"})
    without_room(annals, full)

    tenant = annals.initialise("unrecorded")

    assert "the audit trail cannot be written" in annals.log
    full.unlink()
    told = wait_for(annals, "initialize_tenant", lambda one: one.get("client_id") == tenant["client_id"])
    assert [one["result"] for one in told] == ["done"]
