"""Many events at once, which one statement makes past the service."""

from support.annals import events_table, insert_statement

COLUMNS = "event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data"


def store_rows(annals, tenant, rows, data, source_id="1"):
    """Stores events whose `record_id` counts from 0. `data` is their `event_data` in SQL, and `source_id` theirs; both
    may use the column `number`."""
    values = f"generateUUIDv4(), now64(3), 1, number, 1, {source_id}, {data}"
    with annals.behind_its_back() as sql:
        sql(insert_statement(events_table(tenant), COLUMNS, values, f"numbers({rows})"))


def string_of(content):
    """The SQL of a JSON string of what that SQL gives."""
    return f"concat('\"', {content}, '\"')"


def random_string(size):
    """The SQL of a JSON string of so many characters, another one in each row, that no format compresses by much."""
    return string_of(f"base64Encode(randomString({size * 3 // 4}))")
