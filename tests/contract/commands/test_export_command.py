"""annals export: what was imported comes out, in every format, and an export that broke off goes on."""

import csv
import datetime
import io
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import time

import pytest

from support import paths
from support.clients.commands import COMMAND_SECONDS, Tenant, Terminal, event, expect_ended, write_lines
from support.gates.cutting_proxy import CuttingProxy
from support.gates.relay import Relay
from support.machine.ports import free_port
from support.machine.processes import interruptible, run
from support.names import UNKNOWN_ID
from support.waiting import TIMEOUT_SECONDS, wait_until

LARGE = 20_000
HALF_BYTES = 5_000_000
REDRAW_SECONDS = 0.2
FILE_ID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def tenant(annals, tmp_path):
    """A tenant with a few events."""
    tenant = Tenant(annals, tmp_path)
    events = [event(i, file_id=FILE_ID if i % 2 else None, more={"of": "it"}) for i in range(200)]
    for e in events[100:150]:  # told apart by nothing but their ids
        e.update(record_id=7, event_time="1969-12-31T23:59:59.999Z")
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    return tenant


@pytest.fixture
def large(make, engine_kind, tmp_path):
    """A tenant with 14 MB of events, on a service of the test's own that comes back at the same address."""
    annals = make.annals(engine_kind, environment={"ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"})
    tenant = Tenant(annals, tmp_path)
    events = (event(i, event_data={"number": i, "padding": "x" * 500}) for i in range(LARGE))
    expect_ended(tenant.run("import", write_lines(tmp_path / "in.ndjson", events)), 0)
    return tenant


@pytest.fixture
def midway(large):
    """A relay before that service at which an export comes to a stop in the middle."""
    relay = Relay(large.annals.port, down=HALF_BYTES)
    large.url = relay.url
    yield relay
    relay.close()


@pytest.fixture
def cut(tenant):
    """Puts a proxy before the tenant's service that gives its exports a clean end after so many bytes."""
    proxies = []

    def put(size, cuts=1):
        proxies.append(CuttingProxy(tenant.annals.port, size, cuts))
        tenant.url = proxies[-1].url
        return proxies[-1]

    yield put
    for proxy in proxies:
        proxy.close()


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

    expect_ended(resumed, 0, "resuming after ")
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

    expect_ended(tenant.run("export", file), 0)

    assert file.read_text().splitlines() == tenant.export()


# --- the end ---


def size_of_export(tenant, form):
    reply = tenant.annals.get(f"/api/history/export?format={form}", headers={"X-Client-Id": tenant.id})
    return len(reply.content)


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_an_export_that_was_cut_although_its_end_looks_clean_is_asked_for_again(tenant, cut, tmp_path, form, share):
    proxy = cut(int(size_of_export(tenant, form) * share))
    file = tmp_path / f"out.{form}"

    ended = tenant.run("export", file)

    expect_ended(ended, 0, "the answer of the service at ")
    assert proxy.cuts == 0
    assert "was cut: it ends " in ended.stderr
    expect_nothing_left(file)
    proxy.size = None
    whole = tmp_path / f"whole.{form}"
    expect_ended(tenant.run("export", whole), 0)
    if form == "parquet":
        assert file.read_bytes()[-4:] == b"PAR1"
    else:
        assert file.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_an_export_that_was_cut_between_two_events_is_asked_for_again(tenant, cut, tmp_path, form):
    reply = tenant.annals.get(f"/api/history/export?format={form}", headers={"X-Client-Id": tenant.id})
    cut(sum(map(len, reply.content.splitlines(keepends=True)[:51])))
    file = tmp_path / f"out.{form}"

    ended = tenant.run("export", file)

    expect_ended(ended, 0, f"was cut: it ends after {50 if form == 'csv' else 51} of 200 events. Retrying")
    assert file.read_bytes() == reply.content


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_an_export_that_is_always_cut_is_no_export(tenant, cut, tmp_path, form):
    cut(1000, cuts=1000)
    file = tmp_path / "out"

    ended = tenant.run("export", file, "--format", form, "--patience", "0")

    expect_ended(ended, 1, "was cut: it ends ")
    assert not file.exists(), "expected that a cut export does not get its name"


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_cut_export_on_standard_output_is_told_by_the_exit_code(tenant, cut, form):
    cut(1000)

    ended = subprocess.run(
        [str(a) for a in tenant.arguments("export", "-", "--format", form)], capture_output=True, timeout=TIMEOUT_SECONDS, check=False
    )

    assert ended.returncode == 1, f"expected exit code 1, got {ended.returncode}"
    assert b"only ndjson can resume there" in ended.stderr


def test_a_cut_export_on_standard_output_goes_on_there(tenant, cut):
    cut(1000)

    ended = tenant.run("export", "-")

    expect_ended(ended, 0)
    assert ended.stdout.splitlines() == tenant.export()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_export_without_events_is_whole(any_annals, tmp_path, form):
    file = tmp_path / f"out.{form}"

    expect_ended(Tenant(any_annals, tmp_path).run("export", file, "--patience", "0"), 0)

    assert file.read_bytes().startswith(b"PAR1" if form == "parquet" else b'"event_id"')


