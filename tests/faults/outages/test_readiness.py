"""GET /readyz tells the truth about everything that the service needs, and asking for it costs nobody anything."""

import concurrent.futures
import shutil
import time

import pytest

from support import paths
from support.answers.problems import UNAVAILABLE, expect
from support.events import event, events_of, post_events
from support.faults.full_disk import TOLD_OF_NO_ROOM, preloaded
from support.machine.ports import free_port
from support.waiting import wait_until
from support.witnesses.metrics import scrape, statements_in
from support.witnesses.system_calls import SYNCS, Traced

ALL_WELL = {"status": "ready", "engine": "ok", "registry": "ok", "disk": "ok", "files": "ok"}
REQUESTS = 400
# Far more than what two statements a second add up to, far less than what two a request would be.
MAX_STATEMENTS = REQUESTS // 2
MAX_STATEMENTS_PER_SECOND = 5
LOOKS = 10


def readiness(annals):
    reply = annals.get("/readyz", key=None)
    return reply.status_code, reply.json()


def wait_for(annals, code, **fields):
    def is_so():
        got, body = readiness(annals)
        return got == code and all(body.get(name) == value for name, value in fields.items())

    wait_until(is_so, f"/readyz answers {code} with {fields}, not {readiness(annals)}")


def test_everything_is_named_when_all_is_well(make, engine_kind):
    journal = {"journal": "ok"} if engine_kind == "embedded" else {}
    assert readiness(make.annals(engine_kind)) == (200, {**ALL_WELL, **journal})


def test_a_directory_of_files_that_is_gone_is_named_and_keeps_nobody_from_events(make):
    annals = make.annals("embedded")
    shutil.move(annals.files.directory, annals.directory / "aside")
    wait_for(annals, 200, files="cannot be used", disk="ok")

    shutil.move(annals.directory / "aside", annals.files.directory)
    wait_for(annals, 200, **ALL_WELL)


def test_a_disk_without_room_for_files_is_named(make):
    annals = make.annals("embedded", environment={"ANNALS_FILES_MIN_FREE_BYTES": str(2**50)})
    wait_for(annals, 200, files="full", disk="ok")


def test_a_registry_that_cannot_be_read_is_named(make):
    annals = make.annals("remote")
    annals.initialise("shop")

    annals.sql("RENAME TABLE default.annals_tenants TO default.aside")
    annals.sql("CREATE VIEW default.annals_tenants AS SELECT throwIf(1) AS client_id")
    wait_for(annals, 503, registry="cannot be read", engine="ok")

    annals.sql("DROP VIEW default.annals_tenants")
    annals.sql("RENAME TABLE default.aside TO default.annals_tenants")
    wait_for(annals, 200, **ALL_WELL)


def test_a_registry_with_damaged_bytes_is_named(make):
    annals = make.annals("embedded")
    annals.initialise("shop")
    annals.terminate()
    parts = [
        file
        for definition in annals.engine.directory.glob("store/*/*/annals_tenants.sql")
        for file in annals.engine.directory.glob(f"store/*/{definition.read_text().split(chr(39))[1]}/*/data.bin")
    ]
    assert parts, "expected to find the registry's parts"
    for file in parts:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)

    annals.start(ready=False)

    wait_for(annals, 503, registry="cannot be read")


def test_a_full_disk_is_named(make, tmp_path):
    full = tmp_path / "full"
    annals = make.annals("embedded", start=False)
    annals.environment.update(preloaded(full, annals.data))
    annals.start()

    # Told, but not so: the engine ends if a write of its own fails, and it may be writing just now.
    full.write_text(TOLD_OF_NO_ROOM)
    wait_for(annals, 503, disk="full", engine="ok", detail="There is no room left on the disk.")
    full.unlink()
    wait_for(annals, 200, **ALL_WELL)


def no_such_bucket(_files):
    return {"ANNALS_FILES_S3_BUCKET": "no-such-bucket"}


def a_wrong_secret(_files):
    return {"AWS_SECRET_ACCESS_KEY": "wrong"}


def a_key_that_nobody_has(_files):
    return {"AWS_ACCESS_KEY_ID": "WRONG"}


def a_bucket_of_somebody_else(files):
    _, access_key, secret_key = files.server.new_account()
    return {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret_key}


def a_port_where_nobody_listens(_files):
    return {"ANNALS_FILES_S3_ENDPOINT": f"http://127.0.0.1:{free_port()}"}


@pytest.mark.parametrize(
    "mistake", [no_such_bucket, a_wrong_secret, a_key_that_nobody_has, a_bucket_of_somebody_else, a_port_where_nobody_listens]
)
def test_a_bucket_that_cannot_be_used_is_named_and_the_service_is_ready(make, mistake):
    files = make.files()
    annals = make.annals(files=files, environment=mistake(files), start=False)

    annals.start(ready=False)

    wait_for(annals, 200, files="cannot be used", engine="ok", registry="ok", status="ready")
    assert "detail" not in readiness(annals)[1], f"expected no reason not to be ready, got {readiness(annals)}"


