"""The registry is not the only witness: what it does not know is not removed if it may be somebody's."""

import pytest

from support.annals import events_table
from support.answers.problems import CLIENT_EXISTS, expect
from support.clients.file_links import attach, fetch, get_file, new_upload, put
from support.events import event, events_of, expect_stored, history
from support.servers.files import LocalFiles
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.backups import Backups
from support.witnesses.leftovers import databases
from support.witnesses.metrics import scrape, value

FAST_SWEEP = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}
UNKNOWN = "holds events of a tenant that the registry does not know"
MOVE_AWAY = "RENAME TABLE default.annals_tenants TO default.kept"
COPY = "CREATE TABLE default.kept AS default.annals_tenants"
FILL = "INSERT INTO default.kept SELECT * FROM default.annals_tenants"
FORGET = "ALTER TABLE default.annals_tenants DELETE WHERE client_id = '{}' SETTINGS mutations_sync = 2"
ROUNDS = ("removal of late uploads", "removal of names")
CONTENT = b"a contract"
NAMES = {"event_types": {"1": "Created"}}
MOVE_BACK = ["DROP TABLE IF EXISTS default.annals_tenants SYNC", "RENAME TABLE default.kept TO default.annals_tenants"]


@pytest.fixture
def annals(make, engine_kind):
    return make.annals(engine_kind, environment=FAST_SWEEP)


def with_event(annals, name):
    tenant = annals.initialise(name)
    expect_stored(annals, tenant, [event()])
    return tenant


def sweeps(annals):
    return annals.log.count(UNKNOWN)


def wait_for_sweeps(annals):
    seen = sweeps(annals)
    wait_until(lambda: sweeps(annals) > seen + 2, "the sweep goes on and tells of it", PATIENCE_SECONDS)


def test_a_lost_registry_costs_no_tenant_anything(annals):
    shop, empty = with_event(annals, "shop"), annals.initialise("empty")
    annals.terminate()
    annals.sql(MOVE_AWAY)

    annals.start(ready=False)

    wait_for_sweeps(annals)
    reply = annals.get("/readyz", key=None)
    assert reply.status_code == 503 and "annals_tenants" in reply.json()["detail"], reply.text
    # Tenants that are made now change nothing of that.
    new = with_event(annals, "new")
    wait_for_sweeps(annals)
    assert annals.get("/readyz", key=None).status_code == 503
    annals.remove(new["client_id"])

    annals.terminate()
    assert databases(annals.sql) == ["empty", "shop"]
    for statement in MOVE_BACK:
        annals.sql(statement)
    annals.start()
    assert history(annals, shop)["total_count"] == 1
    assert history(annals, empty)["total_count"] == 0


@pytest.mark.parametrize("lost", [[MOVE_AWAY], [COPY, FILL, FORGET]], ids=["the table", "one tenant"])
def test_events_that_are_still_in_the_journal_keep_their_database(make, lost):
    annals = make.annals("embedded", environment=FAST_SWEEP)
    tenants = {name: annals.initialise(name) for name in ("known", "shop")}
    sent = [event() for _ in range(3)]
    expect_stored(annals, tenants["shop"], sent)
    annals.kill9()  # usually before they are moved into their table
    for statement in lost:
        annals.sql(statement.format(tenants["shop"]["client_id"]))

    annals.start(ready=False)

    wait_for_sweeps(annals)
    annals.kill9()
    assert "shop" in databases(annals.sql)
    for statement in MOVE_BACK:
        annals.sql(statement)
    annals.start()
    assert sorted(e["event_id"] for e in events_of(annals, tenants["shop"])) == sorted(e["event_id"] for e in sent)


def runs(annals, round_of_background):
    """How often that round has succeeded."""
    return value(scrape(annals), "annals_background_runs_total", round=round_of_background, outcome="succeeded")


def wait_for_rounds(annals):
    for one in ROUNDS:
        seen = runs(annals, one)
        wait_until(lambda one=one, seen=seen: runs(annals, one) >= seen + 3, f"the round {one!r} goes on")


