"""POST /api/initialize-tenant: what it makes, and what is taken."""

import hashlib
import re
import uuid

import pytest

from support.annals import API_KEY, events_table
from support.answers.problems import CLIENT_EXISTS, expect
from support.names import unique_name
from support.witnesses.file_trees import files_with
from support.witnesses.leftovers import leftovers

# --- success ---


def test_a_tenant_is_made_and_its_secret_is_shown(annals):
    name = unique_name()

    reply = annals.post_tenant({"database_name": name, "client_label": f"The {name}"})

    assert reply.status_code == 201, reply.text
    assert reply.headers["Content-Type"] == "application/json"
    body = reply.json()
    assert list(body) == ["client_id", "client_secret", "database_name"]
    assert body["database_name"] == name
    assert str(uuid.UUID(body["client_id"])) == body["client_id"]
    assert uuid.UUID(body["client_id"]).version == 4
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", body["client_secret"]), "expected at least 256 bits, URL-safe"


def test_the_database_and_its_events_table_exist_after_201(make, engine_kind):
    annals = make.annals(engine_kind)
    made = annals.initialise("shop")

    with annals.behind_its_back() as sql:
        table = sql("SELECT concat('`', database, '`.', name), engine FROM system.tables WHERE database = 'shop'")

    assert table == f"{events_table(made)}\tMergeTree"


def test_a_tenant_survives_kill_9_right_after_201(make, engine_kind):
    annals = make.annals(engine_kind)
    made = annals.initialise("shop", "The shop")

    annals.kill9()
    annals.start()

    assert annals.tenant(made["client_id"])["state"] == "active"
    expect(annals.post_tenant({"database_name": "shop", "client_label": "another"}), 400, CLIENT_EXISTS)


def test_secrets_and_ids_differ_from_tenant_to_tenant(annals):
    made = [annals.initialise(unique_name()) for _ in range(3)]

    assert len({tenant["client_id"] for tenant in made}) == 3
    assert len({tenant["client_secret"] for tenant in made}) == 3


# --- taken ---


@pytest.mark.parametrize(
    "name",
    ["default", "system", "information_schema", "INFORMATION_SCHEMA", "Default", "SYSTEM", "Information_Schema"],
)
def test_names_that_the_engine_owns_are_taken(annals, name):
    reply = annals.post_tenant({"database_name": name, "client_label": unique_name()})

    expect(reply, 400, CLIENT_EXISTS)


def test_a_name_is_taken_once(annals):
    name = unique_name()
    annals.initialise(name, f"{name} one")

    expect(annals.post_tenant({"database_name": name, "client_label": f"{name} two"}), 400, CLIENT_EXISTS)


def test_a_label_is_taken_once(annals):
    label = unique_name()
    annals.initialise(f"{label}_a", label)

    expect(annals.post_tenant({"database_name": f"{label}_b", "client_label": label}), 400, CLIENT_EXISTS)


def test_who_was_refused_leaves_nothing_behind(annals):
    name = unique_name()
    annals.initialise(name, name)

    expect(annals.post_tenant({"database_name": f"{name}_b", "client_label": name}), 400, CLIENT_EXISTS)
    expect(annals.post_tenant({"database_name": name, "client_label": f"{name} c"}), 400, CLIENT_EXISTS)

    # Neither the name nor the label of the losers is in use.
    annals.initialise(f"{name}_b", f"{name} c")


def test_names_and_labels_that_differ_in_case_are_two(annals):
    name = unique_name("Case")

    annals.initialise(name, name)

    annals.initialise(name.lower(), name.lower())


def test_a_name_and_a_label_do_not_get_in_each_others_way(annals):
    one, two = unique_name(), unique_name()

    annals.initialise(one, two)

    annals.initialise(two, one)


def test_name_and_label_are_free_again_after_a_deletion(annals):
    name = unique_name()
    first = annals.initialise(name, name)
    annals.remove(first["client_id"])

    second = annals.initialise(name, name)

    assert second["client_id"] != first["client_id"]
    assert second["client_secret"] != first["client_secret"]


def test_a_database_that_is_not_ours_is_taken_and_stays_untouched(make, engine_kind):
    annals = make.annals(engine_kind)
    with annals.behind_its_back() as sql:
        sql("CREATE DATABASE foreign_one")
        sql("CREATE TABLE foreign_one.t (x Int32) ENGINE = MergeTree ORDER BY x AS SELECT 7 AS x")

    expect(annals.post_tenant({"database_name": "foreign_one", "client_label": "x"}), 400, CLIENT_EXISTS)

    assert annals.tenants() == []
    with annals.behind_its_back() as sql:
        assert sql("SELECT x FROM foreign_one.t") == "7"


# --- the secret ---


def test_the_secret_is_nowhere_but_in_the_answer(make, engine_kind):
    annals = make.annals(engine_kind, environment={"ANNALS_LOG_LEVEL": "debug"})
    made = annals.initialise("shop", "The shop")
    secret = made["client_secret"]
    shown = annals.get("/api/tenants").text + annals.get(f"/api/tenants/{made['client_id']}").text
    annals.post_tenant({"database_name": "shop", "client_label": secret})
    annals.delete(secret)

    annals.terminate()

    assert secret not in shown
    assert secret not in annals.log, "expected no secret in the log"
    assert API_KEY not in annals.log, "expected no key in the log"
    assert secret not in annals.sql("SELECT * FROM default.annals_tenants FORMAT JSONEachRow")
    for directory in (annals.data, annals.engine.directory):
        assert files_with(directory, secret) == [], "expected no file that holds the secret"


def test_the_registry_keeps_the_hash_of_the_secret(make):
    annals = make.annals("remote")
    secret = annals.initialise("shop")["client_secret"]

    kept = annals.sql("SELECT secret_hash FROM default.annals_tenants FINAL")

    assert kept == hashlib.sha256(secret.encode()).hexdigest()


def test_after_everything_is_deleted_nothing_is_left(make, engine_kind):
    annals = make.annals(engine_kind)
    for name in ("a", "b"):
        annals.remove(annals.initialise(name)["client_id"])

    annals.terminate()

    assert leftovers(annals) == {}
