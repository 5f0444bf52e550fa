"""annals import: everything once, whatever is interrupted, and bad lines by their number."""

import gzip
import json
import lzma
import os
import re
import signal
import subprocess

import pytest

from support import paths
from support.annals import API_KEY
from support.clients.commands import COMMAND_SECONDS, Tenant, Terminal, event, expect_ended, write_lines
from support.gates.relay import Relay
from support.machine.ports import free_port
from support.machine.processes import interruptible, run
from support.names import UNKNOWN_ID
from support.waiting import TIMEOUT_SECONDS, wait_until

MANY = 20_000
HALF_BYTES = 1_500_000
SMALL_BATCHES = ("--batch-rows", "200")


@pytest.fixture
def tenant(annals, tmp_path):
    return Tenant(annals, tmp_path)


@pytest.fixture
def any_tenant(any_annals, tmp_path):
    return Tenant(any_annals, tmp_path)


@pytest.fixture
def own_service(make, engine_kind):
    """A service of the test's own that comes back at the same address."""
    return make.annals(engine_kind, environment={"ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"})


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return write_lines(tmp_path_factory.mktemp("events") / "many.ndjson", map(event, range(MANY)))


@pytest.fixture
def own_copy(many, tmp_path):
    """The same file in the test's own directory, where the place is kept."""
    file = tmp_path / "events.ndjson"
    file.write_bytes(many.read_bytes())
    return file


@pytest.fixture
def midway():
    """Puts a relay before a tenant's service at which an import comes to a stop in the middle."""
    relays = []

    def put(tenant):
        relays.append(Relay(tenant.annals.port, up=HALF_BYTES))
        tenant.url = relays[-1].url
        return relays[-1]

    yield put
    for relay in relays:
        relay.close()


def place_of(file):
    return file.with_name(file.name + ".annals-import")


def has_place(file):
    return place_of(file).exists() and place_of(file).stat().st_size > 0


def rejected_of(file):
    return file.with_name(file.name + ".rejected")


def expect_each_once(tenant, count=MANY):
    """Every event of the file is there, and none twice."""
    numbers = sorted(json.loads(line)["event_data"]["number"] for line in tenant.export())
    assert numbers == list(range(count)), f"expected {count} events once each, got {len(numbers)}"
    assert tenant.count() == count


# --- once ---


def test_a_file_is_imported_and_again_is_all_duplicates(tenant, own_copy):
    first = tenant.run("import", own_copy)
    second = tenant.run("import", own_copy)

    expect_ended(first, 0, f"{MANY} accepted, 0 duplicates, 0 rejected")
    expect_ended(second, 0, f"0 accepted, {MANY} duplicates, 0 rejected")
    assert re.search(r"; [0-9.]+ s, [0-9]+ rows/s", first.stdout)
    assert not place_of(own_copy).exists()
    expect_each_once(tenant)


def test_ids_in_the_file_are_kept_and_others_stay_the_same(any_tenant, tmp_path):
    given = {"event_id": "0b0f5a3e-6d5c-4e0e-9f0a-1a2b3c4d5e6f"}
    file = write_lines(tmp_path / "two.ndjson", [event(0, **given), event(1)])

    expect_ended(any_tenant.run("import", file), 0, "2 accepted")

    ids = {e["source_id"]: e["event_id"] for e in map(json.loads, any_tenant.export())}
    assert ids[0] == given["event_id"]
    assert ids[1][14] == "8", f"expected a UUID of version 8, got {ids[1]}"


def test_a_line_with_the_id_of_another_event_is_told(any_tenant, tmp_path):
    first = event(0, event_id="0b0f5a3e-6d5c-4e0e-9f0a-1a2b3c4d5e6f")
    file = write_lines(tmp_path / "first.ndjson", [first])
    other = write_lines(tmp_path / "other.ndjson", [first, {**first, "source_id": 99}, event(1)])

    expect_ended(any_tenant.run("import", file), 0, "1 accepted, 0 duplicates")
    ended = any_tenant.run("import", other)

    expect_ended(ended, 3, "1 accepted, 2 duplicates, 0 rejected")
    assert "1 of the duplicates were not stored although they differ" in ended.stdout, f"expected it told: {ended.stdout}"
    assert "event_ids of their own" in ended.stdout, f"expected how to repair it: {ended.stdout}"


