"""The audit trail tells of everything that was done to the service, of whom it refused, and of what it gave out."""

import pytest
import requests

from support.annals import REQUEST_SECONDS, insert_statement
from support.answers.problems import NO_SUCH_CLIENT, TENANT_NOT_FOUND, UNAUTHORIZED_CLIENT, expect
from support.clients.file_links import altered, client, fetch, get_file, new_upload, put, attach, uploaded
from support.clients.keys import PATH, change_key, change_tenant, delete_key, new_key, suspend
from support.clients.viewer_tokens import post_token
from support.events import event, post_envelope, post_events, tenant_with, envelope
from support.names import UNKNOWN_ID, unique_name
from support.waiting import TIMEOUT_SECONDS, wait_until
from support.witnesses.trail import (
    ID,
    KINDS,
    READ_ONLY,
    TABLE,
    TRAIL,
    TYPES,
    number_of,
    of_request,
    records,
    trail,
    wait_for,
    whole_text,
)

TOLD_QUICKLY = {"ANNALS_AUDIT_REFUSAL_WINDOW_SECONDS": "0.2"}


@pytest.fixture
def tenant(annals):
    return annals.initialise(unique_name())


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


# --- acts ---


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


# --- data that is given out ---


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_an_export_is_on_record_with_its_size(annals, form):
    tenant = tenant_with(annals, [event() for _ in range(3)])
    plain = {**client(tenant), "Accept-Encoding": "identity"}
    reply = annals.get("/api/history/export", headers=plain, params={"format": form, "record_id": 7})
    assert reply.status_code == 200
    request_id = reply.headers["X-Request-Id"]

    ended = wait_for(annals, "export_events", lambda one: one["request_id"] == request_id and one["result"] == "finished")

    assert [one["bytes"] for one in ended] == [len(reply.content)]
    assert ended[0]["query"] == {"format": [form], "record_id": ["7"]}
    assert ended[0]["client_id"] == tenant["client_id"]
    assert ("export_events", "started") in of_request(annals, reply, event_type_id=TYPES["export_events"])


def test_a_file_that_is_given_out_is_on_record(annals):
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    event_id = attach(annals, tenant, upload["file_id"])
    reply = get_file(annals, tenant, event_id, Accept="application/json")
    given = wait_for(annals, "get_event_file", lambda one: one["event_id"] == event_id)
    assert [(one["result"], one["client_id"]) for one in given] == [("done", tenant["client_id"])]

    assert fetch(reply.json()["file_url"]).content == b"content"

    taken = wait_for(annals, "download_file", lambda one: one["file_id"] == upload["file_id"])
    assert [(one["result"], one["bytes"], one["caller"]) for one in taken] == [("finished", 7, {"kind": "link"})]
    assert taken[0]["client_id"] == tenant["client_id"]
    assert "X-Annals-Signature" not in whole_text(annals)


def test_the_url_of_a_file_in_s3_is_on_record(make):
    annals = make.annals(files="s3")
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    event_id = attach(annals, tenant, upload["file_id"])

    assert get_file(annals, tenant, event_id).status_code == 307

    given = wait_for(annals, "get_event_file", lambda one: one["event_id"] == event_id)
    assert [(one["result"], one["status"]) for one in given] == [("done", 307)]
    assert "X-Amz-Signature" not in whole_text(annals)


# --- refusals ---


@pytest.fixture(scope="module")
def quick(module_make):
    return module_make.annals(environment={**TOLD_QUICKLY, "ANNALS_AUTH_WRONG_KEYS_PER_MINUTE": "0"})


def counted(annals, condition):
    return sum(one["count"] for one in records(annals, "refuse_credentials") if condition(one))


def test_every_kind_of_refusal_is_on_record(quick):
    own, other = quick.initialise(unique_name()), quick.initialise(unique_name())
    reader = new_key(quick, "read", name="a reader")
    wrong_secret = {"X-Client-Id": own["client_id"], "X-Client-Secret": other["client_secret"]}
    _, url = uploaded(quick, own, b"content")
    assert quick.get("/api/keys", key="w" * 20).status_code == 401
    assert quick.get("/api/history/events", key=None, headers=wrong_secret).status_code == 401
    assert quick.get("/api/keys", key=reader["key"]).status_code == 403
    assert requests.get(altered(url, **{"X-Annals-Signature": "0" * 64}), timeout=TIMEOUT_SECONDS).status_code == 403
    suspend(quick, own)
    assert quick.get("/api/history/events", headers=client(own)).status_code == 403

    expected = [
        lambda one: one["reason"] == "Unauthorized API Key." and one["operation"] == "list_keys",
        lambda one: one["reason"] == "Unauthorized Client." and one["client_id"] == own["client_id"],
        lambda one: one["reason"] == "Not allowed for this key." and one["caller"].get("name") == "a reader",
        lambda one: one["operation"] == "download_file" and one["caller"] == {"kind": "nobody"},
        lambda one: one["reason"] == "Client is suspended." and one["caller"]["kind"] == "configured_key",
    ]
    for condition in expected:
        found = wait_for(quick, "refuse_credentials", condition)
        assert found[0]["address"] == "127.0.0.1" and found[0]["result"] == "refused"
    assert other["client_secret"] not in whole_text(quick) and "wwww" not in whole_text(quick)


