"""Traces: which one a request belongs to, who else is told, and the spans that a receiver gets."""

import collections
import re
import secrets
import statistics
import time

import pytest

from support.clients.file_links import new_upload
from support.events import HISTORY, event, get_history, post_events
from support.gates.gate import Gate
from support.machine.ports import free_port
from support.names import unique_name
from support.servers.loopback_http import LoopbackServer, send_answer
from support.servers.trace_receiver import TraceReceiver
from support.waiting import PATIENCE_SECONDS, wait_until

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class Caller:
    """Somebody with a trace of their own, in which each of their requests is."""

    def __init__(self, flags="01", state=None):
        self.trace_id, self.span_id = secrets.token_hex(16), secrets.token_hex(8)
        self.headers = {"traceparent": f"00-{self.trace_id}-{self.span_id}-{flags}"}
        if state:
            self.headers["tracestate"] = state


class HeadersGate(Gate):
    """A gate between Annals and ClickHouse that remembers the headers of each request."""

    def __init__(self, port):
        super().__init__(port)
        self.headers = []

    def _carry_out(self, handler, body):
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        return super()._carry_out(handler, body)

    def told(self, trace_id):
        """Of each request of that trace: its span, flags and state."""
        found = [(TRACEPARENT.fullmatch(h.get("traceparent", "")), h.get("tracestate")) for h in self.headers]
        return [(match[2], match[3], state) for match, state in found if match and match[1] == trace_id]


@pytest.fixture
def receiver():
    receiver = TraceReceiver()
    yield receiver
    receiver.close()


@pytest.fixture
def traced(make, engine_kind, receiver):
    return make.annals(engine_kind, environment=receiver.environment())


def line_of(annals, reply):
    return wait_until(lambda: annals.told_of(reply), "the request has a line")[0]


def metric(annals, name):
    [value] = re.findall(rf"^{re.escape(name)} (\S+)$", annals.get("/metrics").text, re.MULTILINE)
    return float(value)


def tree(spans):
    """The names of the spans below each span, by its id."""
    children = collections.defaultdict(list)
    for span in sorted(spans, key=lambda span: span.began):
        children[span.parent_id].append(span)
    return children


# --- the trace of a request ---


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


# --- who else is told ---


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


# --- spans ---


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


# --- how they are sent ---


def test_what_the_variables_of_opentelemetry_say_is_done(make, receiver):
    annals = make.annals(
        environment={
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20abc",
            "OTEL_SERVICE_NAME": "shop-history",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=test",
            "OTEL_BSP_SCHEDULE_DELAY": "50",
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0",
        }
    )
    assert annals.get("/api/tenants").status_code == 200
    caller = Caller()
    assert annals.get("/api/tenants", headers=caller.headers).status_code == 200

    [span, *_] = receiver.wait_for(caller.trace_id)

    assert span.resource["service.name"] == "shop-history"
    assert span.resource["deployment.environment.name"] == "test"
    assert {span.trace_id for span in receiver.spans} == {caller.trace_id}, "the sampler takes no others"
    path, headers, _ = receiver.requests[0]
    assert path == "/v1/traces" and headers["authorization"] == "Basic abc"
    assert "Basic abc" not in annals.log


def test_the_last_spans_are_sent_when_it_stops(make, receiver, after_a_stop):
    def prepare():
        annals = make.annals(environment=receiver.environment(ANNALS_TRACING_INTERVAL_SECONDS="3600"))
        caller = Caller()
        assert annals.get("/api/tenants", headers=caller.headers).status_code == 200
        assert receiver.of_trace(caller.trace_id) == []
        return annals, lambda: receiver.of_trace(caller.trace_id)

    assert after_a_stop(prepare)


@pytest.mark.parametrize("answer", [(429, {"Retry-After": "1"}), (503, {"Retry-After": "1"}), 502, 504], ids=str)
def test_a_batch_is_sent_again_after_an_answer_that_asks_for_it(make, answer):
    receiver = TraceReceiver([answer, answer])
    annals = make.annals(environment=receiver.environment())
    caller = Caller()
    assert annals.get("/api/tenants", headers=caller.headers).status_code == 200

    receiver.wait_for(caller.trace_id)

    assert receiver.requests[0][2] == receiver.requests[1][2] == receiver.requests[2][2]
    assert metric(annals, 'annals_spans_lost_total{reason="not_sent"}') == 0
    receiver.close()


@pytest.mark.parametrize("status", [400, 401, 413, 500])
def test_a_batch_that_is_refused_is_lost_and_counted(make, status):
    receiver = TraceReceiver([status])
    # A batch that has no answer in time is sent again, and lost to nobody.
    annals = make.annals(environment=receiver.environment(ANNALS_TRACING_TIMEOUT_SECONDS="3600"))
    assert annals.get("/api/tenants").status_code == 200
    wait_until(lambda: metric(annals, 'annals_spans_lost_total{reason="not_sent"}') > 0, "the spans are lost")
    caller = Caller()
    assert annals.get("/api/tenants", headers=caller.headers).status_code == 200

    receiver.wait_for(caller.trace_id)

    assert f"the receiver answers with status {status}" in annals.log
    receiver.close()


def test_spans_that_the_receiver_leaves_out_are_counted(make):
    receiver = TraceReceiver(body='{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}')
    annals = make.annals(environment=receiver.environment())
    assert annals.get("/api/tenants").status_code == 200

    wait_until(lambda: metric(annals, 'annals_spans_lost_total{reason="rejected"}') >= 1, "a span is counted")
    receiver.close()


# --- a receiver that is not there costs callers nothing ---


def durations(*services, count=200):
    """The medians of requests to each. They are asked in turns: what slows the machine slows them alike."""
    results = [[] for _ in services]
    for _ in range(count):
        for annals, result in zip(services, results):
            began = time.monotonic()
            assert annals.get("/api/tenants", headers={"Connection": "close"}).status_code == 200
            result.append(time.monotonic() - began)
    return [statistics.median(result) for result in results]


@pytest.mark.parametrize("kind", ["nobody", "silent"])
def test_an_unreachable_or_silent_receiver_slows_nobody_and_fills_no_memory(make, kind):
    receiver = TraceReceiver()
    if kind == "silent":
        receiver.gate.clear()
    url = receiver.url if kind == "silent" else f"http://127.0.0.1:{free_port()}"
    # Who waited for an answer of the receiver would wait for an hour.
    settings = {"ANNALS_TRACING_ENDPOINT": url, "ANNALS_TRACING_MAX_WAITING_SPANS": "64", "ANNALS_TRACING_TIMEOUT_SECONDS": "3600"}
    annals = make.annals(environment=receiver.environment(**settings))

    plain, slowed = durations(make.annals(), annals)

    assert slowed < 5 * plain + 0.05, f"expected about {plain:.4f} s for a request, got {slowed:.4f} s"
    assert metric(annals, "annals_spans_waiting") <= 64 == metric(annals, "annals_spans_max_waiting")
    assert sum(metric(annals, f'annals_spans_lost_total{{reason="{reason}"}}') for reason in ("no_room", "not_sent")) > 100
    assert metric(annals, "annals_spans_exported_total") == 0
    assert annals.log.count("spans cannot be exported") <= 6
    annals.terminate()
    receiver.close()
