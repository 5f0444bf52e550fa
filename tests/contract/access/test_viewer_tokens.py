"""POST /api/viewer-tokens: who gets a token, what is in it, where it is taken, and what ends it."""

import datetime
import re
import time
import uuid

import pytest

from support.answers.problems import (
    TENANT_NOT_FOUND,
    UNAUTHORIZED_CLIENT,
    UNAUTHORIZED_KEY,
    expect,
    expect_invalid,
    missing,
    not_a_dict,
    not_an_integer,
    null,
    problem,
    too_large,
    too_small,
)
from support.clients.event_streams import TAIL
from support.clients.file_links import attach, new_upload, put
from support.clients.keys import SUSPENDED, UNAUTHORIZED_ROLE, change_key, delete_key, new_key, suspend
from support.clients.viewer_tokens import PATH, PREFIX, altered, bearer, content_of, new_token, post_token, view
from support.events import HISTORY, event, post_events
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until


def secret_of(tenant):
    return {"X-Client-Id": tenant["client_id"], "X-Client-Secret": tenant["client_secret"]}


@pytest.fixture
def tenant(annals, once):
    """One for all tests that change nothing of it."""
    return once(annals.engine.kind, lambda: annals.initialise(unique_name()))


# --- making one ---


def test_a_token_reads_the_history_and_says_what_it_is(any_annals):
    tenant = any_annals.initialise(unique_name())
    reply = post_token(any_annals, tenant, filter={"record_id": [7]}, permissions=["history"], expires_in=7200)

    assert reply.status_code == 201, reply.text
    token, expires_at = reply.json()["token"], datetime.datetime.fromisoformat(reply.json()["expires_at"][:-1])
    version, client_id, rest = content_of(token)
    assert token.startswith(PREFIX) and len(token) < 400
    assert (version, client_id) == (1, tenant["client_id"].replace("-", ""))
    assert rest["filter"] == {"record_id": [7]} and rest["permissions"] == ["history"]
    left = expires_at - datetime.datetime.utcnow()
    assert datetime.timedelta(hours=1) < left <= datetime.timedelta(hours=2)
    page = view(any_annals, token, HISTORY)
    assert page.status_code == 200 and page.json()["results"] == []


def test_without_a_time_a_token_lives_for_an_hour(any_annals):
    tenant = any_annals.initialise(unique_name())
    _, _, rest = content_of(new_token(any_annals, tenant))
    issued, expires = (datetime.datetime.fromisoformat(rest[name][:-1]) for name in ("issued_at", "expires_at"))
    assert expires - issued == datetime.timedelta(hours=1)


def test_admins_readers_and_the_tenant_itself_make_tokens(annals, tenant):
    other = annals.initialise(unique_name())
    bound = [tenant["client_id"]]
    for role in ("admin", "read"):
        key = new_key(annals, role, client_ids=bound)["key"]
        assert post_token(annals, tenant, key).status_code == 201, role
        expect(post_token(annals, other, key), 404, TENANT_NOT_FOUND)
    expect(post_token(annals, tenant, new_key(annals, "ingest")["key"]), 403, UNAUTHORIZED_ROLE)

    assert post_token(annals, tenant, headers=secret_of(tenant)).status_code == 201
    expect(post_token(annals, other, headers=secret_of(tenant)), 404, TENANT_NOT_FOUND)
    expect(post_token(annals, tenant, headers={**secret_of(tenant), "X-Client-Secret": "x"}), 401, UNAUTHORIZED_CLIENT)
    expect(post_token(annals, {"client_id": UNKNOWN_ID}), 404, TENANT_NOT_FOUND)
    expect(post_token(annals, tenant, headers=bearer(new_token(annals, tenant))), 403, UNAUTHORIZED_ROLE)


@pytest.mark.parametrize(
    "bounds, is_shown",
    [
        ({"event_time_from": "0001-01-01T00:00:00Z"}, True),
        ({"event_time_to": "9999-12-31T23:59:59Z"}, True),
        ({"event_time_from": "9999-01-01"}, False),
        ({"event_time_to": "0001-01-01"}, False),
        ({"event_time_from": "2022-11-10", "event_time_to": "2022-11-11"}, True),
        ({"event_time_from": "2022-11-11", "event_time_to": "9999-01-01"}, False),
    ],
)
def test_a_bound_of_time_may_be_a_date_and_lie_beyond_all_events(annals, bounds, is_shown):
    tenant = annals.initialise(unique_name())
    sent = event(event_time="2022-11-10T10:26:12.111Z")
    assert post_events(annals, tenant, sent).status_code == 201

    page = view(annals, new_token(annals, tenant, bounds), HISTORY).json()

    assert [one["event_id"] for one in page["results"]] == ([sent["event_id"]] if is_shown else [])


