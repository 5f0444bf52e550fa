"""POST /api/keys, GET, PATCH and DELETE /api/keys/{key_id}."""

import datetime
import re

import pytest

from support.answers.problems import UNAUTHORIZED_KEY, expect, expect_invalid, missing, not_a_string, null, problem, too_short
from support.clients.keys import KEY_NOT_FOUND, PATH, change_key, delete_key, new_key
from support.names import UNKNOWN_ID, unique_name
from support.waiting import repeat_unavailable, wait_until

KEY_FORM = re.compile(r"annals_[0-9a-f]{32}_[0-9a-f]{56}")
# Two seconds when the machine has time; less than the minute after which no key is believed that was not read again.
SEEN_BY_OTHERS_SECONDS = 45
TENANTS = "/api/tenants"


def shown(annals, key):
    reply = annals.get(f"{PATH}/{key['key_id']}")
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def status(annals, key):
    return annals.get(TENANTS, key=key["key"]).status_code


def extra(name):
    return problem(["body", name], "extra fields not permitted", "value_error.extra")


def test_a_key_is_shown_once_and_then_described(annals):
    tenant = annals.initialise(unique_name())

    reply = annals.request(
        "POST",
        PATH,
        json={
            "name": "ci",
            "role": "ingest",
            "client_ids": [tenant["client_id"].upper(), tenant["client_id"]],
            "expires_at": "2099-01-01T02:00:00+02:00",
        },
    )

    made = reply.json()
    assert reply.status_code == 201, reply.text
    assert list(made) == ["key_id", "key", "name", "role", "client_ids", "expires_at", "created_at"]
    assert KEY_FORM.fullmatch(made["key"]), "prefix, id, secret and checksum"
    assert made["key_id"].replace("-", "") in made["key"]
    described = {
        "key_id": made["key_id"],
        "name": "ci",
        "role": "ingest",
        "client_ids": [tenant["client_id"]],
        "expires_at": "2099-01-01T00:00:00.000Z",
        "created_at": made["created_at"],
        "disabled": False,
        "last_used_at": None,
    }
    assert {**described, "key": made["key"]} == {**made, "disabled": False, "last_used_at": None}
    expect(annals.get(f"{PATH}/{made['key_id']}"), 200, described)
    listed = annals.get(PATH, params={"limit": 1000}).json()
    assert described in listed["results"] and listed["total_count"] == len(listed["results"])
    assert made["key"] not in annals.log, "no key is logged"


def test_only_the_hash_is_stored(make, engine_kind):
    annals = make.annals(engine_kind)
    made = new_key(annals, name="kept")

    with annals.behind_its_back() as sql:
        stored = sql("SELECT * FROM default.annals_keys FORMAT JSONEachRow")

    assert "kept" in stored
    assert made["key"] not in stored and made["key"][-56:-8] not in stored
    assert status(annals, made) == 200, "a key outlives a restart"


def test_what_is_wrong_with_a_new_key_is_told_at_once(any_annals):
    def refused(body, *problems):
        expect_invalid(any_annals.request("POST", PATH, json=body), *problems)

    roles = problem(
        ["body", "role"],
        "value is not a valid enumeration member; permitted: 'admin', 'ingest', 'read'",
        "type_error.enum",
    )
    refused({}, missing("body", "name"), missing("body", "role"))
    refused({"name": None, "role": "root"}, null("body", "name"), roles)
    refused({"name": "", "role": 7}, too_short("body", "name"), not_a_string("body", "role"))
    control = problem(
        ["body", "name"],
        'string does not match regex "^[^\\x00-\\x1f\\x7f-\\x9f]*$"',
        "value_error.str.regex",
        pattern="^[^\\x00-\\x1f\\x7f-\\x9f]*$",
    )
    refused({"name": "a\nb", "role": "read"}, control)
    ok = {"name": "a", "role": "read"}
    refused({**ok, "client_id": UNKNOWN_ID}, extra("client_id"))
    refused({**ok, "client_ids": "x"}, problem(["body", "client_ids"], "value is not a valid list", "type_error.list"))
    least = problem(
        ["body", "client_ids"], "ensure this value has at least 1 items", "value_error.list.min_items", limit_value=1
    )
    refused({**ok, "client_ids": []}, least)
    uuid = problem(["body", "client_ids", 1], "value is not a valid uuid", "type_error.uuid")
    refused({**ok, "client_ids": [UNKNOWN_ID, "x"]}, uuid)
    time = problem(["body", "expires_at"], "invalid datetime format", "value_error.datetime")
    refused({**ok, "expires_at": 17}, time)


