"""A receiver of spans over OTLP/HTTP in JSON, as strict as a collector, and the spans that it got."""

import json
import re
import threading

from support.servers.loopback_http import LoopbackServer, send_answer
from support.waiting import wait_until

TRACE_ID = re.compile(r"[0-9a-f]{32}")
SPAN_ID = re.compile(r"[0-9a-f]{16}")
NANOSECONDS = re.compile(r"[1-9][0-9]*")
KINDS = {1: "internal", 2: "server", 3: "client"}


def _plain(attributes):
    """Attributes as a dictionary; each has exactly one value, of a type that the protocol has."""
    result = {}
    for attribute in attributes:
        assert set(attribute) == {"key", "value"} and len(attribute["value"]) == 1, attribute
        [(kind, value)] = attribute["value"].items()
        if kind == "intValue":
            assert isinstance(value, str), "64-bit numbers are texts"
            value = int(value)
        else:
            assert isinstance(value, {"stringValue": str, "doubleValue": (int, float), "boolValue": bool}[kind]), attribute
        assert attribute["key"] not in result, f"{attribute['key']} stands twice"
        result[attribute["key"]] = value
    return result


class Span:
    """A span as it came, with what the protocol says about its form checked."""

    def __init__(self, encoded, resource):
        known = {"traceId", "spanId", "parentSpanId", "traceState", "flags", "name", "kind"}
        assert set(encoded) <= known | {"startTimeUnixNano", "endTimeUnixNano", "attributes", "status"}, encoded
        assert TRACE_ID.fullmatch(encoded["traceId"]) and SPAN_ID.fullmatch(encoded["spanId"]), encoded
        assert NANOSECONDS.fullmatch(encoded["startTimeUnixNano"]) and NANOSECONDS.fullmatch(encoded["endTimeUnixNano"])
        self.trace_id, self.id, self.parent_id = encoded["traceId"], encoded["spanId"], encoded.get("parentSpanId", "")
        self.state = encoded.get("traceState", "")
        self.name, self.kind = encoded["name"], KINDS[encoded["kind"]]
        self.began, self.ended = int(encoded["startTimeUnixNano"]), int(encoded["endTimeUnixNano"])
        self.has_remote_parent = bool(encoded["flags"] & 0x200)
        self.has_failed = encoded.get("status", {}).get("code", 0) == 2
        self.attributes = _plain(encoded["attributes"])
        self.resource = resource

    def __repr__(self):
        return f"<{self.name} {self.id} of {self.parent_id or 'nobody'} {self.attributes}>"


class TraceReceiver:
    """Answers with `statuses`, one after the other and then 200; each may be a pair with headers. While `gate` is cleared
    it answers nothing."""

    def __init__(self, statuses=(), body="{}"):
        self.spans = []
        self.requests = []  # of each: path, headers, body
        self.gate = threading.Event()
        self.gate.set()
        self._statuses = list(statuses)
        self._body = body
        self._lock = threading.Lock()
        self._failures = []
        self._server = LoopbackServer(self._answer)

    @property
    def url(self):
        return self._server.url

    def environment(self, **more):
        """Settings with which a service sends its spans here, soon after they end."""
        return {"ANNALS_TRACING_ENDPOINT": self.url, "ANNALS_TRACING_INTERVAL_SECONDS": "0.05", **more}

    def close(self):
        self.gate.set()
        self._server.close()
        assert self._failures == []

    def of_trace(self, trace_id):
        with self._lock:
            return [span for span in self.spans if span.trace_id == trace_id]

    def wait_for(self, trace_id, is_complete=lambda spans: any(span.kind == "server" for span in spans)):
        """The spans of a trace once there is that of the request, which ends last, or what else `is_complete` says."""
        return wait_until(
            lambda: (spans := self.of_trace(trace_id)) and is_complete(spans) and spans, f"spans of the trace {trace_id}"
        )

    def _answer(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        with self._lock:
            self.requests.append((handler.path, dict(handler.headers), body))
            status = self._statuses.pop(0) if self._statuses else 200
        self.gate.wait()
        status, headers = status if isinstance(status, tuple) else (status, {})
        if status == 200:
            self._take(handler, body)
        send_answer(handler, status, self._body.encode(), [("Content-Type", "application/json"), *headers.items()])

    def _take(self, handler, body):
        try:
            assert handler.command == "POST" and handler.headers["Content-Type"] == "application/json"
            spans = []
            for resource in json.loads(body)["resourceSpans"]:
                attributes = _plain(resource["resource"]["attributes"])
                for scope in resource["scopeSpans"]:
                    assert scope["scope"]["name"] == "annals"
                    spans += [Span(span, attributes) for span in scope["spans"]]
            with self._lock:
                self.spans += spans
        except Exception as failure:  # noqa: BLE001: told at the end
            self._failures.append(repr(failure))