def test_an_export_of_nothing_that_the_filter_finds_is_whole(tenant, tmp_path):
    for form in ("ndjson", "csv", "parquet"):
        expect_ended(tenant.run("export", tmp_path / f"out.{form}", "--record-id", "12345678", "--patience", "0"), 0)


# --- where it goes ---


def test_a_second_export_to_the_same_file_is_refused(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    link = tmp_path / "link.ndjson"
    link.symlink_to(file)
    first = large.start("export", file)
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")

    for name, form in ((file, "ndjson"), (file, "csv"), (link, "ndjson")):
        # By the way that is not held up.
        url, large.url = large.url, large.annals.url
        second = large.run("export", name, "--format", form)
        large.url = url
        expect_ended(second, 1, f"another export writes {name}")

    midway.release()
    assert first.wait() == 0, first.output
    assert file.read_text().splitlines() == large.export()
    expect_ended(large.run("export", file), 0)
    expect_nothing_left(file)


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_fifo_is_written_into(tenant, tmp_path, form):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE) as reader:
        ended = tenant.run("export", fifo, "--format", form)
        content = reader.stdout.read()

    expect_ended(ended, 0)
    assert stat.S_ISFIFO(fifo.stat().st_mode), "expected that the FIFO is still one"
    assert len(content) == size_of_export(tenant, form)
    expect_nothing_left(fifo)


def test_a_device_is_written_into(tenant, tmp_path):
    device = tmp_path / "null"
    device.symlink_to("/dev/null")

    expect_ended(tenant.run("export", device), 0, "200 events")
    expect_ended(tenant.run("export", "/dev/full"), 1, "No space left on device")

    assert device.is_symlink() and pathlib.Path("/dev/null").is_char_device()
    expect_nothing_left(device)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link_and_its_target_is_replaced(tenant, tmp_path, exists):
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "history.ndjson"
    if exists:
        target.write_text("before\n")
    (tmp_path / "middle").symlink_to("there/history.ndjson")
    link = tmp_path / "out.ndjson"
    link.symlink_to("middle")

    expect_ended(tenant.run("export", link), 0)

    assert link.is_symlink()
    assert target.read_text().splitlines() == tenant.export()
    expect_nothing_left(target)
    expect_nothing_left(link)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_another_name_is_standard_output(tenant, tmp_path, name):
    file = tmp_path / "out"
    file.write_text("before\n")
    with file.open("ab") as output:
        command = [str(a) for a in tenant.arguments("export", name)]
        subprocess.run(command, stdout=output, stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS, check=True)

    lines = [line for line in file.read_text().splitlines() if not line.startswith("annals export: ")]
    assert lines == ["before", *tenant.export()]
    expect_nothing_left(file)


def test_a_place_where_no_file_can_be_is_a_mistake(tenant, tmp_path):
    (tmp_path / "circle").symlink_to("circle")

    expect_ended(tenant.run("export", tmp_path), 2, "is a directory; name a file")
    expect_ended(tenant.run("export", tmp_path / "missing" / "out.csv"), 2, f"there is no directory {tmp_path}/missing")
    expect_ended(tenant.run("export", tmp_path / "circle"), 2, "is a link that leads in a circle")
    expect_ended(tenant.run("export", ""), 2, "FILE is empty")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.xlsx", "the ending of "),
        ("history.json", "the ending of "),
        ("x.tsv", "--format"),
        ("x.ndjson.gz", "an export is not compressed"),
        ("x.CSV.ZST", "an export is not compressed"),
    ],
)
def test_a_name_that_says_another_content_is_a_mistake(tenant, tmp_path, name, words):
    expect_ended(tenant.run("export", tmp_path / name), 2, words)

    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "begin"), [("x.CSV", b'"event_id"'), ("x.Parquet", b"PAR1"), ("x.jsonl", b"{"), ("x", b"{")]
)
def test_the_ending_names_the_format(tenant, tmp_path, name, begin):
    expect_ended(tenant.run("export", tmp_path / name), 0)

    assert (tmp_path / name).read_bytes().startswith(begin)


def test_a_format_that_is_named_goes_under_any_name(tenant, tmp_path):
    expect_ended(tenant.run("export", tmp_path / "history.2024-01", "--format", "csv"), 0, "200 events")


# --- messages ---


def test_a_wrong_key_is_told(tenant, tmp_path):
    tenant.key_file.write_text("a-key-that-nobody-knows\n")

    expect_ended(tenant.run("export", tmp_path / "out.ndjson"), 1, "401: Unauthorized API Key.")

    assert not (tmp_path / "out.ndjson").exists()


def test_a_filter_that_is_none_is_a_mistake(tenant, tmp_path):
    ended = tenant.run("export", tmp_path / "out.ndjson", "--record-id", "-7")

    expect_ended(ended, 2, "record_id: ensure this value is greater than or equal to 0")


