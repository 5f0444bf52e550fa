"""A gate between Annals and ClickHouse that lets everything pass and remembers it."""

from support.gates.gate import Gate


class RecordingGate(Gate):
    """`urls` and `bodies` are those of all requests so far."""

    def __init__(self, port):
        super().__init__(port)
        self.urls = []
        self.bodies = []

    def _carry_out(self, handler, body):
        self.urls.append(handler.path)
        self.bodies.append(body.decode(errors="replace"))
        return super()._carry_out(handler, body)
