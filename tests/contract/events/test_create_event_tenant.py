"""POST /api/event-bridge/create-event: which tenant an envelope is for."""

import json
import uuid

import pytest

from support.annals import API_KEY
from support.answers.event_problems import repeated
from support.answers.problems import expect, expect_invalid
from support.clients.raw_http import RawConnection, head
from support.events import (
    EVENT_BRIDGE,
    envelope,
    event,
    events_of,
    expect_created,
    history,
    post_envelope,
    shown,
    without,
)
from support.names import UNKNOWN_ID, unique_name


def expect_no_tenant(reply, name):
    expect(reply, 400, {"detail": f"'{name}' tenant not found in database."})


def test_a_tenant_is_named_by_its_client_id_too(annals, tenant):
    sent = event()

    expect_created(post_envelope(annals, envelope(sent, tenant["client_id"])))

    assert events_of(annals, tenant) == [shown(sent)]


def test_a_client_id_has_no_case(any_annals):
    tenant = any_annals.initialise(unique_name())

    expect_created(post_envelope(any_annals, envelope(event(), tenant["client_id"].upper())))


def test_what_is_shaped_like_a_uuid_is_never_a_database_name(any_annals):
    named_like_an_id = str(uuid.uuid4())
    any_annals.initialise(named_like_an_id)

    expect_no_tenant(post_envelope(any_annals, envelope(event(), named_like_an_id)), named_like_an_id)


def test_a_database_named_like_another_tenants_id_gets_none_of_its_events(any_annals):
    victim = any_annals.initialise(unique_name())
    other = any_annals.initialise(victim["client_id"])

    expect_created(post_envelope(any_annals, envelope(event(), victim["client_id"])))

    assert history(any_annals, victim)["total_count"] == 1
    assert history(any_annals, other)["total_count"] == 0


@pytest.mark.parametrize(
    "name",
    [
        "no_such_tenant",
        UNKNOWN_ID,
        "",
        " ",
        "default",
        "system",
        "label of x",
        "x' OR '1'='1",
        'x"y\\z',
        "`x`",
        "ünïcödé 🎉",
        "a\nb\tc",
        "\u0000",
        "{tenant}",
        "%s{}",
        "x" * 5000,
    ],
    ids=lambda name: ascii(name)[:20],
)
def test_a_name_of_no_tenant_is_400_and_echoed_as_it_came(annals, name):
    expect_no_tenant(post_envelope(annals, envelope(event(), name)), name)


def test_neither_the_label_nor_another_case_names_a_tenant(annals):
    label, database = unique_name("label"), unique_name("shop")
    annals.initialise(database, label)

    for name in (label, database.upper(), database + " "):
        expect_no_tenant(post_envelope(annals, envelope(event(), name)), name)


def test_a_deleted_tenant_is_none(annals, tenant):
    expect_created(post_envelope(annals, envelope(event(), tenant["database_name"])))
    annals.remove(tenant["client_id"])

    for name in (tenant["database_name"], tenant["client_id"]):
        expect_no_tenant(post_envelope(annals, envelope(event(), name)), name)


@pytest.mark.parametrize("name", ["database_name", "client_id"])
def test_a_client_id_header_must_be_of_the_same_tenant(annals, tenant, name):
    other = annals.initialise(unique_name())
    body = envelope(event(), tenant[name])

    def post(client_id):
        return post_envelope(annals, body, headers={"X-Client-Id": client_id})

    for client_id in (other["client_id"], UNKNOWN_ID, "x", tenant["database_name"]):
        expect_no_tenant(post(client_id), tenant[name])
    assert history(annals, tenant)["total_count"] == history(annals, other)["total_count"] == 0
    expect_created(post(tenant["client_id"]))
    assert history(annals, tenant)["total_count"] == 1


def test_of_two_client_id_headers_both_must_be_of_the_tenant(any_annals):
    tenant, other = any_annals.initialise(unique_name()), any_annals.initialise(unique_name())
    body = json.dumps(envelope(event(), tenant["database_name"])).encode()
    ids = [f"X-Client-Id: {made['client_id']}" for made in (tenant, other)]
    lines = (f"X-API-Key: {API_KEY}", "Content-Type: application/json", f"Content-Length: {len(body)}")

    with RawConnection(any_annals) as connection:
        reply = connection.send(head("POST", EVENT_BRIDGE, *lines, *ids) + body).reply()

    expected = {"detail": f"'{tenant['database_name']}' tenant not found in database."}
    assert (reply.status_code, reply.json()) == (400, expected)


# --- the setting that says where the tenant is named ---


@pytest.mark.parametrize(
    "field, place",
    [
        ("source", lambda name: envelope(event(), name)),
        ("account", lambda name: envelope(event(), "aws.ec2", account=name)),
        ("detail-type", lambda name: envelope(event(), "aws.ec2", **{"detail-type": name})),
        ("detail.tenant", lambda name: envelope(event(tenant=name), "aws.ec2", tenant="x")),
        ("detail.a.b", lambda name: envelope(event(**{"a.b": name, "a": {"b": "x"}}), "aws.ec2")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_tenant_is_where_the_setting_says(make, field, place):
    annals = make.annals("remote", environment={"ANNALS_EVENT_BRIDGE_TENANT_FIELD": field})
    tenant = annals.initialise("shop")
    for name in ("shop", tenant["client_id"]):
        body = place(name)

        expect_created(post_envelope(annals, body))

        assert events_of(annals, tenant, event_id=body["detail"]["event_id"]) == [shown(body["detail"])]
    expect_no_tenant(post_envelope(annals, place("nobody")), "nobody")
    assert history(annals, tenant)["total_count"] == 2


def test_a_tenants_key_of_detail_is_required_and_its_problem_comes_after_the_events(make):
    annals = make.annals("remote", environment={"ANNALS_EVENT_BRIDGE_TENANT_FIELD": "detail.tenant"})
    annals.initialise("shop")

    def problems(detail):
        reply = post_envelope(annals, envelope(detail, "shop"))
        assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
        return [(problem["loc"][2], problem["type"]) for problem in reply.json()["detail"]]

    missing = "value_error.missing"
    assert problems(event()) == [("tenant", missing)]
    assert problems(event(tenant=None)) == [("tenant", "type_error.none.not_allowed")]
    assert problems(event(tenant=7)) == [("tenant", "type_error.str")]
    assert problems(without(event(), "event_data")) == [("event_data", missing), ("tenant", missing)]


def test_what_names_the_tenant_may_occur_only_once(any_annals):
    first, second = (any_annals.initialise(unique_name()) for _ in range(2))
    body = json.dumps(envelope(event(), first["database_name"]))

    for more in (f'"source": "{second["database_name"]}"', f'"so\\u0075rce": "{first["database_name"]}"'):
        reply = post_envelope(any_annals, f"{{{more}, {body[1:]}")

        expect_invalid(reply, repeated("body", "source"))
    assert [history(any_annals, tenant)["total_count"] for tenant in (first, second)] == [0, 0]


def test_a_name_with_half_of_a_pair_of_surrogates_is_answered_in_utf_8(any_annals):
    reply = post_envelope(any_annals, json.dumps(envelope(event(), "shop \ud83d")))

    assert reply.status_code == 400, f"expected 400, got {reply.status_code} {reply.text}"
    assert json.loads(reply.content.decode())["detail"].endswith("tenant not found in database.")
