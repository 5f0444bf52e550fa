"""annals import: what was interrupted goes on where it was."""

import json

import pytest

from support.clients.commands import Tenant, expect_ended
from support.clients.imports import MANY, SMALL_BATCHES, expect_each_once, has_place, place_of
from support.names import UNKNOWN_ID
from support.waiting import wait_until


def test_an_importer_killed_midway_goes_on_where_it_was(own_service, midway, tmp_path, own_copy):
    tenant = Tenant(own_service, tmp_path)
    relay = midway(tenant)
    importer = tenant.start("import", own_copy, *SMALL_BATCHES)
    wait_until(lambda: has_place(own_copy), "a batch is acknowledged")
    importer.kill9()
    relay.release()
    offset = json.loads(place_of(own_copy).read_text())["offset"]
    assert 0 < offset < own_copy.stat().st_size

    resumed = tenant.run("import", own_copy)

    expect_ended(resumed, 0, "resuming after line ")
    assert not place_of(own_copy).exists()
    expect_each_once(tenant)


def test_a_service_killed_midway_is_waited_for_and_everything_is_in_once(own_service, midway, tmp_path, own_copy):
    tenant = Tenant(own_service, tmp_path)
    relay = midway(tenant)
    importer = tenant.start("import", own_copy, *SMALL_BATCHES)
    wait_until(lambda: has_place(own_copy), "a batch is acknowledged")
    own_service.kill9()
    relay.release()
    importer.wait_for("Retrying for up to ")

    own_service.start()

    assert importer.wait() == 0, importer.output
    assert "the service is back" in importer.output
    expect_each_once(tenant)


def test_a_service_that_stays_away_ends_the_import_and_the_next_one_goes_on(own_service, midway, tmp_path, own_copy):
    tenant = Tenant(own_service, tmp_path)
    relay = midway(tenant)
    importer = tenant.start("import", own_copy, *SMALL_BATCHES, "--patience", "1")
    wait_until(lambda: has_place(own_copy), "a batch is acknowledged")
    own_service.kill9()
    relay.release()

    assert importer.wait() == 1, importer.output
    assert relay.url in importer.output
    assert "run the same command again to resume" in importer.output
    own_service.start()
    expect_ended(tenant.run("import", own_copy), 0, "resuming after line ")
    expect_each_once(tenant)


def test_a_place_of_another_tenant_is_not_gone_on_from(any_annals, tmp_path, own_copy):
    place_of(own_copy).write_text(
        json.dumps({
            "url": any_annals.url, "client_id": UNKNOWN_ID, "size": own_copy.stat().st_size,
            "changed": own_copy.stat().st_mtime_ns, "offset": own_copy.stat().st_size, "lines": MANY,
            "accepted": MANY, "duplicates": 0, "rejected": 0, "rejected_bytes": 0,
        })
    )

    expect_ended(Tenant(any_annals, tmp_path).run("import", own_copy), 0, f"{MANY} accepted")


@pytest.mark.parametrize("option", [(), ("--restart",)])
def test_a_place_is_believed_unless_told_to_restart(any_annals, tmp_path, own_copy, option):
    tenant = Tenant(any_annals, tmp_path)
    place_of(own_copy).write_text(
        json.dumps({
            "url": any_annals.url, "client_id": tenant.id, "size": own_copy.stat().st_size,
            "changed": own_copy.stat().st_mtime_ns, "offset": own_copy.stat().st_size, "lines": MANY,
            "accepted": 0, "duplicates": 0, "rejected": 0, "rejected_bytes": 0,
        })
    )

    expect_ended(tenant.run("import", own_copy, *option), 0, f"{MANY} accepted" if option else "0 accepted")


def test_a_place_that_is_damaged_begins_at_the_first_line(any_annals, tmp_path, own_copy):
    place_of(own_copy).write_bytes(b"\0" * 100)

    expect_ended(Tenant(any_annals, tmp_path).run("import", own_copy), 0, f"{MANY} accepted")
