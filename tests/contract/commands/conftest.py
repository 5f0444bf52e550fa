"""What the commands of `annals` have before them."""

import pytest

from support.machine.ports import free_port


@pytest.fixture
def own_service(make, engine_kind):
    """A service of the test's own that comes back at the same address."""
    return make.annals(engine_kind, environment={"ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"})