def test_a_key_can_be_renamed_disabled_and_enabled(annals):
    key = new_key(annals)

    expect(change_key(annals, key, disabled=True, name="other"), 200, {**shown(annals, key)})
    assert (shown(annals, key)["disabled"], shown(annals, key)["name"]) == (True, "other")
    expect(annals.get(TENANTS, key=key["key"]), 401, UNAUTHORIZED_KEY)
    assert change_key(annals, key, disabled=False).json()["disabled"] is False
    assert status(annals, key) == 200
    assert change_key(annals, key).json() == shown(annals, key), "nothing to change is no error"


def test_the_time_when_a_key_expires_can_be_set_and_taken_back(annals):
    key = new_key(annals)

    assert change_key(annals, key, expires_at="2001-01-01T00:00:00Z").json()["expires_at"] == "2001-01-01T00:00:00.000Z"
    assert status(annals, key) == 401
    assert change_key(annals, key, expires_at=None).json()["expires_at"] is None
    assert status(annals, key) == 200


def test_what_is_wrong_with_a_change_is_told(any_annals):
    key = new_key(any_annals)

    expect_invalid(change_key(any_annals, key, disable=True), extra("disable"))
    flag = problem(["body", "disabled"], "value could not be parsed to a boolean", "type_error.bool")
    expect_invalid(change_key(any_annals, key, name=None, disabled="yes"), null("body", "name"), flag)
    assert shown(any_annals, key)["disabled"] is False


def test_a_deleted_key_is_gone(annals):
    key = new_key(annals)
    assert status(annals, key) == 200

    assert delete_key(annals, key).status_code == 204

    assert status(annals, key) == 401
    expect(annals.get(f"{PATH}/{key['key_id']}"), 404, KEY_NOT_FOUND)
    expect(change_key(annals, key, disabled=False), 404, KEY_NOT_FOUND)
    expect(delete_key(annals, key), 404, KEY_NOT_FOUND)


@pytest.mark.parametrize("key_id", [UNKNOWN_ID, "x", "%20"])
def test_an_unknown_key_is_not_found(any_annals, key_id):
    for method in ("GET", "DELETE"):
        expect(any_annals.request(method, f"{PATH}/{key_id}"), 404, KEY_NOT_FOUND)


def test_the_last_use_is_told_to_the_hour(annals):
    key = new_key(annals)
    before = datetime.datetime.now(datetime.timezone.utc)
    assert status(annals, key) == 200

    used = datetime.datetime.fromisoformat(shown(annals, key)["last_used_at"].replace("Z", "+00:00"))

    assert (used.minute, used.second, used.microsecond) == (0, 0, 0)
    assert before - datetime.timedelta(hours=1) < used <= datetime.datetime.now(datetime.timezone.utc)


def test_the_last_use_outlives_a_restart(make, engine_kind, after_a_stop):
    def prepare():
        annals = make.annals(engine_kind)
        key = new_key(annals)
        assert status(annals, key) == 200
        used = shown(annals, key)["last_used_at"]
        assert used is not None
        return annals, lambda: shown(annals.start(), key)["last_used_at"] == used

    assert after_a_stop(prepare), "expected the last use of before"


def test_keys_are_listed_newest_first_in_pages(make):
    annals = make.annals()
    made = [new_key(annals, name=str(i))["key_id"] for i in range(3)]

    first = annals.get(PATH, params={"limit": 2}).json()
    second = annals.get(PATH, params={"limit": 2, "offset": 2}).json()

    assert [key["key_id"] for key in first["results"] + second["results"]] == made[::-1]
    assert first["total_count"] == second["total_count"] == 3


def test_other_instances_see_a_change_within_two_seconds(make):
    engine, files = make.engine(), make.files()
    one, other = (make.annals(engine, files) for _ in range(2))
    key = new_key(one, "read")

    wait_until(lambda: status(other, key) == 200, "the other instance knows the key", SEEN_BY_OTHERS_SECONDS)
    assert repeat_unavailable(lambda: change_key(other, key, disabled=True)).status_code == 200
    assert status(other, key) == 401, "the instance that changes a key sees it at once"
    wait_until(lambda: status(one, key) == 401, "it is disabled there too", SEEN_BY_OTHERS_SECONDS)
    assert repeat_unavailable(lambda: change_key(one, key, disabled=False)).status_code == 200
    wait_until(lambda: status(other, key) == 200, "and enabled again", SEEN_BY_OTHERS_SECONDS)
    assert repeat_unavailable(lambda: delete_key(one, key)).status_code in (204, 404)
    wait_until(lambda: status(other, key) == 401, "and deleted", SEEN_BY_OTHERS_SECONDS)
