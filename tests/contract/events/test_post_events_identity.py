"""POST /api/events: who may bring events, and to which tenant."""

import pytest

from support.annals import API_KEY
from support.answers.problems import NO_SUCH_CLIENT, UNAUTHORIZED_CLIENT, UNAUTHORIZED_KEY, expect
from support.clients.raw_http import RawConnection, head
from support.events import EVENTS, HISTORY, envelope, event, events_of, expect_taken, history, post_envelope, shown
from support.names import UNKNOWN_ID, unique_name


def post(annals, body=None, key=API_KEY, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return annals.request("POST", EVENTS, key=key, json=body or event(), headers=headers)


def secret_of(tenant):
    return {"X_Client_Id": tenant["client_id"], "X_Client_Secret": tenant["client_secret"]}


def expect_nothing_kept(annals, tenant):
    assert history(annals, tenant)["total_count"] == 0


# --- the platform's key and a client id ---


def test_without_a_client_id_it_is_400(annals):
    expect(post(annals), 400, UNAUTHORIZED_CLIENT)
    expect(post(annals, X_Client_Id=""), 400, UNAUTHORIZED_CLIENT)


@pytest.mark.parametrize(
    "client_id", [UNKNOWN_ID, "x", "' OR 1=1 --", "00000000-0000-0000-0000-000000000000", "x" * 5000]
)
def test_an_id_of_no_tenant_is_400(annals, client_id):
    expect(post(annals, X_Client_Id=client_id), 400, NO_SUCH_CLIENT)


def test_a_database_name_is_no_client_id(annals, tenant):
    expect(post(annals, X_Client_Id=tenant["database_name"]), 400, NO_SUCH_CLIENT)

    expect_nothing_kept(annals, tenant)


def test_a_deleted_tenant_takes_no_events(annals, tenant):
    expect_taken(post(annals, X_Client_Id=tenant["client_id"]), 1)
    annals.remove(tenant["client_id"])

    expect(post(annals, X_Client_Id=tenant["client_id"]), 400, NO_SUCH_CLIENT)
    expect(post(annals, key=None, **secret_of(tenant)), 401, UNAUTHORIZED_CLIENT)


def test_identity_comes_before_the_body_and_the_query(annals):
    for body in (b"{", b"", b'{"event_id": 1}'):
        reply = annals.request("POST", EVENTS + "?on_error=x", data=body, headers={"X-Client-Id": UNKNOWN_ID})
        expect(reply, 400, NO_SUCH_CLIENT)


def test_a_wrong_identity_is_answered_before_the_body_arrives(any_annals):
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {UNKNOWN_ID}", "Transfer-Encoding: chunked")
    with RawConnection(any_annals) as connection:
        reply = connection.send(head("POST", EVENTS, *lines)).reply()

    assert (reply.status_code, reply.json()) == (400, NO_SUCH_CLIENT)


def test_two_client_ids_that_differ_are_none(any_annals):
    ids = [f"X-Client-Id: {any_annals.initialise(unique_name())['client_id']}" for _ in range(2)]
    with RawConnection(any_annals) as connection:
        connection.send(head("POST", EVENTS, f"X-API-Key: {API_KEY}", *ids, "Content-Length: 2") + b"[]")
        reply = connection.reply()

    assert (reply.status_code, reply.json()) == (400, UNAUTHORIZED_CLIENT)


# --- the tenant's own secret ---


def test_the_tenants_own_secret_opens_its_events(annals, tenant):
    sent = event()

    expect_taken(post(annals, sent, key=None, **secret_of(tenant)), 1)

    assert events_of(annals, tenant) == [shown(sent)]
    headers = {"X-Client-Id": tenant["client_id"], "X-Client-Secret": tenant["client_secret"]}
    reply = annals.get(HISTORY, key=None, headers=headers)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    assert reply.json()["results"] == [shown(sent)]


def test_a_wrong_secret_is_401(annals, tenant):
    right = tenant["client_secret"]
    for wrong in ("", "x", right[:-1], right + "x", right.swapcase(), API_KEY):
        reply = post(annals, key=None, X_Client_Id=tenant["client_id"], X_Client_Secret=wrong)
        expect(reply, 401, UNAUTHORIZED_CLIENT)

    expect_nothing_kept(annals, tenant)


def test_another_tenants_secret_is_401(annals, tenant):
    other = annals.initialise(unique_name())

    reply = post(annals, key=None, X_Client_Id=tenant["client_id"], X_Client_Secret=other["client_secret"])

    expect(reply, 401, UNAUTHORIZED_CLIENT)
    expect_nothing_kept(annals, tenant)
    expect_nothing_kept(annals, other)


@pytest.mark.parametrize("client_id", [UNKNOWN_ID, "x"])
def test_with_a_secret_nobody_learns_which_tenants_there_are(annals, client_id):
    expect(post(annals, key=None, X_Client_Id=client_id, X_Client_Secret="x"), 401, UNAUTHORIZED_CLIENT)


def test_a_secret_without_a_client_id_is_400(annals, tenant):
    expect(post(annals, key=None, X_Client_Secret=tenant["client_secret"]), 400, UNAUTHORIZED_CLIENT)


def test_a_wrong_key_stays_wrong_beside_a_right_secret(annals, tenant):
    expect(post(annals, key="wrong", **secret_of(tenant)), 401, UNAUTHORIZED_KEY)

    expect_nothing_kept(annals, tenant)


def test_a_client_id_alone_opens_nothing(annals, tenant):
    expect(post(annals, key=None, X_Client_Id=tenant["client_id"]), 401, UNAUTHORIZED_KEY)

    expect_nothing_kept(annals, tenant)


def test_a_secret_opens_nothing_but_events_and_files(annals, tenant):
    headers = {"X-Client-Id": tenant["client_id"], "X-Client-Secret": tenant["client_secret"]}

    replies = [
        annals.get("/api/tenants", key=None, headers=headers),
        annals.request("DELETE", "/api/delete-tenant", key=None, headers=headers),
        post_envelope(annals, envelope(event(), tenant["database_name"]), key=None, headers=headers),
    ]

    for reply in replies:
        expect(reply, 401, UNAUTHORIZED_KEY)
    expect_nothing_kept(annals, tenant)


def test_a_secret_as_the_key_is_wrong(annals, tenant):
    expect(post(annals, key=tenant["client_secret"], X_Client_Id=tenant["client_id"]), 401, UNAUTHORIZED_KEY)


def test_events_of_two_tenants_stay_apart(annals, tenant):
    other = annals.initialise(unique_name())
    one = event(event_data="one")
    two = {**one, "event_data": "two"}

    for made, sent in ((tenant, one), (other, two)):
        expect_taken(post(annals, sent, X_Client_Id=made["client_id"]), 1)

    assert events_of(annals, tenant) == [shown(one)]
    assert events_of(annals, other) == [shown(two)]
