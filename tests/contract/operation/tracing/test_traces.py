"""Traces: which one a request belongs to, and who else is told."""

import re

import pytest

from support.events import HISTORY, event, get_history, post_events
from support.gates.headers_gate import HeadersGate
from support.names import unique_name
from support.servers.loopback_http import LoopbackServer, send_answer
from support.witnesses.traces import Caller, line_of


def test_a_request_belongs_to_the_trace_that_it_names(any_annals):
    caller = Caller()

    line = line_of(any_annals, any_annals.get("/api/tenants", headers=caller.headers))

    assert line["trace_id"] == caller.trace_id
    assert line["request_id"] != caller.trace_id


def test_a_request_without_a_trace_begins_one(any_annals):
    lines = [line_of(any_annals, any_annals.get("/api/tenants")) for _ in range(2)]

    assert all(re.fullmatch("[0-9a-f]{32}", line["trace_id"]) for line in lines)
    assert all(re.fullmatch("[0-9a-f]{16}", line["span_id"]) for line in lines)
    assert lines[0]["trace_id"] != lines[1]["trace_id"]


@pytest.mark.parametrize(
    "change",
    [
        lambda parent: parent.upper(),
        lambda parent: parent.replace("00-", "ff-", 1),
        lambda parent: parent + "-00",
        lambda parent: parent[:-1],
        lambda parent: f"00-{'0' * 32}{parent[35:]}",
        lambda parent: f"{parent[:36]}{'0' * 16}-01",
        lambda parent: "",
        lambda parent: "x" * 10_000,
    ],
    ids=["capitals", "version ff", "longer", "shorter", "no trace", "no span", "empty", "long"],
)
def test_a_traceparent_with_a_mistake_counts_as_none(any_annals, change):
    caller = Caller()

    reply = any_annals.get("/api/tenants", headers={"traceparent": change(caller.headers["traceparent"])})

    assert reply.status_code == 200
    assert line_of(any_annals, reply)["trace_id"] not in ("", caller.trace_id, "0" * 32)


def test_a_refused_request_has_its_trace_too(any_annals):
    for path, status in (("/api/tenants", 401), ("/nowhere", 404), ("/%zz", 404)):
        caller = Caller()
        reply = any_annals.get(path, key="a-wrong-key-of-some-length", headers=caller.headers)
        assert reply.status_code == status
        assert line_of(any_annals, reply)["trace_id"] == caller.trace_id


def test_the_engine_is_told_of_the_trace_also_if_spans_go_nowhere(make):
    annals = make.annals(make.gated(HeadersGate))
    tenant = annals.initialise(unique_name())
    caller = Caller(state="rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
    assert post_events(annals, tenant, [event()], headers=caller.headers).status_code == 201
    assert get_history(annals, tenant).status_code == 200

    told = annals.engine.gate.told(caller.trace_id)

    assert len(told) >= 1, "expected the insert to be told"
    # Without spans of its own the service is no link of the chain.
    assert set(told) == {(caller.span_id, "01", caller.headers["tracestate"])}


def test_the_engine_is_told_of_the_span_of_each_statement(make, receiver):
    annals = make.annals(make.gated(HeadersGate), environment=receiver.environment())
    tenant = annals.initialise(unique_name())
    caller = Caller()
    assert annals.get(HISTORY, headers={"X-Client-Id": tenant["client_id"], **caller.headers}).status_code == 200

    statements = [span for span in receiver.wait_for(caller.trace_id) if span.kind == "client"]

    assert statements
    assert sorted(span.id for span in statements) == sorted(told[0] for told in annals.engine.gate.told(caller.trace_id))


def test_s3_is_told_of_the_trace(make):
    told = []

    def refuse(handler):
        told.append(handler.headers.get("traceparent", ""))
        send_answer(handler, 403)

    bucket = LoopbackServer(refuse)
    annals = make.annals(files="s3", environment={"ANNALS_FILES_S3_ENDPOINT": bucket.url}, start=False)
    annals.start(ready=False)
    tenant = annals.initialise(unique_name())
    caller = Caller()
    headers = {"X-Client-Id": tenant["client_id"], **caller.headers}
    assert annals.request("DELETE", "/api/delete-tenant", headers=headers).status_code == 400, "it has to ask the bucket"
    bucket.close()

    assert any(caller.trace_id in parent for parent in told)


@pytest.mark.parametrize("files", ["local", "s3"])
def test_a_link_to_a_file_does_not_hold_the_trace(make, files):
    annals = make.annals(files=files)
    tenant = annals.initialise(unique_name())
    caller = Caller()

    reply = annals.get("/api/files/upload-url", headers={"X-Client-Id": tenant["client_id"], **caller.headers})

    assert reply.status_code == 200
    assert caller.trace_id not in reply.text and "traceparent" not in reply.text.lower()
