"""A disk that fails to write: nothing is acknowledged that may not be on it, also not to whoever sends it again."""

import pytest

from support import paths
from support.events import event, history, post_events
from support.problems import UNAVAILABLE, expect

pytestmark = pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build has no embedded engine")


@pytest.fixture
def broken(tmp_path):
    """The disk is broken while this file exists."""
    return tmp_path / "broken"


@pytest.fixture
def annals(make, broken):
    environment = {
        "LD_PRELOAD": str(paths.FAILING_SYNC),
        "TEST_FAILING_SYNC": str(broken),
        "ANNALS_EVENTS_RETRY_SECONDS": "0.5",
    }
    return make.annals("embedded", environment=environment)


def test_what_may_not_be_on_the_disk_is_not_acknowledged_to_whoever_sends_it_again(annals, broken):
    tenant = annals.initialise("shop")
    kept, doubtful = event(), event()
    assert post_events(annals, tenant, [kept]).status_code == 201
    broken.touch()

    expect(post_events(annals, tenant, [doubtful]), 503, UNAVAILABLE)
    expect(post_events(annals, tenant, [doubtful]), 503, UNAVAILABLE)
    # What was lost is not known, so this process acknowledges nothing any more.
    broken.unlink()
    expect(post_events(annals, tenant, [doubtful]), 503, UNAVAILABLE)
    expect(post_events(annals, tenant, [kept]), 503, UNAVAILABLE)
    assert annals.get("/readyz", key=None).status_code == 503

    annals.restart()
    assert post_events(annals, tenant, [doubtful]).status_code == 201
    assert history(annals, tenant)["total_count"] == 2
