"""Tenants into which files are imported, a file that is large, and what stands between them and the command."""

import pytest

from support.clients.commands import Tenant, event, write_lines
from support.clients.imports import MANY
from support.gates.relay import Relay

HALF_BYTES = 1_500_000


@pytest.fixture
def tenant(annals, tmp_path):
    return Tenant(annals, tmp_path)


@pytest.fixture
def any_tenant(any_annals, tmp_path):
    return Tenant(any_annals, tmp_path)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return write_lines(tmp_path_factory.mktemp("events") / "many.ndjson", map(event, range(MANY)))


@pytest.fixture
def own_copy(many, tmp_path):
    """The same file in the test's own directory, where the place is kept."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(many.read_bytes())
    return file


@pytest.fixture
def midway():
    """Puts a relay before a tenant's service at which an import comes to a stop in the middle."""
    relays = []

    def put(tenant):
        relays.append(Relay(tenant.annals.port, up=HALF_BYTES))
        tenant.url = relays[-1].url
        return relays[-1]

    yield put
    for relay in relays:
        relay.close()
