"""A tenant, and both paths to which its events are sent."""

import pytest

from support.events import EVENT_BRIDGE, EVENTS
from support.names import unique_name


@pytest.fixture(scope="module")
def annals(shared):
    return shared("remote")


@pytest.fixture(scope="module")
def tenant(annals):
    return annals.initialise(unique_name())


@pytest.fixture(params=(EVENT_BRIDGE, EVENTS))
def path(request):
    return request.param
