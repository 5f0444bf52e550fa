"""POST /api/initialize-tenant."""

import hashlib
import json
import re
import uuid

import pytest

from support.annals import API_KEY, events_table
from support.leftovers import leftovers
from support.names import UNKNOWN_ID, unique_name
from support.problems import (
    CLIENT_EXISTS,
    UNAUTHORIZED_KEY,
    expect,
    expect_invalid,
    missing,
    not_a_dict,
    not_a_string,
    not_matching,
    null,
    too_long,
    too_short,
)

PATH = "/api/initialize-tenant"
DATABASE = ("body", "database_name")
LABEL = ("body", "client_label")
EMOJI = "\N{PARTY POPPER}"


def post_raw(annals, body, content_type="application/json"):
    headers = {} if content_type is None else {"Content-Type": content_type}
    return annals.request("POST", PATH, data=body, headers=headers)


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

    assert table == f"{events_table(made)}\tReplacingMergeTree"


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


def test_unknown_fields_are_ignored(annals):
    name = unique_name()
    body = {"x": 1, "database_name": name, "client_id": UNKNOWN_ID, "client_label": name, "state": "deleting"}

    reply = annals.post_tenant(body)

    assert reply.status_code == 201, reply.text
    assert reply.json()["client_id"] != body["client_id"]


def test_of_a_repeated_key_the_last_counts(any_annals):
    name = unique_name()

    reply = post_raw(any_annals, f'{{"database_name":"-","client_label":"{name}","database_name":"{name}"}}')

    assert reply.status_code == 201, reply.text
    assert reply.json()["database_name"] == name


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/problem+json", None])
def test_every_json_content_type_is_taken(any_annals, content_type):
    name = unique_name()

    reply = post_raw(any_annals, json.dumps({"database_name": name, "client_label": name}), content_type)

    assert reply.status_code == 201, reply.text


# --- names and labels ---


@pytest.fixture(scope="module")
def with_free_names(module_make):
    """A service in which every name is free."""
    return module_make.annals("remote")


@pytest.mark.parametrize(
    "name",
    ["a" * 64, "0", "_", "A-b_9-", "select", "DROP", "null", "events", "annals_tenants", "e-", "1e5"],
    ids=lambda name: name[:10],
)
def test_names_within_the_rules_are_taken(with_free_names, name):
    made = with_free_names.initialise(name)

    assert made["database_name"] == name
    assert with_free_names.delete(made["client_id"]).status_code == 204


@pytest.mark.parametrize(
    "name",
    [
        "-a",
        "a b",
        "a.b",
        "a/b",
        "../a",
        "..",
        ".",
        "a'b",
        'a"b',
        "a`b",
        "a\\b",
        "a;b",
        "a\x00b",
        "a\n",
        "\na",
        "a%00",
        "{x:String}",
        "ünïcode",
        EMOJI,
        EMOJI * 64,
        "a\u2028",
        "\ufeffa",
        " a",
        "a ",
    ],
)
def test_names_with_characters_not_allowed_are_refused(any_annals, name):
    reply = any_annals.post_tenant({"database_name": name, "client_label": "x"})

    expect_invalid(reply, not_matching(*DATABASE))


@pytest.mark.parametrize("name", ["a" * 65, EMOJI * 65, "`" * 65, "a" * 100_000])
def test_a_name_of_65_code_points_is_too_long_whatever_they_are(any_annals, name):
    reply = any_annals.post_tenant({"database_name": name, "client_label": "x"})

    expect_invalid(reply, too_long(*DATABASE, limit=64))


def test_an_empty_name_is_too_short(any_annals):
    expect_invalid(any_annals.post_tenant({"database_name": "", "client_label": "x"}), too_short(*DATABASE))


@pytest.mark.parametrize(
    "label",
    [
        "a'); DROP TABLE annals_tenants; --",
        "`quotes` \"and\" 'quotes'",
        "back\\slash \\N \\n \\x00 \\",
        "{database:String}",
        "../../etc/passwd",
        "a%00b&param_x=y",
        " blanks around ",
        " ",
        "\N{NO-BREAK SPACE}",
        "Łódź, 東京, عربى",
        "e\u0301",
        EMOJI * 254,
    ],
    ids=lambda label: label[:12].encode("unicode_escape").decode(),
)
def test_labels_are_kept_as_they_came(annals, label):
    name = unique_name()
    label = label + EMOJI if len(label) > 200 else f"{name}{label}"

    made = annals.initialise(name, label)

    assert annals.tenant(made["client_id"])["client_label"] == label
    # Full of quotes as it is, it still names one tenant for the engine, too.
    expect(annals.post_tenant({"database_name": unique_name(), "client_label": label}), 400, CLIENT_EXISTS)
    assert annals.delete(made["client_id"]).status_code == 204


def test_a_label_of_255_code_points_fits(annals):
    label = unique_name().ljust(255, EMOJI)

    made = annals.initialise(unique_name(), label)

    assert annals.tenant(made["client_id"])["client_label"] == label


def test_a_label_of_256_code_points_is_too_long(any_annals):
    reply = any_annals.post_tenant({"database_name": unique_name(), "client_label": EMOJI * 256})

    expect_invalid(reply, too_long(*LABEL, limit=255))


def test_an_empty_label_is_too_short(any_annals):
    expect_invalid(any_annals.post_tenant({"database_name": unique_name(), "client_label": ""}), too_short(*LABEL))


