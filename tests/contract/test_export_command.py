"""annals export: what was imported comes out, in every format, and an export that broke off goes on."""

import csv
import datetime
import io
import json
import pathlib
import subprocess

import pytest

from support import paths
from support.commands import Tenant, event, write_lines
from support.names import UNKNOWN_ID
from support.ports import free_port
from support.processes import run
from support.relay import Relay
from support.waiting import wait_until

LARGE = 20_000
HALF_BYTES = 5_000_000
FILE_ID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def tenant(annals, tmp_path):
    """A tenant with a few events."""
    tenant = Tenant(annals, tmp_path)
    events = [event(i, file_id=FILE_ID if i % 2 else None, more={"of": "it"}) for i in range(200)]
    for e in events[100:150]:  # told apart by nothing but their ids
        e.update(record_id=7, event_time="1969-12-31T23:59:59.999Z")
    expect(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    return tenant


@pytest.fixture
def large(make, engine_kind, tmp_path):
    """A tenant with 14 MB of events, on a service of the test's own that comes back at the same address."""
    annals = make.annals(engine_kind, environment={"ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"})
    tenant = Tenant(annals, tmp_path)
    events = (event(i, event_data={"number": i, "padding": "x" * 500}) for i in range(LARGE))
    expect(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    return tenant


@pytest.fixture
def midway(large):
    """A relay before that service at which an export comes to a stop in the middle."""
    relay = Relay(large.annals.port, down=HALF_BYTES)
    large.url = relay.url
    yield relay
    relay.close()


def expect(ended, code, words=""):
    assert ended.returncode == code, f"expected exit code {code}, got {ended.returncode}: {ended.stdout}{ended.stderr}"
    assert words in ended.stdout + ended.stderr, f"expected {words!r} in {ended.stdout + ended.stderr!r}"


def milliseconds_of(text):
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (time - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)


def part_of(file):
    return file.with_name(file.name + ".part")


def expect_nothing_left(file):
    names = {path.name for path in file.parent.iterdir() if path.name.startswith(file.name)}
    assert names == {file.name}, f"expected that only {file.name} is left, got {names}"


# --- what comes out ---


def test_what_is_imported_is_exported_in_the_order_of_the_records(tenant, tmp_path):
    file = tmp_path / "out.ndjson"

    expect(tenant.run("export", file), 0, "200 events")

    exported = [json.loads(line) for line in file.read_text().splitlines()]
    keys = [(e["record_id"], e["event_time"]) for e in exported]
    given = [json.loads(line) for line in (tmp_path / "in.ndjson").read_text().splitlines()]
    assert keys == sorted(keys)
    for e in exported:
        del e["event_id"]
    assert sorted(exported, key=lambda e: e["source_id"]) == given
    expect_nothing_left(file)


def test_an_export_can_be_imported_into_another_tenant(tenant, annals, tmp_path):
    tenant.run("export", tmp_path / "out.ndjson")
    other = Tenant(annals, tmp_path)

    expect(other.run("import", tmp_path / "out.ndjson"), 0, "200 accepted")

    assert other.export() == tenant.export()
    expect(tenant.run("import", tmp_path / "out.ndjson"), 0, "0 accepted, 200 duplicates")


def test_filters_are_those_of_the_history(tenant, tmp_path):
    file = tmp_path / "out.ndjson"
    filters = ("--record-id", "3", "--record-id", "4", "--from", "2024-01-02T00:00:00Z", "--to", "2024-01-20T00:00:00Z")

    expect(tenant.run("export", file, *filters), 0)

    exported = [json.loads(line) for line in file.read_text().splitlines()]
    assert {e["record_id"] for e in exported} == {3, 4}
    query = "?record_id=3&record_id=4&event_time_from=2024-01-02T00:00:00Z&event_time_to=2024-01-20T00:00:00Z"
    assert file.read_text().splitlines() == tenant.export(query)


def test_standard_output_gets_the_events_and_nothing_else(tenant):
    ended = tenant.run("export", "-")

    expect(ended, 0)
    assert ended.stdout.splitlines() == tenant.export()


def test_csv_has_a_head_and_leaves_what_is_null_empty(tenant, tmp_path):
    file = tmp_path / "out.csv"

    expect(tenant.run("export", file), 0, "200 events")

    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert len(rows) == 200
    for row in rows:
        assert row["file_id"] == (FILE_ID if int(row["source_id"]) % 2 else "")
        assert json.loads(row["event_data"]) == event(int(row["source_id"]))["event_data"]


def test_csv_of_many_events_has_one_head(large, tmp_path):
    file = tmp_path / "out.csv"

    expect(large.run("export", file), 0, f"{LARGE} events")

    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert sorted(int(row["source_id"]) for row in rows) == list(range(LARGE))


def test_parquet_of_many_events_is_one_document(large, shared, tmp_path):
    file = tmp_path / "out.parquet"

    expect(large.run("export", file), 0)

    # A real reader of Parquet.
    found = shared("remote").sql("SELECT count(), uniqExact(source_id) FROM file({file:String}, Parquet)", file=str(file))
    assert found.split() == [str(LARGE), str(LARGE)]


def test_parquet_is_parquet(tenant, tmp_path):
    file = tmp_path / "history"

    expect(tenant.run("export", file, "--format", "parquet"), 0)

    content = file.read_bytes()
    assert (content[:4], content[-4:]) == (b"PAR1", b"PAR1")
    expect_nothing_left(file)


def test_a_tenant_without_events_gives_an_empty_file(any_annals, tmp_path):
    file = tmp_path / "out.ndjson"

    expect(Tenant(any_annals, tmp_path).run("export", file), 0)

    assert file.read_bytes() == b""


# --- going on ---


@pytest.mark.parametrize("after", [0, 1, 20, 57, 199])
def test_after_gives_exactly_the_events_that_follow(tenant, after):
    lines = tenant.export()
    last = json.loads(lines[after])
    cursor = f"r{last['record_id']}_{milliseconds_of(last['event_time'])}_{last['event_id']}"

    assert tenant.export(f"?after={cursor}") == lines[after + 1 :]
    # Together with a filter.
    query = f"?record_id={last['record_id']}&after={cursor}"
    assert tenant.export(query) == [e for e in lines[after + 1 :] if json.loads(e)["record_id"] == last["record_id"]]


def test_after_must_be_a_cursor(tenant):
    reply = tenant.annals.get("/api/history/export?after=t1_x", headers={"X-Client-Id": tenant.id})

    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"] == ["query", "after"]


def test_an_export_killed_midway_goes_on_and_gives_exactly_the_same_lines(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    exporter = large.start("export", file)
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")
    exporter.kill9()
    midway.release()
    with part_of(file).open("ab") as part:
        part.write(b'{"event_id":"half a li')
    assert not file.exists()

    resumed = large.run("export", file)

    expect(resumed, 0, "resuming after ")
    assert file.read_text().splitlines() == large.export()
    expect_nothing_left(file)


def test_a_service_killed_midway_is_waited_for(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    exporter = large.start("export", file)
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")
    large.annals.kill9()
    midway.release()
    exporter.wait_for("Retrying for up to ")

    large.annals.start()

    assert exporter.wait() == 0, exporter.output
    assert file.read_text().splitlines() == large.export()


def test_a_part_of_another_query_is_not_gone_on_from(tenant, tmp_path):
    file = tmp_path / "out.ndjson"
    part_of(file).write_text(json.dumps(event(1, event_id=UNKNOWN_ID)) + "\n")
    file.with_name(file.name + ".annals-export").write_text("http://elsewhere somebody\n")

    expect(tenant.run("export", file), 0)

    assert file.read_text().splitlines() == tenant.export()


# --- messages ---


def test_a_wrong_key_is_told(tenant, tmp_path):
    tenant.key_file.write_text("a-key-that-nobody-knows\n")

    expect(tenant.run("export", tmp_path / "out.ndjson"), 1, "401: Unauthorized API Key.")

    assert not (tmp_path / "out.ndjson").exists()


def test_a_filter_that_is_none_is_a_mistake(tenant, tmp_path):
    ended = tenant.run("export", tmp_path / "out.ndjson", "--record-id", "seven")

    expect(ended, 2, "record_id: value is not a valid integer")


def test_an_unreachable_service_is_told_with_its_address(tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    command = [paths.ANNALS, "export", tmp_path / "out", "--url", url, "--client-id", UNKNOWN_ID]

    expect(run(command, {"ANNALS_API_KEY": "key"}), 1, f"annals export: cannot reach the service at {url}: ")


def test_a_disk_without_room_is_told(tenant):
    full = pathlib.Path("/dev/full")

    with full.open("wb") as output:
        ended = subprocess.run(
            [str(a) for a in tenant.arguments("export", "-")],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )

    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
