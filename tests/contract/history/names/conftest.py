"""A service of the test's own: names of ids are one dictionary for all its tenants."""

import pytest


@pytest.fixture
def annals(make, engine_kind):
    return make.annals(engine_kind)
