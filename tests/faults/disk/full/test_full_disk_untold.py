"""A disk that fails only when it is written to, as with a quota: the engine takes no notice, and the service does."""

import pytest
import requests

from support import paths
from support.answers.problems import UNAVAILABLE, expect
from support.clients.load import shown_ids
from support.events import event, get_history, post_events
from support.faults.full_disk import expect_kept, preloaded
from support.machine.processes import run
from support.servers.engines import needs_engine_library
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.trail import wait_for

pytestmark = needs_engine_library

ENDS_SECONDS = 120


@pytest.fixture
def limited(make, full):
    annals = make.annals("embedded", environment={"ANNALS_EVENTS_RETRY_SECONDS": "0.5"}, start=False)
    annals.environment.update(preloaded(full, annals.engine.directory, told=False))
    return annals.start()


def expect_503_or_end(annals, ask):
    """Rounds of the process's own may meet the full disk, too, and end it before it answers."""
    try:
        expect(ask(), 503, UNAVAILABLE)
    except requests.ConnectionError:
        wait_until(lambda: not annals.running, "it ends, as it does not answer", ENDS_SECONDS)


def test_a_failed_write_of_the_engine_is_noticed_and_ends_the_process(limited, full):
    tenant = limited.initialise("shop")
    before, during = event(), event()
    assert post_events(limited, tenant, before).status_code == 201
    assert shown_ids(limited, tenant) == {before["event_id"]: 1}
    # Records that wait would be moved then, too, which ends the process.
    for action in ("start_service", "initialize_tenant"):
        wait_for(limited, action, lambda one: one["result"] == "done")
    full.touch()
    assert post_events(limited, tenant, during).status_code == 201, "the journal has room"

    expect_503_or_end(limited, lambda: get_history(limited, tenant))  # it would have to be moved
    marker = limited.engine.directory / "annals-sync-failed"
    assert marker.exists(), "expected it to remember the failure"
    wait_until(lambda: not limited.running, "it ends", ENDS_SECONDS)

    full.unlink()
    ended = run([paths.ANNALS, "serve"], limited.settings())
    assert ended.returncode == 1 and "the journal still has the events" in ended.stderr, ended
    marker.unlink()
    limited.start()
    expect_kept(limited, tenant, [before, during])


def sleeps_after_a_restart(annals, tenant):
    annals.restart()
    return list(annals.engine.directory.glob(f"store/*/*/events_{tenant['client_id'].replace('-', '')}.sql.bak"))


def test_a_table_that_wakes_while_nothing_can_be_written_keeps_its_definition(limited, full):
    tenant = limited.initialise("shop")
    before = event()
    assert post_events(limited, tenant, before).status_code == 201
    assert shown_ids(limited, tenant) == {before["event_id"]: 1}
    wait_until(lambda: sleeps_after_a_restart(limited, tenant), "its table sleeps")
    full.touch()

    get_history(limited, tenant)  # wakes it: the engine writes its definition, and takes the write for done
    limited.kill9()

    full.unlink()
    # A round of its own may have met the full disk with what the audit trail had: then the operator says that the journal
    # has everything.
    (limited.engine.directory / "annals-sync-failed").unlink(missing_ok=True)
    limited.start()
    expect_kept(limited, tenant, [before])


def test_a_tenant_that_is_made_while_nothing_can_be_written_does_not_prevent_the_next_start(limited, full):
    tenant = limited.initialise("shop")
    before = event()
    assert post_events(limited, tenant, before).status_code == 201
    full.touch()

    refused = limited.post_tenant({"database_name": "other", "client_label": "other"})
    expect(refused, 503, UNAVAILABLE)
    # The engine reads what it has just written, and finds nothing there.
    expect_503_or_end(limited, lambda: limited.get("/api/tenants"))
    wait_until(lambda: not limited.running, "it ends", ENDS_SECONDS)

    full.unlink()
    run([paths.ANNALS, "serve"], limited.settings())  # it names the tables of which something is missing
    (limited.engine.directory / "annals-sync-failed").unlink()
    limited.start()
    expect_kept(limited, tenant, [before])
    gone = lambda: [one["database_name"] for one in limited.tenants()] == ["shop"]
    wait_until(gone, "nothing is left of the other", PATIENCE_SECONDS)
    assert limited.initialise("other")


def test_a_definition_that_could_not_be_written_does_not_prevent_the_next_start(limited, full):
    tenant = limited.initialise("shop")
    before = event()
    assert post_events(limited, tenant, before).status_code == 201
    limited.restart(environment={"TEST_FULL_DISK_BELOW": str(limited.engine.directory / "metadata")})
    full.touch()

    refused = limited.post_tenant({"database_name": "other", "client_label": "other"})
    expect(refused, 503, UNAVAILABLE)
    limited.kill9()

    full.unlink()
    limited.start()
    expect_kept(limited, tenant, [before])
    gone = lambda: [one["database_name"] for one in limited.tenants()] == ["shop"]
    wait_until(gone, "nothing is left of the other", PATIENCE_SECONDS)
    assert limited.initialise("other")
