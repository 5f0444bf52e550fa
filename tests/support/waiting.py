"""Waiting for a condition instead of for a time."""

import time

import pytest

POLL_SECONDS = 0.03


def wait_until(condition, expected, seconds=10.0):
    """Returns the first true result of `condition`; fails, saying what was `expected`, when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"expected within {seconds:g} s: {expected}; last result: {result!r}")
        time.sleep(POLL_SECONDS)