def test_a_repeated_event_without_a_time_is_still_one(any_tenant, tmp_path):
    timeless = event(0)
    del timeless["event_time"]
    file = write_lines(tmp_path / "timeless.ndjson", [timeless])

    expect_ended(any_tenant.run("import", file), 0, "1 accepted")
    expect_ended(any_tenant.run("import", file), 0, "0 accepted, 1 duplicates")

    assert any_tenant.count() == 1


def test_standard_input_is_imported(any_tenant, tmp_path):
    lines = "".join(json.dumps(event(i)) + "\n" for i in range(10))

    ended = subprocess.run(
        [str(a) for a in any_tenant.arguments("import", "-")],
        input=lines, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, cwd=tmp_path, check=False,
    )

    expect_ended(ended, 0, "standard input: 10 accepted")
    expect_each_once(any_tenant, 10)


def test_an_empty_file_is_done_at_once(any_tenant, tmp_path):
    expect_ended(any_tenant.run("import", write_lines(tmp_path / "none.ndjson", [])), 0, "0 accepted")


def test_the_tenants_own_secret_opens_it(any_tenant, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(any_tenant.secret + "\n")
    file = write_lines(tmp_path / "one.ndjson", [event(0)])
    command = [paths.ANNALS, "import", file, "--url", any_tenant.annals.url, "--client-id", any_tenant.id]

    expect_ended(run([*command, "--secret-file", secret], {}), 0, "1 accepted")
    expect_ended(run(command, {"ANNALS_API_KEY": API_KEY}), 0, "1 duplicates")


# --- interrupted ---


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


# --- bad lines ---


def with_bad_lines(file):
    events = [event(i) for i in range(10)]
    events[3:3] = ['{"record_id": 7}']  # line 4
    events[8:8] = ["not JSON"]  # line 9
    return write_lines(file, events)


def test_a_bad_line_is_named_and_nothing_after_it_is_sent(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")

    ended = any_tenant.run("import", file)

    expect_ended(ended, 1, "line 4: event_type_id: field required; source_id: field required;")
    advice = "correct it and run the command again, or set --on-error skip to put bad lines aside"
    assert ended.stderr.splitlines()[-1] == f"annals import: the lines before it are imported; {advice}"
    assert "nothing is imported" not in ended.stderr
    assert any_tenant.count() == 3


@pytest.mark.parametrize("rows", ["1", "3", "4"])
def test_lines_before_a_bad_one_are_told_to_be_imported_however_they_are_sent(any_tenant, tmp_path, rows):
    file = with_bad_lines(tmp_path / "bad.ndjson")

    ended = any_tenant.run("import", file, "--batch-rows", rows)

    expect_ended(ended, 1, "line 4: event_type_id: field required")
    assert "the lines before it are imported; correct it" in ended.stderr, f"expected it told: {ended.stderr}"
    assert any_tenant.count() == 3


def test_a_bad_line_after_known_ones_does_not_say_that_nothing_is_imported(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")
    any_tenant.run("import", file)

    ended = any_tenant.run("import", file, "--restart")

    expect_ended(ended, 1, "the lines before it are imported; correct it")
    assert any_tenant.count() == 3


def test_a_file_without_its_bad_lines_goes_in_once_after_it_has_stopped(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")
    any_tenant.run("import", file)

    write_lines(file, map(event, range(10)))

    expect_ended(any_tenant.run("import", file), 0, "7 accepted, 3 duplicates, 0 rejected")
    expect_each_once(any_tenant, 10)


def test_bad_lines_are_put_aside_on_wish(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")

    ended = any_tenant.run("import", file, "--on-error", "skip")

    expect_ended(ended, 3, "10 accepted, 0 duplicates, 2 rejected")
    assert str(rejected_of(file)) in ended.stdout
    first, second = map(json.loads, rejected_of(file).read_text().splitlines())
    assert (first["line"], first["text"]) == (4, '{"record_id": 7}')
    assert "event_type_id: field required" in first["errors"]
    assert (second["line"], second["text"]) == (9, "not JSON")
    assert second["errors"][0].startswith("invalid JSON: ")
    expect_each_once(any_tenant, 10)


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_the_first_line_being_bad_is_told_as_such(any_tenant, tmp_path, mark):
    file = tmp_path / "bad.ndjson"
    file.write_text(mark + '{"record_id": 7}\n')

    ended = any_tenant.run("import", file)

    expect_ended(ended, 1, "line 1: event_type_id: field required")
    assert "nothing is imported; correct it" in ended.stderr
    assert "the lines before it" not in ended.stderr


# --- files of other kinds ---


def test_byte_order_marks_are_skipped(any_tenant, tmp_path):
    file = tmp_path / "marked.ndjson"
    mark = b"\xef\xbb\xbf"
    # As `cat` of two files leaves them.
    file.write_bytes(b"".join(mark + json.dumps(event(i)).encode() + b"\r\n" for i in range(2)))
    plain = write_lines(tmp_path / "plain.ndjson", [json.dumps(event(i)) + "\r" for i in range(2)])

    expect_ended(any_tenant.run("import", file), 0, "2 accepted")
    expect_ended(any_tenant.run("import", plain), 0, "0 accepted, 2 duplicates")


KINDS = {
    "gzip twice": (gzip.compress(gzip.compress(b'{"record_id":1}\n')), "it is compressed with gzip twice, not NDJSON or CSV"),
    "UTF-16": ('{"record_id":1}\n'.encode("utf-16"), "it is text in UTF-16, not NDJSON or CSV; convert it first: iconv -f UTF-16"),
    "UTF-16LE": ('{"record_id":1}\n'.encode("utf-16-le"), "iconv -f UTF-16LE"),
    "xlsx": (b"PK\x03\x04\x14\0\x06\0", "it is a ZIP archive or an Office document, not NDJSON or CSV"),
    "xz": (lzma.compress(b"{}"), "it is compressed with xz"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [(), ("--on-error", "skip")])
def test_a_file_of_another_kind_is_named_and_nothing_of_it_is_rejected_line_by_line(any_tenant, tmp_path, kind, options):
    content, words = KINDS[kind]
    file = tmp_path / "events.ndjson"
    file.write_bytes(content)

    ended = any_tenant.run("import", file, *options)

    expect_ended(ended, 1, words)
    assert not rejected_of(file).exists() and not place_of(file).exists()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_is_named(any_tenant, tmp_path, indent):
    file = tmp_path / "events.json"
    file.write_text(json.dumps([event(0), event(1)], indent=indent))

    ended = any_tenant.run("import", file)

    expect_ended(ended, 1, "this looks like a JSON array: write its elements one per line (jq -c '.[]' FILE)")
    assert "nothing is imported" in ended.stderr
    assert any_tenant.count() == 0


# --- where the progress is kept ---


@pytest.fixture
def read_only(tmp_path):
    """A directory with a file of two events in which nobody may write, not even root."""
    directory = tmp_path / "read-only"
    directory.mkdir()
    write_lines(directory / "events.ndjson", [event(0), '{"record_id": 7}', event(1)])
    if os.geteuid() != 0:
        directory.chmod(0o500)
        yield directory / "events.ndjson"
        directory.chmod(0o700)
        return
    if subprocess.run(["mount", "--bind", directory, directory], check=False).returncode != 0:
        pytest.skip("root may not mount here, and writes into every directory")
    subprocess.run(["mount", "-o", "remount,bind,ro", directory], check=True)
    yield directory / "events.ndjson"
    subprocess.run(["umount", directory], check=True)


def test_a_directory_that_cannot_be_written_is_told_before_anything_is_sent(any_tenant, read_only):
    ended = any_tenant.run("import", read_only)

    expect_ended(ended, 2, f"cannot open {place_of(read_only)}: Read-only file system; name a file with --state" if os.geteuid() == 0
           else "Permission denied; name a file with --state")
    assert any_tenant.count() == 0


def test_the_progress_and_the_rejected_lines_are_kept_where_it_is_told(any_tenant, read_only, tmp_path):
    state = tmp_path / "state"

    stopped = any_tenant.run("import", read_only, "--state", state, "--batch-rows", "1")
    assert json.loads(state.read_text())["lines"] == 1
    resumed = any_tenant.run("import", read_only, "--state", state, "--on-error", "skip")

    expect_ended(stopped, 1, "line 2: ")
    expect_ended(resumed, 3, f"resuming after line 1 ({len(read_only.read_bytes().splitlines()[0]) + 1} B of ")
    assert "2 accepted, 0 duplicates, 1 rejected" in resumed.stdout
    assert json.loads((tmp_path / "state.rejected").read_text())["line"] == 2
    assert not state.exists()


@pytest.mark.parametrize("state", ["missing/state", "directory", "is-a-directory.rejected"])
def test_a_place_for_the_progress_that_cannot_be_written_is_a_mistake(any_tenant, tmp_path, state):
    (tmp_path / "directory").mkdir()
    (tmp_path / "is-a-directory.rejected").mkdir()
    file = write_lines(tmp_path / "one.ndjson", [event(0)])

    ended = any_tenant.run("import", file, "--on-error", "skip", "--state", tmp_path / state.removesuffix(".rejected"))

    expect_ended(ended, 2, "cannot open ")
    assert any_tenant.count() == 0


def test_rejected_lines_of_a_pipe_that_cannot_be_kept_are_told_before_anything_is_sent(any_tenant, read_only):
    ended = subprocess.run(
        [str(a) for a in any_tenant.arguments("import", "-", "--on-error", "skip")],
        input=json.dumps(event(0)) + "\nbad\n", capture_output=True, text=True, timeout=TIMEOUT_SECONDS, cwd=read_only.parent, check=False,
    )

    expect_ended(ended, 2, "name a file with --state that can be written")
    assert any_tenant.count() == 0


def test_a_second_import_that_would_write_the_same_progress_is_refused(own_service, midway, tmp_path, own_copy):
    tenant = Tenant(own_service, tmp_path)
    relay = midway(tenant)
    importer = tenant.start("import", own_copy, *SMALL_BATCHES)
    wait_until(lambda: has_place(own_copy), "a batch is acknowledged")
    other = Tenant(own_service, tmp_path)

    expect_ended(other.run("import", own_copy), 1, f"another import writes {place_of(own_copy)}; wait for its end")
    expect_ended(other.run("import", own_copy, "--state", tmp_path / "other"), 0, f"{MANY} accepted")

    relay.release()
    assert importer.wait() == 0, importer.output
    expect_each_once(tenant)


# --- messages ---


@pytest.mark.parametrize("columns", [80, 60, 20, 2])
def test_the_progress_fits_the_terminal(any_tenant, many, tmp_path, columns):
    terminal = Terminal(columns)
    command = any_tenant.arguments("import", many, "--state", tmp_path / "state", "--batch-rows", "50")

    importer = terminal.start(command)

    terminal.expect_progress_that_fits(importer)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_told_and_the_next_one_goes_on(own_service, midway, tmp_path, own_copy, number):
    tenant = Tenant(own_service, tmp_path)
    relay = midway(tenant)
    importer = tenant.start("import", own_copy, *SMALL_BATCHES)
    wait_until(lambda: has_place(own_copy), "a batch is acknowledged")

    importer.process.send_signal(number)

    assert importer.wait() == -number, "expected that it ends by the signal"
    assert importer.output.splitlines()[-1] == "annals import: interrupted; run the same command again to resume"
    relay.release()
    expect_ended(tenant.run("import", own_copy), 0, "resuming after line ")
    expect_each_once(tenant)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["-", "fifo"])
def test_an_interruption_of_a_pipe_is_told_and_nothing_is_stored_twice(own_service, midway, tmp_path, many, number, name):
    tenant = Tenant(own_service, tmp_path)
    relay = midway(tenant)
    os.mkfifo(tmp_path / "fifo")
    writer = subprocess.Popen(["sh", "-c", 'exec cat "$0" > "$1"', many, tmp_path / "fifo"], stderr=subprocess.DEVNULL)
    command = interruptible(tenant.arguments("import", "-" if name == "-" else tmp_path / "fifo", *SMALL_BATCHES))
    with (tmp_path / "fifo").open("rb") if name == "-" else open(os.devnull, "rb") as given:
        importer = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: tenant.count() > 0, "a batch is stored")

    importer.send_signal(number)

    printed, said = importer.communicate(timeout=COMMAND_SECONDS)
    assert importer.returncode == -number, f"expected that it ends by the signal, got {importer.returncode}"
    assert printed == "", f"expected no report, got {printed}"
    assert said.splitlines()[-1] == "annals import: interrupted; no event is stored twice if it is imported again"
    writer.wait(timeout=COMMAND_SECONDS)
    assert 0 < tenant.count() < MANY, "expected that it was interrupted midway"
    relay.release()
    expect_ended(tenant.run("import", many, "--state", tmp_path / "state"), 0, " duplicates, 0 rejected")
    expect_each_once(tenant)


def test_a_closed_standard_input_is_told(any_tenant):
    ended = run(["sh", "-c", 'exec "$0" "$@" <&-', *any_tenant.arguments("import", "-")], {})

    expect_ended(ended, 1, "cannot read the file: Bad file descriptor")


def test_a_wrong_key_is_told_before_anything_is_sent(any_tenant, tmp_path):
    any_tenant.key_file.write_text("a-key-that-nobody-knows\n")

    ended = any_tenant.run("import", write_lines(tmp_path / "one.ndjson", [event(0)]))

    expect_ended(ended, 1, "401: Unauthorized API Key. Check the key ")
    assert "a-key-that-nobody-knows" not in ended.stdout + ended.stderr


def test_an_unknown_client_is_told(any_tenant, tmp_path):
    any_tenant.id = UNKNOWN_ID

    ended = any_tenant.run("import", write_lines(tmp_path / "one.ndjson", [event(0)]))

    expect_ended(ended, 1, "400: Failed to connect to tenant db. Check --client-id.")


def test_an_unreachable_service_is_told_at_once_with_its_address(tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    file = write_lines(tmp_path / "one.ndjson", [event(0)])

    ended = run([paths.ANNALS, "import", file, "--url", url, "--client-id", UNKNOWN_ID], {"ANNALS_API_KEY": "key"})

    expect_ended(ended, 1, f"annals import: cannot reach the service at {url}: ")


@pytest.mark.parametrize("command", ["import", "export"])
def test_https_at_a_port_for_http_is_told_as_such(any_tenant, tmp_path, command):
    file = write_lines(tmp_path / "one.ndjson", [event(0)])
    any_tenant.url = any_tenant.url.replace("http:", "https:")
    told = f"the service at {any_tenant.url} speaks http, not https; give --url with http://"

    def is_told():
        # The command asks the port over http for two seconds only.
        ended = any_tenant.run(command, file)
        return ended if told in ended.stderr else None

    expect_ended(wait_until(is_told, told), 1, told)


def test_https_at_a_port_where_nobody_listens_is_told_as_such(any_tenant, tmp_path):
    any_tenant.url = f"https://127.0.0.1:{free_port()}"

    expect_ended(any_tenant.run("import", write_lines(tmp_path / "one.ndjson", [event(0)])), 1, "cannot reach the service at https:")


def test_mistakes_in_the_arguments_are_2(tmp_path):
    file = write_lines(tmp_path / "one.ndjson", [event(0)])
    client = ("--client-id", UNKNOWN_ID)
    key = {"ANNALS_API_KEY": "key"}

    expect_ended(run([paths.ANNALS, "import", file], key), 2, "no tenant is named: pass --client-id")
    expect_ended(run([paths.ANNALS, "import", file, *client, "--url", "ftp://x"], key), 2, "http://")
    expect_ended(run([paths.ANNALS, "import", file, *client, "--secret-file", tmp_path / "none"], {}), 2, "cannot read")
    expect_ended(run([paths.ANNALS, "import", tmp_path / "none", *client], key), 2, "No such file or directory")


def test_the_variable_for_the_key_does_not_disturb_the_service(make):
    make.annals(environment={"ANNALS_API_KEY": "some-key-of-the-commands"})
