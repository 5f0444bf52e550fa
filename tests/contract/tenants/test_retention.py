"""Retention per tenant: what is past it is not read any more, and is then removed with its files."""

import datetime
import json

import pytest

from support.annals import events_table
from support.answers.problems import expect_invalid, not_an_integer, too_large, too_small
from support.clients.file_links import attach, client, get_file, new_upload, put
from support.clients.keys import change_tenant
from support.events import HISTORY, NDJSON, event, events_of, expect_taken, get_history, history, post_events
from support.names import unique_name
from support.waiting import wait_until

OFTEN = {"ANNALS_RETENTION_INTERVAL_SECONDS": "0.2"}
SECONDS = 60
MARK = "an old secret"


def days_ago(days):
    time = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def aged(days, **changes):
    return event(event_time=days_ago(days), **changes)


def set_retention(annals, tenant, days):
    reply = change_tenant(annals, tenant, retention_days=days)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def status(annals, tenant):
    return annals.tenant(tenant["client_id"]).get("retention")


def wait_until_removed(annals, tenant, rows):
    wait_until(lambda: status(annals, tenant)["rows_removed"] == rows, f"{rows} rows are removed", SECONDS)


def ids(annals, tenant, **query):
    return [one["event_id"] for one in events_of(annals, tenant, **query)]


@pytest.fixture(scope="module", params=["embedded", "remote"])
def annals(module_make, once, request):
    """A service that enforces retention often: the embedded engine with local files, the remote one with S3."""
    files = "s3" if request.param == "remote" else "local"
    return once(request.param, lambda: module_make.annals(request.param, files, environment=OFTEN))


def test_a_retention_is_shown_as_it_was_set(annals, tenant):
    assert "retention_days" not in annals.tenant(tenant["client_id"]) and status(annals, tenant) is None

    assert set_retention(annals, tenant, 90)["retention_days"] == 90
    assert status(annals, tenant)["days"] == 90
    assert set_retention(annals, tenant, None)["retention_days"] is None, "for ever"

    place = ("body", "retention_days")
    expect_invalid(change_tenant(annals, tenant, retention_days=0), too_small(*place, limit=1))
    expect_invalid(change_tenant(annals, tenant, retention_days=36_501), too_large(*place, limit=36_500))
    expect_invalid(change_tenant(annals, tenant, retention_days="90"), not_an_integer(*place))


def test_what_is_past_its_retention_is_not_read_any_more_at_once(any_annals):
    """The interval of this service is so long that nothing is removed meanwhile but by the first run."""
    annals = any_annals
    tenant = annals.initialise(unique_name())
    set_retention(annals, tenant, 30)
    old, young = aged(31), aged(29)
    reply = post_events(annals, tenant, [old, young])
    assert reply.status_code == 201 and reply.json()["expired"] == 1, reply.text

    assert ids(annals, tenant) == [young["event_id"]]
    page = history(annals, tenant, record_id=7)
    assert (page["total_count"], page["filtered_count"]) == (1, 1)
    for query in ({"ordering": "event_time"}, {"ordering": "arrival"}, {"event_id": old["event_id"]}):
        assert old["event_id"] not in get_history(annals, tenant, **query).text
    assert annals.get(f"{HISTORY}/{old['event_id']}", headers=client(tenant)).status_code == 404
    assert annals.get(f"{HISTORY}/{old['event_id']}/file", headers=client(tenant)).status_code == 404
    groups = annals.get(f"{HISTORY}/count-by", headers=client(tenant), params={"by": "record_id"}).json()["results"]
    assert [group["count"] for group in groups] == [1]
    exported = annals.get("/api/history/export", headers=client(tenant)).text
    assert [json.loads(line)["event_id"] for line in exported.splitlines()] == [young["event_id"]]


def test_events_past_their_retention_are_removed_and_reported(annals, tenant):
    old = [aged(40 + i, event_data=MARK) for i in range(20)]
    young = [aged(1), aged(2)]
    expect_taken(post_events(annals, tenant, old + young), accepted=22)

    set_retention(annals, tenant, 30)

    wait_until_removed(annals, tenant, 20)
    report = status(annals, tenant)
    assert (report["days"], report["oldest_event"]) == (30, young[1]["event_time"])
    assert report["last_run_at"] and report["files_removed"] == 0
    assert set(ids(annals, tenant)) == {one["event_id"] for one in young}
    set_retention(annals, tenant, None)
    assert set(ids(annals, tenant)) == {one["event_id"] for one in young}, "what was removed is gone"
    with annals.behind_its_back() as sql:
        assert sql(f"SELECT count() FROM {events_table(tenant)}") == "2"
        if annals.engine.kind == "embedded":
            journal = b"".join(file.read_bytes() for file in (annals.data / "journal").iterdir() if file.is_file())
            assert MARK.encode() not in journal, "the journal has given them up, too"
    assert history(annals, tenant)["total_count"] == 2, "nothing comes back with a restart, and nothing twice"


