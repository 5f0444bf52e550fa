"""Backup and restore: what was kept comes back, every event and every file, wherever it is restored."""

import hashlib
import json
import shutil

import pytest

from support import paths
from support.annals import API_KEY
from support.answers.problems import expect
from support.clients.file_links import attach, fetch, get_file, new_upload, put
from support.clients.keys import new_key
from support.events import HISTORY, event, get_history, post_events
from support.machine.processes import run
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until
from support.witnesses.backups import Backups, all_events, expect_whole, filled, in_s3, whole, with_file
from support.witnesses.file_trees import files_below

SECONDS = 120
NOT_FOUND = {"detail": "Backup not found."}


@pytest.fixture
def backups(make, engine_kind, tmp_path):
    directory = tmp_path / "backups"
    annals = make.annals(engine_kind, environment={"ANNALS_BACKUP_DIRECTORY": str(directory)})
    return Backups(annals, directory)


def lose_everything(annals):
    """Ends the service and destroys all that it has kept."""
    annals.kill9()
    if annals.engine.kind == "remote":
        for database in annals.sql("SELECT name FROM system.databases WHERE comment LIKE 'Annals%'").split():
            annals.sql(f"DROP DATABASE `{database}` SYNC")
        for table in annals.sql("SELECT name FROM system.tables WHERE database = 'default'").split():
            annals.sql(f"DROP TABLE default.`{table}` SYNC")
    shutil.rmtree(annals.data)


def test_everything_comes_back_after_data_dir_is_destroyed(backups):
    annals = backups.annals
    tenants = [filled(annals) for _ in range(3)]
    label = unique_name()
    change = {"client_label": label, "retention_days": 36_000, "quotas": {"events_per_second": 77}}
    assert annals.request("PATCH", f"/api/tenants/{tenants[0][0]['client_id']}", json=change).status_code == 200
    suspended = annals.initialise(unique_name())
    assert annals.request("PATCH", f"/api/tenants/{suspended['client_id']}", json={"suspended": True}).status_code == 200
    key = new_key(annals, "read", client_ids=[tenants[1][0]["client_id"]])
    backup = backups.create()["backup_id"]
    shown = {one["client_id"]: one for one in annals.tenants()}

    lose_everything(annals)
    annals.start()
    assert annals.tenants() == []
    backups.done(backups.restore(backup))

    for tenant, kept in tenants:
        expect_whole(annals, tenant, kept)
        own = {"X-Client-Id": tenant["client_id"], "X-Client-Secret": tenant["client_secret"]}
        assert annals.get("/api/history/events", key=None, headers=own).status_code == 200, "its secret is the same"
    assert {one["client_id"]: one for one in annals.tenants()} == shown
    assert annals.tenant(tenants[0][0]["client_id"])["quotas"]["events_per_second"] == 77
    assert get_history(annals, suspended).status_code == 403
    own = {"X-Client-Id": tenants[1][0]["client_id"]}
    assert annals.get("/api/history/events", key=key["key"], headers=own).status_code == 200, "keys come back too"

    # What comes now comes after what was restored, and a restart changes nothing.
    tenant, (events, *_) = tenants[0]
    late = event()
    assert post_events(annals, tenant, [late, events[0]]).json() | {"conflicts": 0} == {
        "accepted": 1, "duplicates": 1, "errors": [], "conflicts": 0,
    }
    annals.restart()
    assert [one["event_id"] for one in all_events(annals, tenant)[0]] == [
        *(one["event_id"] for one in events), late["event_id"],
    ]
    again = backups.done(backups.restore(backup))
    assert len(again["remarks"]) == 4 and all("left as it is" in one for one in again["remarks"]), again


