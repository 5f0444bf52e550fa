"""annals import: everything once."""

import json
import re
import subprocess

from support import paths
from support.annals import API_KEY
from support.clients.commands import event, expect_ended, write_lines
from support.clients.imports import MANY, expect_each_once, place_of
from support.machine.processes import run
from support.waiting import TIMEOUT_SECONDS


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
