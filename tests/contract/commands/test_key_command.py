"""annals key: the platform keys of a running service from the command line."""

import json

import pytest

from support import paths
from support.annals import API_KEY
from support.answers.problems import expect
from support.clients.keys import KEY_NOT_FOUND
from support.machine.ports import free_port
from support.machine.processes import run
from support.names import UNKNOWN_ID, unique_name

SECONDS = 60


@pytest.fixture
def key(any_annals, tmp_path):
    """Runs `annals key …` with the service's platform key."""
    (tmp_path / "key").write_text(API_KEY + "\n")

    def command(*arguments, code=0):
        own = ["--url", any_annals.url, "--key-file", tmp_path / "key"]
        done = run([paths.ANNALS, "key", *arguments, *own], {}, SECONDS)
        assert done.returncode == code, f"expected {code}, got {done.returncode}: {done.stdout}{done.stderr}"
        return done

    return command


def test_a_key_is_made_looked_at_disabled_enabled_and_deleted(any_annals, key):
    name = unique_name()
    made = key("create", "--name", name, "--role", "read", "--expires-at", "2099-01-01T00:00:00Z")
    text = made.stdout.strip()
    assert any_annals.get("/api/tenants", key=text).status_code == 200
    assert text not in made.stderr, "only standard output has the key, so that it can go into a file"

    (line,) = [line for line in key("list").stdout.splitlines() if line.endswith(name)]
    key_id = line.split()[0]
    assert line.split()[1:4] == ["read", "all", "enabled"]
    shown = json.loads(key("show", key_id, "--json").stdout)
    assert (shown["name"], shown["expires_at"]) == (name, "2099-01-01T00:00:00.000Z")

    key("disable", key_id)
    assert any_annals.get("/api/tenants", key=text).status_code == 401
    key("enable", key_id)
    assert any_annals.get("/api/tenants", key=text).status_code == 200
    key("delete", key_id)
    expect(any_annals.get(f"/api/keys/{key_id}"), 404, KEY_NOT_FOUND)


def test_a_key_is_bound_to_the_tenants_that_are_named(any_annals, key):
    ids = [any_annals.initialise(unique_name())["client_id"] for _ in range(2)]
    made = key("create", "--name", "bound", "--role", "ingest", "--client-id", ids[0], "--client-id", ids[1])
    key_id = made.stderr.split("made ")[1].split(";")[0]
    assert sorted(json.loads(key("show", key_id, "--json").stdout)["client_ids"]) == sorted(ids)


def test_mistakes_are_told(any_annals, key):
    assert "role" in key("create", "--name", "x", "--role", "root", code=2).stderr
    assert "client_ids" in key("create", "--name", "x", "--role", "read", "--client-id", "x", code=2).stderr
    assert "Key not found." in key("show", UNKNOWN_ID, code=1).stderr
    assert "KEY_ID" in key("delete", code=2).stderr


def test_a_list_that_fails_prints_nothing_that_looks_like_one(tmp_path):
    done = run([paths.ANNALS, "key", "list", "--url", f"http://127.0.0.1:{free_port()}"], {"ANNALS_API_KEY": "key"}, SECONDS)

    assert (done.returncode, done.stdout) == (1, ""), f"expected 1 and nothing on standard output, got {done}"