def test_a_body_that_is_wrong_is_refused_with_every_problem(any_annals):
    too_many = problem(
        ["body", "filter", "source_id"],
        "ensure this value has at most 100 items",
        "value_error.list.max_items",
        limit_value=100,
    )
    empty = problem(
        ["body", "filter", "record_id"],
        "ensure this value has at least 1 items",
        "value_error.list.min_items",
        limit_value=1,
    )
    wrong = {
        "client_id": "x",
        "filter": {
            "record_id": [],
            "event_type_id": 7,
            "source_type_id": [1, True, -1, 2**32, 1.5],
            "source_id": list(range(101)),
            "event_id": None,
            "event_time_from": None,
            "event_time_to": "tomorrow",
            "q": "!",
            "colour": [1],
        },
        "permissions": ["history", "admin"],
        "expires_in": 86_401,
        "filters": {},
    }
    at = ["body", "filter"]
    expect_invalid(
        any_annals.request("POST", PATH, json=wrong),
        problem(["body", "client_id"], "value is not a valid uuid", "type_error.uuid"),
        empty,
        problem([*at, "event_type_id"], "value is not a valid list", "type_error.list"),
        not_an_integer(*at, "source_type_id", 1),
        too_small(*at, "source_type_id", 2, limit=0),
        too_large(*at, "source_type_id", 3, limit=2**32 - 1),
        not_an_integer(*at, "source_type_id", 4),
        too_many,
        null(*at, "event_id"),
        null(*at, "event_time_from"),
        problem([*at, "event_time_to"], "invalid datetime format", "value_error.datetime"),
        problem([*at, "q"], "ensure this value has at least 1 word", "value_error.any_str.min_words"),
        problem([*at, "colour"], "extra fields not permitted", "value_error.extra"),
        problem(
            ["body", "permissions", 1],
            "value is not a valid enumeration member; permitted: 'history', 'files'",
            "type_error.enum",
        ),
        too_large("body", "expires_in", limit=86_400),
        problem(["body", "filters"], "extra fields not permitted", "value_error.extra"),
    )


def test_what_a_token_shows_must_be_said(any_annals):
    # A filter that a sender has lost would make a token for everything.
    tenant = any_annals.initialise(unique_name())
    named = {"client_id": tenant["client_id"]}
    expect_invalid(any_annals.request("POST", PATH, json=named), missing("body", "filter"))
    expect_invalid(any_annals.request("POST", PATH, json={**named, "filter": None}), null("body", "filter"))
    expect_invalid(post_token(any_annals, tenant, filter={"record_id": None}), null("body", "filter", "record_id"))
    expect_invalid(post_token(any_annals, tenant, permissions=None), null("body", "permissions"))
    not_an_object = {**not_a_dict(), "loc": ["body", "filter"]}
    expect_invalid(any_annals.request("POST", PATH, json={**named, "filter": [7]}), not_an_object)
    expect_invalid(post_token(any_annals, tenant, expires_in=0), too_small("body", "expires_in", limit=1))


def test_a_token_that_no_header_could_carry_is_not_made(any_annals):
    tenant = any_annals.initialise(unique_name())
    reply = post_token(any_annals, tenant, filter={"event_id": [str(uuid.uuid4()) for _ in range(100)]})
    msg = "ensure this value makes a token of at most 4096 characters; name fewer values"
    expect_invalid(reply, problem(["body", "filter"], msg, "value_error.token.max_length", limit_value=4096))
    largest = new_token(any_annals, tenant, {"record_id": [2**64 - 1 - i for i in range(100)]})
    assert view(any_annals, largest, HISTORY).status_code == 200


# --- where it is taken ---


@pytest.mark.parametrize("path", [HISTORY, f"{HISTORY}/count-by", "/api/history/export", f"{HISTORY}/{UNKNOWN_ID}"])
def test_a_url_is_no_place_for_a_token_where_a_header_can_be_sent(annals, tenant, path):
    token = new_token(annals, tenant)
    expect(annals.get(f"{path}?token={token}", key=None), 401, UNAUTHORIZED_KEY)
    assert view(annals, token, path).status_code == (404 if path.endswith(UNKNOWN_ID) else 200)


