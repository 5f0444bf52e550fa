"""PATCH /api/tenants/{client_id} and POST …/rotate-secret."""

import concurrent.futures

from support.answers.problems import (
    CLIENT_EXISTS,
    TENANT_NOT_FOUND,
    UNAUTHORIZED_CLIENT,
    expect,
    expect_invalid,
    missing,
    not_an_integer,
    null,
    problem,
    too_large,
    too_short,
)
from support.clients.event_streams import Tail
from support.clients.file_links import client, fetch, new_upload, put, uploaded
from support.clients.keys import SUSPENDED, change_tenant, suspend
from support.events import EVENT_BRIDGE, HISTORY, envelope, event, history, post_events
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until


def rotate(annals, tenant, overlap=0, **arguments):
    path = f"/api/tenants/{tenant['client_id']}/rotate-secret"
    return annals.request("POST", path, json={"overlap_seconds": overlap}, **arguments)


def with_secret(tenant, secret=None):
    return {**client(tenant), "X-Client-Secret": secret or tenant["client_secret"]}


def opens(annals, tenant, secret=None):
    return annals.get(HISTORY, key=None, headers=with_secret(tenant, secret)).status_code == 200


def is_void(annals, tenant, secret=None):
    return annals.get(HISTORY, key=None, headers=with_secret(tenant, secret)).status_code == 401


# --- the label ---


def test_a_label_is_changed_everywhere_it_is_shown(annals, tenant):
    label = unique_name("new")

    reply = change_tenant(annals, tenant, client_label=label)

    expect(reply, 200, annals.tenant(tenant["client_id"]))
    assert reply.json()["client_label"] == label
    found = annals.get("/api/tenants", params={"client_label": label}).json()
    assert [one["client_id"] for one in found["results"]] == [tenant["client_id"]] and found["total_count"] == 1


def test_a_label_that_was_given_up_is_free_and_one_that_was_taken_is_not(annals):
    names = [unique_name() for _ in range(3)]
    tenant = annals.initialise(names[0], names[0])
    other = annals.initialise(names[1], names[1])

    expect(change_tenant(annals, tenant, client_label=names[1]), 400, CLIENT_EXISTS)
    assert change_tenant(annals, tenant, client_label=names[2]).status_code == 200

    taken = annals.post_tenant({"database_name": unique_name(), "client_label": names[2]})
    expect(taken, 400, CLIENT_EXISTS)
    assert change_tenant(annals, other, client_label=names[0]).status_code == 200, "the first label is free"
    assert change_tenant(annals, other, client_label=names[0]).status_code == 200, "one's own label is not taken"
    annals.remove(tenant["client_id"])
    # The name may be held for a moment, for files that were uploaded late.
    annals.initialise(names[0], names[2])


def test_of_several_that_want_one_label_one_gets_it(instances):
    tenants = [instances[0].initialise(unique_name()) for _ in range(6)]
    label = unique_name("wanted")

    def want(i):
        return change_tenant(instances[i % len(instances)], tenants[i], client_label=label).status_code

    def one_gets_it():
        with concurrent.futures.ThreadPoolExecutor(len(tenants)) as pool:
            codes = sorted(pool.map(want, range(len(tenants))))
        assert codes in ([200] + [400] * (len(tenants) - 1), [400] * len(tenants)), f"expected one 200 at most, got {codes}"
        return codes[0] == 200

    # Two that stand in each other's way for two seconds both give way.
    wait_until(one_gets_it, "one of them gets the label")
    assert instances[0].get("/api/tenants", params={"client_label": label}).json()["total_count"] == 1


def test_what_is_wrong_with_a_change_is_told(any_annals):
    tenant = any_annals.initialise(unique_name())

    expect_invalid(change_tenant(any_annals, tenant, client_label=""), too_short("body", "client_label"))
    flag = problem(["body", "suspended"], "value could not be parsed to a boolean", "type_error.bool")
    expect_invalid(change_tenant(any_annals, tenant, client_label=None, suspended=1), null("body", "client_label"), flag)
    extra = problem(["body", "later"], "extra fields not permitted", "value_error.extra")
    expect_invalid(change_tenant(any_annals, tenant, later=1), extra)
    expect(change_tenant(any_annals, {"client_id": UNKNOWN_ID}, suspended=True), 404, TENANT_NOT_FOUND)
    expect(change_tenant(any_annals, {"client_id": "x"}, suspended=True), 404, TENANT_NOT_FOUND)


def test_tenants_are_found_by_their_database(annals, tenant):
    found = annals.get("/api/tenants", params={"database_name": tenant["database_name"], "state": "active"}).json()
    assert [one["client_id"] for one in found["results"]] == [tenant["client_id"]]
    assert annals.get("/api/tenants", params={"database_name": "no_such"}).json()["results"] == []


# --- suspension ---


def test_nothing_of_a_suspended_tenant_is_given_out_or_taken_in_and_nothing_is_lost(annals, tenant):
    sent = event()
    assert post_events(annals, tenant, sent).status_code == 201
    upload = new_upload(annals, tenant)

    assert suspend(annals, tenant)["suspended"] is True

    expect(post_events(annals, tenant, event()), 403, SUSPENDED)
    expect(annals.get(HISTORY, headers=client(tenant)), 403, SUSPENDED)
    expect(annals.get(HISTORY, key=None, headers=with_secret(tenant)), 403, SUSPENDED)
    expect(annals.request("POST", EVENT_BRIDGE, json=envelope(event(), tenant["client_id"])), 403, SUSPENDED)
    expect(put(upload["upload_url"], b"late"), 403, SUSPENDED)
    assert annals.tenant(tenant["client_id"])["suspended"] is True
    wrong = annals.get(HISTORY, key=None, headers=with_secret(tenant, "wrong"))
    expect(wrong, 401, UNAUTHORIZED_CLIENT), "without the secret nobody learns of it"

    assert "suspended" not in suspend(annals, tenant, False), "the answer of before"
    assert [one["event_id"] for one in history(annals, tenant)["results"]] == [sent["event_id"]]
    assert put(upload["upload_url"], b"content").status_code == 200


