"""A full disk at the destination of backups: a backup fails with a sentence, and nothing else is harmed."""

import pytest

from support.events import event, post_events
from support.faults.full_disk import preloaded
from support.servers.engines import needs_engine_library
from support.witnesses.backups import Backups, expect_whole, filled, with_file

pytestmark = needs_engine_library

NO_ROOM = "Backup destination has no room."
KEPT_FREE = 256 << 20
SMALL = {"events": 20, "files": (b"a", b"bb")}


@pytest.fixture
def backups(make, full, told, tmp_path):
    directory = tmp_path / "backups"
    environment = {"ANNALS_BACKUP_DIRECTORY": str(directory), **preloaded(full, directory, told)}
    return Backups(make.annals("embedded", environment=environment), directory)


def expect_no_room(backups, body):
    failed = backups.ended(backups.ask("POST", "/api/backups", body))
    assert failed["state"] == "failed" and failed["detail"].startswith(NO_ROOM), failed


def expect_unharmed(backups, tenant, kept):
    annals = backups.annals
    assert annals.get("/readyz").status_code == 200
    expect_whole(annals, tenant, kept)
    other, taken = filled(annals, **SMALL)
    expect_whole(annals, other, taken)
    annals.remove(other["client_id"])


def test_a_backup_without_room_leaves_nothing_and_harms_nothing(backups, full):
    tenant, kept = filled(backups.annals, **SMALL)
    full.touch()

    expect_no_room(backups, {})

    assert backups.states() == {}
    assert backups.files() == [], "not even a part of a file"
    expect_unharmed(backups, tenant, kept)
    full.unlink()
    backup = backups.create()["backup_id"]
    backups.done(backups.ask("POST", f"/api/backups/{backup}/verify"))


def test_an_increment_without_room_leaves_its_base_as_it_was(backups, full):
    annals = backups.annals
    tenant, _ = filled(annals, **SMALL)
    base = backups.create()["backup_id"]
    before = backups.files()
    assert post_events(annals, tenant, [event(), with_file(annals, tenant, b"more")]).status_code == 201
    full.touch()

    expect_no_room(backups, {"base": base})

    assert backups.states() == {base: "complete"}
    assert backups.files() == before
    backups.done(backups.ask("POST", f"/api/backups/{base}/verify"))
    full.unlink()
    increment = backups.create(base=base)["backup_id"]
    assert backups.show(increment)["events"] == 22
    backups.done(backups.ask("POST", f"/api/backups/{increment}/verify"))


@pytest.mark.parametrize("told", [True], ids=["told"])
def test_a_disk_that_fills_up_in_the_middle_of_a_backup_fails_it(backups, full):
    annals = backups.annals
    tenant, kept = filled(annals, **{**SMALL, "files": (b"a", b"x" * 3_000_000)})
    full.write_text(str(KEPT_FREE + 1_000_000))

    expect_no_room(backups, {"client_id": tenant["client_id"]})

    assert backups.states() == {}
    assert backups.files() == [], "what was written before is removed"
    expect_unharmed(backups, tenant, kept)
    full.unlink()
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]
    annals.remove(tenant["client_id"])
    backups.done(backups.restore(backup))
    expect_whole(annals, tenant, kept)


def test_verification_and_restoration_need_no_room_there(backups, full):
    annals = backups.annals
    tenant, kept = filled(annals, **SMALL)
    backup = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    full.touch()

    backups.done(backups.ask("POST", f"/api/backups/{backup}/verify"))
    backups.done(backups.restore(backup))

    expect_whole(annals, tenant, kept)
