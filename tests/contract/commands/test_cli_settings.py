"""annals tenant label, retention, quotas and viewer-token, and annals audit list."""

import stat

import pytest

from support.clients.commands import platform_client
from support.events import event, post_events
from support.names import unique_name


@pytest.fixture
def annals_cli(any_annals, tmp_path):
    return platform_client(any_annals, tmp_path)


@pytest.fixture
def tenant(any_annals):
    return any_annals.initialise(unique_name())


@pytest.fixture
def name(tenant):
    return tenant["database_name"]


def test_a_label_is_changed_unless_another_tenant_has_it(any_annals, annals_cli, tenant, name):
    label = f"{unique_name()} – plc"
    annals_cli("tenant", "label", name, label)
    assert any_annals.tenant(tenant["client_id"])["client_label"] == label

    other = any_annals.initialise(unique_name())
    assert "Client already exist." in annals_cli("tenant", "label", other["database_name"], label, code=1).stderr
    annals_cli("tenant", "label", name, code=2)
    assert "client_label" in annals_cli("tenant", "label", name, "", code=2).stderr


def test_a_retention_is_set_shown_and_lifted(any_annals, annals_cli, tenant, name):
    assert "for ever" in annals_cli("tenant", "retention", name).stderr
    annals_cli("tenant", "retention", name, "90")
    assert any_annals.tenant(tenant["client_id"])["retention_days"] == 90
    assert "days: 90" in " ".join(annals_cli("tenant", "retention", name).stdout.split())
    assert annals_cli.json("tenant", "retention", name)[0]["days"] == 90
    annals_cli("tenant", "retention", name, "forever")
    assert any_annals.tenant(tenant["client_id"])["retention_days"] is None
    (shown,) = annals_cli.json("tenant", "retention", name)
    assert shown is None or shown["days"] is None, "a run under the former policy may have reported what it did"

    for wrong in ("x", "-1", "1.5", "[1]", "0", "36501"):
        assert annals_cli("tenant", "retention", name, "--", wrong, code=2).stderr


def test_quotas_are_set_one_by_one_and_shown_with_what_is_used(any_annals, annals_cli, tenant, name):
    assert "nothing is limited" in annals_cli("tenant", "quotas", name).stderr
    annals_cli("tenant", "quotas", name, "--events-per-second", "500", "--bytes-per-day", "1000000")
    shown = annals_cli("tenant", "quotas", name, "--stored-bytes", "0").stdout.splitlines()
    assert shown[0].split() == ["quota", "limit", "used"]
    assert shown[1].split()[:2] == ["events_per_second", "500"]
    assert any_annals.tenant(tenant["client_id"])["quotas"] == {
        "events_per_second": 500, "bytes_per_day": 1_000_000, "stored_bytes": 0,
    }
    assert annals_cli.json("tenant", "quotas", name)[0]["bytes_per_day"]["limit"] == 1_000_000
    everything = [word for quota in ("events-per-second", "bytes-per-day", "stored-bytes") for word in (f"--{quota}", "default")]
    annals_cli("tenant", "quotas", name, *everything)
    assert "quotas" not in any_annals.tenant(tenant["client_id"])
    for wrong in ("x", "1.5", "-1"):
        annals_cli("tenant", "quotas", name, f"--events-per-second={wrong}", code=2)


def test_a_viewer_token_shows_what_its_filters_show(any_annals, annals_cli, tenant, name, tmp_path):
    sent = [event(record_id=7), event(record_id=8)]
    assert post_events(any_annals, tenant, sent).status_code == 201

    def shown(token):
        reply = any_annals.get("/api/history/events", key=None, headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == 200, reply.text
        return {one["event_id"] for one in reply.json()["results"]}

    token = annals_cli("tenant", "viewer-token", name, "--record-id", "7").stdout.strip()
    assert shown(token) == {sent[0]["event_id"]}
    file = tmp_path / "token"
    assert annals_cli("tenant", "viewer-token", name, "--whole-history", "--files", "--secret-to", file).stdout == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert shown(file.read_text().strip()) == {one["event_id"] for one in sent}

    assert "--whole-history" in annals_cli("tenant", "viewer-token", name, code=2).stderr
    annals_cli("tenant", "viewer-token", name, "--whole-history", "--record-id", "7", code=2)
    annals_cli("tenant", "viewer-token", name, "--record-id", '"x', code=2)
    annals_cli("tenant", "viewer-token", name, "--record-id", "7", "--expires-in", "86401", code=2)


def test_the_audit_trail_is_listed_newest_first(any_annals, annals_cli, tenant, name):
    annals_cli("tenant", "label", name, unique_name())
    annals_cli("tenant", "suspend", name)
    annals_cli("tenant", "resume", name)

    arguments = ("audit", "list", "--action", "change_tenant", "--q", tenant["client_id"])
    done = [one for one in annals_cli.json(*arguments) if one["event_data"]["result"] == "done"]
    assert len(done) == 3 and all(one["event_data"]["client_id"] == tenant["client_id"] for one in done)
    assert [one["event_data"]["request"].get("suspended") for one in done] == [False, True, None]
    lines = annals_cli(*arguments, "--limit", "2").stdout.splitlines()
    assert lines[0].split() == ["time", "action", "result", "caller", "address", "about"] and len(lines) == 3
    assert lines[1].split()[1] == "change_tenant" and lines[1].endswith(tenant["client_id"])
    made = annals_cli.json("audit", "list", "--action", "initialize_tenant", "--action", "delete_tenant", "--limit", "5000")
    assert {one["event_data"]["action"] for one in made} <= {"initialize_tenant", "delete_tenant"}
    annals_cli("audit", "list", "--action", "nonsense", code=2)
