"""Spans: which ones a receiver gets of a request, and what is in them."""

import collections

import pytest

from support.clients.file_links import new_upload
from support.events import HISTORY, event, post_events
from support.gates.headers_gate import HeadersGate
from support.names import unique_name
from support.waiting import PATIENCE_SECONDS
from support.witnesses.traces import Caller, line_of


@pytest.fixture
def traced(make, engine_kind, receiver):
    return make.annals(engine_kind, environment=receiver.environment())


def tree(spans):
    """The names of the spans below each span, by its id."""
    children = collections.defaultdict(list)
    for span in sorted(spans, key=lambda span: span.began):
        children[span.parent_id].append(span)
    return children


def test_a_write_is_a_span_with_its_statements_below(traced, receiver, engine_kind):
    tenant = traced.initialise(unique_name())
    caller = Caller(state="rojo=1")
    reply = post_events(traced, tenant, [event(), event()], headers=caller.headers)
    assert reply.status_code == 201

    spans = receiver.wait_for(caller.trace_id)
    children = tree(spans)
    [request] = children[caller.span_id]

    assert (request.name, request.kind, request.has_remote_parent) == ("POST /api/events", "server", True)
    assert not request.has_failed
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/events",
        "http.response.status_code": 201,
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "server.port": traced.port,
        "network.protocol.version": "1.1",
        "annals.request_id": reply.headers["X-Request-Id"],
    }
    line = line_of(traced, reply)
    assert (line["trace_id"], line["span_id"]) == (request.trace_id, request.id)
    [wait] = [span for span in spans if span.name == "write events"]
    assert wait.attributes == {"annals.events": 2} and wait.parent_id == request.id
    names = [span.name for span in children[wait.id]]
    assert names[-1] == "journal commit" if engine_kind == "embedded" else "INSERT" in names
    for span in spans:
        assert span.began <= span.ended and request.began <= span.began and span.ended <= request.ended
        assert span.state == "rojo=1"
        assert span.resource["service.name"] == "annals" and span.resource["service.version"]


def test_each_statement_names_its_operation_and_its_query_but_no_value(traced, receiver):
    tenant = traced.initialise(unique_name())
    post_events(traced, tenant, [event(event_data="Geheimwort")])
    caller = Caller()
    headers = {"X-Client-Id": tenant["client_id"], "X-Request-Id": "mine", **caller.headers}
    reply = traced.get(HISTORY, headers=headers, params={"q": "Geheimwort"})
    assert reply.json()["filtered_count"] == 1

    spans = receiver.wait_for(caller.trace_id)

    statements = [span for span in spans if span.attributes.get("db.system.name") == "clickhouse"]
    assert statements and {span.kind for span in statements} == {"client"}
    selects = [span for span in statements if span.name == "SELECT"]
    assert all(span.attributes["db.operation.name"] == span.name for span in statements)
    assert any(span.attributes.get("clickhouse.query_id", "").startswith("mine.") for span in selects)
    assert all(span.attributes["annals.engine.wait_seconds"] < PATIENCE_SECONDS for span in statements)
    sent = b"".join(body for _, _, body in receiver.requests).decode()
    for value in ("Geheimwort", tenant["client_id"], tenant["database_name"], tenant["client_secret"], "FROM"):
        assert value not in sent


def test_statements_that_bear_no_request_are_in_its_trace_too(traced, receiver):
    caller = Caller()
    body = {"database_name": unique_name(), "client_label": unique_name()}
    assert traced.post_tenant(body, headers=caller.headers).status_code == 201

    names = [span.name for span in receiver.wait_for(caller.trace_id)]

    assert "CREATE" in names and "INSERT" in names, names


def test_calls_of_the_file_store_are_spans(make, receiver):
    annals = make.annals(files="s3", environment=receiver.environment())
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    sent = event(file_id=upload["file_id"])
    assert post_events(annals, tenant, [sent]).status_code == 201
    caller = Caller()
    path = f"{HISTORY}/{sent['event_id']}/file"
    assert annals.get(path, headers={"X-Client-Id": tenant["client_id"], **caller.headers}).status_code == 404

    assert "files find" in [span.name for span in receiver.wait_for(caller.trace_id)]


def test_a_trace_that_begins_here_has_a_span_without_a_parent(traced, receiver):
    line = line_of(traced, traced.get("/api/tenants"))

    spans = receiver.wait_for(line["trace_id"])

    [request] = [span for span in spans if span.kind == "server"]
    assert (request.parent_id, request.has_remote_parent) == ("", False)


def test_what_is_not_sampled_has_no_spans_but_its_trace_goes_on(make, receiver):
    annals = make.annals(make.gated(HeadersGate), environment=receiver.environment())
    unsampled, sampled = Caller(flags="00"), Caller()
    for caller in (unsampled, sampled):
        assert annals.get("/api/tenants", headers=caller.headers).status_code == 200

    receiver.wait_for(sampled.trace_id)

    assert receiver.of_trace(unsampled.trace_id) == []


def test_health_is_no_span_unless_a_trace_asks(traced, receiver):
    caller = Caller()
    for _ in range(5):
        traced.get("/healthz", key=None)
    assert traced.get("/healthz", key=None, headers=caller.headers).status_code == 200

    receiver.wait_for(caller.trace_id)

    assert [span for span in receiver.spans if span.name == "GET /healthz"] == receiver.of_trace(caller.trace_id)


def test_a_request_without_a_route_is_named_by_its_method(traced, receiver):
    callers = {"GET": Caller(), "HTTP": Caller()}
    assert traced.get("/private/path?token=x", headers=callers["GET"].headers).status_code == 404
    assert traced.request("BREW", "/private", headers=callers["HTTP"].headers).status_code == 404

    for name, caller in callers.items():
        [span] = receiver.wait_for(caller.trace_id)
        assert span.name == name and "http.route" not in span.attributes
        assert span.attributes["http.request.method"] == {"GET": "GET", "HTTP": "_OTHER"}[name]
        assert "private" not in str(span) and not span.has_failed, "what the client did wrong is no failure"


def test_a_failure_of_the_engine_marks_the_spans(make, receiver):
    engine = make.engine()
    annals = make.annals(engine, environment=receiver.environment(ANNALS_ENGINE_TIMEOUT_SECONDS="30"))
    tenant = annals.initialise(unique_name())
    engine.server.kill()
    caller = Caller()
    reply = annals.get(HISTORY, headers={"X-Client-Id": tenant["client_id"], **caller.headers})
    assert reply.status_code == 503

    spans = receiver.wait_for(caller.trace_id)

    failed = {span.kind: span for span in spans if span.has_failed}
    assert failed["server"].attributes["error.type"] == "503"
    assert failed["client"].attributes["error.type"] in ("unavailable", "unknown_outcome")


def test_an_export_lasts_until_its_end_and_a_tail_until_its_begin(traced, receiver):
    tenant = traced.initialise(unique_name())
    post_events(traced, tenant, [event() for _ in range(100)])
    export, tail = Caller(), Caller()
    headers = {"X-Client-Id": tenant["client_id"]}
    assert traced.get("/api/history/export", headers={**headers, **export.headers}).status_code == 200
    with traced.get("/api/history/tail", headers={**headers, **tail.headers}, stream=True) as reply:
        assert reply.status_code == 200
        [*_, request] = [span for span in receiver.wait_for(tail.trace_id) if span.kind == "server"]
        assert request.attributes["http.route"] == "/api/history/tail"

    assert receiver.wait_for(export.trace_id)