@pytest.mark.parametrize("path", [TAIL, f"{HISTORY}/{UNKNOWN_ID}/file"])
def test_tails_and_links_to_files_take_it_from_their_url_and_tell_nobody(annals, tenant, path):
    token = new_token(annals, tenant)
    expected = 200 if path == TAIL else 404
    for query in (f"?token={token}", f"?token={token}&token={token}"):
        with annals.get(path + query, key=None, stream=True) as reply:
            assert reply.status_code == expected, reply.text
            assert reply.headers["Referrer-Policy"] == "no-referrer"
            assert reply.headers["Cache-Control"] == "no-store"
    refused = annals.get(f"{path}?token={altered(token)}", key=None)
    expect(refused, 401, UNAUTHORIZED_KEY)
    assert refused.headers["Referrer-Policy"] == "no-referrer" and "WWW-Authenticate" in refused.headers
    other = new_token(annals, tenant, {"record_id": [1]})
    platform = annals.environment["ANNALS_AUTH_API_KEYS"]
    for query, headers in (
        (f"?token={token}&token={other}", {}),
        (f"?token={token}", bearer(other)),
        (f"?token={token}", {"X-API-Key": platform}),
        (f"?token={platform}", {}),
        ("?token=", {}),
        ("", {"X-API-Key": token}),
    ):
        expect(annals.get(path + query, key=None, headers=headers), 401, UNAUTHORIZED_KEY)


def test_a_token_names_its_tenant_itself(annals, tenant):
    token = new_token(annals, tenant)
    other = annals.initialise(unique_name())
    own = {"X-Client-Id": tenant["client_id"].upper()}
    assert view(annals, token, HISTORY, headers=own).status_code == 200
    expect(view(annals, token, HISTORY, headers={"X-Client-Id": other["client_id"]}), 401, UNAUTHORIZED_KEY)
    expect(view(annals, token, HISTORY, headers={"X-Client-Id": "x"}), 401, UNAUTHORIZED_KEY)


def test_a_permission_that_a_token_lacks_is_refused(annals, tenant):
    files, history = (new_token(annals, tenant, permissions=[name]) for name in ("files", "history"))
    expect(view(annals, files, HISTORY), 403, UNAUTHORIZED_ROLE)
    expect(view(annals, files, TAIL), 403, UNAUTHORIZED_ROLE)
    expect(view(annals, history, f"{HISTORY}/{UNKNOWN_ID}/file"), 403, UNAUTHORIZED_ROLE)
    assert view(annals, files, f"{HISTORY}/{UNKNOWN_ID}/file").status_code == 404
    assert view(annals, history, f"{HISTORY}/{UNKNOWN_ID}").status_code == 404


