"""Names of ids are kept: over restarts, changes at the same time, other instances, deletions and backups."""

import concurrent.futures

from support.clients.keys import change_tenant
from support.clients.names_of_ids import ALL, names_of, of_tenant, patch, patched
from support.events import event, tenant_with
from support.names import unique_name
from support.waiting import repeat_unavailable, wait_until
from support.witnesses.backups import Backups
from support.witnesses.leftovers import leftovers


def test_names_are_kept_and_go_with_their_tenant(annals):
    tenant = annals.initialise(unique_name())
    patched(annals, of_tenant(tenant), {"event_types": {"1": "Opened"}})
    patched(annals, ALL, {"event_types": {"1": "Created"}})
    annals.kill9()
    annals.start()
    assert annals.get(of_tenant(tenant)).json()["event_types"] == {"1": "Opened"}

    annals.remove(tenant["client_id"])

    assert annals.get(ALL).json()["event_types"] == {"1": "Created"}
    annals.terminate()
    assert leftovers(annals) == {}


def test_of_changes_at_the_same_time_none_is_lost(instances):
    tenant = instances[0].initialise(unique_name())

    def change(i):
        return patch(instances[i % len(instances)], of_tenant(tenant), {"event_types": {str(i): f"name {i}"}}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(change, range(16)))

    assert set(codes) <= {200, 503} and 200 in codes, codes
    wanted = {str(i): f"name {i}" for i, code in enumerate(codes) if code == 200}
    names = instances[0].get(of_tenant(tenant)).json()["event_types"]
    assert wanted.items() <= names.items(), f"expected {wanted}, got {names}"


def test_another_instance_gives_a_new_name_soon(make):
    engine, files = make.engine(), make.files()
    instances = [make.annals(engine, files) for _ in range(2)]
    tenant = tenant_with(instances[0], [event(event_type_id=1)])
    given = lambda one: [names.get("event_type") for names in names_of(one, tenant).values()]
    assert given(instances[1]) == [None]

    patched(instances[0], of_tenant(tenant), {"event_types": {"1": "Opened"}})

    assert given(instances[0]) == ["Opened"], "at once where it was changed"
    wait_until(lambda: given(instances[1]) == ["Opened"], "the other instance sees the name")


def test_a_name_is_shown_at_once_however_many_others_are_deleted(annals):
    tenants = [tenant_with(annals, [event(event_type_id=1)])]
    others = [annals.initialise(unique_name()) for _ in range(12)]
    for other in others:
        patched(annals, of_tenant(other), {"event_types": {"1": "x"}})
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        deletions = [pool.submit(annals.remove, other["client_id"]) for other in others]
        for n in range(20):
            patched(annals, of_tenant(tenants[0]), {"event_types": {"1": f"v{n}"}})
            assert [one["event_type"] for one in names_of(annals, tenants[0]).values()] == [f"v{n}"]
        for one in deletions:
            one.result()


def test_a_tenant_with_many_changes_of_names_and_settings_is_restored(make, tmp_path):
    annals = make.annals(environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals, tmp_path / "backups")
    tenant = annals.initialise(unique_name())
    for n in range(130):
        patched(annals, of_tenant(tenant), {"event_types": {"1": f"name {n}"}})
        changed = repeat_unavailable(lambda: change_tenant(annals, tenant, retention_days=n + 1))  # noqa: B023
        assert changed.status_code == 200, f"expected 200, got {changed.status_code} {changed.text}"
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]
    annals.remove(tenant["client_id"])

    backups.done(backups.restore(backup, client_id=tenant["client_id"]))

    assert annals.get(of_tenant(tenant)).json()["event_types"] == {"1": "name 129"}
    assert annals.tenant(tenant["client_id"])["retention_days"] == 130
    assert patched(annals, of_tenant(tenant), {"event_types": {"1": "again"}})["event_types"] == {"1": "again"}


def test_names_for_which_there_is_no_room_leave_no_tenant_out(make, tmp_path):
    annals = make.annals(environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals, tmp_path / "backups")
    tenant = annals.initialise(unique_name())
    patched(annals, ALL, {"event_types": {str(n): "x" for n in range(6000)}})
    backup = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    patched(annals, ALL, {"event_types": None, "source_types": {str(n): "x" for n in range(6000)}})

    job = backups.done(backups.restore(backup))

    assert any("names of ids" in remark for remark in job["remarks"]), job
    assert annals.tenant(tenant["client_id"]) is not None


def test_names_come_back_with_a_backup(make, engine_kind, tmp_path):
    annals = make.annals(engine_kind, environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals, tmp_path / "backups")
    tenant = tenant_with(annals, [event(event_type_id=1)])
    patched(annals, of_tenant(tenant), {"event_types": {"1": "Opened"}, "event_templates": {"1": "{source} opened it"}})
    patched(annals, ALL, {"event_types": {"1": "Created", "2": "Approved"}, "event_templates": {"2": "{source}"}})
    backup = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    patched(annals, ALL, {"event_types": {"1": "Made", "2": None}})

    backups.done(backups.restore(backup))

    own = annals.get(of_tenant(tenant)).json()
    assert (own["event_types"], own["event_templates"]) == ({"1": "Opened"}, {"1": "{source} opened it"})
    assert annals.get(ALL).json()["event_types"] == {"1": "Made", "2": "Approved"}, "what is there stays"
    assert annals.get(ALL).json()["event_templates"] == {"2": "{source}"}
