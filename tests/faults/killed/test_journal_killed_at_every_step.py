"""kill -9 at every step of the journal's work on its files: a write, or half of it (whole sectors), a sync, a rename, a removal.

The steps are those of events for two tenants, the deletion of one of them, which purges the files, the move of the other's
events into their table, and the release of the files. After a restart what was acknowledged is there once, and once the
deletion is answered, no file holds a byte of that tenant's.
"""

import pytest

from support import paths
from support.clients.load import everything, expect_once, ids_of, stored_ids
from support.events import HISTORY, event
from support.waiting import wait_until
from support.witnesses.file_trees import files_with

MOST_STEPS = 60
RELEASE_SECONDS = 60
SECRET = "the secret of the tenant that goes"


@pytest.fixture
def annals(make):
    annals = make.annals("embedded")
    annals.environment["TEST_KILL_BELOW"] = str(annals.data / "journal")
    annals.environment["TEST_KILL_ARM"] = str(annals.directory / "arm")
    return annals


def files(annals):
    return sorted((annals.data / "journal").glob("*.journal"))


class Sent:
    """The ids of the events that were sent for the tenant that stays, and of those that were acknowledged."""

    def __init__(self):
        self.all, self.acknowledged = set(), set()


def live(annals, keeper, goer, number, sent):
    """One life until it dies or all is done. Returns the answer to the deletion, and whether all is done."""

    def post(tenant, events):
        ids = {one["event_id"] for one in events} if tenant is keeper else set()
        sent.all |= ids
        answer = annals.outcome("POST", "/api/events", headers={"X-Client-Id": tenant["client_id"]}, json=events)
        assert answer is None or answer[0] == 201, f"step {number}: expected 201, got {answer}"
        if answer:
            sent.acknowledged |= ids
        return answer

    def released(before):
        return not annals.running or not set(files(annals)) & set(before)

    first = [event(record_id=number) for _ in range(3)]
    deleted, done = None, False
    if post(keeper, first) and post(goer, [event(event_data=[SECRET]) for _ in range(3)]):
        deleted = annals.outcome("DELETE", "/api/delete-tenant", headers={"X-Client-Id": goer["client_id"]})
        assert deleted is None or deleted[0] == 204, f"step {number}: expected 204, got {deleted}"
    if deleted and post(keeper, [event(record_id=number)]):
        sealed = files(annals)[:-1]
        done = annals.outcome("GET", HISTORY, headers={"X-Client-Id": keeper["client_id"]})
        wait_until(lambda: released(sealed), f"step {number}: the moved events leave the journal", RELEASE_SECONDS)
    return deleted, done and annals.running


@pytest.mark.parametrize("when", ["before", "within"])
def test_whatever_the_step_what_was_acknowledged_is_there_once_and_what_was_deleted_is_not(annals, steps, when):
    keeper = annals.initialise("shop")
    sent = Sent()
    for number in steps.upto(MOST_STEPS):
        step = f"{when} step {number}"
        goer = annals.initialise(f"goer_{number}")
        annals.terminate()
        annals.start(environment={"LD_PRELOAD": str(paths.KILLING_FILES), "TEST_KILL": f"{when}:{number}"})
        (annals.directory / "arm").touch()
        deleted, done = live(annals, keeper, goer, number, sent)
        (annals.directory / "arm").unlink()
        if done:
            annals.kill9()
        annals.wait_killed()
        annals.start()

        expect_once(ids_of(everything(annals, keeper)), sent.acknowledged, sent.all, f"{step}: the history")
        if deleted is None:
            assert annals.delete(goer["client_id"]).status_code in (204, 400), f"{step}: expected that it can be deleted"
        assert files_with(annals.data / "journal", SECRET) == [], f"{step}: expected nothing of a deleted tenant"
        if done:
            assert number > 10, f"expected more steps than {number}"
            annals.terminate()
            assert set(stored_ids(annals, keeper).values()) == {1}, "expected no row twice in the end"
            return
    pytest.fail(f"expected less than {MOST_STEPS} steps")
