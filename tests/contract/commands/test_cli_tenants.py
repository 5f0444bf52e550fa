"""annals tenant: the tenants of a running service from the command line."""

import stat

import pytest

from support.answers.problems import CLIENT_EXISTS
from support.clients.commands import Client, platform_client
from support.machine.ports import free_port
from support.names import UNKNOWN_ID, unique_name


@pytest.fixture
def annals_cli(any_annals, tmp_path):
    return platform_client(any_annals, tmp_path)


def facts(text):
    """The lines "name: value" as a dictionary."""
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def test_a_tenant_is_made_listed_shown_suspended_resumed_and_deleted(any_annals, annals_cli):
    name = unique_name()
    made = facts(annals_cli("tenant", "create", name, "--label", f"Label of {name}").stdout)
    own = {"X-Client-Id": made["client_id"], "X-Client-Secret": made["client_secret"]}
    assert any_annals.get("/api/history/events", key=None, headers=own).status_code == 200

    lines = annals_cli("tenant", "list").stdout.splitlines()
    assert lines[0].split() == ["database", "client_id", "state", "created_at", "label"]
    (line,) = [line for line in lines if line.startswith(name)]
    assert line.split()[1:3] == [made["client_id"], "active"] and line.endswith(f"Label of {name}")
    assert facts(annals_cli("tenant", "show", name).stdout)["client_label"] == f"Label of {name}"
    (shown,) = annals_cli.json("tenant", "show", made["client_id"])
    assert shown == any_annals.tenant(made["client_id"])

    annals_cli("tenant", "suspend", name)
    assert any_annals.get("/api/history/events", headers={"X-Client-Id": made["client_id"]}).status_code == 403
    assert facts(annals_cli("tenant", "show", name).stdout)["state"] == "suspended"
    annals_cli("tenant", "resume", made["client_id"])
    assert any_annals.get("/api/history/events", headers={"X-Client-Id": made["client_id"]}).status_code == 200

    annals_cli("tenant", "delete", name, "--yes")
    assert any_annals.tenant(made["client_id"]) is None
    assert f"no tenant with the database {name}" in annals_cli("tenant", "show", name, code=1).stderr


def test_lists_are_json_lines_for_programs(annals_cli):
    name = unique_name()
    (made,) = annals_cli.json("tenant", "create", name)
    assert set(made) == {"client_id", "client_secret", "database_name"}
    (listed,) = [tenant for tenant in annals_cli.json("tenant", "list", "--state", "active") if tenant["database_name"] == name]
    assert listed["client_id"] == made["client_id"]


def test_a_secret_goes_to_a_new_file_of_its_owner(any_annals, annals_cli, tmp_path):
    name, file = unique_name(), tmp_path / "secret"
    (made,) = annals_cli.json("tenant", "create", name, "--secret-to", file)
    assert "client_secret" not in made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    own = Client(tmp_path, "--url", any_annals.url, "--client-id", made["client_id"], "--secret-file", file)
    assert own("events", "count").stdout == "0\n"

    assert "File exists" in annals_cli("tenant", "create", unique_name(), "--secret-to", file, code=2).stderr
    refused = tmp_path / "refused"
    assert CLIENT_EXISTS["detail"] in annals_cli("tenant", "create", name, "--secret-to", refused, code=1).stderr
    assert not refused.exists()


def test_a_secret_is_rotated_with_an_overlap_or_at_once(any_annals, annals_cli):
    name = unique_name()
    (made,) = annals_cli.json("tenant", "create", name)

    def status(secret):
        own = {"X-Client-Id": made["client_id"], "X-Client-Secret": secret}
        return any_annals.get("/api/history/events", key=None, headers=own).status_code

    (second,) = annals_cli.json("tenant", "rotate-secret", name)
    assert status(made["client_secret"]) == status(second["client_secret"]) == 200
    third = facts(annals_cli("tenant", "rotate-secret", name, "--overlap", "0").stdout)
    assert [status(s) for s in (made["client_secret"], second["client_secret"], third["client_secret"])] == [401, 401, 200]


def test_a_deletion_is_asked_for_on_a_terminal_and_needs_yes_without_one(any_annals, annals_cli):
    name = unique_name()
    (made,) = annals_cli.json("tenant", "create", name)

    assert "--yes" in annals_cli("tenant", "delete", name, code=2).stderr
    code, shown = annals_cli.on_terminal("no", "tenant", "delete", name)
    assert code == 2 and "nothing is deleted" in shown and made["client_id"] in shown
    assert any_annals.tenant(made["client_id"]) is not None

    code, shown = annals_cli.on_terminal(name, "tenant", "delete", name)
    assert code == 0, shown
    assert any_annals.tenant(made["client_id"]) is None


def test_colours_are_for_terminals_that_want_them(annals_cli):
    bold = "\x1b[1m"
    assert bold in annals_cli.on_terminal(None, "tenant", "list")[1]
    assert bold not in annals_cli.on_terminal(None, "tenant", "list", environment={"NO_COLOR": "1"})[1]
    assert bold not in annals_cli.on_terminal(None, "tenant", "list", environment={"TERM": "dumb"})[1]
    assert bold not in annals_cli("tenant", "list").stdout


def test_what_a_label_has_cannot_command_the_terminal(any_annals, annals_cli):
    name = unique_name()
    any_annals.initialise(name, f"{name} \u202e\u200b")
    (line,) = [line for line in annals_cli("tenant", "list").stdout.splitlines() if line.startswith(name)]
    assert line.endswith(f"{name} \\u202e\\u200b")


@pytest.mark.parametrize("how", ["unheard", "lost"])
def test_a_creation_whose_answer_is_lost_makes_no_second_tenant(any_annals, tmp_path, annals_cli, gate, how):
    name = unique_name()
    through_gate = Client(tmp_path, "--url", gate.endpoint, "--key-file", tmp_path / "key")
    gate.fail(1, how)
    told = through_gate("tenant", "create", name, code=1).stderr

    made = [tenant for tenant in any_annals.tenants() if tenant["database_name"] == name]
    if how == "lost":
        assert made == [] and f"annals tenant show {name}" in told, told
        annals_cli("tenant", "create", name)
        return
    assert len(made) == 1 and made[0]["client_id"] in told, told
    assert CLIENT_EXISTS["detail"] in annals_cli("tenant", "create", name, code=1).stderr
    assert f"annals tenant rotate-secret {name}" in told, told
    (secret,) = annals_cli.json("tenant", "rotate-secret", name, "--overlap", "0")
    assert secret["client_secret"]


def test_mistakes_are_told(annals_cli, tmp_path):
    assert "database_name" in annals_cli("tenant", "create", "not a name", code=2).stderr
    assert "DATABASE" in annals_cli("tenant", "create", code=2).stderr
    assert "Tenant not found." in annals_cli("tenant", "show", UNKNOWN_ID, code=1).stderr
    assert "there is no command lst, did you mean list?" in annals_cli("tenant", "lst", code=2).stderr
    away = Client(tmp_path, "--url", f"http://127.0.0.1:{free_port()}", "--key-file", tmp_path / "key")
    failed = away("tenant", "list", code=1)
    assert "cannot reach" in failed.stderr and failed.stdout == ""
