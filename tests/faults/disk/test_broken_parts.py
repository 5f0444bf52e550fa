"""A tenant whose table is broken on the disk costs the others nothing."""

from support.annals import events_table
from support.events import event, history, post_events
from support.waiting import wait_until

# More than the engine puts up with by default (max_suspicious_broken_parts).
MANY = 120
REPORT = "parts of a table are broken"


def break_parts(annals, tenant):
    """Cuts a file of every part of the tenant's table, and returns how many there were."""
    database, table = events_table(tenant).replace("`", "").split(".")
    path = annals.sql(f"SELECT data_paths[1] FROM system.tables WHERE database = '{database}' AND name = '{table}'")
    annals.engine.release()
    store = annals.engine.directory / path
    files = list(store.glob("all_*/columns.txt"))
    for file in files:
        file.write_text("cut")
    return len(files)


def test_the_others_are_served_and_the_broken_one_is_named(make):
    annals = make.annals("embedded", environment={"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.5"})
    broken, other = annals.initialise("broken"), annals.initialise("other")
    for record in range(MANY):
        assert post_events(annals, broken, event(record_id=record)).status_code == 201
        history(annals, broken, limit=1)  # a reader moves what waits into the table, in a part of its own
    sent = event()
    assert post_events(annals, other, sent).status_code == 201
    annals.terminate()
    assert break_parts(annals, broken) > 100, "expected more broken parts than ClickHouse tolerates"

    annals.start()

    assert [one["event_id"] for one in history(annals, other)["results"]] == [sent["event_id"]]
    assert post_events(annals, other, event()).status_code == 201
    assert post_events(annals, broken, event()).status_code == 201, "it takes new events"
    check_report(annals)  # of the table that this has woken

    annals.terminate()
    annals.start()
    check_report(annals)  # of a table that is not put to sleep any more


def check_report(annals):
    wait_until(lambda: REPORT in annals.log, "the log says so")
    assert '"database":"broken"' in annals.log, annals.log
    wait_until(lambda: annals.get("/readyz").json().get("tables_with_broken_parts") == 1, "/readyz counts the table")
    assert annals.get("/readyz").json()["status"] == "ready"