def test_the_link_to_a_file_dies_with_the_token(any_annals):
    tenant = any_annals.initialise(unique_name())
    upload = new_upload(any_annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    event_id = attach(any_annals, tenant, upload["file_id"])
    token = new_token(any_annals, tenant, expires_in=100)

    shown = any_annals.get(f"{HISTORY}/{event_id}/file?token={token}", key=None, headers={"Accept": "application/json"})
    assert shown.status_code == 200, shown.text
    link = shown.json()["file_url"]
    until = int(re.search(r"Expires=(\d+)", link)[1])
    assert until <= time.time() + 100, f"expected at most 100 s from {time.time()}: {link}"
    followed = any_annals.get(f"{HISTORY}/{event_id}/file?token={token}", key=None)
    assert followed.content == b"content"


def test_a_token_is_never_logged(make):
    annals = make.annals(environment={"ANNALS_LOG_LEVEL": "debug"})
    tenant = annals.initialise(unique_name())
    token = new_token(annals, tenant)
    in_url = (f"{TAIL}?token={token}", f"{TAIL}?token={token}&limit=1", f"{TAIL}/?token={token}", f"{TAIL}?token={token}x")
    for path in (*in_url, f"{HISTORY}/x/file?token={token}", f"{HISTORY}?token={token}", f"/nothing?token={token}"):
        annals.get(path, key=None, stream=True, allow_redirects=False).close()
    last = view(annals, token, f"{HISTORY}?token={token}")
    wait_until(lambda: last.headers["X-Request-Id"] in annals.log, "the log has the last request")

    assert token not in annals.log and token[len(PREFIX) : len(PREFIX) + 60] not in annals.log


# --- what ends it ---


def expect_ended(instances, token, answer=(401, UNAUTHORIZED_KEY)):
    for annals in instances:
        wait_until(lambda: view(annals, token, HISTORY).status_code == answer[0], f"{answer[0]} on all")
        expect(view(annals, token, HISTORY), *answer)


def expect_valid(instances, token):
    for annals in instances:
        wait_until(lambda: view(annals, token, HISTORY).status_code == 200, "200 on all")


def rotate(annals, tenant, overlap):
    path = f"/api/tenants/{tenant['client_id']}/rotate-secret"
    reply = annals.request("POST", path, json={"overlap_seconds": overlap})
    assert reply.status_code == 200, reply.text


def test_every_instance_takes_a_token_until_the_tenant_gets_another_secret(instances):
    tenant = instances[0].initialise(unique_name())
    first = new_token(instances[0], tenant)
    expect_valid(instances, first)

    rotate(instances[0], tenant, 3600)
    second = new_token(instances[0], tenant)
    expect_valid(instances, second)
    expect_valid(instances, first)

    rotate(instances[0], tenant, 0)
    third = new_token(instances[0], tenant)
    expect_valid(instances, third)
    for token in (first, second):
        expect_ended(instances, token)


def test_a_token_ends_with_the_key_that_has_made_it(instances):
    annals = instances[0]
    tenant = annals.initialise(unique_name())
    changed, deleted, rebound = (new_key(annals, "read") for _ in range(3))
    tokens = [new_token(annals, tenant, key=key["key"]) for key in (changed, deleted, rebound)]
    own = new_token(annals, tenant, headers=secret_of(tenant))
    for token in (*tokens, own):
        expect_valid(instances, token)

    assert change_key(annals, changed, disabled=True).status_code == 200
    assert delete_key(annals, deleted).status_code == 204
    assert change_key(annals, rebound, expires_at="2020-01-01T00:00:00Z").status_code == 200
    for token in tokens:
        expect_ended(instances, token)
    expect_valid(instances, own)
    assert change_key(annals, changed, disabled=False).status_code == 200
    expect_valid(instances, tokens[0])


def test_a_token_ends_with_its_tenant(instances):
    annals = instances[0]
    tenant = annals.initialise(unique_name())
    token = new_token(annals, tenant)
    expect_valid(instances, token)
    suspend(annals, tenant)
    expect_ended(instances, token, (403, SUSPENDED))
    expect(post_token(annals, tenant), 403, SUSPENDED)
    suspend(annals, tenant, False)
    expect_valid(instances, token)

    annals.remove(tenant["client_id"])
    expect_ended(instances, token)


def test_a_token_expires_and_its_tail_ends(any_annals):
    tenant = any_annals.initialise(unique_name())

    def opened_in_time():
        token = new_token(any_annals, tenant, expires_in=6)
        tail = any_annals.get(f"{TAIL}?token={token}", key=None, stream=True)
        return (token, tail) if tail.status_code == 200 else None

    token, tail = wait_until(opened_in_time, "a tail that is opened before its token expires")
    with tail:
        wait_until(lambda: view(any_annals, token, HISTORY).status_code == 401, "that it expires")
        assert post_events(any_annals, tenant, [event()]).status_code == 201
        sent = b"".join(tail.iter_content())
        assert b'data: {"event_id' not in sent, "expected no event after the end"
        assert sent.endswith(b": the end\n\n")
    expect(any_annals.get(f"{TAIL}?token={token}", key=None), 401, UNAUTHORIZED_KEY)


def test_a_token_ends_with_the_platform_key_that_has_signed_it(make):
    old, new = "the-old-platform-key-1", "the-new-platform-key-2"
    annals = make.annals(environment={"ANNALS_AUTH_API_KEYS": old})
    name = {"database_name": unique_name(), "client_label": unique_name()}
    tenant = annals.post_tenant(name, key=old).json()
    token = new_token(annals, tenant, key=old)

    annals.environment["ANNALS_AUTH_API_KEYS"] = f"{new},{old}"
    annals.restart()
    assert view(annals, token, HISTORY).status_code == 200
    of_old, of_new = (new_token(annals, tenant, key=key) for key in (old, new))

    annals.environment["ANNALS_AUTH_API_KEYS"] = new
    annals.restart()
    for ended in (token, of_old):
        expect(view(annals, ended, HISTORY), 401, UNAUTHORIZED_KEY)
    assert view(annals, of_new, HISTORY).status_code == 200
