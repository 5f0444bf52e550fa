"""The audit trail tells of whom the service refused."""

import pytest
import requests

from support.annals import REQUEST_SECONDS
from support.clients.file_links import altered, client, uploaded
from support.clients.keys import new_key, suspend
from support.names import unique_name
from support.waiting import TIMEOUT_SECONDS
from support.witnesses.trail import records, wait_for, whole_text

TOLD_QUICKLY = {"ANNALS_AUDIT_REFUSAL_WINDOW_SECONDS": "0.2"}


@pytest.fixture(scope="module")
def quick(module_make):
    return module_make.annals(environment={**TOLD_QUICKLY, "ANNALS_AUTH_WRONG_KEYS_PER_MINUTE": "0"})


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
