"""A tenant whose ids are strings and integers that look alike."""

import pytest

from support.events import tenant_with
from support.samples.string_ids import MIXED


@pytest.fixture
def tenant(annals, engine_kind, once):
    """A tenant with the events MIXED."""
    return once(engine_kind, lambda: tenant_with(annals, MIXED))
