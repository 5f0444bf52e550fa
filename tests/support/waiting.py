"""Waiting for a condition instead of for a time."""

import time

import pytest

from support import paths

POLL_SECONDS = 0.03
# How long to wait for what needs a second or two when the machine has time, and is promised within no time of its own.
PATIENCE_SECONDS = 90.0
# A sanitized build takes several times as long for everything, and so may take several times as long.
SLOWNESS = 5 if paths.is_sanitized() else 1
# The same patience with what waits by itself: sockets, processes and threads.
TIMEOUT_SECONDS = PATIENCE_SECONDS * SLOWNESS


def wait_until(condition, expected, seconds=PATIENCE_SECONDS):
    """Returns the first true result of `condition`; fails, saying what was `expected`, when there is none in time. `expected`
    may be a function of no arguments that returns the text."""
    seconds *= SLOWNESS
    deadline = time.monotonic() + seconds
    while True:
        # A look that begins in time counts, however long this process was kept from it afterwards.
        is_last = time.monotonic() > deadline
        result = condition()
        if result:
            return result
        if is_last:
            expected = expected() if callable(expected) else expected
            pytest.fail(f"expected within {seconds:g} s: {expected}; last result: {result!r}")
        time.sleep(POLL_SECONDS)


def repeat_unavailable(ask, seconds=PATIENCE_SECONDS):
    """Returns the answer of `ask`, which it calls again while that is 503: what any client does, and on a busy machine must.
    After `seconds` it returns the last answer."""
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        is_last = time.monotonic() > deadline
        reply = ask()
        if reply.status_code != 503 or is_last:
            return reply
        time.sleep(POLL_SECONDS)
