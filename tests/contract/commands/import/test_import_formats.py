"""annals import of packed files, of CSV and of Annals' own exports, and --check."""

import csv
import gzip
import json
import subprocess

import pytest

from support import paths
from support.clients.commands import Tenant, event, expect_ended, write_lines
from support.gates.relay import Relay
from support.machine.processes import run
from support.servers.engines import needs_engine_library
from support.waiting import TIMEOUT_SECONDS, wait_until

FILE_ID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def tenant(any_annals, tmp_path):
    return Tenant(any_annals, tmp_path)


def zstd(content):
    """Packed by a frame without compression: a header, one raw block, which every reader must take."""
    assert len(content) < 1 << 17
    size = len(content)
    return b"\x28\xb5\x2f\xfd" + b"\xa0" + size.to_bytes(4, "little") + (size << 3 | 1).to_bytes(3, "little") + content


def lines(count, first=0):
    return "".join(json.dumps(event(i)) + "\n" for i in range(first, first + count)).encode()


# --- packed ---


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
@pytest.mark.parametrize("pieces", [1, 2])
def test_packed_files_are_unpacked(tenant, tmp_path, pack, pieces):
    file = tmp_path / "events.packed"
    # As `cat` of two files leaves them.
    file.write_bytes(b"".join(pack(lines(100, first=100 * i)) for i in range(pieces)))

    expect_ended(tenant.run("import", file), 0, f"{100 * pieces} accepted, 0 duplicates, 0 rejected")
    plain = tmp_path / "plain.ndjson"
    plain.write_bytes(lines(100 * pieces))
    expect_ended(tenant.run("import", plain), 0, f"0 accepted, {100 * pieces} duplicates")


