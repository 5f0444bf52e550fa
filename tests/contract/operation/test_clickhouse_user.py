"""The user that Annals is on a ClickHouse server: its profile changes no answer, and rights that it lacks are told."""

import pytest
import requests

from support.annals import events_table, insert_statement
from support.answers.problems import UNAVAILABLE
from support.clients.file_links import client
from support.clients.keys import change_tenant
from support.events import HISTORY, event, events_of, expect_taken, history, post_events
from support.names import unique_name
from support.servers.clickhouse_users import documented_grant_for, documented_grants, users_xml
from support.waiting import wait_until

EXPORT = "/api/history/export"
COUNT_BY = "/api/history/events/count-by"
ROWS = 20_000
MARK = "w7"  # of a tenth of the rows

# Each profile would change some answer if its settings held.
PROFILES = {
    "rows of a result": "<max_result_rows>1000</max_result_rows><result_overflow_mode>break</result_overflow_mode>",
    "bytes of a result": "<max_result_bytes>9000</max_result_bytes><result_overflow_mode>break</result_overflow_mode>",
    "time": "<max_execution_time>0.001</max_execution_time><timeout_overflow_mode>break</timeout_overflow_mode>"
    "<timeout_overflow_mode_leaf>break</timeout_overflow_mode_leaf>",
    "limit and offset": "<limit>50</limit><offset>1</offset>",
    "a cache": "<use_query_cache>1</use_query_cache><query_cache_min_query_duration>0</query_cache_min_query_duration>"
    "<query_cache_ttl>600</query_cache_ttl>",
    "CSV": "<format_csv_delimiter>;</format_csv_delimiter>"
    "<output_format_csv_crlf_end_of_line>0</output_format_csv_crlf_end_of_line>"
    "<format_csv_null_representation>none</format_csv_null_representation>",
    "other formats": "<output_format_json_array_of_rows>1</output_format_json_array_of_rows>"
    "<output_format_json_quote_64bit_integers>1</output_format_json_quote_64bit_integers><extremes>1</extremes>"
    "<format_tsv_null_representation>0</format_tsv_null_representation>"
    "<output_format_tsv_crlf_end_of_line>1</output_format_tsv_crlf_end_of_line>"
    "<date_time_output_format>unix_timestamp</date_time_output_format>"
    "<output_format_binary_encode_types_in_binary_format>1</output_format_binary_encode_types_in_binary_format>",
    "nulls and joins": "<aggregate_functions_null_for_empty>1</aggregate_functions_null_for_empty>"
    "<empty_result_for_aggregation_by_empty_set>1</empty_result_for_aggregation_by_empty_set>"
    "<group_by_use_nulls>1</group_by_use_nulls><join_use_nulls>1</join_use_nulls>"
    "<cast_keep_nullable>1</cast_keep_nullable><transform_null_in>1</transform_null_in>"
    "<data_type_default_nullable>1</data_type_default_nullable>",
    "how statements are read": "<prefer_column_name_to_alias>1</prefer_column_name_to_alias>"
    "<enable_positional_arguments>0</enable_positional_arguments><session_timezone>Asia/Tokyo</session_timezone>"
    "<compatibility>21.8</compatibility><final>1</final>",
    "filters": "<additional_result_filter>1 = 0</additional_result_filter>",
    "inserts": "<async_insert>1</async_insert><wait_for_async_insert>0</wait_for_async_insert>"
    "<async_insert_busy_timeout_max_ms>60000</async_insert_busy_timeout_max_ms>"
    "<async_insert_busy_timeout_min_ms>60000</async_insert_busy_timeout_min_ms>",
    "small blocks": "<max_insert_block_size>1</max_insert_block_size>"
    "<max_insert_block_size_bytes>1</max_insert_block_size_bytes>"
    "<input_format_max_block_size_bytes>1</input_format_max_block_size_bytes>",
}


def fill(annals, tenant):
    columns = "event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data, file_id"
    values = (
        "generateUUIDv4(), now64(3), 1, number, 1, 1, concat('\"w', toString(number % 10), '\"'), "
        "if(number % 2 = 0, NULL, generateUUIDv4())"
    )
    annals.engine.sql(insert_statement(events_table(tenant), columns, values, f"numbers({ROWS})"))