def test_an_unreachable_service_is_told_with_its_address(tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    command = [paths.ANNALS, "export", tmp_path / "out", "--url", url, "--client-id", UNKNOWN_ID]

    expect_ended(run(command, {"ANNALS_API_KEY": "key"}), 1, f"annals export: cannot reach the service at {url}: ")


@pytest.mark.parametrize(("content", "problem"), [
    (None, "does not exist"),
    ("", "is a file without a certificate in PEM form"),
    ("-----BEGIN CERTIFICATE-----\n", "is a file without a certificate in PEM form"),
])  # fmt: skip
def test_a_ca_file_that_is_none_is_a_mistake(tmp_path, content, problem):
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)
    command = [paths.ANNALS, "export", tmp_path / "out", "--ca-file", ca_file, "--client-id", UNKNOWN_ID]

    expect_ended(run(command, {"ANNALS_API_KEY": "key"}), 2, f"--ca-file: {ca_file} {problem}")


@pytest.mark.parametrize("columns", [80, 60, 20, 2])
def test_the_progress_fits_the_terminal(large, midway, tmp_path, columns):
    file = tmp_path / "out.ndjson"
    terminal = Terminal(columns)
    exporter = terminal.start(large.arguments("export", file))
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")
    begun = time.monotonic()
    wait_until(lambda: time.monotonic() - begun > REDRAW_SECONDS, "the time has passed within which it draws once")

    midway.release()

    terminal.expect_progress_that_fits(exporter)


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_reader_that_has_enough_ends_an_export_without_a_word(large, form):
    command = [str(a) for a in large.arguments("export", "-", "--format", form)]
    # As head reads that many bytes; a shell would show 141 of the first command.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as exporter:
        with subprocess.Popen(["head", "-c", "10"], stdin=exporter.stdout, stdout=subprocess.PIPE) as head:
            exporter.stdout.close()
            assert len(head.stdout.read()) == 10, "expected that the export has begun"

        status = exporter.wait(COMMAND_SECONDS)

        assert status == -signal.SIGPIPE, f"expected that it ends as programs in a pipe do, got {status}"
        # After ten seconds it tells how far it is.
        said = [line for line in exporter.stderr.read().splitlines() if not re.fullmatch(rb"annals export: \d+ rows .* [KMGT]?i?B/s", line)]
        assert said == [], "expected that nothing is said"


def test_a_closed_standard_output_is_told(tenant):
    command = 'exec "$0" "$@" >&-'

    ended = run(["sh", "-c", command, *tenant.arguments("export", "-")], {})

    expect_ended(ended, 1, "cannot write to standard output: Bad file descriptor")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("form", "words"),
    [("ndjson", "run the same command again to resume"), ("csv", "the same command starts again from the beginning")],
)
def test_an_interruption_is_told_with_what_to_do(large, midway, tmp_path, number, form, words):
    file = tmp_path / f"out.{form}"
    exporter = large.start("export", file)
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")

    exporter.process.send_signal(number)

    assert exporter.wait() == -number, "expected that it ends by the signal, as a shell and a supervisor expect"
    assert f"annals export: interrupted; {words}" in exporter.output
    midway.release()
    expect_ended(large.run("export", file), 0, "resuming after " if form == "ndjson" else f"{LARGE} events")
    assert len(file.read_text().splitlines()) == LARGE + (1 if form == "csv" else 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("name", ["-", "fifo"])
def test_an_interruption_of_a_stream_is_told(large, midway, tmp_path, number, form, name):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    command = interruptible(large.arguments("export", "-" if name == "-" else fifo, "--format", form))
    exporter = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with fifo.open("rb") if name == "fifo" else exporter.stdout as output:
        assert output.readline() != b"", "expected that the export has begun"

        exporter.send_signal(number)

        rest = output.read()
    assert exporter.wait(COMMAND_SECONDS) == -number, "expected that it ends by the signal, as a shell and a supervisor expect"
    assert exporter.stderr.read().splitlines()[-1] == b"annals export: interrupted"
    assert rest.count(b"\n") < LARGE, "expected that it was interrupted midway"
    assert stat.S_ISFIFO(fifo.stat().st_mode), "expected that the FIFO is still one"


def test_a_signal_that_the_caller_ignores_is_ignored(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    command = ["sh", "-c", 'trap "" INT; exec "$0" "$@"', *large.arguments("export", file)]
    exporter = subprocess.Popen([str(a) for a in command], stderr=subprocess.DEVNULL)
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")

    exporter.send_signal(signal.SIGINT)
    midway.release()

    assert exporter.wait(60) == 0


def test_a_disk_without_room_is_told(tenant):
    full = pathlib.Path("/dev/full")

    with full.open("wb") as output:
        ended = subprocess.run(
            [str(a) for a in tenant.arguments("export", "-")],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )

    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
