"""Names that no other test uses."""

import itertools
import os

_numbers = itertools.count(1)


def unique_name(prefix="t"):
    """A database name; short, so that tests can add to it."""
    return f"{prefix}_{os.getpid()}_{next(_numbers)}"


# A UUID v4 that no tenant has; fixed, so that all workers collect the same tests.
UNKNOWN_ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
