"""Deleting backups: never what another one needs or a job uses, and what was begun is finished by the same request."""

import datetime

import pytest

from support import paths
from support.annals import API_KEY
from support.answers.problems import expect
from support.events import event, post_events
from support.machine.processes import run
from support.witnesses.backups import Backups, expect_whole, filled, in_s3
from support.witnesses.trail import wait_for

SECONDS = 120
NOT_FOUND = {"detail": "Backup not found."}
DELETING = {"detail": "The backup is being deleted."}
SMALL = {"events": 20, "files": (b"a", b"bb")}
OLD = "20250101T000000Z-00000000"


@pytest.fixture
def backups(make, engine_kind, tmp_path):
    directory = tmp_path / "backups"
    annals = make.annals(engine_kind, environment={"ANNALS_BACKUP_DIRECTORY": str(directory)})
    return Backups(annals, directory)


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ-ffffffff")


def mark(backups, backup, ending, content=""):
    (backups.directory / "manifests" / f"{backup}.{ending}").write_text(content)


def test_a_backup_is_deleted_with_all_that_it_has(backups):
    annals = backups.annals
    filled(annals, **SMALL)
    backup, other = backups.create()["backup_id"], backups.create()["backup_id"]
    kept = [file for file in backups.files() if other in file]

    job = backups.done(backups.delete(backup))

    assert (job["kind"], job["backup_id"]) == ("delete", backup)
    assert backups.states() == {other: "complete"}
    assert backups.files() == kept
    for method, path in (("DELETE", ""), ("GET", ""), ("POST", "/verify")):
        expect(backups.ask(method, f"/api/backups/{backup}{path}"), 404, NOT_FOUND)
    expect(backups.restore(backup), 404, NOT_FOUND)
    expect(backups.ask("POST", "/api/backups", {"base": backup}), 404, NOT_FOUND)
    for id in ("x", "..%2f..%2fetc", "manifests"):
        expect(backups.delete(id), 404, NOT_FOUND)
    told = wait_for(annals, "delete_backup", lambda one: one["result"] == "done" and one.get("backup_id") == backup)
    assert len(told) == 1 and told[0]["status"] == 202


def test_what_an_increment_needs_is_refused_until_the_increment_is_gone(backups):
    annals = backups.annals
    tenant, _ = filled(annals, **SMALL)
    first = backups.create()["backup_id"]
    assert post_events(annals, tenant, [event()]).status_code == 201
    second = backups.create(base=first)["backup_id"]
    assert post_events(annals, tenant, [event()]).status_code == 201
    third = backups.create(base=second)["backup_id"]

    for needed in (first, second):
        reply = backups.delete(needed)
        assert reply.status_code == 409 and "needs this one" in reply.json()["detail"], reply.text
        assert second in reply.text or third in reply.text, "it says which"
    backups.done(backups.ask("POST", f"/api/backups/{third}/verify"))

    for backup in (third, second, first):
        backups.done(backups.delete(backup))
    assert backups.states() == {} and backups.files() == []


def test_an_unfinished_backup_holds_its_base_and_can_be_deleted(backups):
    filled(backups.annals, **SMALL)
    base = backups.create()["backup_id"]
    unfinished = now().replace("ffffffff", "00000000")
    mark(backups, unfinished, "started", f'{{"base":"{base}"}}\n')
    assert backups.states() == {base: "complete", unfinished: "unfinished"}

    reply = backups.delete(base)
    assert reply.status_code == 409 and unfinished in reply.json()["detail"], reply.text
    backups.done(backups.delete(unfinished))
    assert backups.states() == {base: "complete"}
    backups.done(backups.delete(base))


def test_a_damaged_backup_can_be_deleted_and_holds_what_it_may_need(backups):
    filled(backups.annals, **SMALL)
    first, second = backups.create()["backup_id"], backups.create()["backup_id"]
    (backups.directory / "manifests" / f"{second}.json").write_text("{}")

    reply = backups.delete(first)
    assert reply.status_code == 409 and f"{second} cannot be read" in reply.json()["detail"], reply.text
    backups.done(backups.delete(second))
    backups.done(backups.delete(first))
    assert backups.files() == []


def test_a_backup_that_another_instance_uses_is_not_deleted(backups):
    filled(backups.annals, **SMALL)
    backup = backups.create()["backup_id"]
    mark(backups, backup, f"used-{now()}")

    reply = backups.delete(backup)
    assert reply.status_code == 409 and "A job uses the backup" in reply.json()["detail"], reply.text

    for one in (backups.directory / "manifests").glob(f"{backup}.used-*"):
        one.unlink()
    mark(backups, backup, f"used-{OLD}")  # of one that was killed long ago
    backups.done(backups.delete(backup))
    assert backups.files() == []


