"""What the log says of refused requests, at the level debug: what the contract's texts leave open."""

import json

import pytest

from support.events import event, post_events
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until


@pytest.fixture
def annals(make):
    return make.annals(environment={"ANNALS_LOG_LEVEL": "debug"})


def refusals_of(annals, reply):
    """The lines that the log has of the request's refusal, parsed."""
    lines = [json.loads(line) for line in annals.stderr_file.read_text().splitlines() if line.startswith("{")]
    request_id = reply.headers["X-Request-Id"]
    return [line for line in lines if (line["msg"], line.get("request_id")) == ("request refused", request_id)]


def expect_reason(annals, reply, status, *words):
    assert reply.status_code == status, f"expected {status}, got {reply.status_code} {reply.text}"
    (line,) = wait_until(lambda: refusals_of(annals, reply), "a line about the request")
    assert line["level"] == "debug"
    for word in words:
        assert word in line["error"] + line["problems"], f"expected {word!r} in {line}"


def test_the_log_says_why_a_request_was_refused(annals):
    name = unique_name()
    tenant = annals.initialise(name, "The label")
    body = {"database_name": name, "client_label": "another"}
    same_label = {"database_name": f"{name}_2", "client_label": "The label"}
    both = {**body, "client_label": "The label"}
    bearer = {"Authorization": "Bearer hush-hush-7261", "X-Client-Id": tenant["client_id"]}

    expect_reason(annals, post_events(annals, tenant, "{}", "text/plain; x=y"), 422, "'text/plain'", "application/json")
    expect_reason(annals, annals.get("/api/history/events", key=None, headers=bearer), 401, "X-API-Key", "Authorization")
    expect_reason(annals, annals.get("/api/history/events", key="x" * 20, headers=bearer), 401, "X-API-Key")
    expect_reason(annals, post_events(annals, {"client_id": UNKNOWN_ID}, event()), 400, "no active tenant")
    expect_reason(annals, annals.post_tenant(body), 400, "the database_name is taken")
    expect_reason(annals, annals.post_tenant(same_label), 400, "the client_label is taken")
    expect_reason(annals, annals.post_tenant(both), 400, "the database_name and the client_label are taken")
    expect_reason(annals, annals.post_tenant({**body, "database_name": "system"}), 400, "reserved")
    expect_reason(annals, post_events(annals, tenant, event(record_id=True)), 422, "record_id", "not a valid integer")

    assert "hush-hush" not in annals.log and tenant["client_secret"] not in annals.log


def test_usually_the_log_says_nothing_of_them(any_annals):
    reply = any_annals.get("/api/tenants", key="wrong")

    assert reply.status_code == 401
    assert refusals_of(any_annals, reply) == []
