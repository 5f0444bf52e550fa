"""Spans on their way: batches, retries, and a receiver that is not there."""

import re
import statistics
import time

import pytest

from support.machine.ports import free_port
from support.servers.trace_receiver import TraceReceiver
from support.waiting import wait_until
from support.witnesses.traces import Caller


def metric(annals, name):
    [value] = re.findall(rf"^{re.escape(name)} (\S+)$", annals.get("/metrics").text, re.MULTILINE)
    return float(value)


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
