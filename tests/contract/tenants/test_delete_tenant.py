"""DELETE /api/delete-tenant."""

import uuid

import pytest

from support.annals import API_KEY, events_table, insert_statement
from support.answers.problems import NO_SUCH_CLIENT, TENANT_NOT_FOUND, UNAUTHORIZED_CLIENT, UNAUTHORIZED_KEY, expect
from support.clients.raw_http import RawConnection, head
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until
from support.witnesses.leftovers import leftovers

PATH = "/api/delete-tenant"
VALUES = "generateUUIDv4(), number"


def test_a_deletion_answers_204_without_a_body(annals):
    made = annals.initialise(unique_name())

    reply = annals.delete(made["client_id"])

    assert reply.status_code == 204, f"expected 204, got {reply.status_code} {reply.text}"
    assert reply.content == b""
    assert "Content-Type" not in reply.headers
    assert reply.headers.get("Content-Length", "0") == "0" and "Transfer-Encoding" not in reply.headers


def test_a_deleted_tenant_is_gone_at_once(annals):
    made = annals.initialise(unique_name())
    annals.tenant(made["client_id"])

    annals.remove(made["client_id"])

    expect(annals.get(f"/api/tenants/{made['client_id']}"), 404, TENANT_NOT_FOUND)
    assert made["client_id"] not in [tenant["client_id"] for tenant in annals.tenants()]


def test_a_second_deletion_finds_no_tenant(annals):
    made = annals.initialise(unique_name())
    annals.remove(made["client_id"])

    expect(annals.delete(made["client_id"]), 400, NO_SUCH_CLIENT)


def test_database_rows_and_files_go_and_those_of_neighbours_stay(make, engine_kind):
    annals = make.annals(engine_kind)
    made = {name: annals.initialise(name) for name in ("ab", "a", "a-b", "a_b", "A")}
    with annals.behind_its_back() as sql:
        for name in made:
            sql(insert_statement(events_table(made[name]), "event_id, record_id", VALUES, "numbers(1000)"))
            annals.files.put(f"{name}/{uuid.uuid4()}")

    assert annals.delete(made["a"]["client_id"]).status_code == 204

    assert sorted({key.split("/")[0] for key in annals.files.keys()}) == ["A", "a-b", "a_b", "ab"]
    annals.terminate()
    assert leftovers(annals, "a") == {}
    for name in ("ab", "a-b", "a_b", "A"):
        assert annals.sql(f"SELECT count() FROM {events_table(made[name])}") == "1000"


def test_a_database_that_somebody_dropped_is_no_obstacle(make):
    annals = make.annals("remote")
    made = annals.initialise("shop")
    annals.sql("DROP DATABASE shop SYNC")

    assert annals.delete(made["client_id"]).status_code == 204

    # A sweep that had seen the deletion may hold the tenant's lease for a moment.
    wait_until(lambda: leftovers(annals) == {}, "nothing is left")


def test_a_database_that_somebody_put_in_its_place_stays(make):
    annals = make.annals("remote")
    made = annals.initialise("shop")
    annals.sql("DROP DATABASE shop SYNC")
    annals.sql("CREATE DATABASE shop COMMENT 'mine'")

    annals.remove(made["client_id"])

    wait_until(lambda: leftovers(annals) == {"databases": ["shop"]}, "only the other database is left")


def test_the_id_may_come_in_upper_case(annals):
    made = annals.initialise(unique_name())

    assert annals.delete(made["client_id"].upper()).status_code == 204


@pytest.mark.parametrize("lines", [[], ["X-Client-Id:"], ["X-Client-Id:   \t "]], ids=["missing", "empty", "blank"])
def test_without_a_client_id_it_is_400(any_annals, lines):
    with RawConnection(any_annals) as connection:
        reply = connection.send(head("DELETE", PATH, f"X-API-Key: {API_KEY}", *lines)).reply()

    assert (reply.status_code, reply.json()) == (400, UNAUTHORIZED_CLIENT)


def test_two_client_ids_that_differ_are_none(any_annals):
    ids = [any_annals.initialise(unique_name())["client_id"] for _ in range(2)]

    with RawConnection(any_annals) as connection:
        lines = [f"X-Client-Id: {id_}" for id_ in ids]
        reply = connection.send(head("DELETE", PATH, f"X-API-Key: {API_KEY}", *lines)).reply()

    assert (reply.status_code, reply.json()) == (400, UNAUTHORIZED_CLIENT)
    assert [any_annals.tenant(id_)["state"] for id_ in ids] == ["active", "active"]


@pytest.mark.parametrize(
    "client_id",
    [
        "x",
        "00000000-0000-0000-0000-000000000000",
        UNKNOWN_ID,
        "6fa459ea-ee8a-11e3-ac10-0800200c9a66",  # version 1
        UNKNOWN_ID.replace("-", ""),
        f"{{{UNKNOWN_ID}}}",
        f"urn:uuid:{UNKNOWN_ID}",
        f"{UNKNOWN_ID}x",
        f"{UNKNOWN_ID}' OR 1=1 --",
        "../" * 5,
        "x" * 5000,
        "é",
    ],
    ids=lambda client_id: client_id[:50],
)
def test_an_id_of_no_tenant_is_400(annals, client_id):
    expect(annals.delete(client_id.encode()), 400, NO_SUCH_CLIENT)


def test_a_name_or_a_label_is_no_id(annals):
    name = unique_name()
    annals.initialise(name, f"{name} label")

    expect(annals.delete(name), 400, NO_SUCH_CLIENT)
    expect(annals.delete(f"{name} label"), 400, NO_SUCH_CLIENT)


@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_a_right_key_it_is_401_whatever_the_client(annals, key):
    made = annals.initialise(unique_name())

    expect(annals.delete(made["client_id"], key=key), 401, UNAUTHORIZED_KEY)
    expect(annals.request("DELETE", PATH, key=key), 401, UNAUTHORIZED_KEY)
    assert annals.tenant(made["client_id"])["state"] == "active"


def test_the_tenants_own_secret_deletes_nothing(annals):
    made = annals.initialise(unique_name())
    headers = {"X-Client-Id": made["client_id"], "X-Client-Secret": made["client_secret"]}

    reply = annals.request("DELETE", PATH, key=None, headers=headers)

    expect(reply, 401, UNAUTHORIZED_KEY)
    assert annals.tenant(made["client_id"])["state"] == "active"


def test_a_body_is_ignored(annals):
    made = annals.initialise(unique_name())

    reply = annals.request("DELETE", PATH, headers={"X-Client-Id": made["client_id"]}, data="{no json")

    assert reply.status_code == 204
