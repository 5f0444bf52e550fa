"""Waiting for a condition instead of for a time."""

import time

import pytest
import requests

from support import paths

POLL_SECONDS = 0.03
# How long to wait for what needs a second or two when the machine has time, and is promised within no time of its own.
PATIENCE_SECONDS = 90.0
# A sanitized build takes several times as long for everything, and so may take several times as long.
SLOWNESS = 5 if paths.is_sanitized() else 1
# The same patience with what waits by itself: sockets, processes and threads.
TIMEOUT_SECONDS = PATIENCE_SECONDS * SLOWNESS


def _looks(seconds):
    """Times to look at something, for so long. A look that begins in time counts, however long this process was kept from it
    afterwards."""
    deadline = time.monotonic() + seconds * SLOWNESS
    is_last = False
    while not is_last:
        is_last = time.monotonic() > deadline
        yield is_last
        time.sleep(POLL_SECONDS)


def wait_until(condition, expected, seconds=PATIENCE_SECONDS):
    """Returns the first true result of `condition`; fails, saying what was `expected`, when there is none in time. `expected`
    may be a function of no arguments that returns the text."""
    for is_last in _looks(seconds):
        result = condition()
        if result:
            return result
        if is_last:
            expected = expected() if callable(expected) else expected
            pytest.fail(f"expected within {seconds * SLOWNESS:g} s: {expected}; last result: {result!r}")


def repeat_while(is_passing, ask, seconds=PATIENCE_SECONDS):
    """Returns the answer of `ask`, which it calls again while `is_passing` says so of that. After `seconds` it returns the last
    answer."""
    for is_last in _looks(seconds):
        reply = ask()
        if is_last or not is_passing(reply):
            return reply


def repeat_unavailable(ask, seconds=PATIENCE_SECONDS):
    """Repeats while the answer is 503: what any client does, and on a busy machine must."""
    return repeat_while(lambda reply: reply.status_code == 503, ask, seconds)


def repeat_unanswered(ask, seconds=PATIENCE_SECONDS):
    """Returns the answer of `ask`, which it calls again when the connection ends without one: a service without a free
    connection closes one that sends nothing for a second."""
    for is_last in _looks(seconds):
        try:
            return ask()
        except requests.ConnectionError:
            if is_last:
                raise