def test_a_file_goes_with_the_last_event_that_names_it(annals, tenant):
    files = [new_upload(annals, tenant) for _ in range(4)]
    for upload in files:
        assert put(upload["upload_url"], b"content").status_code == 200
    only_old, shared, only_young, unnamed = (upload["file_id"] for upload in files)
    sent = [aged(40, file_id=only_old), aged(41, file_id=only_old), aged(40, file_id=shared)]
    young = [aged(1, file_id=shared), aged(1, file_id=only_young)]
    expect_taken(post_events(annals, tenant, sent + young), accepted=5)

    set_retention(annals, tenant, 30)

    wait_until_removed(annals, tenant, 3)
    wait_until(lambda: status(annals, tenant)["files_removed"] == 1, "the file of old events is removed", SECONDS)
    kept = {key.split("/")[1] for key in annals.files.keys(tenant["database_name"] + "/")}
    assert kept == {shared, only_young, unnamed}
    for one in young:
        assert get_file(annals, tenant, one["event_id"]).status_code == 307


def test_the_order_of_arrival_goes_on_after_everything_was_removed(annals, tenant):
    expect_taken(post_events(annals, tenant, [aged(40) for _ in range(5)]), accepted=5)
    set_retention(annals, tenant, 30)
    wait_until_removed(annals, tenant, 4)  # the last one keeps the place
    assert ids(annals, tenant) == []

    annals.restart()
    young = aged(1)
    expect_taken(post_events(annals, tenant, young), accepted=1)

    assert ids(annals, tenant, ordering="arrival") == [young["event_id"]]
    wait_until_removed(annals, tenant, 5)
    with annals.behind_its_back() as sql:
        assert sql(f"SELECT arrival > 5 FROM {events_table(tenant)}") == "1"


def test_events_that_arrive_past_their_retention_are_removed_too(annals, tenant):
    set_retention(annals, tenant, 30)
    young = aged(1)
    lines = "".join(json.dumps(one) + "\n" for one in [aged(31), aged(32)])
    assert post_events(annals, tenant, lines, NDJSON).json()["expired"] == 2
    assert post_events(annals, tenant, young).json() == {"accepted": 1, "duplicates": 0, "errors": []}

    wait_until_removed(annals, tenant, 2)
    assert ids(annals, tenant) == [young["event_id"]]


def test_a_retention_that_was_lifted_in_time_loses_nothing(any_annals):
    tenant = any_annals.initialise(unique_name())
    set_retention(any_annals, tenant, 30)
    old = aged(31)
    assert post_events(any_annals, tenant, [aged(1), old]).status_code == 201  # the last one is kept whatever happens
    assert old["event_id"] not in ids(any_annals, tenant)

    set_retention(any_annals, tenant, None)

    assert old["event_id"] in ids(any_annals, tenant)


def test_the_default_is_for_tenants_without_a_value_of_their_own(make, engine_kind):
    annals = make.annals(engine_kind, environment={**OFTEN, "ANNALS_RETENTION_DAYS": "30"})
    by_default, for_ever = (annals.initialise(unique_name()) for _ in range(2))
    set_retention(annals, for_ever, None)
    for tenant in (by_default, for_ever):
        expect_accepted(post_events(annals, tenant, [aged(31), aged(1)]))

    wait_until_removed(annals, by_default, 1)
    assert len(ids(annals, for_ever)) == 2


def expect_accepted(reply):
    assert reply.status_code == 201 and reply.json()["accepted"] == 2, reply.text


def test_of_several_instances_each_row_is_removed_and_counted_once(make):
    engine, files = make.engine(), make.files()
    one, other = (make.annals(engine, files, environment=OFTEN) for _ in range(2))
    tenant = one.initialise(unique_name())
    upload = new_upload(one, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    attach(one, tenant, upload["file_id"])
    expect_taken(post_events(other, tenant, [aged(40) for _ in range(10)] + [aged(1)]), accepted=11)

    set_retention(one, tenant, 30)

    wait_until_removed(other, tenant, 11)  # the one with the file is of 2022
    wait_until(lambda: status(one, tenant)["files_removed"] == 1, "its file is removed", SECONDS)
    assert len(ids(other, tenant)) == 1


def test_nothing_is_left_of_a_deleted_tenant(annals, tenant):
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    expect_taken(post_events(annals, tenant, [aged(40, file_id=upload["file_id"]), aged(1)]), accepted=2)
    set_retention(annals, tenant, 30)
    wait_until_removed(annals, tenant, 1)

    annals.remove(tenant["client_id"])
    owner = tenant["client_id"]
    with annals.behind_its_back() as sql:
        for table, column in (("annals_tenant_settings", "id"), ("annals_expired_files", "client_id")):
            assert sql(f"SELECT count() FROM default.{table} WHERE {column} = '{owner}'") == "0", table
