"""Tenants whose events are exported, and what stands between them and the command."""

import pytest

from support.clients.commands import Tenant, event, expect_ended, write_lines
from support.clients.exports import FILE_ID, LARGE
from support.gates.relay import Relay

HALF_BYTES = 5_000_000


@pytest.fixture
def tenant(annals, tmp_path):
    """A tenant with a few events."""
    tenant = Tenant(annals, tmp_path)
    events = [event(i, file_id=FILE_ID if i % 2 else None, more={"of": "it"}) for i in range(200)]
    for e in events[100:150]:  # told apart by nothing but their ids
        e.update(record_id=7, event_time="1969-12-31T23:59:59.999Z")
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    return tenant


@pytest.fixture
def large(own_service, tmp_path):
    """A tenant with 14 MB of events, on a service of the test's own that comes back at the same address."""
    tenant = Tenant(own_service, tmp_path)
    events = (event(i, event_data={"number": i, "padding": "x" * 500}) for i in range(LARGE))
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    return tenant


@pytest.fixture
def midway(large):
    """A relay before that service at which an export comes to a stop in the middle."""
    relay = Relay(large.annals.port, down=HALF_BYTES)
    large.url = relay.url
    yield relay
    relay.close()
