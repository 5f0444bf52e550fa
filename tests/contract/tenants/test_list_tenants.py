"""GET /api/tenants and GET /api/tenants/{client_id}."""

import datetime
import re

import pytest

from support.answers.problems import (
    TENANT_NOT_FOUND,
    UNAUTHORIZED_KEY,
    expect,
    expect_invalid,
    not_an_integer,
    too_large,
    too_small,
)
from support.answers.query_problems import extra
from support.names import UNKNOWN_ID, unique_name

PATH = "/api/tenants"
LIMIT = ("query", "limit")
OFFSET = ("query", "offset")
STATES = ("creating", "active", "deleting")


def test_without_tenants_the_list_is_empty(make, engine_kind):
    annals = make.annals(engine_kind)

    expect(annals.get(PATH), 200, {"limit": 50, "offset": 0, "total_count": 0, "results": []})


def test_a_tenant_is_listed_with_everything_but_its_secret(make, engine_kind):
    annals = make.annals(engine_kind)
    before = datetime.datetime.now(datetime.timezone.utc)
    made = annals.initialise("shop", "The shop")
    after = datetime.datetime.now(datetime.timezone.utc)

    reply = annals.get(PATH)

    tenant = reply.json()["results"][0]
    assert tenant == {
        "client_id": made["client_id"],
        "client_label": "The shop",
        "database_name": "shop",
        "state": "active",
        "created_at": tenant["created_at"],
    }
    assert list(tenant) == ["client_id", "client_label", "database_name", "state", "created_at"]
    expect(reply, 200, {"limit": 50, "offset": 0, "total_count": 1, "results": [tenant]})
    expect(annals.get(f"{PATH}/{made['client_id']}"), 200, tenant)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", tenant["created_at"])
    created = datetime.datetime.fromisoformat(tenant["created_at"].replace("Z", "+00:00"))
    millisecond = datetime.timedelta(milliseconds=1)
    assert before - millisecond <= created <= after + millisecond


@pytest.fixture(scope="module")
def five(module_make):
    """A service with five tenants, and their names, newest first."""
    annals = module_make.annals()
    names = [f"t{i}" for i in range(5)]
    for name in names:
        annals.initialise(name)
    return annals, names[::-1]


def names_of(reply):
    return [tenant["database_name"] for tenant in reply.json()["results"]]


@pytest.mark.parametrize("limit, offset", [(2, 0), (2, 2), (2, 4), (5, 0), (1000, 0), (1, 5), (10, 1000), (3, 1)])
def test_a_page_is_a_slice_of_the_list_newest_first(five, limit, offset):
    annals, names = five

    reply = annals.get(f"{PATH}?limit={limit}&offset={offset}")

    assert reply.status_code == 200
    assert names_of(reply) == names[offset : offset + limit]
    body = reply.json()
    assert (body["limit"], body["offset"], body["total_count"]) == (limit, offset, 5)


@pytest.mark.parametrize("state, count", [("active", 5), ("creating", 0), ("deleting", 0)])
def test_a_state_filters_the_list_and_its_count(five, state, count):
    annals, names = five

    reply = annals.get(f"{PATH}?state={state}&limit=2")

    assert names_of(reply) == names[: min(2, count)]
    assert reply.json()["total_count"] == count


def test_unknown_parameters_are_refused_with_all_other_problems(any_annals):
    reply = any_annals.get(f"{PATH}?states=active&limit=0&x=1&x=2")

    expect_invalid(reply, too_small("query", "limit", limit=1), extra("states"), extra("x"))


def test_of_a_repeated_parameter_the_last_counts(five):
    annals, names = five

    assert names_of(annals.get(f"{PATH}?limit=x&limit=2")) == names[:2]


def test_parameters_are_percent_decoded(five):
    annals, names = five

    assert names_of(annals.get(f"{PATH}?%6cimit=%32&state=%61ctive")) == names[:2]


@pytest.mark.parametrize("value", ["x", "", "1.5", "1e2", "0x1", "1 2", "null", "%00", "٣x"])
def test_a_limit_must_be_an_integer(any_annals, value):
    expect_invalid(any_annals.get(f"{PATH}?limit={value}"), not_an_integer(*LIMIT))


@pytest.mark.parametrize("value", ["0", "-1", "-999999999999"])
def test_a_limit_is_at_least_1(any_annals, value):
    expect_invalid(any_annals.get(f"{PATH}?limit={value}"), too_small(*LIMIT, limit=1))


@pytest.mark.parametrize("value", ["1001", "999999999999"])
def test_a_limit_is_at_most_1000(any_annals, value):
    expect_invalid(any_annals.get(f"{PATH}?limit={value}"), too_large(*LIMIT, limit=1000))


@pytest.mark.parametrize("value", ["99999999999999999999", "-99999999999999999999", "9" * 5000])
def test_a_number_beyond_64_bits_is_refused(any_annals, value):
    reply = any_annals.get(f"{PATH}?limit={value}")

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert [problem["loc"] for problem in reply.json()["detail"]] == [list(LIMIT)]


def test_an_offset_is_not_negative(any_annals):
    expect_invalid(any_annals.get(f"{PATH}?offset=-1"), too_small(*OFFSET, limit=0))


def test_an_offset_past_all_tenants_gives_an_empty_page(five):
    annals, _ = five

    reply = annals.get(f"{PATH}?offset=9223372036854775807")

    assert reply.status_code in (200, 422), f"expected an empty page or 422, got {reply.status_code} {reply.text}"


@pytest.mark.parametrize("state", ["gone", "", "Active", "2", "active'"])
def test_a_state_must_be_one_of_three(any_annals, state):
    reply = any_annals.get(f"{PATH}?state={state}")

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    (problem,) = reply.json()["detail"]
    assert problem["loc"] == ["query", "state"]
    permitted = ", ".join(f"'{name}'" for name in STATES)
    assert problem["msg"] == f"value is not a valid enumeration member; permitted: {permitted}"
    assert problem["type"] == "type_error.enum"


def test_all_problems_of_a_query_are_listed_at_once(any_annals):
    reply = any_annals.get(f"{PATH}?state=x&offset=-1&limit=x")

    assert reply.status_code == 422
    assert [problem["loc"][1] for problem in reply.json()["detail"]] == ["limit", "offset", "state"]


@pytest.mark.parametrize("path", [PATH, f"{PATH}?limit=x", f"{PATH}/{UNKNOWN_ID}", f"{PATH}/x"])
def test_without_a_key_it_is_401(any_annals, path):
    expect(any_annals.get(path, key=None), 401, UNAUTHORIZED_KEY)
    expect(any_annals.get(path, key="wrong"), 401, UNAUTHORIZED_KEY)


@pytest.mark.parametrize(
    "client_id",
    [UNKNOWN_ID, "x", "00000000-0000-0000-0000-000000000000", "%27", "..%2f..", "x" * 5000, "%F0%9F%8E%89"],
    ids=lambda client_id: client_id[:12],
)
def test_an_id_of_no_tenant_is_404(annals, client_id):
    expect(annals.get(f"{PATH}/{client_id}"), 404, TENANT_NOT_FOUND)


def test_no_secret_and_no_hash_is_ever_listed(annals):
    made = annals.initialise(unique_name())

    shown = annals.get(f"{PATH}?limit=1000").text + annals.get(f"{PATH}/{made['client_id']}").text

    assert made["client_secret"] not in shown
    assert "secret" not in shown and "hash" not in shown
