"""A deletion whose file store fails goes on by itself, by a second DELETE and after a restart.

In the end nothing of the tenant is left, and nothing of others has gone.
"""

import time
import uuid

import pytest

from support.annals import events_table, insert_statement
from support.answers.problems import CLIENT_EXISTS, NO_SUCH_CLIENT, TENANT_NOT_FOUND, expect, files_not_deleted
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import leftovers

NO_SWEEP = {"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "3600"}
# For a file store that hangs.
IMPATIENT = {**NO_SWEEP, "ANNALS_FILES_TIMEOUT_SECONDS": "1"}
FAST_SWEEP = {**NO_SWEEP, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"}
LABEL = "The 'shop'"
TOLD_SECONDS = 2
NEIGHBOURS = ("shop-b", "shopb", "Shop", "sho")


@pytest.fixture
def s3(s3_server):
    """The S3 server of this worker, whole again after the test."""
    server = s3_server()
    yield server
    server.repair()


# What is done to the gateway, or to the proxy in front of it, and how it ends.
FAULTS = {
    "hang": ["resume"],
    "kill": None,
    "suspend": ["unsuspend"],
    "proxy list 500": ["proxy", "list", "none"],
    "proxy delete 503": ["proxy", "delete", "none"],
    "proxy delete lost-reply": ["proxy", "delete", "none"],
    "proxy all html": ["proxy", "all", "none"],
    "proxy all reset": ["proxy", "all", "none"],
}


def bring_down(s3, fault):
    s3.fault(*fault.split())


def repair(s3, fault):
    if FAULTS[fault] is None:
        s3.bring_back()
    else:
        s3.fault(*FAULTS[fault])


def make_shop(annals, rows=True):
    """A tenant with files and rows, and neighbours whose names begin alike."""
    for name in ("shop", *NEIGHBOURS):
        made = annals.initialise(name, LABEL if name == "shop" else None)
        if name == "shop":
            shop = made
        if rows:
            values = "generateUUIDv4(), number"
            annals.sql(insert_statement(events_table(made), "event_id, record_id", values, "numbers(10000)"))
        for _ in range(3):
            annals.files.put(f"{name}/{uuid.uuid4()}")
    return shop


def expect_stuck(annals, shop):
    """The deletion failed; it is visible, and the name is not free."""
    expect(annals.delete(shop["client_id"]), 400, files_not_deleted(LABEL))
    assert annals.tenant(shop["client_id"])["state"] == "deleting"
    assert annals.get("/api/tenants?state=deleting").json()["total_count"] == 1
    expect(annals.post_tenant({"database_name": "shop", "client_label": "x"}), 400, CLIENT_EXISTS)


def expect_gone(annals, shop):
    """Nothing of it is left, and everything of its neighbours is."""
    assert annals.tenant(shop["client_id"]) is None
    expect(annals.delete(shop["client_id"]), 400, NO_SUCH_CLIENT)
    wait_until(lambda: leftovers(annals, "shop") == {}, "nothing is left of the tenant")
    for name in NEIGHBOURS:
        assert len(annals.files.keys(f"{name}/")) == 3, f"expected the files of {name}"
        neighbour = next(tenant for tenant in annals.tenants() if tenant["database_name"] == name)
        assert annals.sql(f"SELECT count() FROM {events_table(neighbour)}") == "10000"


def wait_until_gone(annals, shop):
    wait_until(lambda: annals.tenant(shop["client_id"]) is None, "the tenant is gone", PATIENCE_SECONDS)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_after_a_failure_the_same_delete_goes_on(make, s3, fault):
    files = make.files(through_proxy=fault.startswith("proxy"))
    annals = make.annals("remote", files, IMPATIENT if fault == "hang" else NO_SWEEP)
    shop = make_shop(annals)
    bring_down(s3, fault)
    expect_stuck(annals, shop)

    repair(s3, fault)

    if fault == "hang":  # a busy machine may take longer than this service waits
        wait_until(lambda: annals.delete(shop["client_id"]).status_code == 204, "the deletion goes on")
    else:
        annals.remove(shop["client_id"])
    expect_gone(annals, shop)


def test_what_cannot_be_deleted_in_part_is_a_failure(make, s3):
    annals = make.annals("remote", "s3", NO_SWEEP)
    shop = make_shop(annals)
    kept = annals.files.keys("shop/")[1]
    annals.files.deny_deleting(kept)

    expect_stuck(annals, shop)
    assert annals.files.keys("shop/") == [kept], "expected that the rest was deleted"
    assert "AccessDenied" in annals.log, "expected that the log tells what the file store said"
    expect(annals.delete(shop["client_id"]), 400, files_not_deleted(LABEL))

    annals.files.allow_deleting()
    annals.remove(shop["client_id"])
    expect_gone(annals, shop)


def test_without_another_request_the_sweep_ends_it(make, s3):
    annals = make.annals("remote", "s3", FAST_SWEEP)
    shop = make_shop(annals)
    s3.fault("suspend")
    expect_stuck(annals, shop)

    s3.fault("unsuspend")

    wait_until_gone(annals, shop)
    expect_gone(annals, shop)


def test_a_restart_ends_it(make, s3):
    annals = make.annals("remote", "s3", NO_SWEEP)
    shop = make_shop(annals)
    s3.fault("suspend")
    expect_stuck(annals, shop)
    annals.kill9()
    s3.fault("unsuspend")

    annals.start()

    wait_until_gone(annals, shop)
    expect_gone(annals, shop)


def test_a_service_that_starts_while_the_file_store_is_down_ends_it_later(make, s3):
    annals = make.annals("remote", "s3", FAST_SWEEP)
    shop = make_shop(annals)
    s3.fault("kill")
    expect_stuck(annals, shop)
    annals.restart()
    assert annals.tenant(shop["client_id"])["state"] == "deleting"

    s3.bring_back()

    wait_until_gone(annals, shop)
    expect_gone(annals, shop)


def test_another_instance_ends_it(make, s3):
    engine, files = make.engine(), make.files()
    annals = make.annals(engine, files, NO_SWEEP)
    shop = make_shop(annals)
    s3.fault("suspend")
    expect_stuck(annals, shop)
    annals.kill9()
    s3.fault("unsuspend")

    other = make.annals(engine, files, FAST_SWEEP)

    wait_until_gone(other, shop)
    expect_gone(other, shop)


def test_unfinished_uploads_go_too(make, s3):
    annals = make.annals("remote", "s3")
    shop = make_shop(annals)
    bucket = annals.files.bucket
    for name in ("shop", "shop-b"):
        s3.client.create_multipart_upload(Bucket=bucket, Key=f"{name}/{uuid.uuid4()}")

    annals.remove(shop["client_id"])

    uploads = s3.client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    assert [upload["Key"].split("/")[0] for upload in uploads] == ["shop-b"]
    expect_gone(annals, shop)


def test_with_files_on_the_local_disk_it_is_the_same(make, engine_kind):
    annals = make.annals(engine_kind, "local", NO_SWEEP)
    shop = make_shop(annals, rows=False)
    away = annals.files.directory.with_name("unmounted")
    annals.files.directory.rename(away)
    expect_stuck(annals, shop)

    away.rename(annals.files.directory)

    annals.remove(shop["client_id"])
    annals.terminate()
    assert leftovers(annals, "shop") == {}
    assert {key.split("/")[0] for key in annals.files.keys()} == set(NEIGHBOURS)


def test_after_a_restart_the_embedded_engine_goes_on_with_a_deletion(make, engine_kind):
    annals = make.annals(engine_kind, "local", NO_SWEEP)
    shop = make_shop(annals, rows=False)
    away = annals.files.directory.with_name("unmounted")
    annals.files.directory.rename(away)
    expect_stuck(annals, shop)
    annals.kill9()
    away.rename(annals.files.directory)

    annals.start()

    wait_until_gone(annals, shop)
    annals.terminate()
    assert leftovers(annals, "shop") == {}


def test_another_instance_stops_serving_a_deleted_tenant_within_2_seconds(make):
    engine, files = make.engine(), make.files()
    one, two = (make.annals(engine, files) for _ in range(2))
    made = one.initialise("shop")
    assert two.tenant(made["client_id"])["state"] == "active"

    one.remove(made["client_id"])

    end = time.monotonic() + TOLD_SECONDS
    while time.monotonic() < end:
        two.tenant(made["client_id"])  # whoever asks all the time is told in time, too
    expect(two.get(f"/api/tenants/{made['client_id']}"), 404, TENANT_NOT_FOUND)
    expect(two.delete(made["client_id"]), 400, NO_SUCH_CLIENT)


def test_a_tenant_whose_tables_are_still_on_the_disk_is_not_gone(make):
    """ClickHouse, killed inside a DROP, shows no database after its restart and keeps the files for minutes."""
    # A sweep would bring the database back before it is dropped.
    annals = make.annals("remote", environment=NO_SWEEP)
    shop = annals.initialise("shop")
    aside = f"`annals_gone_{shop['client_id']}_00000000`"
    annals.sql(f"RENAME DATABASE shop TO {aside}")
    annals.sql(f"DROP DATABASE {aside}")
    assert annals.sql("SELECT count() FROM system.dropped_tables") != "0", "without SYNC it stays for a while"

    reply = annals.delete(shop["client_id"])

    assert reply.status_code == 503, f"expected 503 while its table is on the disk, got {reply.status_code} {reply.text}"
    assert annals.tenant(shop["client_id"])["state"] == "deleting"
    expect(annals.post_tenant({"database_name": "shop", "client_label": "new"}), 400, CLIENT_EXISTS)
