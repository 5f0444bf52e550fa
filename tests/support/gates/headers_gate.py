"""A gate between Annals and ClickHouse that remembers the headers of each request."""

from support.gates.gate import Gate
from support.witnesses.traces import TRACEPARENT


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