@pytest.mark.parametrize("lost", [[MOVE_AWAY], [COPY, FILL, FORGET]], ids=["the table", "one tenant"])
def test_a_restoration_takes_nothing_from_a_tenant_that_the_registry_has_lost(make, engine_kind, tmp_path, lost):
    annals = make.annals(engine_kind, environment=FAST_SWEEP | {"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals)
    shop, other = with_event(annals, "shop"), with_event(annals, "other")
    backup = backups.create()["backup_id"]
    upload = new_upload(annals, shop)
    assert put(upload["upload_url"], CONTENT).status_code == 200
    attached = attach(annals, shop, upload["file_id"])  # since the backup
    annals.remove(other["client_id"])
    annals.terminate()
    for statement in lost:
        annals.sql(statement.format(shop["client_id"]))
    annals.start(ready=False)

    one = backups.ended(backups.restore(backup, client_id=shop["client_id"]))
    everything = backups.ended(backups.restore(backup))

    for job, words in ((one, one["detail"]), (everything, " ".join(everything["remarks"]))):
        assert job["state"] == "failed" and "A lost registry" in words, f"expected that it says what to do, got {job}"
    assert history(annals, other)["total_count"] == 1, "what was deleted is there again"
    wait_for_sweeps(annals)
    annals.remove(other["client_id"])
    annals.terminate()
    for statement in MOVE_BACK:
        annals.sql(statement)
    annals.start()
    assert history(annals, shop)["total_count"] == 2
    reply = get_file(annals, shop, attached, Accept="application/json")
    assert fetch(reply.json()["file_url"]).content == CONTENT, "expected that the file is there"


@pytest.mark.parametrize("lost", [[MOVE_AWAY], [COPY, FILL, FORGET]], ids=["the table", "one tenant"])
def test_files_and_names_of_an_unknown_tenant_stay(annals, lost):
    annals.initialise("known")
    # A tenant that had the name before may still upload, so that files under it are looked for.
    former = annals.initialise("shop")
    new_upload(annals, former)
    annals.remove(former["client_id"])
    shop = with_event(annals, "shop")
    upload = new_upload(annals, shop)
    assert put(upload["upload_url"], CONTENT).status_code == 200
    attached = attach(annals, shop, upload["file_id"])
    names = f"/api/tenants/{shop['client_id']}/names"
    assert annals.request("PATCH", names, json=NAMES).status_code == 200
    annals.terminate()
    assert annals.sql("SELECT count() FROM default.annals_late_uploads WHERE database_name = 'shop'") == "1"
    for statement in lost:
        annals.sql(statement.format(shop["client_id"]))

    annals.start(ready=False)

    wait_for_sweeps(annals)
    wait_for_rounds(annals)
    annals.terminate()
    for statement in MOVE_BACK:
        annals.sql(statement)
    annals.start()
    reply = get_file(annals, shop, attached, Accept="application/json")
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    assert fetch(reply.json()["file_url"]).content == CONTENT, "expected that the file is there"
    reply = annals.get(names)
    assert reply.status_code == 200 and reply.json()["event_types"] == NAMES["event_types"], reply.text
    assert history(annals, shop)["total_count"] == 2


def test_a_database_of_an_unknown_tenant_is_told_of_and_kept_only_if_it_holds_events(annals):
    with_event(annals, "known")
    kept, empty = with_event(annals, "kept"), annals.initialise("empty")
    annals.terminate()
    for tenant in (kept, empty):
        annals.sql(FORGET.format(tenant["client_id"]))

    annals.start()

    wait_until(lambda: kept["client_id"] in annals.log, "the log names the tenant", PATIENCE_SECONDS)
    wait_for_sweeps(annals)
    assert annals.get("/readyz", key=None).status_code == 200, "the others are served"
    annals.terminate()
    assert databases(annals.sql) == ["kept", "known"]
    assert annals.sql(f"SELECT count() FROM {events_table(kept)}") == "1"


def test_an_active_tenant_without_a_database_is_named_in_the_log(annals):
    shop = annals.initialise("shop")
    annals.terminate()
    annals.sql("DROP DATABASE shop SYNC")

    annals.start()

    wait_until(lambda: "an active tenant has no database" in annals.log, "the log tells of it", PATIENCE_SECONDS)
    assert shop["client_id"] in annals.log


def test_a_name_that_is_not_of_annals_is_refused_and_its_files_stay(annals):
    annals.initialise("other")
    with annals.behind_its_back() as sql:
        sql("CREATE DATABASE legacy")
    assert isinstance(annals.files, LocalFiles)
    annals.files.put("legacy/precious")

    reply = annals.post_tenant({"database_name": "legacy", "client_label": "Legacy"})

    expect(reply, 400, CLIENT_EXISTS)
    assert annals.files.keys("legacy/") == ["legacy/precious"]
    with annals.behind_its_back() as sql:
        assert databases(sql) == ["legacy", "other"]


def test_who_does_not_get_a_label_touches_no_files(annals):
    annals.initialise("shop", "The label")
    annals.files.put("second/precious")

    reply = annals.post_tenant({"database_name": "second", "client_label": "The label"})

    expect(reply, 400, CLIENT_EXISTS)
    assert annals.files.keys("second/") == ["second/precious"]


@pytest.mark.parametrize("name", ["annals_gone_", "annals_gone_x"])
def test_the_names_under_which_databases_wait_for_their_end_are_reserved(annals, name):
    expect(annals.post_tenant({"database_name": name, "client_label": "X"}), 400, CLIENT_EXISTS)