def refusals_after_a_stop(after_a_stop, make, settings, headers):
    """The records of refusals of requests with these headers, all of which fall into one window."""

    def prepare():
        annals = make.annals(environment={"ANNALS_AUDIT_REFUSAL_WINDOW_SECONDS": "3600", **settings})
        with requests.Session() as session:
            for one in headers:
                session.get(annals.url + "/api/keys", headers=one, timeout=REQUEST_SECONDS)

        def look():
            annals.start()
            return records(annals, "refuse_credentials") if records(annals, "stop_service") else None

        return annals, look

    told = after_a_stop(prepare)
    assert told, "expected that the last records are written at the stop"
    return told


def test_many_refusals_are_few_records_that_count_them_all(make, after_a_stop):
    wrong = [{"X-API-Key": f"wrong-key-{number:08}"} for number in range(400)]

    told = refusals_after_a_stop(after_a_stop, make, {"ANNALS_AUTH_WRONG_KEYS_PER_MINUTE": "5"}, wrong)

    assert sum(one["count"] for one in told) == 400, f"expected all of them counted, got {told}"
    assert len(told) <= 4, f"expected two records for each reason, got {told}"
    assert {one["reason"] for one in told} == {"Unauthorized API Key.", "Too many wrong keys from this address. Try again later."}


def test_refusals_from_many_addresses_are_few_records(make, after_a_stop):
    elsewhere = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(200)]

    told = refusals_after_a_stop(after_a_stop, make, {"ANNALS_SERVER_TRUSTED_PROXIES": "127.0.0.1"}, elsewhere)

    assert sum(one["count"] for one in told) == 200
    assert len(told) <= 40, f"expected that most addresses are counted together, got {len(told)} records"


# --- who may read it, and that nobody changes it ---


def test_only_an_admin_key_for_all_tenants_reads_it(annals, tenant):
    bound = {"client_ids": [tenant["client_id"]]}
    assert annals.get("/api/history/events", headers=TRAIL, key=new_key(annals, "admin")["key"]).status_code == 200
    for key in (new_key(annals, "read"), new_key(annals, "admin", **bound), new_key(annals, "read", **bound)):
        for path in ("/api/history/events", "/api/history/export", "/api/history/tail", f"/api/history/events/{UNKNOWN_ID}"):
            expect(annals.get(path, headers=TRAIL, key=key["key"]), 400, NO_SUCH_CLIENT)
    secret = {**TRAIL, "X-Client-Secret": tenant["client_secret"]}
    expect(annals.get("/api/history/events", headers=secret, key=None), 401, UNAUTHORIZED_CLIENT)
    # Its id in the lanes and its database lead nowhere.
    for name in (ID, "default"):
        expect(annals.get("/api/history/events", headers={"X-Client-Id": name}), 400, NO_SUCH_CLIENT)


def test_it_is_read_like_any_other_history(annals, tenant):
    suspend(annals, tenant)
    mine = {"record_id": number_of(tenant["client_id"])}
    first = annals.get("/api/history/events", headers=TRAIL, params={**mine, "cursor": "", "limit": 1}).json()
    assert len(first["results"]) == 1 and first["next"]
    shown = first["results"][0]
    one = annals.get(f"/api/history/events/{shown['event_id']}", headers=TRAIL)
    assert one.json() == shown
    counts = annals.get("/api/history/events/count-by", headers=TRAIL, params={**mine, "by": "event_type_id"}).json()
    assert {(group["event_type_id"], group["count"]) for group in counts["results"]} == {(1, 1), (3, 2)}
    found = annals.get("/api/history/events", headers=TRAIL, params={"q": tenant["client_id"]}).json()
    assert found["filtered_count"] == 3
    lines = annals.get("/api/history/export", headers=TRAIL, params=mine).text.splitlines()
    assert len(lines) == 3
    with annals.get("/api/history/tail", headers=TRAIL, params={**mine, "cursor": ""}, stream=True) as tail:
        text = ""
        for part in tail.iter_content(None):
            text += part.decode()
            if text.count('"initialize_tenant"') == 1 and text.count('"change_tenant"') == 2:
                break
    wait_for(annals, "export_events", lambda told: told["client_id"] == "_annals" and told["result"] == "finished")