def test_packed_standard_input_is_unpacked(tenant, tmp_path):
    arguments = [str(a) for a in tenant.arguments("import", "-")]
    ended = subprocess.run(arguments, input=gzip.compress(lines(10)), capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    assert ended.returncode == 0 and b"10 accepted" in ended.stdout, ended.stderr


@pytest.mark.parametrize(("pack", "words"), [(gzip.compress, "the middle of its gzip data"), (zstd, "the middle of its zstd data")])
def test_a_packed_file_that_was_cut_is_named(tenant, tmp_path, pack, words):
    file = tmp_path / "events.packed"
    file.write_bytes(pack(lines(300))[:-5])

    expect_ended(tenant.run("import", file), 1, words)


def test_a_packed_file_resumes(tenant, tmp_path):
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(gzip.compress(lines(20_000)))
    relay = Relay(tenant.annals.port, up=1_500_000)
    tenant.url = relay.url
    importer = tenant.start("import", file, "--batch-rows", "200")
    place = tmp_path / "events.ndjson.gz.annals-import"
    wait_until(lambda: place.exists() and place.stat().st_size > 0, "a batch is acknowledged")
    importer.kill9()
    relay.release()

    resumed = tenant.run("import", file)

    relay.close()
    expect_ended(resumed, 0, "resuming after line ")
    assert tenant.count() == 20_000


# --- CSV and exports ---


@pytest.mark.parametrize(
    ("form", "packed"),
    [
        ("ndjson", False),
        ("ndjson", True),
        ("csv", False),
        ("csv", True),
        pytest.param("parquet", False, marks=needs_engine_library),
    ],
)
def test_an_export_goes_into_another_tenant_as_it_was(any_annals, tenant, tmp_path, form, packed):
    events = [event(i, file_id=FILE_ID if i % 2 else None, more={"of": "it"}) for i in range(200)]
    events[3]["event_data"] = {"text": "two\nlines; \"quotes\"", "n": 12345678901234567890123}
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    file = tmp_path / f"out.{form}"
    expect_ended(tenant.run("export", file), 0)
    if packed:
        file.write_bytes(gzip.compress(file.read_bytes()))
    other = Tenant(any_annals, tmp_path)

    expect_ended(other.run("import", file, *(("--restart",) if packed else ())), 0, "200 accepted, 0 duplicates, 0 rejected")

    assert other.export() == tenant.export()
    expect_ended(tenant.run("import", file), 0, "0 accepted, 200 duplicates")


def test_csv_of_others_is_imported(tenant, tmp_path):
    file = tmp_path / "events.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(["record_id", "event_type_id", "source_type_id", "source_id", "event_data", "event_time", "who"])
        writer.writerow([7, 1, 2, 3, '["x\\n"]', "2026-01-02T03:04:05+01:00", 'Jo "J"; U'])
        writer.writerow([8, 1, 2, 3, "[]", "", ""])

    expect_ended(tenant.run("import", file), 0, "2 accepted")

    first, second = sorted(map(json.loads, tenant.export()), key=lambda e: e["record_id"])
    assert (first["event_data"], first["event_time"], first["who"]) == (["x\n"], "2026-01-02T02:04:05.000Z", 'Jo "J"; U')
    assert second["event_data"] == [] and "who" not in second


def test_bad_records_of_csv_have_the_numbers_of_their_lines(tenant, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(
        'record_id,event_type_id,source_type_id,source_id,event_data\n'
        '1,1,1,1,"[1,\n2]"\n'  # lines 2 and 3
        "2,1,1,1\n"
        '1,"""three",1,1,1\n'
        "4,1,1,1,text\n"
        "5,1,1,1,1\n"
    )

    expect_ended(tenant.run("import", file), 1, "line 4: it has 4 fields, and the first line names 5 columns")
    ended = tenant.run("import", file, "--on-error", "skip")

    expect_ended(ended, 3, "3 rejected")
    rejected = [json.loads(line) for line in (tmp_path / "events.csv.rejected").read_text().splitlines()]
    assert [bad["line"] for bad in rejected] == [4, 5, 6], rejected
    assert rejected[0]["text"] == "2,1,1,1"
    assert "event_type_id: it begins with a quote and is no JSON string" in rejected[1]["errors"][0]
    assert "event_data" in rejected[2]["errors"][0]
    assert sorted(json.loads(line)["record_id"] for line in tenant.export()) == [1, 5]


def test_a_quote_without_its_end_is_named(tenant, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text('record_id,event_type_id,event_data\n1,1,"[]\n2,1,[]\n')
    expect_ended(tenant.run("import", file), 1, "the record that begins in line 2 has no end")


# --- --check ---


def test_a_check_sends_nothing_and_needs_no_service(tmp_path):
    good = write_lines(tmp_path / "good.ndjson", map(event, range(10)))
    bad = write_lines(tmp_path / "bad.ndjson", [event(0), "{", {"record_id": 1}, *map(event, range(1, 5))])

    checked = run([paths.ANNALS, "import", good, "--check"], {})
    expect_ended(checked, 0, "10 events, 0 lines that are none; nothing was sent")
    checked = run([paths.ANNALS, "import", bad, "--check"], {})
    expect_ended(checked, 3, "5 events, 2 lines that are none")
    assert "line 2: invalid JSON" in checked.stderr and "line 3: event_type_id: field required" in checked.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ndjson", "good.ndjson"]


# --- ids that are strings ---

IDS = ("event_type_id", "record_id", "source_type_id", "source_id")
STRINGS = ["ORD-17", "17", "-17", '"17"', "日本", 'a "b", c', "it's", "back\\slash", "a;b\tc".replace("\t", " ")]


@pytest.mark.parametrize("form", ["ndjson", "csv", pytest.param("parquet", marks=needs_engine_library)])
def test_an_export_with_strings_goes_into_another_tenant_as_it_was(any_annals, tenant, tmp_path, form):
    events = [{**event(i), IDS[i % 4]: STRINGS[i % len(STRINGS)], "more": i} for i in range(72)]
    events += [event(100), {**event(101), **{name: name for name in IDS}}, {**event(102), "record_id": 2**64 - 1}]
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    file = tmp_path / f"out.{form}"
    expect_ended(tenant.run("export", file), 0)
    other = Tenant(any_annals, tmp_path)

    expect_ended(other.run("import", file), 0, "75 accepted, 0 duplicates, 0 rejected")

    assert other.export() == tenant.export()
    assert {json.dumps(e[name]) for e in map(json.loads, other.export()) for name in IDS} >= set(map(json.dumps, STRINGS))
    expect_ended(tenant.run("import", file), 0, "0 accepted, 75 duplicates")


def test_an_interrupted_export_with_strings_resumes(tenant, tmp_path):
    events = [{**event(i), "record_id": f"order_{i % 50}"} for i in range(2_000)]
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    file = tmp_path / "out.ndjson"
    whole = "".join(line + "\n" for line in tenant.export())
    expect_ended(tenant.run("export", file), 0)
    assert file.read_text() == whole
    file.unlink()
    relay = Relay(tenant.annals.port, down=100_000)
    tenant.url = relay.url
    exporter = tenant.start("export", file)
    part = tmp_path / "out.ndjson.part"
    wait_until(lambda: part.exists() and part.stat().st_size > 10_000, "a part has arrived")
    exporter.kill9()
    relay.release()

    expect_ended(tenant.run("export", file), 0, "resuming after ")

    relay.close()
    assert file.read_text() == whole


def test_ids_of_csv_are_integers_or_texts(tenant, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text('record_id,event_type_id,source_type_id,source_id,event_data\nORD-17,opened,1,"""17""",1\n17,2,x y,4,2\n')

    expect_ended(tenant.run("import", file), 0, "2 accepted")

    found = {e["event_data"]: [e[name] for name in IDS] for e in map(json.loads, tenant.export())}
    assert found == {1: ["opened", "ORD-17", 1, "17"], 2: [2, 17, "x y", 4]}
    file.write_text("record_id,event_type_id,source_type_id,source_id,event_data\n-1,1,1,1,1\n")
    expect_ended(tenant.run("import", file), 1, "record_id: ensure this value is greater than or equal to 0")
