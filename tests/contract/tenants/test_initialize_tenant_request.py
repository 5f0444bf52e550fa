"""POST /api/initialize-tenant: how the request is read."""

import json

import pytest

from support.annals import API_KEY
from support.answers.problems import (
    UNAUTHORIZED_KEY,
    expect,
    expect_invalid,
    missing,
    not_a_dict,
    not_a_string,
    null,
    too_long,
)
from support.names import UNKNOWN_ID, unique_name

PATH = "/api/initialize-tenant"
DATABASE = ("body", "database_name")
LABEL = ("body", "client_label")


def post_raw(annals, body, content_type="application/json"):
    headers = {} if content_type is None else {"Content-Type": content_type}
    return annals.request("POST", PATH, data=body, headers=headers)


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