def test_a_file_of_a_suspended_tenant_is_not_given_out(annals, tenant):
    _, url = uploaded(annals, tenant, b"content")
    assert fetch(url).content == b"content"

    suspend(annals, tenant)
    expect(fetch(url), 403, SUSPENDED)
    suspend(annals, tenant, False)
    assert fetch(url).content == b"content"


def test_a_suspension_outlives_a_restart_and_the_tenant_can_be_deleted(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise("kept")
    suspend(annals, tenant)

    annals.restart()

    expect(annals.get(HISTORY, headers=client(tenant)), 403, SUSPENDED)
    annals.remove(tenant["client_id"])
    with annals.behind_its_back() as sql:
        assert sql("SELECT count() FROM default.annals_tenant_settings") == "0", "nothing is left of it"


def test_a_tail_of_a_suspended_tenant_ends(annals, tenant):
    with Tail(annals, tenant) as tail:
        suspend(annals, tenant)
        tail.read_to_end()


def test_other_instances_learn_of_a_suspension(make):
    engine, files = make.engine(), make.files()
    one, other = (make.annals(engine, files) for _ in range(2))
    tenant = one.initialise(unique_name())
    for suspended, status in ((True, 403), (False, 200)):
        suspend(one, tenant, suspended)
        assert one.get(HISTORY, headers=client(tenant)).status_code == status
        wait_until(
            lambda: other.get(HISTORY, headers=client(tenant)).status_code == status,
            f"the other instance answers {status}",
        )


def test_changes_at_the_same_time_are_all_kept(instances):
    tenant = instances[0].initialise(unique_name())
    label = unique_name("label")

    def change(i):
        annals = instances[i % len(instances)]
        if i == 0:
            return suspend(annals, tenant)
        if i == 1:
            return change_tenant(annals, tenant, client_label=label)
        return rotate(annals, tenant, 3600)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(change, range(6)))

    shown = instances[0].tenant(tenant["client_id"])
    assert (shown["suspended"], shown["client_label"]) == (True, label)
    suspend(instances[0], tenant, False)
    secrets = [reply.json()["client_secret"] for reply in replies[2:]]
    refused = [i for i, secret in enumerate(secrets) if not opens(instances[0], tenant, secret)]
    assert not refused, f"expected every secret to be valid during the overlap, not {refused}"


# --- secrets ---


def test_a_new_secret_replaces_the_one_of_before(annals, tenant):
    reply = rotate(annals, tenant)

    assert reply.status_code == 200, reply.text
    assert list(reply.json()) == ["client_secret", "previous_valid_until"]
    assert opens(annals, tenant, reply.json()["client_secret"])
    assert not opens(annals, tenant)
    assert reply.json()["client_secret"] not in annals.log


def test_both_secrets_are_valid_during_an_overlap(annals, tenant):
    second = rotate(annals, tenant, 3600).json()["client_secret"]

    assert opens(annals, tenant) and opens(annals, tenant, second)
    third = rotate(annals, tenant, 2).json()["client_secret"]
    assert opens(annals, tenant, third)
    wait_until(lambda: is_void(annals, tenant, second), "the overlap ends")
    assert not opens(annals, tenant), "an overlap is never made longer"
    assert opens(annals, tenant, third)


def test_without_an_overlap_all_secrets_of_before_are_revoked(annals, tenant):
    second = rotate(annals, tenant, 3600).json()["client_secret"]
    third = rotate(annals, tenant, 0).json()["client_secret"]

    assert [opens(annals, tenant, s) for s in (None, second, third)] == [False, False, True]


def test_a_tenant_may_give_itself_a_new_secret_and_nobody_elses(annals, tenant):
    other = annals.initialise(unique_name())

    own = rotate(annals, tenant, 0, key=None, headers=with_secret(tenant))
    assert own.status_code == 200 and opens(annals, tenant, own.json()["client_secret"])
    secret = own.json()["client_secret"]
    expect(rotate(annals, other, 0, key=None, headers=with_secret(tenant, secret)), 404, TENANT_NOT_FOUND)
    expect(rotate(annals, other, 0, key=None, headers=with_secret(other, secret)), 401, UNAUTHORIZED_CLIENT)
    assert opens(annals, other)


def test_what_is_wrong_with_a_rotation_is_told(any_annals):
    tenant = any_annals.initialise(unique_name())
    path = f"/api/tenants/{tenant['client_id']}/rotate-secret"
    place = ("body", "overlap_seconds")

    expect_invalid(any_annals.request("POST", path, json={}), missing(*place))
    expect_invalid(rotate(any_annals, tenant, "3600"), not_an_integer(*place))
    expect_invalid(rotate(any_annals, tenant, 2_592_001), too_large(*place, limit=2_592_000))
    expect(rotate(any_annals, {"client_id": UNKNOWN_ID}), 404, TENANT_NOT_FOUND)
    assert opens(any_annals, tenant)


def test_other_instances_learn_of_a_new_secret(make):
    engine, files = make.engine(), make.files()
    one, other = (make.annals(engine, files) for _ in range(2))
    tenant = one.initialise(unique_name())
    assert opens(other, tenant)

    secret = rotate(one, tenant).json()["client_secret"]

    wait_until(lambda: is_void(other, tenant), "the old secret is void there too")
    assert opens(other, tenant, secret)
