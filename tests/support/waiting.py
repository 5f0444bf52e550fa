"""Waiting for a condition instead of for a time."""

import time

import pytest

from support import paths

POLL_SECONDS = 0.03
# A sanitized build takes several times as long for everything, and so may take several times as long.
SLOWNESS = 5 if paths.is_sanitized() else 1


def wait_until(condition, expected, seconds=30.0):
    """Returns the first true result of `condition`; fails, saying what was `expected`, when there is none in time."""
    seconds *= SLOWNESS
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"expected within {seconds:g} s: {expected}; last result: {result!r}")
        time.sleep(POLL_SECONDS)


def repeat_unavailable(ask, seconds=30.0):
    """Returns the answer of `ask`, which it calls again while that is 503: what any client does, and on a busy machine must.
    After `seconds` it returns the last answer."""
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        reply = ask()
        if reply.status_code != 503 or time.monotonic() > deadline:
            return reply
        time.sleep(POLL_SECONDS)
