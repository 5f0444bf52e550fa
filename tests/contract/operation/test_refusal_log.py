"""What the log says of refused requests, at the level debug: what the contract's texts leave open."""

import pytest

from support.events import event, post_events
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until


@pytest.fixture
def annals(make):
    return make.annals(environment={"ANNALS_LOG_LEVEL": "debug"})


@pytest.fixture(scope="module")
def debugging(module_make):
    """The same for all tests, with a tenant."""
    annals = module_make.annals(environment={"ANNALS_LOG_LEVEL": "debug"})
    return annals, annals.initialise(unique_name())


def refusals_of(annals, reply):
    """The lines that the log has of the request's refusal, parsed."""
    return annals.told_of(reply, "request refused")


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


ROUTES = {
    "events": ("POST", "/api/events"),
    "event-bridge": ("POST", "/api/event-bridge/create-event"),
    "initialize-tenant": ("POST", "/api/initialize-tenant"),
    "change-tenant": ("PATCH", "/api/tenants/{client_id}"),
    "rotate-secret": ("POST", "/api/tenants/{client_id}/rotate-secret"),
    "names": ("PATCH", "/api/tenants/{client_id}/names"),
    "viewer-tokens": ("POST", "/api/viewer-tokens"),
    "keys": ("POST", "/api/keys"),
}


def send_a_body(annals, tenant, method, path, headers=None):
    """Sends JSON that no route takes. As bytes, for which the sender adds no type of its own."""
    path = path.format(client_id=tenant["client_id"])
    headers = {"X-Client-Id": tenant["client_id"], **(headers or {})}
    return annals.request(method, path, data=b'{"nonsense":"hush-hush-7261"}', headers=headers)


# The second is what `curl -d` says.
@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", "Text/JSON; charset=utf-8"])
@pytest.mark.parametrize("method, path", ROUTES.values(), ids=ROUTES)
def test_a_body_that_is_declared_as_something_else_than_json_is_named(debugging, method, path, declared):
    annals, tenant = debugging

    reply = send_a_body(annals, tenant, method, path, {"Content-Type": declared})

    named = declared.split(";")[0].lower()
    expect_reason(annals, reply, 422, f"the Content-Type is '{named}' instead of application/json", "value is not a valid dict")
    assert "hush-hush" not in annals.log, "expected that nothing of the body is in the log"


@pytest.mark.parametrize("method, path", ROUTES.values(), ids=ROUTES)
def test_a_body_without_a_content_type_is_read_as_json_and_its_problems_are_named(debugging, method, path):
    annals, tenant = debugging

    reply = send_a_body(annals, tenant, method, path)

    assert "Content-Type" not in reply.request.headers
    expect_reason(annals, reply, 422, '{"loc":["body","')
    (line,) = refusals_of(annals, reply)
    assert "Content-Type" not in line["error"], f"expected that the fields are named, not the type: {line}"
    assert "hush-hush" not in annals.log, "expected that nothing of the body is in the log"


def test_usually_the_log_says_nothing_of_them(any_annals):
    reply = any_annals.get("/api/tenants", key="wrong")

    assert reply.status_code == 401
    assert refusals_of(any_annals, reply) == []
