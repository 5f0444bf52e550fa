"""Tables of Annals 0.1, which had no stored order of arrival, are given one at the start."""

import uuid

import pytest

from support.annals import events_table
from support.clients.arrival import arrived
from support.events import event, expect_stored, get_history, history
from support.servers.clickhouse_users import documented_grant_for, documented_grants, users_xml
from support.waiting import wait_until

OLD_TABLE = """
CREATE TABLE {table}
(
    event_id UUID, event_time DateTime64(3, 'UTC'), event_type_id UInt32, record_id UInt64, source_type_id UInt32,
    source_id UInt64, event_data String, file_id Nullable(UUID), other_fields String,
    commit UInt64 CODEC(Delta, ZSTD(1)), place UInt32,
    precedence UInt64 MATERIALIZED bitNot(commit),
    INDEX by_event_id event_id TYPE bloom_filter(0.0001) GRANULARITY 1,
    INDEX by_commit commit TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (record_id, event_time, event_id)
SETTINGS non_replicated_deduplication_window = 1000, index_granularity = 1024, enable_block_number_column = 1
COMMENT 'Annals events'"""
FIRST_COMMIT = 1_763_000_000_000_000
OLD_CURSOR = "a3_0_1763000000000007"


def old_id(record):
    return str(uuid.UUID(int=(4 << 76) | (8 << 60) | record))


def insert_old(sql, table, commit, records):
    """One insert of the version before; its events are those of event(record_id=…) with their own ids."""
    rows = ", ".join(
        f"({FIRST_COMMIT + commit}, {place}, '{old_id(record)}', '2022-11-10 10:26:12.111', 1, {record}, 2, 3,"
        " '[\"string\"]')"
        for place, record in enumerate(records)
    )
    sql(
        f"INSERT INTO {table} (commit, place, event_id, event_time, event_type_id, record_id, source_type_id, source_id,"
        f" event_data) SETTINGS async_insert = 0 VALUES {rows}"
    )


@pytest.fixture(params=["embedded", "remote"])
def annals(make, request):
    return make.annals(request.param)


def with_old_table(annals, inserts):
    """A tenant whose table is one of the version before, with an insert per (number, records)."""
    tenant = annals.initialise("shop")
    table = events_table(tenant)
    annals.terminate()
    annals.sql(f"DROP TABLE {table} SYNC")
    annals.sql(OLD_TABLE.format(table=table))
    for commit, records in inserts:
        insert_old(annals.sql, table, commit, records)
    annals.start()
    return tenant


def test_old_events_keep_the_order_of_their_commits_and_new_ones_follow(annals):
    tenant = with_old_table(annals, [(0, [5, 4, 6]), (7, [1]), (900, [9, 8])])

    assert arrived(annals, tenant) == [5, 4, 6, 1, 9, 8]
    stored = expect_stored(annals, tenant, [event(event_id=old_id(4), record_id=4), event(record_id=2)])
    assert (stored["accepted"], stored["duplicates"]) == (1, 1)
    assert arrived(annals, tenant) == [5, 4, 6, 1, 9, 8, 2]

    annals.restart()
    expect_stored(annals, tenant, event(record_id=3))
    assert arrived(annals, tenant, limit=1) == [5, 4, 6, 1, 9, 8, 2, 3]


def test_an_empty_old_table_takes_events(annals):
    tenant = with_old_table(annals, [])

    assert arrived(annals, tenant) == []
    expect_stored(annals, tenant, event(record_id=1))
    assert arrived(annals, tenant) == [1]


def test_a_cursor_of_the_version_before_is_refused_with_a_sentence(annals):
    tenant = with_old_table(annals, [(0, [1, 2])])

    reply = get_history(annals, tenant, ordering="arrival", cursor=OLD_CURSOR)

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert "earlier version" in reply.json()["detail"][0]["msg"]


def test_an_upgrade_that_was_interrupted_is_finished(annals):
    tenant = with_old_table(annals, [(0, [2, 1]), (3, [4])])
    expect_stored(annals, tenant, event(record_id=3))

    # As if it had been killed before the last step, while another instance went on.
    with annals.behind_its_back() as sql:
        sql(f"ALTER TABLE {events_table(tenant)} MODIFY COMMENT 'Annals events'")

    expect_stored(annals, tenant, event(record_id=5))
    assert arrived(annals, tenant) == [2, 1, 4, 3, 5]


def test_tables_from_before_the_index_of_words_are_given_one(annals):
    tenant = annals.initialise("shop")
    table = events_table(tenant)
    expect_stored(annals, tenant, [event(record_id=1, event_data="apple pear")])
    annals.terminate()
    annals.sql(f"ALTER TABLE {table} DROP INDEX words")
    annals.sql(f"ALTER TABLE {table} MODIFY COMMENT 'Annals events in order of arrival'")
    annals.start()

    assert [e["record_id"] for e in history(annals, tenant, q='"apple pear"')["results"]] == [1]
    wait_until(lambda: "an events table was upgraded" in annals.log, "the table is upgraded")
    with annals.behind_its_back() as sql:
        wait_until(lambda: bytes_of_words(sql, tenant) > 0, "the words of events that were there are in the index")
    expect_stored(annals, tenant, [event(record_id=2, event_data="apple")])
    assert arrived(annals, tenant) == [1, 2]
    assert sorted(e["record_id"] for e in history(annals, tenant, q="apple")["results"]) == [1, 2]


def bytes_of_words(sql, tenant):
    name = events_table(tenant).split(".")[1]
    return int(sql(f"SELECT sum(data_compressed_bytes) FROM system.data_skipping_indices WHERE table = '{name}'"
                   " AND name = 'words'"))


def test_events_that_two_instances_brought_in_twice_are_shown_once(make):
    annals = make.annals("remote")
    tenant = with_old_table(annals, [(0, [1, 2]), (5, [2, 3]), (6, [3, 1, 4])])

    assert arrived(annals, tenant) == [1, 2, 3, 4]
    assert history(annals, tenant)["total_count"] == 4


def test_an_instance_of_the_version_before_cannot_write_to_an_upgraded_table(make):
    annals = make.annals("remote")
    tenant = with_old_table(annals, [(0, [1])])

    with pytest.raises(Exception, match="in_time"):
        insert_old(annals.sql, events_table(tenant), 10, [2])
    assert arrived(annals, tenant) == [1]


def test_a_limited_user_upgrades_a_table_with_the_right_that_is_documented_for_it(make):
    grant = documented_grant_for("To upgrade tables of an earlier form")
    annals = make.annals(make.engine(users=users_xml(grants=[*documented_grants(), grant])))
    tenant = with_old_table(annals, [(0, [1, 2]), (5, [2, 3])])

    assert arrived(annals, tenant) == [1, 2, 3]
    wait_until(lambda: "an events table was upgraded" in annals.log, f"the table is upgraded with {grant}")
    assert "ACCESS_DENIED" not in annals.log, "expected that no right is missing"


def test_a_limited_user_without_that_right_reads_the_table_as_it_is_and_is_told_of_a_right(make):
    annals = make.annals(make.engine(users=users_xml(grants=documented_grants())))
    tenant = with_old_table(annals, [(0, [1, 2])])

    lacks = lambda: [line for line in annals.log.splitlines() if "upgrade of events tables" in line]  # noqa: E731
    (line, *_) = wait_until(lacks, "the log tells of an upgrade that fails")

    assert "necessary to have the grant ALTER" in line, f"expected that the log names the right, got {line}"
    assert history(annals, tenant)["total_count"] == 2, "expected that its events can be read"
    assert "an events table was upgraded" not in annals.log
