"""The network between a chaos run's services and their ClickHouse server."""

import http.client
import random
import threading

from support.gates.gate import Gate

SLOWEST_SECONDS = 0.4
BROKEN = 0.25
WAYS = ("lost", "unheard", "late", "page")


class ChaosGate(Gate):
    """Slow or resetting connections while it is told so. Which request meets what is left to chance."""

    def __init__(self, port):
        super().__init__(port)
        self._trouble = None
        self._random = random.Random()
        self._over = threading.Event()

    def begin(self, trouble, seed):
        """`trouble` is "slow" or "resetting"."""
        with self._lock:
            self._over.clear()
            self._random.seed(seed)
            self._trouble = trouble

    def end(self):
        with self._lock:
            self._trouble = None
        self._over.set()
        self.repair()

    def _choose(self):
        with self._lock:
            if self._trouble == "resetting" and self._random.random() < BROKEN:
                return self._random.choice(WAYS)
            seconds = self._random.uniform(0, SLOWEST_SECONDS) if self._trouble == "slow" else 0
        if seconds:
            self._over.wait(seconds)
        return None

    def _carry_out(self, handler, body):
        try:
            return super()._carry_out(handler, body)
        except (OSError, http.client.HTTPException):
            return None  # the server is away

    @staticmethod
    def _answer(handler, status, headers, content):
        try:
            Gate._answer(handler, status, headers, content)
        except OSError:
            handler.close_connection = True  # the service is
