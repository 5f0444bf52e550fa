"""A gate between Annals and ClickHouse at which one statement waits as long as a test likes; everything else passes."""

import contextlib
import threading
import urllib.parse

from support.gate import Gate


class Hold:
    """A statement that is held. `arrived` and `done` are events: it is at the gate, it has been carried out."""

    def __init__(self, text):
        self._text = text
        self._taken = False
        self._go = threading.Event()
        self._lock = threading.Lock()
        self.arrived = threading.Event()
        self.done = threading.Event()

    def takes(self, statement):
        """True for the first statement that contains the text."""
        with self._lock:
            if self._taken or self._text not in statement:
                return False
            self._taken = True
            return True

    def wait(self):
        self.arrived.set()
        self._go.wait()

    def release(self):
        self._go.set()


class HoldingGate(Gate):
    def __init__(self, port):
        super().__init__(port)
        self._holds = []

    def hold(self, text):
        """Holds the next statement whose text or parameters contain `text`, until its release()."""
        self._holds.append(Hold(text))
        return self._holds[-1]

    def close(self):
        for hold in self._holds:
            hold.release()
        super().close()

    def _carry_out(self, handler, body):
        statement = urllib.parse.unquote(handler.path) + body.decode(errors="replace")
        hold = next((hold for hold in self._holds if hold.takes(statement)), None)
        if hold is None:
            return super()._carry_out(handler, body)
        hold.wait()
        try:
            return super()._carry_out(handler, body)
        finally:
            hold.done.set()

    @staticmethod
    def _answer(handler, status, headers, content):
        # Annals may have given up long ago.
        with contextlib.suppress(ConnectionError):
            Gate._answer(handler, status, headers, content)
