"""The audit trail: who may read it, that nobody changes it, and what it outlives."""

from support.annals import insert_statement
from support.answers.problems import NO_SUCH_CLIENT, TENANT_NOT_FOUND, UNAUTHORIZED_CLIENT, expect
from support.clients.keys import change_tenant, new_key, suspend
from support.events import event, post_envelope, post_events, envelope
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until
from support.witnesses.trail import ID, READ_ONLY, TABLE, TRAIL, number_of, records, trail, wait_for


def test_only_an_admin_key_for_all_tenants_reads_it(annals, tenant):
    bound = {"client_ids": [tenant["client_id"]]}
    assert annals.get("/api/history/events", headers=TRAIL, key=new_key(annals, "admin")["key"]).status_code == 200
    for key in (new_key(annals, "read"), new_key(annals, "admin", **bound), new_key(annals, "read", **bound)):
        for path in ("/api/history/events", "/api/history/export", "/api/history/tail", f"/api/history/events/{UNKNOWN_ID}"):
            expect(annals.get(path, headers=TRAIL, key=key["key"]), 400, NO_SUCH_CLIENT)
    secret = {**TRAIL, "X-Client-Secret": tenant["client_secret"]}
    expect(annals.get("/api/history/events", headers=secret, key=None), 401, UNAUTHORIZED_CLIENT)
    # Its id in the lanes and its database lead nowhere.
    for name in (ID, "default"):
        expect(annals.get("/api/history/events", headers={"X-Client-Id": name}), 400, NO_SUCH_CLIENT)


def test_it_is_read_like_any_other_history(annals, tenant):
    suspend(annals, tenant)
    mine = {"record_id": number_of(tenant["client_id"])}
    first = annals.get("/api/history/events", headers=TRAIL, params={**mine, "cursor": "", "limit": 1}).json()
    assert len(first["results"]) == 1 and first["next"]
    shown = first["results"][0]
    one = annals.get(f"/api/history/events/{shown['event_id']}", headers=TRAIL)
    assert one.json() == shown
    counts = annals.get("/api/history/events/count-by", headers=TRAIL, params={**mine, "by": "event_type_id"}).json()
    assert {(group["event_type_id"], group["count"]) for group in counts["results"]} == {(1, 1), (3, 2)}
    found = annals.get("/api/history/events", headers=TRAIL, params={"q": tenant["client_id"]}).json()
    assert found["filtered_count"] == 3
    lines = annals.get("/api/history/export", headers=TRAIL, params=mine).text.splitlines()
    assert len(lines) == 3
    with annals.get("/api/history/tail", headers=TRAIL, params={**mine, "cursor": ""}, stream=True) as tail:
        text = ""
        for part in tail.iter_content(None):
            text += part.decode()
            if text.count('"initialize_tenant"') == 1 and text.count('"change_tenant"') == 2:
                break
    wait_for(annals, "export_events", lambda told: told["client_id"] == "_annals" and told["result"] == "finished")


def test_nothing_changes_it(annals):
    expect(annals.delete("_annals"), 403, READ_ONLY)
    expect(change_tenant(annals, {"client_id": "_annals"}, suspended=True), 403, READ_ONLY)
    expect(annals.request("POST", "/api/tenants/_annals/rotate-secret", json={"overlap_seconds": 0}), 403, READ_ONLY)
    expect(post_events(annals, {"client_id": "_annals"}, event()), 403, READ_ONLY)
    expect(annals.get("/api/files/upload-url", headers=TRAIL), 403, READ_ONLY)
    assert post_envelope(annals, envelope(event(), "_annals")).status_code == 400
    assert post_envelope(annals, envelope(event(), ID)).status_code == 400
    assert annals.post_tenant({"database_name": "_annals", "client_label": unique_name()}).status_code == 400
    expect(annals.delete(ID), 400, NO_SUCH_CLIENT)
    expect(change_tenant(annals, {"client_id": ID}, suspended=True), 404, TENANT_NOT_FOUND)
    expect(post_events(annals, {"client_id": ID}, event()), 400, NO_SUCH_CLIENT)


def test_to_others_it_does_not_exist(annals, tenant):
    ingest, bound = new_key(annals, "ingest")["key"], new_key(annals, "admin", client_ids=[tenant["client_id"]])["key"]
    expect(post_events(annals, {"client_id": "_annals"}, event(), key=ingest), 400, NO_SUCH_CLIENT)
    expect(annals.delete("_annals", key=bound), 400, NO_SUCH_CLIENT)
    expect(annals.request("PATCH", "/api/tenants/_annals", json={}, key=bound), 404, TENANT_NOT_FOUND)


def test_it_is_no_tenant(annals):
    expect(annals.get("/api/tenants/_annals"), 404, TENANT_NOT_FOUND)
    assert "_annals" not in {one["client_label"] for one in annals.tenants()}


def test_starts_and_stops_are_on_record_and_outlive_them(make, engine_kind, after_a_stop):
    annals = tenant = None

    def prepare():
        nonlocal annals, tenant
        annals = make.annals(engine_kind)
        tenant = annals.initialise("shop")
        return annals, lambda: records(annals.start(), "stop_service")

    assert len(after_a_stop(prepare)) == 1, "expected the stop on record"

    wait_until(lambda: len(records(annals, "start_service")) == 2, "both starts are on record")
    assert [one["result"] for one in records(annals, record_id=number_of(tenant["client_id"]))] == ["done"]
    version = records(annals, "start_service")[0]["version"]
    assert version and version[0].isdigit()


def test_instances_write_into_one_trail(make):
    engine, files = make.engine(), make.files()
    first, second = (make.annals(engine, files) for _ in range(2))
    one, two = first.initialise("one"), second.initialise("two")

    for annals in (first, second):
        for tenant in (one, two):
            told = records(annals, record_id=number_of(tenant["client_id"]))
            assert [entry["result"] for entry in told] == ["done"]


def test_old_records_are_removed(make):
    annals = make.annals("remote")
    columns = "event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data"
    values = "generateUUIDv4(), now64(3) - INTERVAL 31 DAY, 1, 4711, 0, 0, '{\"action\":\"old\"}'"
    annals.sql(insert_statement(TABLE, columns, values, "numbers(3)"))
    assert len(trail(annals, record_id=4711)) == 3
    annals.initialise("shop")

    annals.restart(environment={"ANNALS_AUDIT_RETENTION_DAYS": "30"})

    wait_for(annals, "start_service", lambda one: not trail(annals, record_id=4711))
    assert len(records(annals, "initialize_tenant")) == 2


def test_a_trail_from_before_is_adopted_and_a_registry_that_is_lost_does_not_hide_it(make):
    annals = make.annals("remote")
    tenant = annals.initialise("shop")
    annals.terminate()
    annals.sql("RENAME TABLE default.annals_tenants TO default.kept")
    annals.start()

    assert [one["result"] for one in records(annals, record_id=number_of(tenant["client_id"]))] == ["done"]


def test_it_outlives_a_kill_at_any_time(make):
    annals = make.annals("embedded")
    annals.initialise("shop")
    annals.kill9()
    annals.start()
    annals.kill9()
    annals.start()
    assert len(records(annals, "initialize_tenant")) == 2
