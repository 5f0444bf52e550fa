"""The audit trail tells of everything that was done to the service."""

from support.clients.file_links import client
from support.clients.keys import PATH, change_key, change_tenant, delete_key, new_key
from support.clients.viewer_tokens import post_token
from support.names import UNKNOWN_ID, unique_name
from support.witnesses.trail import KINDS, TYPES, number_of, records, trail, wait_for, whole_text


def of_reply(annals, reply):
    """All records of a request."""
    request_id = reply.headers["X-Request-Id"]
    return [one for one in trail(annals) if one["event_data"].get("request_id") == request_id]


def expect_act(annals, reply, action, result="done", subject=None):
    """Two records: that it was requested, and how it ended. Returns the second one's event_data."""
    found = of_reply(annals, reply)
    shown = [(one["event_data"]["action"], one["event_data"]["result"]) for one in found]
    assert sorted(shown) == sorted([(action, "requested"), (action, result)]), f"got {shown}"
    ended = next(one for one in found if one["event_data"]["result"] == result)
    assert ended["event_type_id"] == TYPES[action]
    assert ended["source_type_id"] == KINDS[ended["event_data"]["caller"]["kind"]]
    assert ended["event_data"]["address"] == "127.0.0.1"
    assert ended["event_data"]["status"] == reply.status_code
    if subject is not None:
        assert ended["record_id"] == number_of(subject)
    return ended["event_data"]


def test_every_act_on_a_tenant_is_on_record(annals):
    name = unique_name()
    made = annals.post_tenant({"database_name": name, "client_label": name, "other": "not to be kept"})
    client_id = made.json()["client_id"]
    told = expect_act(annals, made, "initialize_tenant", subject=client_id)
    assert told["request"] == {"database_name": name, "client_label": name}
    assert told["client_id"] == client_id

    changed = change_tenant(annals, {"client_id": client_id}, client_label=name + "2", suspended=True)
    told = expect_act(annals, changed, "change_tenant", subject=client_id)
    assert told["request"] == {"client_label": name + "2", "suspended": True}

    path = f"/api/tenants/{client_id}/rotate-secret"
    rotated = annals.request("POST", path, json={"overlap_seconds": 7})
    told = expect_act(annals, rotated, "rotate_tenant_secret", subject=client_id)
    assert told["request"] == {"overlap_seconds": 7}

    deleted = annals.delete(client_id)
    told = expect_act(annals, deleted, "delete_tenant", subject=client_id)
    assert told["client_id"] == client_id

    of_tenant = [(one["action"], one["result"]) for one in records(annals, record_id=number_of(client_id))]
    assert [action for action, result in of_tenant if result == "done"] == [
        "initialize_tenant",
        "change_tenant",
        "rotate_tenant_secret",
        "delete_tenant",
    ], "expected that one filter shows the history of a tenant's administration"
    for secret in (made.json()["client_secret"], rotated.json()["client_secret"], "not to be kept"):
        assert secret not in whole_text(annals)


def test_every_act_on_a_key_is_on_record(annals, tenant):
    body = {"name": "ci", "role": "admin", "client_ids": [tenant["client_id"]], "expires_at": "2099-01-01T00:00:00Z"}
    made = annals.request("POST", PATH, json=body)
    key = made.json()
    told = expect_act(annals, made, "create_key", subject=key["key_id"])
    assert told["request"] == body and told["key_id"] == key["key_id"]

    changed = change_key(annals, key, disabled=True)
    assert expect_act(annals, changed, "change_key", subject=key["key_id"])["request"] == {"disabled": True}
    expect_act(annals, delete_key(annals, key), "delete_key", subject=key["key_id"])
    assert key["key"] not in whole_text(annals)


def test_a_record_says_who_did_it(annals, tenant):
    path = f"/api/tenants/{tenant['client_id']}/rotate-secret"
    key = new_key(annals, name="an operator's")
    ask = lambda **arguments: annals.request("POST", path, json={"overlap_seconds": 60}, **arguments)  # noqa: E731

    told = expect_act(annals, ask(), "rotate_tenant_secret")
    assert told["caller"]["kind"] == "configured_key" and len(told["caller"]["id"]) == 8
    told = expect_act(annals, ask(key=key["key"]), "rotate_tenant_secret")
    assert told["caller"] == {"kind": "key", "id": key["key_id"], "name": "an operator's", "role": "admin"}
    secret = {"X-Client-Id": tenant["client_id"], "X-Client-Secret": tenant["client_secret"]}
    told = expect_act(annals, ask(key=None, headers=secret), "rotate_tenant_secret")
    assert told["caller"] == {"kind": "tenant", "id": tenant["client_id"]}

    by_key = records(annals, source_id=number_of(key["key_id"]))
    assert {one["caller"]["id"] for one in by_key} == {key["key_id"]}, "expected a filter for what a key did"


def test_what_a_viewer_token_shows_and_who_made_it_is_on_record(annals, tenant):
    made = post_token(annals, tenant, filter={"record_id": [7]}, permissions=["history", "files"], expires_in=3600)
    (record,) = of_reply(annals, made)
    told = record["event_data"]
    assert (told["action"], told["result"], told["client_id"]) == ("create_viewer_token", "done", tenant["client_id"])
    assert told["request"]["filter"] == {"record_id": [7]}, f"expected what it shows, got {told}"
    token = made.json()["token"]
    assert token not in whole_text(annals)

    reply = annals.get("/api/history/export", key=None, headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    mine = lambda one: one.get("request_id") == reply.headers["X-Request-Id"]  # noqa: E731
    (told, *_) = wait_for(annals, "export_events", mine)
    assert told["caller"] == {"kind": "viewer_token", "id": tenant["client_id"], "role": "viewer"}


def test_acts_that_were_not_done_are_on_record_with_the_reason(annals, tenant):
    taken = annals.post_tenant({"database_name": tenant["database_name"], "client_label": unique_name()})
    assert expect_act(annals, taken, "initialize_tenant", "refused")["detail"] == "Client already exist."
    rotation = f"/api/tenants/{UNKNOWN_ID}/rotate-secret"
    for reply, action in (
        (annals.delete(UNKNOWN_ID), "delete_tenant"),
        (change_tenant(annals, {"client_id": UNKNOWN_ID}, suspended=True), "change_tenant"),
        (annals.request("POST", rotation, json={"overlap_seconds": 0}), "rotate_tenant_secret"),
        (change_key(annals, {"key_id": UNKNOWN_ID}, disabled=True), "change_key"),
        (delete_key(annals, {"key_id": UNKNOWN_ID}), "delete_key"),
    ):
        assert reply.status_code >= 400
        expect_act(annals, reply, action, "refused")


def test_a_request_that_is_wrong_is_one_record(annals):
    for reply, action in (
        (annals.post_tenant({}), "initialize_tenant"),
        (annals.request("POST", PATH, json={}), "create_key"),
        (change_key(annals, {"key_id": "none"}, disabled=True), "change_key"),
        (change_tenant(annals, {"client_id": UNKNOWN_ID}, suspended="yes"), "change_tenant"),
    ):
        request_id = reply.headers["X-Request-Id"]
        told = wait_for(annals, action, lambda one: one["request_id"] == request_id)  # noqa: B023
        assert [(one["result"], one["status"]) for one in told] == [("refused", reply.status_code)]


def test_what_only_looks_is_not_on_record(annals, tenant):
    headers = client(tenant)
    for path in ("/api/tenants", f"/api/tenants/{tenant['client_id']}", PATH, "/api/history/events", "/healthz"):
        reply = annals.get(path, headers=headers)
        assert reply.status_code == 200 and of_reply(annals, reply) == []
