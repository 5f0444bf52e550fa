"""A backup of a client that is deleted meanwhile has all of it or nothing."""

import threading

from support.gates.holding_gate import HoldingGate
from support.names import unique_name
from support.waiting import PATIENCE_SECONDS
from support.witnesses.backups import Backups, filled

ROWS = "WHERE arrival > {after:UInt64}"
MOVING = "RENAME DATABASE `{}`"


def test_a_client_whose_files_go_while_it_is_copied_is_left_out(make, tmp_path):
    engine = make.gated(HoldingGate)
    settings = {"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups"), "ANNALS_ENGINE_TIMEOUT_SECONDS": "300"}
    annals = make.annals(engine, environment=settings)
    backups = Backups(annals)
    stays, leaves = annals.initialise(unique_name()), filled(annals)[0]
    reading = engine.gate.hold(ROWS)
    job = backups.ask("POST", "/api/backups", {})
    assert reading.arrived.wait(PATIENCE_SECONDS), "expected that its rows are read"

    # A deletion removes the files first, and then moves the database.
    moving = engine.gate.hold(MOVING.format(leaves["database_name"]))
    deletion = threading.Thread(target=annals.delete, args=(leaves["client_id"],))
    deletion.start()
    assert moving.arrived.wait(PATIENCE_SECONDS), "expected that its files are gone"
    reading.release()
    made = backups.ended(job)
    moving.release()
    deletion.join()

    assert made["state"] == "done", made
    shown = backups.show(made["backup_id"])
    assert (shown["clients"], shown["events"]) == (1, 0), f"expected only {stays['client_id']}, got {shown}"
