"""A gate between Annals and ClickHouse at which INSERTs of events go wrong or wait; everything else passes."""

import re
import threading
import urllib.parse

from support.gates.gate import Gate

# Tenants' events, not the audit trail's.
TOKEN = re.compile(r"^/.*INSERT INTO .*\.events_(?!0{12})(\w+).*insert_deduplication_token = '([^']+)'")


class InsertGate(Gate):
    """Remembers the deduplication tokens of the INSERTs that come by. `fail_inserts` breaks as many as wanted, in one of
    the ways of Gate, and `fail_in_turn` each in its own; `hold` lets those of one tenant wait until release()."""

    def __init__(self, port):
        super().__init__(port)
        self.tokens = []
        self._ways = []
        self._held_table = None
        self._open = threading.Event()
        self._open.set()

    def fail_inserts(self, times, how):
        self.fail_in_turn(*[how] * times)

    def fail_in_turn(self, *ways):
        with self._lock:
            self._ways = list(ways)

    def hold(self, tenant):
        self._held_table = tenant["client_id"].replace("-", "")
        self._open.clear()

    def release(self):
        self._open.set()

    def close(self):
        self.release()
        super().close()

    def _pass(self, handler):
        insert = TOKEN.search(urllib.parse.unquote(handler.path))
        if insert is None:
            body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
            self._answer(handler, *self._carry_out(handler, body))
            return
        self.tokens.append(insert[2])
        if insert[1] == self._held_table:
            self._open.wait()
        super()._pass(handler)

    def _choose(self):
        with self._lock:
            return self._ways.pop(0) if self._ways else None
