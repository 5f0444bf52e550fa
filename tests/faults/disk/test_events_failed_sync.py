"""A disk that fails to write: nothing is acknowledged that may not be on it, also not to whoever sends it again, and
also not after a restart."""

import pytest

from support import paths
from support.annals import events_table
from support.answers.problems import UNAVAILABLE, expect
from support.events import event, events_of, post_events
from support.machine.processes import run
from support.waiting import PATIENCE_SECONDS, wait_until


@pytest.fixture
def broken(tmp_path):
    """The disk is broken while this file exists."""
    return tmp_path / "broken"


@pytest.fixture
def lost(tmp_path):
    """A link to the file that only the system's cache has."""
    return tmp_path / "lost"


@pytest.fixture
def annals(make, broken, lost):
    environment = {
        "LD_PRELOAD": str(paths.FAILING_SYNC),
        "TEST_FAILING_SYNC": str(broken),
        "TEST_LOST_FILE": str(lost),
        "ANNALS_EVENTS_RETRY_SECONDS": "0.5",
    }
    return make.annals("embedded", environment=environment)


@pytest.fixture
def tenant(annals):
    return annals.initialise("shop")


@pytest.fixture
def doubtful(annals, tenant, broken):
    """An event that is in its table, whose sync has failed; the marker is left and Annals is down."""
    one = event()
    assert post_events(annals, tenant, [one]).status_code == 201
    broken.touch()
    assert len(events_of(annals, tenant)) == 1  # moves it
    wait_until(marker(annals).exists, "it remembers the failed sync", PATIENCE_SECONDS)
    annals.terminate()
    return one


def marker(annals):
    return annals.engine.directory / "annals-sync-failed"


def newest_part(annals, tenant):
    """The directory of the part that was inserted last. Annals is down."""
    database, table = events_table(tenant).replace("`", "").split(".")
    path = annals.sql(
        f"SELECT path FROM system.parts WHERE database = '{database}' AND table = '{table}' AND active "
        "ORDER BY max_block_number DESC LIMIT 1"
    )
    annals.engine.release()
    return annals.engine.directory / path


def cut(file):
    file.write_bytes(file.read_bytes()[:-1])


def blank(file):
    """As long as before, so that it can still be loaded."""
    file.write_bytes(bytes(file.stat().st_size))


def refusal(annals):
    """What it says when it does not start."""
    ended = run([paths.ANNALS, "serve"], annals.settings())
    assert ended.returncode == 1, f"expected exit status 1, got {ended.returncode} {ended.stderr}"
    assert marker(annals).exists(), "a start that was refused forgets nothing"
    return ended.stderr


def test_what_may_not_be_on_the_disk_is_not_acknowledged_to_whoever_sends_it_again(annals, tenant, broken):
    kept, doubtful = event(), event()
    assert post_events(annals, tenant, [kept]).status_code == 201
    broken.touch()

    expect(post_events(annals, tenant, [doubtful]), 503, UNAVAILABLE)
    assert (annals.data / "journal" / "failed-write").exists(), "expected it to remember the failure"
    expect(post_events(annals, tenant, [doubtful]), 503, UNAVAILABLE)
    # What was lost is not known, so this process acknowledges nothing any more.
    broken.unlink()
    expect(post_events(annals, tenant, [doubtful]), 503, UNAVAILABLE)
    expect(post_events(annals, tenant, [kept]), 503, UNAVAILABLE)
    assert annals.get("/readyz", key=None).status_code == 503

    annals.terminate()
    annals.start()
    assert not (annals.data / "journal" / "failed-write").exists()
    for one in (kept, doubtful):
        assert post_events(annals, tenant, [one]).status_code == 201
    assert sorted(one["event_id"] for one in events_of(annals, tenant)) == sorted([kept["event_id"], doubtful["event_id"]])


def test_a_restart_reads_everything_again_and_then_acknowledges(annals, tenant, doubtful, broken):
    broken.unlink()

    annals.start()

    assert not marker(annals).exists(), "expected it to forget the failure"
    assert post_events(annals, tenant, [doubtful]).status_code == 201
    assert [one["event_id"] for one in events_of(annals, tenant)] == [doubtful["event_id"]]


@pytest.mark.parametrize("damage", [cut, blank])
def test_it_does_not_start_with_what_the_disk_has_lost(annals, tenant, doubtful, broken, damage):
    damage(newest_part(annals, tenant) / "data.bin")
    broken.unlink()

    said = refusal(annals)

    assert events_table(tenant).split(".")[1] in said and "may be lost" in said, said
    assert str(marker(annals)) in said, said
    assert "may be lost" in refusal(annals), "expected the next start to be refused too"
    marker(annals).unlink()
    annals.start()


def test_it_does_not_start_with_what_only_the_cache_has(annals, tenant, doubtful, broken, lost):
    lost.symlink_to(newest_part(annals, tenant) / "data.bin")
    broken.unlink()

    assert "may be lost" in refusal(annals)


def test_it_does_not_start_while_the_disk_still_fails(annals, tenant, doubtful, lost):
    file = newest_part(annals, tenant) / "data.bin"
    cached = file.read_bytes()
    lost.symlink_to(file)

    assert "a write to the disk failed" in refusal(annals)

    assert file.read_bytes() == cached, "what cannot be written yet must stay in the cache"
