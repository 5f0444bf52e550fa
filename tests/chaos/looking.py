"""Looking again and again for what should not be there."""

import pytest

from support.waiting import wait_until


def wait_until_empty(look, expected):
    """Returns once `look` finds nothing; fails with what its last look found."""
    seen = []
    try:
        wait_until(lambda: not seen.append(look()) and not seen[-1], expected)
    except pytest.fail.Exception as failure:
        pytest.fail(f"{failure}; found {seen[-1]}")