def test_a_deletion_that_broke_off_hides_the_backup_and_is_finished_by_the_same_request(backups):
    filled(backups.annals, **SMALL)
    backup = backups.create()["backup_id"]
    mark(backups, backup, f"deleting-{OLD}")

    assert backups.states() == {backup: "deleting"}
    expect(backups.restore(backup), 409, DELETING)
    expect(backups.ask("POST", "/api/backups", {"base": backup}), 409, DELETING)
    expect(backups.ask("GET", f"/api/backups/{backup}"), 409, DELETING)
    backups.done(backups.delete(backup))
    assert backups.states() == {} and backups.files() == []


def test_a_deletion_of_a_needed_backup_that_broke_off_at_once_does_not_hide_it_for_ever(backups):
    annals = backups.annals
    tenant, kept = filled(annals, **SMALL)
    base = backups.create()["backup_id"]
    increment = backups.create(base=base)["backup_id"]
    assert backups.show(increment)["needs"] == [base]
    mark(backups, base, f"deleting-{OLD}")
    annals.remove(tenant["client_id"])

    backups.done(backups.restore(increment))
    expect_whole(annals, tenant, kept)
    failed = backups.delete(base)
    assert failed.status_code == 409 and increment in failed.json()["detail"], failed.text
    assert backups.states()[base] == "complete", "what was refused leaves no mark"


def test_backups_in_s3_are_deleted(make):
    bucket = make.files()
    annals = make.annals(files="s3", environment=in_s3(bucket))
    backups = Backups(annals)
    filled(annals, **SMALL)
    first = backups.create()["backup_id"]
    second = backups.create(base=first)["backup_id"]
    assert backups.delete(first).status_code == 409

    backups.done(backups.delete(second))
    backups.done(backups.delete(first))

    assert [key for key in bucket.keys() if key.startswith("annals-backup/")] == []


# --- the commands ---


@pytest.fixture
def command(backups, tmp_path):
    (tmp_path / "key").write_text(API_KEY + "\n")

    def run_it(*arguments, code=0):
        own = ["--url", backups.annals.url, "--key-file", tmp_path / "key"]
        done = run([paths.ANNALS, "backup", *arguments, *own], {}, SECONDS)
        assert done.returncode == code, f"expected {code}, got {done.returncode}: {done.stdout}{done.stderr}"
        return done

    return run_it


def test_the_command_deletes_one_backup_and_says_why_not(backups, command):
    filled(backups.annals, **SMALL)
    first = backups.create()["backup_id"]
    second = backups.create(base=first)["backup_id"]

    assert "--yes" in command("delete", first, code=2).stderr
    assert second in command("delete", first, "--yes", code=1).stderr
    command("delete", second, "--yes")
    command("delete", first, "--yes")
    assert "not found" in command("delete", first, "--yes", code=1).stderr
    assert backups.states() == {}


def test_the_command_prunes_all_but_the_newest_and_what_these_need(backups, command):
    annals = backups.annals
    tenant, _ = filled(annals, **SMALL)
    alone = {"client_id": tenant["client_id"]}
    old_alone, new_alone = backups.create(**alone)["backup_id"], backups.create(**alone)["backup_id"]
    old, base = backups.create()["backup_id"], backups.create()["backup_id"]
    assert post_events(annals, tenant, [event()]).status_code == 201
    middle = backups.create(base=base)["backup_id"]
    assert post_events(annals, tenant, [event()]).status_code == 201
    newest = backups.create(base=middle)["backup_id"]
    unfinished, made = OLD, now()
    for one in (unfinished, made):
        mark(backups, one, "started", "{}\n")
    mark(backups, made, f"used-{now()}")

    listed = command("prune", "--keep", "1", "--dry-run").stdout.split()
    assert listed == [made, old, old_alone, unfinished]
    assert len(backups.states()) == 8, "a dry run deletes nothing"
    assert "--yes" in command("prune", "--keep", "1", code=2).stderr
    said = command("prune", "--keep", "1", "--yes").stderr

    assert f"{made} stays" in said
    assert backups.states() == {
        **dict.fromkeys((new_alone, base, middle, newest), "complete"), made: "unfinished",
    }
    backups.done(backups.ask("POST", f"/api/backups/{newest}/verify"))
    command("prune", "--keep", "0", "--yes", code=2)