def test_nothing_changes_it(annals):
    expect(annals.delete("_annals"), 403, READ_ONLY)
    expect(change_tenant(annals, {"client_id": "_annals"}, suspended=True), 403, READ_ONLY)
    expect(annals.request("POST", "/api/tenants/_annals/rotate-secret", json={"overlap_seconds": 0}), 403, READ_ONLY)
    expect(post_events(annals, {"client_id": "_annals"}, event()), 403, READ_ONLY)
    expect(annals.get("/api/files/upload-url", headers=TRAIL), 403, READ_ONLY)
    assert post_envelope(annals, envelope(event(), "_annals")).status_code == 400
    assert post_envelope(annals, envelope(event(), ID)).status_code == 400
    assert annals.post_tenant({"database_name": "_annals", "client_label": unique_name()}).status_code == 400
    expect(annals.delete(ID), 400, NO_SUCH_CLIENT)
    expect(change_tenant(annals, {"client_id": ID}, suspended=True), 404, TENANT_NOT_FOUND)
    expect(post_events(annals, {"client_id": ID}, event()), 400, NO_SUCH_CLIENT)


def test_to_others_it_does_not_exist(annals, tenant):
    ingest, bound = new_key(annals, "ingest")["key"], new_key(annals, "admin", client_ids=[tenant["client_id"]])["key"]
    expect(post_events(annals, {"client_id": "_annals"}, event(), key=ingest), 400, NO_SUCH_CLIENT)
    expect(annals.delete("_annals", key=bound), 400, NO_SUCH_CLIENT)
    expect(annals.request("PATCH", "/api/tenants/_annals", json={}, key=bound), 404, TENANT_NOT_FOUND)


def test_it_is_no_tenant(annals):
    expect(annals.get("/api/tenants/_annals"), 404, TENANT_NOT_FOUND)
    assert "_annals" not in {one["client_label"] for one in annals.tenants()}


# --- the service itself ---


def test_starts_and_stops_are_on_record_and_outlive_them(make, engine_kind, after_a_stop):
    annals = tenant = None

    def prepare():
        nonlocal annals, tenant
        annals = make.annals(engine_kind)
        tenant = annals.initialise("shop")
        return annals, lambda: records(annals.start(), "stop_service")

    assert len(after_a_stop(prepare)) == 1, "expected the stop on record"

    wait_until(lambda: len(records(annals, "start_service")) == 2, "both starts are on record")
    assert [one["result"] for one in records(annals, record_id=number_of(tenant["client_id"]))] == ["done"]
    version = records(annals, "start_service")[0]["version"]
    assert version and version[0].isdigit()


def test_instances_write_into_one_trail(make):
    engine, files = make.engine(), make.files()
    first, second = (make.annals(engine, files) for _ in range(2))
    one, two = first.initialise("one"), second.initialise("two")

    for annals in (first, second):
        for tenant in (one, two):
            told = records(annals, record_id=number_of(tenant["client_id"]))
            assert [entry["result"] for entry in told] == ["done"]


def test_old_records_are_removed(make):
    annals = make.annals("remote")
    columns = "event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data"
    values = "generateUUIDv4(), now64(3) - INTERVAL 31 DAY, 1, 4711, 0, 0, '{\"action\":\"old\"}'"
    annals.sql(insert_statement(TABLE, columns, values, "numbers(3)"))
    assert len(trail(annals, record_id=4711)) == 3
    annals.initialise("shop")

    annals.restart(environment={"ANNALS_AUDIT_RETENTION_DAYS": "30"})

    wait_for(annals, "start_service", lambda one: not trail(annals, record_id=4711))
    assert len(records(annals, "initialize_tenant")) == 2


def test_a_trail_from_before_is_adopted_and_a_registry_that_is_lost_does_not_hide_it(make):
    annals = make.annals("remote")
    tenant = annals.initialise("shop")
    annals.terminate()
    annals.sql("RENAME TABLE default.annals_tenants TO default.kept")
    annals.start()

    assert [one["result"] for one in records(annals, record_id=number_of(tenant["client_id"]))] == ["done"]


def test_it_outlives_a_kill_at_any_time(make):
    annals = make.annals("embedded")
    annals.initialise("shop")
    annals.kill9()
    annals.start()
    annals.kill9()
    annals.start()
    assert len(records(annals, "initialize_tenant")) == 2
