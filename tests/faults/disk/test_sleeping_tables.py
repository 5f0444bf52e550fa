"""Tables sleep until they are used, and nobody notices but the machine."""

import random
import threading

import pytest

from support.clients.load import at_once, shown_ids
from support.events import event, events_of, get_history, history, post_events
from support.witnesses.leftovers import leftovers
from support.witnesses.trail import TABLE as TRAIL

# The least that may be given; the engine then keeps 256 tables awake.
LITTLE_MEMORY = {"ANNALS_ENGINE_MAX_MEMORY_BYTES": str(256 << 20)}
AWAKE = 256
MORE = AWAKE + 24


@pytest.fixture
def annals(make):
    return make.annals("embedded")


def loaded(annals):
    """The tables of tenants' events that the next start would load."""
    tables = {path.stem for path in (annals.data / "engine").glob("store/*/*/events_*.sql")}
    return sorted(tables - {TRAIL.removeprefix("default.")})


def post(annals, tenant, **changes):
    sent = event(**changes)
    reply = post_events(annals, tenant, sent)
    assert reply.status_code == 201, reply.text
    return sent["event_id"]


def test_a_start_loads_no_table_and_every_way_of_using_one_wakes_it(annals):
    names = ("read", "count", "export", "tail", "write", "again", "deleted")
    tenants = {name: annals.initialise(name) for name in names}
    ids = {name: post(annals, tenants[name]) for name in names}
    annals.restart_with_an_empty_journal()
    assert loaded(annals) == [], "expected that all tables sleep"

    def get(name, path):
        reply = annals.get(f"/api/history/{path}", headers={"X-Client-Id": tenants[name]["client_id"]})
        assert reply.status_code == 200, f"expected 200 for {path}, got {reply.status_code} {reply.text}"
        return reply.text

    assert [one["event_id"] for one in events_of(annals, tenants["read"])] == [ids["read"]]
    assert '"count":1' in get("count", "events/count-by?by=event_type_id").replace(" ", "")
    assert ids["export"] in get("export", "export?format=csv")
    assert ids["tail"] in get("tail", f"events/{ids['tail']}")
    second = post(annals, tenants["write"])
    assert shown_ids(annals, tenants["write"]) == {ids["write"]: 1, second: 1}
    repeated = post_events(annals, tenants["again"], [event(event_id=ids["again"])])
    assert repeated.json()["duplicates"] == 1, "an id that a sleeping table holds is known"
    annals.remove(tenants["deleted"]["client_id"])
    assert len(loaded(annals)) == len(names) - 1
    annals.terminate()
    assert leftovers(annals, "deleted") == {}
    assert not list((annals.data / "engine").glob(f"**/*{tenants['deleted']['client_id'].replace('-', '')}*"))


def test_more_tables_are_used_than_fit_into_the_memory(make):
    annals = make.annals("embedded", environment=LITTLE_MEMORY)
    tenants = [annals.initialise(f"t-{number}") for number in range(MORE)]
    sent = [{post(annals, tenant)} for tenant in tenants]
    lock = threading.Lock()

    def use_some():
        chosen = random.sample(range(MORE), MORE // 2)
        for number in chosen:
            made = post(annals, tenants[number])
            with lock:
                sent[number].add(made)
            assert get_history(annals, tenants[number]).status_code == 200

    at_once([use_some] * 8)
    assert len(loaded(annals)) <= MORE, "expected one table for each tenant"

    annals.kill9()
    annals.start()
    for number, tenant in enumerate(tenants):
        assert shown_ids(annals, tenant) == dict.fromkeys(sent[number], 1), f"expected all events of tenant {number}"
    awake = [path for path in (annals.data / "engine").glob("store/*/*/events_*.sql")
             if not path.with_suffix(".sql.detached").exists() and path.stem not in TRAIL]
    assert len(awake) <= AWAKE, "expected that those sleep that were used longest ago"


def test_every_table_is_whole_after_a_kill_while_tables_wake_and_fall_asleep(make):
    annals = make.annals("embedded", environment=LITTLE_MEMORY)
    tenants = [annals.initialise(f"t-{number}") for number in range(MORE)]
    sent = [{post(annals, tenant)} for tenant in tenants]
    for round_ in range(4):
        stop = threading.Event()

        def read(seed):
            chosen = random.Random(seed)
            while not stop.is_set():
                try:
                    get_history(annals, chosen.choice(tenants))
                except OSError:
                    return

        threads = [threading.Thread(target=read, args=(100 * round_ + seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        number = random.Random(round_).randrange(MORE)
        for _ in range(40):
            sent[number].add(post(annals, tenants[number]))
            number = (number + 1) % MORE
        annals.kill9()
        stop.set()
        for thread in threads:
            thread.join()
        annals.start()
        for other in random.Random(round_).sample(range(MORE), 40):
            assert shown_ids(annals, tenants[other]) == dict.fromkeys(sent[other], 1), f"tenant {other}"
    assert history(annals, tenants[0])["total_count"] == len(sent[0])