def expect_whole_answers(annals):
    tenant = annals.initialise(unique_name())
    fill(annals, tenant)

    assert history(annals, tenant, limit=1000)["total_count"] == ROWS
    found = history(annals, tenant, q=MARK, limit=1000)
    assert (found["filtered_count"], len(found["results"])) == (ROWS // 10, 1000)
    assert len(events_of(annals, tenant, ordering="arrival", limit=1000, count="false")) == 1000
    groups = annals.get(COUNT_BY, headers=client(tenant), params={"by": "record_id", "limit": 10_000}).json()
    assert (sum(group["count"] for group in groups["results"]), groups["more"]) == (10_000, True)
    days = annals.get(COUNT_BY, headers=client(tenant)).json()["results"]
    assert sum(day["count"] for day in days) == ROWS and all(day["time"].endswith("T00:00:00Z") for day in days)
    lines = annals.get(EXPORT, headers=client(tenant)).content.splitlines()
    assert len(lines) == ROWS
    csv = annals.get(EXPORT, headers=client(tenant), params={"format": "csv"}).content.split(b"\r\n")
    assert len(csv) == ROWS + 2 and csv[1].count(b",") == 8 and b",," in csv[1] + csv[2]

    sent = event()
    expect_taken(post_events(annals, tenant, sent), accepted=1)
    expect_taken(post_events(annals, tenant, sent), accepted=0, duplicates=1)
    assert history(annals, tenant)["total_count"] == ROWS + 1
    empty = annals.initialise(unique_name())
    assert history(annals, empty)["total_count"] == 0
    annals.remove(tenant["client_id"])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_changes_no_answer(make, profile):
    annals = make.annals(make.engine(users=users_xml(profile)))

    expect_whole_answers(annals)


# These limits are the operator's: what exceeds them is refused, and nothing is given in part.
LIMITS = {
    "rows read": "<max_rows_to_read>2000</max_rows_to_read><read_overflow_mode>break</read_overflow_mode>"
    "<max_rows_to_read_leaf>2000</max_rows_to_read_leaf><read_overflow_mode_leaf>break</read_overflow_mode_leaf>",
    "groups": "<max_rows_to_group_by>100</max_rows_to_group_by><group_by_overflow_mode>any</group_by_overflow_mode>",
    "rows sorted": "<max_rows_to_sort>500</max_rows_to_sort><sort_overflow_mode>break</sort_overflow_mode>",
    "bytes read": "<max_bytes_to_read>20000</max_bytes_to_read><read_overflow_mode>break</read_overflow_mode>",
}


@pytest.mark.parametrize("profile", LIMITS.values(), ids=LIMITS)
def test_a_limit_of_a_profile_refuses_and_cuts_nothing(make, profile):
    engine = make.engine(users=users_xml(profile))
    # A service with all rights makes the tenant.
    tenant = make.annals(WithoutUser(engine)).initialise(unique_name())
    annals = make.annals(engine, start=False).start(ready=False)
    fill(annals, tenant)

    whole = {
        HISTORY: lambda reply: reply.json()["total_count"] == ROWS and len(reply.json()["results"]) == 1000,
        COUNT_BY: lambda reply: sum(group["count"] for group in reply.json()["results"]) == 1000,
        EXPORT: lambda reply: reply.content.count(b"\n") == ROWS,
    }
    queries = {HISTORY: {"limit": 1000}, COUNT_BY: {"by": "record_id"}, EXPORT: {}}
    outcomes = {path: outcome(annals, tenant, path, query, whole[path]) for path, query in queries.items()}
    assert set(outcomes.values()) <= {"whole", 503, "broken off"} and set(outcomes.values()) != {"whole"}, f"got {outcomes}"


class WithoutUser:
    """The engine for its user `default`."""

    kind = "remote"

    def __init__(self, engine):
        self.engine = engine
        self.directory = engine.directory
        self.sql = engine.sql
        self.release = engine.release

    def environment(self):
        return {"ANNALS_ENGINE_KIND": "remote", "ANNALS_ENGINE_ENDPOINTS": self.engine.server.endpoint}


def outcome(annals, tenant, path, query, is_whole):
    try:
        reply = annals.get(path, headers=client(tenant), params=query)
    except requests.exceptions.ChunkedEncodingError:
        return "broken off"
    if reply.status_code != 200:
        return reply.status_code
    return "whole" if is_whole(reply) else "a part"


CONSTRAINTS = {
    "a setting that may not change": "<limit>50</limit><constraints><limit><const/></limit></constraints>",
    "no settings may change": "<max_result_rows>7</max_result_rows><readonly>1</readonly>",
    "nothing but reading": "<readonly>2</readonly>",
}


@pytest.mark.parametrize("profile", CONSTRAINTS.values(), ids=CONSTRAINTS)
def test_a_profile_that_forbids_what_annals_needs_is_told(make, profile):
    annals = make.annals(make.engine(users=users_xml(profile)), start=False).start(ready=False)

    ready = annals.get("/readyz", key=None)

    assert ready.status_code == 503, f"expected 503, got {ready.status_code} {ready.text}"
    assert "ClickHouse user" in ready.json()["detail"] and int(ready.headers["Retry-After"]) >= 1
    reply = annals.post_tenant({"database_name": unique_name(), "client_label": "x"})
    assert (reply.status_code, reply.json()) == (503, UNAVAILABLE)


# --- rights ---


def test_the_documented_grants_suffice_for_everything(make):
    grants = documented_grants()
    assert all(grant.startswith("GRANT ") for grant in grants) and len(grants) >= 3, f"got {grants}"

    annals = make.annals(
        make.engine(users=users_xml(grants=grants)),
        environment={"ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"},
    )

    expect_whole_answers(annals)
    again = annals.initialise(unique_name())
    annals.restart()
    expect_taken(post_events(annals, again, event()), accepted=1)
    annals.remove(again["client_id"])
    assert '"level":"error"' not in annals.log and "ACCESS_DENIED" not in annals.log


@pytest.mark.parametrize("number", range(len(documented_grants())))
def test_each_right_that_is_missing_is_named(make, number):
    grants = documented_grants()
    missing = grants.pop(number)
    annals = make.annals(make.engine(users=users_xml(grants=grants or ["GRANT SHOW ON *.*"])), start=False)
    annals.start(ready=False)

    ready = annals.get("/readyz", key=None)

    assert ready.status_code == 503, f"expected 503 without {missing}, got {ready.status_code} {ready.text}"
    rights, where = missing.removeprefix("GRANT ").split(" ON ")
    named = [f"{right} ON {where}" for right in rights.split(", ")]
    absent = [right for right in named if right not in ready.json()["detail"]]
    assert not absent, f"expected {absent} in {ready.json()['detail']}"


# Of two events, one is past a retention of a hundred years.
RETENTION_DAYS = 36_500


def service_with_an_old_event(make, grants):
    """A service that enforces retention often, and a tenant with an event past its retention and one that is not."""
    often = {"ANNALS_RETENTION_INTERVAL_SECONDS": "0.2"}
    annals = make.annals(make.engine(users=users_xml(grants=grants)), environment=often)
    tenant = annals.initialise(unique_name())
    expect_taken(post_events(annals, tenant, [event(event_time="1900-01-01T00:00:00Z"), event()]), accepted=2)
    reply = change_tenant(annals, tenant, retention_days=RETENTION_DAYS)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return annals, tenant


def test_the_right_that_is_documented_for_retention_suffices(make):
    grant = documented_grant_for("For the [retention](#retention)")
    annals, tenant = service_with_an_old_event(make, [*documented_grants(), grant])

    removed = lambda: annals.tenant(tenant["client_id"])["retention"]["rows_removed"] == 1  # noqa: E731
    wait_until(removed, f"the old event is removed with {grant}")

    assert annals.sql(f"SELECT count() FROM {events_table(tenant)}") == "1", "expected that the other event stays"
    assert "ACCESS_DENIED" not in annals.log, "expected that no right is missing"


def test_retention_without_its_right_says_which_one_it_lacks(make):
    grant = documented_grant_for("For the [retention](#retention)")
    annals, tenant = service_with_an_old_event(make, documented_grants())

    wait_until(lambda: f"retention lacks a right: {grant}" in annals.log, f"the log names {grant}")

    assert annals.sql(f"SELECT count() FROM {events_table(tenant)}") == "2", "expected that nothing is removed"
    assert history(annals, tenant)["total_count"] == 1, "expected that the old event is not shown all the same"
    ready = annals.get("/readyz", key=None)
    assert ready.status_code == 200, f"expected that everything else works, got {ready.status_code} {ready.text}"


def test_a_user_without_any_right_is_told_so_and_gets_no_500(make):
    annals = make.annals(make.engine(users=users_xml(grants=["GRANT SHOW DATABASES ON nothing.*"])), start=False)
    annals.start(ready=False)

    assert annals.get("/readyz", key=None).status_code == 503
    assert annals.get("/healthz", key=None).status_code == 200
    reply = annals.post_tenant({"database_name": unique_name(), "client_label": "x"})
    assert (reply.status_code, reply.json()) == (503, UNAVAILABLE)
