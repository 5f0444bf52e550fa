"""The file that fills a disk, and a service whose disk it fills."""

import pytest

from support.faults.full_disk import preloaded


@pytest.fixture
def full(tmp_path):
    """The disk is full while this file exists."""
    return tmp_path / "full"


@pytest.fixture(params=["told", "untold"])
def told(request):
    """Whether what is left can be asked for. With a quota it cannot, and a write fails."""
    return request.param == "told"


@pytest.fixture
def annals(make, full):
    annals = make.annals("embedded", environment={"ANNALS_EVENTS_RETRY_SECONDS": "0.5"}, start=False)
    annals.environment.update(preloaded(full, annals.data))
    return annals.start()
