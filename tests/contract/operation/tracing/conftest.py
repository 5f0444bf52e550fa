"""A receiver of spans."""

import pytest

from support.servers.trace_receiver import TraceReceiver


@pytest.fixture
def receiver():
    receiver = TraceReceiver()
    yield receiver
    receiver.close()
