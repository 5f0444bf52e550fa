"""annals export: what was imported comes out, in every format."""

import csv
import io
import json

import pytest

from support.clients.commands import Tenant, event, expect_ended
from support.clients.exports import FILE_ID, LARGE, expect_nothing_left


def test_what_is_imported_is_exported_in_the_order_of_the_records(tenant, tmp_path):
    file = tmp_path / "out.ndjson"

    expect_ended(tenant.run("export", file), 0, "200 events")

    exported = [json.loads(line) for line in file.read_text().splitlines()]
    keys = [(e["record_id"], e["event_time"]) for e in exported]
    given = [json.loads(line) for line in (tmp_path / "in.ndjson").read_text().splitlines()]
    assert keys == sorted(keys)
    for e in exported:
        del e["event_id"]
    assert sorted(exported, key=lambda e: e["source_id"]) == given
    expect_nothing_left(file)


@pytest.mark.parametrize("value", [r'"half \ud83d"', "1e99999999999", "[" * 400 + "]" * 400], ids=["surrogate", "exponent", "depth"])
def test_what_other_parsers_of_json_refuse_comes_in_and_goes_out(any_annals, tmp_path, value):
    sent, out = tmp_path / "in.ndjson", tmp_path / "out.ndjson"
    line = json.dumps({**event(1), "event_data": "here"})
    sent.write_text(line.replace('"here"', value) + "\n")
    tenant = Tenant(any_annals, tmp_path)

    expect_ended(tenant.run("import", sent), 0)
    expect_ended(tenant.run("export", out), 0)

    assert value in out.read_text(), f"expected {value[:40]} as it was sent, got {out.read_text()[:200]}"


def test_an_export_can_be_imported_into_another_tenant(tenant, annals, tmp_path):
    tenant.run("export", tmp_path / "out.ndjson")
    other = Tenant(annals, tmp_path)

    expect_ended(other.run("import", tmp_path / "out.ndjson"), 0, "200 accepted")

    assert other.export() == tenant.export()
    expect_ended(tenant.run("import", tmp_path / "out.ndjson"), 0, "0 accepted, 200 duplicates")


def test_filters_are_those_of_the_history(tenant, tmp_path):
    file = tmp_path / "out.ndjson"
    filters = ("--record-id", "3", "--record-id", "4", "--from", "2024-01-02T00:00:00Z", "--to", "2024-01-20T00:00:00Z")

    expect_ended(tenant.run("export", file, *filters), 0)

    exported = [json.loads(line) for line in file.read_text().splitlines()]
    assert {e["record_id"] for e in exported} == {3, 4}
    query = "?record_id=3&record_id=4&event_time_from=2024-01-02T00:00:00Z&event_time_to=2024-01-20T00:00:00Z"
    assert file.read_text().splitlines() == tenant.export(query)


def test_standard_output_gets_the_events_and_nothing_else(tenant):
    ended = tenant.run("export", "-")

    expect_ended(ended, 0)
    assert ended.stdout.splitlines() == tenant.export()


def test_csv_has_a_head_and_leaves_what_is_null_empty(tenant, tmp_path):
    file = tmp_path / "out.csv"

    expect_ended(tenant.run("export", file), 0, "200 events")

    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert len(rows) == 200
    for row in rows:
        assert row["file_id"] == (FILE_ID if int(row["source_id"]) % 2 else "")
        assert json.loads(row["event_data"]) == event(int(row["source_id"]))["event_data"]


def test_csv_of_many_events_has_one_head(large, tmp_path):
    file = tmp_path / "out.csv"

    expect_ended(large.run("export", file), 0, f"{LARGE} events")

    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert sorted(int(row["source_id"]) for row in rows) == list(range(LARGE))


def test_parquet_of_many_events_is_one_document(large, shared, tmp_path):
    file = tmp_path / "out.parquet"

    expect_ended(large.run("export", file), 0)

    # A real reader of Parquet.
    found = shared("remote").sql("SELECT count(), uniqExact(source_id) FROM file({file:String}, Parquet)", file=str(file))
    assert found.split() == [str(LARGE), str(LARGE)]


def test_parquet_is_parquet(tenant, tmp_path):
    file = tmp_path / "history"

    expect_ended(tenant.run("export", file, "--format", "parquet"), 0)

    content = file.read_bytes()
    assert (content[:4], content[-4:]) == (b"PAR1", b"PAR1")
    expect_nothing_left(file)


def test_a_tenant_without_events_gives_an_empty_file(any_annals, tmp_path):
    file = tmp_path / "out.ndjson"

    expect_ended(Tenant(any_annals, tmp_path).run("export", file), 0)

    assert file.read_bytes() == b""