def test_a_deleted_tenant_comes_back_with_its_own_id_in_the_same_process(backups):
    annals = backups.annals
    tenant, kept = filled(annals)
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]
    late = event()
    assert post_events(annals, tenant, [late]).status_code == 201
    annals.restart()
    tag = get_history(annals, tenant).headers.get("ETag")
    annals.remove(tenant["client_id"])

    job = backups.done(backups.restore(backup, client_id=tenant["client_id"]))

    again = annals.get(HISTORY, headers={"X-Client-Id": tenant["client_id"], "If-None-Match": tag or '"none"'})
    assert again.status_code == 200, f"expected what is there now, got {again.status_code}"
    assert job["restored_client_id"] == tenant["client_id"]
    expect_whole(annals, tenant, kept)
    assert post_events(annals, tenant, [late]).json()["accepted"] == 1, "what the backup did not have is new"
    assert len(all_events(annals, tenant)[0]) == len(kept[0]) + 1


def test_a_client_is_restored_beside_itself_under_another_name(backups):
    annals = backups.annals
    tenant, kept = filled(annals)
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]

    failed = backups.ended(backups.restore(backup, client_id=tenant["client_id"]))
    assert (failed["state"], failed["detail"].split(" (")[0]) == ("failed", "Client already exist.")
    name, label = unique_name(), unique_name()
    body = {"client_id": tenant["client_id"], "database_name": name, "client_label": label}
    failed = backups.ended(backups.restore(backup, **body))
    assert failed["state"] == "failed", "its id is taken"
    copy = backups.done(backups.restore(backup, **body, as_new=True))

    restored = annals.tenant(copy["restored_client_id"])
    assert (restored["database_name"], restored["client_label"]) == (name, label)
    assert restored["client_id"] != tenant["client_id"]
    expect_whole(annals, tenant, kept)
    expect_whole(annals, {"client_id": restored["client_id"], "database_name": name}, kept)


def test_a_copy_does_not_get_the_name_under_which_its_files_would_be_removed(backups):
    annals = backups.annals
    tenant, kept = filled(annals)
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]
    annals.remove(tenant["client_id"])

    failed = backups.ended(backups.restore(backup, client_id=tenant["client_id"], as_new=True))
    assert failed["state"] == "failed" and "another database_name" in failed["detail"], failed
    name = unique_name()
    copy = backups.done(backups.restore(backup, client_id=tenant["client_id"], database_name=name, as_new=True))

    expect_whole(annals, {"client_id": copy["restored_client_id"], "database_name": name}, kept)


def test_an_increment_writes_only_what_is_new_and_is_whole(backups):
    annals = backups.annals
    tenant, *_ = filled(annals, files=(b"y" * 2_000_000,))
    first = backups.create()["backup_id"]
    more = [event() for _ in range(9)] + [with_file(annals, tenant, b"more")]
    assert post_events(annals, tenant, more).status_code == 201
    second = backups.create(base=first)["backup_id"]
    shown = backups.show(second)
    assert (shown["base"], shown["needs"], shown["events"], shown["files"]) == (first, [first], 710, 2)
    assert shown["new_bytes"] < 100_000 < backups.show(first)["new_bytes"]
    kept = whole(annals, tenant)

    annals.remove(tenant["client_id"])
    backups.done(backups.restore(second, client_id=tenant["client_id"]))
    expect_whole(annals, tenant, kept)


def test_an_increment_after_removed_events_is_whole_by_itself(backups):
    annals = backups.annals
    tenant, *_ = filled(annals)
    first = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    other, kept = filled(annals)
    second = backups.create(base=first)["backup_id"]
    assert backups.show(second)["needs"] == []
    annals.remove(other["client_id"])
    backups.done(backups.restore(second))
    expect_whole(annals, other, kept)


