"""A full disk: an export takes no room on it."""

import pytest

from support.clients.file_links import client
from support.events import event, post_events
from support.servers.engines import needs_engine_library

pytestmark = needs_engine_library

EXPORTS = {
    "ndjson": ({}, {"format": "ndjson"}),
    "csv": ({}, {"format": "csv"}),
    "parquet": ({}, {"format": "parquet"}),
    "of words": ({}, {"format": "ndjson", "q": "pear"}),
    "of a record and a time": ({}, {"format": "csv", "record_id": "7", "event_time_from": "2020-01-01T00:00:00Z"}),
    "ndjson with strings as ids": ({"record_id": "ORD-7", "source_id": "shop"}, {"format": "ndjson"}),
    "csv with strings as ids": ({"record_id": "ORD-7", "source_id": "shop"}, {"format": "csv", "record_id": "ORD-7"}),
    "parquet with strings as ids": ({"record_id": "ORD-7", "source_id": "shop"}, {"format": "parquet"}),
}


def export(annals, tenant, query):
    reply = annals.get("/api/history/export", headers=client(tenant), params=query)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.content


@pytest.mark.parametrize("ids, query", EXPORTS.values(), ids=EXPORTS)
def test_an_export_takes_no_room(annals, full, ids, query):
    tenant = annals.initialise("shop")
    events = [event(event_data="apple pear", **ids) for _ in range(1000)]
    assert post_events(annals, tenant, events).status_code == 201
    before = export(annals, tenant, query)
    full.touch()

    during = export(annals, tenant, query)

    assert during == before, f"expected the {len(before)} bytes of before, got {len(during)}"
    if query["format"] == "parquet":
        assert during.startswith(b"PAR1") and during.endswith(b"PAR1"), "expected a whole file"
    else:
        missing = [one for one in events if one["event_id"].encode() not in during]
        assert not missing, f"expected all {len(events)} events, {len(missing)} are missing"