@pytest.mark.parametrize("character", ["\x00", "\n", "\r", "\t", "\x1b", "\x1f", "\x7f", "\x80", "\x9f"])
def test_labels_with_control_characters_are_refused(any_annals, character):
    reply = any_annals.post_tenant({"database_name": unique_name(), "client_label": f"a{character}b"})

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    problem = reply.json()["detail"][0]
    expect_invalid(reply, not_matching(*LABEL, pattern=problem["ctx"]["pattern"]))


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
    assert annals.delete(first["client_id"]).status_code == 204

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


# --- the request ---


@pytest.mark.parametrize("key", [None, "", "wrong", API_KEY[:-1], API_KEY + "x", API_KEY.upper(), f"{API_KEY},x"])
def test_without_a_right_key_it_is_401(any_annals, key):
    name = unique_name()

    reply = any_annals.post_tenant({"database_name": name, "client_label": name}, key=key)

    expect(reply, 401, UNAUTHORIZED_KEY)
    assert name not in [tenant["database_name"] for tenant in any_annals.tenants()]


def test_the_key_is_looked_at_before_the_body(any_annals):
    expect(any_annals.request("POST", PATH, key=None, data="{"), 401, UNAUTHORIZED_KEY)
    expect(any_annals.post_tenant({}, key="wrong"), 401, UNAUTHORIZED_KEY)


def test_every_missing_field_is_named_in_order(any_annals):
    expect_invalid(any_annals.post_tenant({}), missing(*DATABASE), missing(*LABEL))
    expect_invalid(any_annals.post_tenant({"client_label": "x"}), missing(*DATABASE))
    expect_invalid(any_annals.post_tenant({"database_name": "x"}), missing(*LABEL))


def test_all_problems_are_listed_at_once_in_field_order(any_annals):
    reply = any_annals.post_tenant({"client_label": "x" * 256, "database_name": None})

    expect_invalid(reply, null(*DATABASE), too_long(*LABEL, limit=255))


def test_null_is_no_value(any_annals):
    reply = any_annals.post_tenant({"database_name": None, "client_label": None})

    expect_invalid(reply, null(*DATABASE), null(*LABEL))


@pytest.mark.parametrize("value", [1, 1.5, -0.0, True, False, [], ["x"], {}, {"x": "y"}], ids=str)
def test_nothing_is_coerced_to_a_string(any_annals, value):
    reply = any_annals.post_tenant({"database_name": value, "client_label": value})

    expect_invalid(reply, not_a_string(*DATABASE), not_a_string(*LABEL))


@pytest.mark.parametrize("body", [None, "", "null", " null "])
def test_no_body_or_null_is_a_missing_body(any_annals, body):
    expect_invalid(post_raw(any_annals, body), missing("body"))


@pytest.mark.parametrize("body", ["[]", '["x"]', "1", "true", '"x"', "0"])
def test_json_that_is_no_object_is_no_dict(any_annals, body):
    expect_invalid(post_raw(any_annals, body), not_a_dict())


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json"]
)
def test_a_body_of_another_content_type_is_no_dict(any_annals, content_type):
    body = '{"database_name":"x","client_label":"x"}'

    expect_invalid(post_raw(any_annals, body, content_type), not_a_dict())


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"}",
        b"{]",
        b'{"database_name":}',
        b'{"database_name":"x" "client_label":"y"}',
        b'{"database_name":"x"} x',
        b"{'database_name':'x'}",
        b'{"database_name":"x\n"}',
        b'{"database_name":"\xff\xfe"}',
        b'{"database_name":"\\u12"}',
        b"nul",
        b"\x00",
        b"\xff",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_not_json_names_the_place(any_annals, body):
    reply = post_raw(any_annals, body)

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert list(reply.json()) == ["detail"] and len(reply.json()["detail"]) == 1
    problem = reply.json()["detail"][0]
    assert problem["type"] == "value_error.jsondecode"
    assert problem["loc"][0] == "body" and 0 <= problem["loc"][1] <= len(body)
    assert problem["msg"]
    assert "doc" not in problem.get("ctx", {}), "expected that the document is not echoed"


def test_the_place_of_a_json_error_is_its_offset(any_annals):
    problem = post_raw(any_annals, b'{"database_name": x}').json()["detail"][0]

    assert problem["loc"] == ["body", 18]


@pytest.mark.parametrize("field", ["database_name", "client_label"])
def test_a_lone_surrogate_is_no_text(any_annals, field):
    name = unique_name()
    body = {"database_name": name, "client_label": name, field: "\ud800"}

    reply = post_raw(any_annals, json.dumps(body))

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"


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
        holding = [f for f in directory.rglob("*") if f.is_file() and secret.encode() in f.read_bytes()]
        assert holding == [], "expected no file that holds the secret"


def test_the_registry_keeps_the_hash_of_the_secret(make):
    annals = make.annals("remote")
    secret = annals.initialise("shop")["client_secret"]

    kept = annals.sql("SELECT secret_hash FROM default.annals_tenants FINAL")

    assert kept == hashlib.sha256(secret.encode()).hexdigest()


def test_after_everything_is_deleted_nothing_is_left(make, engine_kind):
    annals = make.annals(engine_kind)
    for name in ("a", "b"):
        annals.delete(annals.initialise(name)["client_id"])

    annals.terminate()

    assert leftovers(annals) == {}