def test_an_increment_after_retention_restores_the_state_of_its_own_time(make, engine_kind, tmp_path):
    environment = {"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups"), "ANNALS_RETENTION_INTERVAL_SECONDS": "0.2"}
    annals = make.annals(engine_kind, environment=environment)
    backups = Backups(annals, tmp_path / "backups")
    tenant, _ = filled(annals)
    old = "1990-01-01T00:00:00Z"
    past = [{**with_file(annals, tenant, b"old"), "event_time": old}, *(event(event_time=old) for _ in range(9)), event()]
    assert post_events(annals, tenant, past).status_code == 201
    first = backups.create()["backup_id"]
    before = whole(annals, tenant)

    path = f"/api/tenants/{tenant['client_id']}"
    assert annals.request("PATCH", path, json={"retention_days": 10_000}).status_code == 200
    wait_until(lambda: annals.tenant(tenant["client_id"])["retention"]["rows_removed"] == 10, "what is old is removed", SECONDS)
    assert post_events(annals, tenant, [event(), with_file(annals, tenant, b"young")]).status_code == 201
    kept = whole(annals, tenant)
    second = backups.create(base=first)["backup_id"]
    assert post_events(annals, tenant, [event(), event()]).status_code == 201
    third = backups.create(base=second)["backup_id"]
    latest = whole(annals, tenant)
    assert backups.show(second)["events"] == 703, "without the ten that were removed"
    assert set(backups.show(third)["needs"]) == {first, second}, "the files of the first, the events of the second"

    for backup, state in ((second, kept), (third, latest)):
        annals.remove(tenant["client_id"])
        backups.done(backups.restore(backup))
        expect_whole(annals, tenant, state)
        assert annals.tenant(tenant["client_id"])["retention_days"] == 10_000
    annals.remove(tenant["client_id"])
    backups.done(backups.restore(first))
    expect_whole(annals, tenant, before)


@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_backup_is_refused_before_anything_is_changed(backups, harm):
    annals = backups.annals
    tenant, *_ = filled(annals)
    backup = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    for blob in files_below(backups.directory):
        content = blob.read_bytes()
        if harm == "flip":
            blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        elif harm == "cut":
            blob.write_bytes(content[:-1])
        else:
            blob.unlink()
        for path, body in ((f"/api/backups/{backup}/verify", None), ("/api/restores", {"backup_id": backup})):
            reply = backups.ask("POST", path, body)
            if reply.status_code == 202:
                job = backups.ended(reply)
                assert job["state"] == "failed" and "damaged" in job["detail"], (blob, job)
            else:
                assert reply.status_code in (404, 409), (blob, reply.text)
        assert annals.tenants() == [], blob
        blob.write_bytes(content)
    backups.done(backups.ask("POST", f"/api/backups/{backup}/verify"))


