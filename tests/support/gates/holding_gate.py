"""A gate between Annals and ClickHouse at which one statement waits as long as a test likes; everything else passes."""

import contextlib
import re
import threading
import urllib.parse

from support.gates.gate import Gate


# A field of a form, as Annals sends the parameters of a statement.
FIELD = re.compile(r'name="(\w+)"\r\n\r\n(.*?)\r\n', re.DOTALL)


def statement_of(path, body):
    """The text of a request for a statement, with its parameters as `param_name=value`."""
    text = urllib.parse.unquote(path) + body.decode(errors="replace")
    return text + "".join(f"&{name}={value}" for name, value in FIELD.findall(text))


class Hold:
    """A statement that is held. `arrived` and `done` are events: it is at the gate, it has been carried out."""

    def __init__(self, text, *, hangs_up):
        self._text = text
        self.hangs_up = hangs_up
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

    def drops(self, statement):
        """True for a copy of the statement that its sender, who was hung up on, sends while the first is held."""
        return self.hangs_up and self._text in statement and not self._go.is_set()

    def wait(self):
        self.arrived.set()
        self._go.wait()

    def release(self):
        self._go.set()


class HoldingGate(Gate):
    def __init__(self, port):
        super().__init__(port)
        self._holds = []

    def hold(self, text, *, hangs_up=False):
        """Holds the next statement whose text or parameters contain `text`, until its release().

        Its sender waits for the answer, or with `hangs_up` learns at once that there will be none.
        """
        self._holds.append(Hold(text, hangs_up=hangs_up))
        return self._holds[-1]

    def close(self):
        for hold in self._holds:
            hold.release()
        super().close()

    def _carry_out(self, handler, body):
        statement = statement_of(handler.path, body)
        hold = next((hold for hold in self._holds if hold.takes(statement)), None)
        if hold is None:
            if any(hold.drops(statement) for hold in self._holds):
                return None
            return super()._carry_out(handler, body)
        if hold.hangs_up:
            self._hang_up(handler)
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
