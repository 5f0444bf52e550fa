"""Traces: callers who have one, and the lines of the log that name it."""

import re
import secrets

from support.waiting import wait_until

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class Caller:
    """Somebody with a trace of their own, in which each of their requests is."""

    def __init__(self, flags="01", state=None):
        self.trace_id, self.span_id = secrets.token_hex(16), secrets.token_hex(8)
        self.headers = {"traceparent": f"00-{self.trace_id}-{self.span_id}-{flags}"}
        if state:
            self.headers["tracestate"] = state


def line_of(annals, reply):
    return wait_until(lambda: annals.told_of(reply), "the request has a line")[0]