@pytest.mark.parametrize("fault", ["403", "503", "reset"])
def test_a_bucket_that_fails_later_is_named_until_it_is_back(make, fault):
    files = make.files(through_proxy=True)
    annals = make.annals(files=files)
    assert readiness(annals)[1]["files"] == "ok"
    try:
        files.server.fault("proxy", "all", fault)

        wait_for(annals, 200, files="cannot be used", status="ready")
    finally:
        files.server.fault("proxy", "all", "none")

    wait_for(annals, 200, files="ok", status="ready")


@pytest.fixture
def failing_disk(make, tmp_path):
    """A service, and the file during whose existence every sync fails."""
    broken = tmp_path / "broken"
    environment = {"LD_PRELOAD": str(paths.FAILING_SYNC), "TEST_FAILING_SYNC": str(broken), "ANNALS_EVENTS_RETRY_SECONDS": "0.5"}
    return make.annals("embedded", environment=environment), broken


def test_a_journal_whose_sync_has_failed_is_named_until_a_restart(failing_disk):
    annals, broken = failing_disk
    tenant = annals.initialise("shop")
    broken.touch()

    expect(post_events(annals, tenant, [event()]), 503, UNAVAILABLE)

    wait_for(annals, 503, journal="has failed", engine="ok", registry="ok", detail=UNAVAILABLE["detail"])
    broken.unlink()
    assert readiness(annals)[1]["journal"] == "has failed", "expected that a disk that works again changes nothing"
    annals.restart()
    assert readiness(annals) == (200, {**ALL_WELL, "journal": "ok"})


def test_a_disk_on_which_the_engine_s_sync_has_failed_is_named_until_a_restart(failing_disk):
    annals, broken = failing_disk
    tenant = annals.initialise("shop")
    assert post_events(annals, tenant, [event()]).status_code == 201
    broken.touch()

    assert len(events_of(annals, tenant)) == 1, "expected that a reader moves the event into its table"

    wait_for(annals, 503, disk="has failed", detail=UNAVAILABLE["detail"])
    broken.unlink()
    assert readiness(annals)[1]["disk"] == "has failed", "expected that a disk that works again changes nothing"
    annals.restart()
    assert readiness(annals) == (200, {**ALL_WELL, "journal": "ok"})


def ask_at_once(annals):
    """Asks many times, by many who ask at once; returns the answers."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda _: readiness(annals), range(REQUESTS)))


def most_statements(began):
    return max(MAX_STATEMENTS, MAX_STATEMENTS_PER_SECOND * (time.monotonic() - began))


def test_many_who_ask_are_answered_by_few_queries(make):
    annals = make.annals("remote")
    queries = lambda: int(annals.sql("SELECT value FROM system.events WHERE event = 'Query'"))  # noqa: E731
    before, began = queries(), time.monotonic()

    answers = ask_at_once(annals)

    asked = queries() - before
    most = most_statements(began)
    assert answers.count((200, ALL_WELL)) == REQUESTS
    assert asked < most, f"expected a look per second, not {asked} queries for {REQUESTS} requests"


def statements(annals):
    return statements_in(scrape(annals))


def wait_for_first_rounds(annals):
    """Waits until each round of the background has run, which makes tables that are missing."""

    def all_have_succeeded():
        names = [name for name, _ in scrape(annals)]
        rounds = names.count("annals_background_runs_total") // 2  # of each there are two outcomes
        return names.count("annals_background_last_success_timestamp_seconds") == rounds

    wait_until(all_have_succeeded, "each round of the background has succeeded")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: run ./dev setup")
def test_many_who_ask_cost_few_statements_of_the_embedded_engine_and_no_syncs(make):
    annals = make.annals("embedded", environment={"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"})
    wait_for_first_rounds(annals)
    before, began = statements(annals), time.monotonic()

    with Traced(annals.pid, SYNCS) as traced:
        answers = ask_at_once(annals)
        asked, most = statements(annals) - before, most_statements(began)
        # A look is two statements, and one after another they take a second each.
        wait_until(lambda: readiness(annals)[0] == 200 and statements(annals) - before >= 2 * LOOKS, f"{LOOKS} looks")

    assert answers.count((200, {**ALL_WELL, "journal": "ok"})) == REQUESTS
    assert asked < most, f"expected a look per second, not {asked:g} statements for {REQUESTS} requests"
    # The background may sync now and then.
    synced = traced.calls()
    assert len(synced) < LOOKS / 2, f"expected that asking makes no disk sync, got {len(synced)}: {synced[:5]}"