def test_a_backup_of_a_newer_form_is_refused_with_a_sentence(backups):
    backup = backups.create()["backup_id"]
    file = backups.directory / "manifests" / f"{backup}.json"
    body = json.dumps({**json.loads(file.read_text())["manifest"], "format": 2}, separators=(",", ":"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    file.write_text(f'{{"sha256":"{digest}","manifest":{body}}}\n')
    assert backups.states() == {backup: "damaged"}
    reply = backups.restore(backup)
    assert reply.status_code == 409 and "A newer version of Annals made it." in reply.json()["detail"]


def test_wrong_requests_are_told_at_once(backups):
    annals = backups.annals
    unknown = "20260101T000000Z-00000000"
    for id in (unknown, "x", "..%2f..%2fetc", "manifests"):
        expect(annals.get(f"/api/backups/{id}"), 404, NOT_FOUND)
    expect(backups.restore(unknown), 404, NOT_FOUND)
    expect(backups.ask("POST", "/api/backups", {"base": unknown}), 404, NOT_FOUND)
    assert backups.ask("POST", "/api/backups", {"client": UNKNOWN_ID}).status_code == 422, "a misspelt field"
    assert backups.ask("POST", "/api/backups", {"client_id": "x"}).status_code == 422
    assert backups.restore(unknown, as_new=True).status_code == 422, "as_new is of one client only"
    expect(annals.get(f"/api/backup-jobs/{UNKNOWN_ID}"), 404, {"detail": "Backup job not found."})
    failed = backups.ended(backups.ask("POST", "/api/backups", {"client_id": UNKNOWN_ID}))
    assert (failed["state"], failed["detail"]) == ("failed", "Tenant not found.")
    assert backups.states() == {}, "a backup that failed leaves nothing"
    backup = backups.create()["backup_id"]
    reply = backups.restore(backup, client_id=UNKNOWN_ID)
    expect(reply, 409, {"detail": f"The backup has no client with the id {UNKNOWN_ID}."})


def test_without_a_destination_every_call_says_what_to_set(any_annals):
    for method, path in (("GET", "/api/backups"), ("POST", "/api/backups"), ("GET", "/api/backup-jobs")):
        reply = any_annals.request(method, path, json={} if method == "POST" else None)
        expect(reply, 409, {"detail": "Backups are not configured: set backup.directory or backup.s3_bucket."})


def test_the_commands_back_up_verify_and_restore(backups, tmp_path):
    annals = backups.annals
    tenant, kept = filled(annals)
    (tmp_path / "key").write_text(API_KEY + "\n")

    def command(*arguments, code=0):
        own = ["--url", annals.url, "--key-file", tmp_path / "key"]
        done = run([paths.ANNALS, *arguments, *own], {}, SECONDS)
        assert done.returncode == code, f"expected {code}, got {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    backup = command("backup", "create")
    increment = command("backup", "create", "--base", backup, "--client-id", tenant["client_id"])
    listed = command("backup", "list").splitlines()
    assert [line.split()[0] for line in listed] == ["backup_id", increment, backup]
    assert json.loads(command("backup", "show", backup))["events"] == 700
    command("backup", "verify", increment)
    command("restore", increment, "--client-id", tenant["client_id"], code=1)
    annals.remove(tenant["client_id"])
    assert command("restore", increment, "--client-id", tenant["client_id"]) == tenant["client_id"]
    expect_whole(annals, tenant, kept)
    command("backup", "show", "nonsense", code=1)
    command("restore", code=2)


def test_a_file_with_headers_that_nobody_can_read_is_backed_up_too(make):
    """An upload URL leaves headers to the uploader, and S3 servers keep whatever bytes they have."""
    bucket = make.files()
    annals = make.annals("embedded", files="s3", environment=in_s3(bucket))
    backups = Backups(annals, None)
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    name = 'attachment; filename="M\xfcller.pdf"'.encode("latin-1")
    sent = put(upload["upload_url"], b"a contract", **{"Content-Disposition": name})
    assert sent.status_code == 200, sent.text
    attached = attach(annals, tenant, upload["file_id"])

    backup = backups.create()["backup_id"]

    annals.remove(tenant["client_id"])
    backups.done(backups.restore(backup))
    link = get_file(annals, tenant, attached, Accept="application/json")
    assert fetch(link.json()["file_url"]).content == b"a contract"


def test_files_and_backups_in_s3(make, engine_kind):
    bucket = make.files()
    annals = make.annals(engine_kind, files="s3", environment=in_s3(bucket))
    backups = Backups(annals, None)
    large = bytes(range(256)) * 150_000  # more than one part
    tenant, kept = filled(annals, files=(b"a", b"", large))
    first = backups.create()["backup_id"]
    assert all(key.startswith("annals-backup/") for key in bucket.keys())
    second = backups.create(base=first)["backup_id"]
    assert backups.show(second)["needs"] == [first]
    backups.done(backups.ask("POST", f"/api/backups/{second}/verify"))
    annals.remove(tenant["client_id"])

    backups.done(backups.restore(second))
    expect_whole(annals, tenant, kept)

    manifest = f"annals-backup/manifests/{first}.json"
    content = bucket.server.client.get_object(Bucket=bucket.bucket, Key=manifest)["Body"].read()
    bucket.put(manifest, content.replace(b'"events":', b'"evENts":', 1))
    assert "damaged" in backups.restore(first).json()["detail"]
    expect(backups.restore("20260101T000000Z-00000000"), 404, NOT_FOUND)
