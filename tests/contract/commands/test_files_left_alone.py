"""What is there already is not damaged by an import or an export, whatever name it is given."""

import json
import os
import stat

import pytest

from support.annals import API_KEY
from support.clients.commands import Client, Tenant, event, expect_ended, write_lines

BAD_LINE = '{"record_id": 7}'


@pytest.fixture
def tenant(any_annals, tmp_path):
    return Tenant(any_annals, tmp_path)


@pytest.fixture
def events(tmp_path):
    return write_lines(tmp_path / "events.ndjson", [event(0), BAD_LINE, event(1)])


def expect_refused(tenant, ended, words):
    expect_ended(ended, 2, words)
    assert tenant.count() == 0, "expected that nothing is sent"


def rejection(number):
    return json.dumps({"line": number, "errors": ["why"], "text": "what"}, separators=(",", ":")) + "\n"


# --- the file of the progress ---


@pytest.mark.parametrize("content", ["my notes\n", '{"record_id": 7}\n', "[]", '{"url": "http://here", "lines": 7}', "0" * 200_000],
                         ids=["notes", "event", "json", "half", "large"])
@pytest.mark.parametrize("restart", [(), ("--restart",)], ids=["resume", "restart"])
def test_a_file_that_holds_no_progress_is_refused(tenant, events, tmp_path, content, restart):
    notes = tmp_path / "notes"
    notes.write_text(content)

    ended = tenant.run("import", events, "--state", notes, "--on-error", "skip", *restart)

    expect_refused(tenant, ended, f"{notes} is there already and holds no progress of an import; name another file with --state")
    assert notes.read_text() == content


@pytest.mark.parametrize("name", ["events.ndjson", "elsewhere/../events.ndjson", "link", "other-name"])
def test_the_file_that_is_imported_is_refused(tenant, events, tmp_path, name):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(events)
    os.link(events, tmp_path / "other-name")
    content = events.read_bytes()

    ended = tenant.run("import", events, "--state", f"{tmp_path}/{name}")

    expect_refused(tenant, ended, f"{tmp_path}/{name} is the file that is imported; name another one with --state")
    assert events.read_bytes() == content


def test_an_empty_file_that_is_imported_stays(tenant, tmp_path):
    empty = write_lines(tmp_path / "empty.ndjson", [])

    expect_refused(tenant, tenant.run("import", empty, "--state", empty), "is the file that is imported")
    assert empty.exists()


def test_a_fifo_is_refused_and_not_waited_for(tenant, events, tmp_path):
    os.mkfifo(tmp_path / "fifo")

    ended = tenant.run("import", events, "--state", tmp_path / "fifo")

    expect_refused(tenant, ended, f"{tmp_path / 'fifo'} is no regular file; name a file with --state")
    assert stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)


def test_a_link_stays_and_the_progress_is_kept_where_it_leads(tenant, events, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link, place = tmp_path / "link", tmp_path / "elsewhere" / "progress"
    link.symlink_to(place)

    expect_ended(tenant.run("import", events, "--state", link, "--batch-rows", "1"), 1, "line 2: ")
    assert link.is_symlink()
    assert json.loads(place.read_text())["lines"] == 1

    resumed = tenant.run("import", events, "--state", link, "--on-error", "skip")
    expect_ended(resumed, 3, "resuming after line 1")
    assert link.is_symlink()
    assert not place.exists()


def test_a_file_with_the_usual_ending_of_an_unfinished_one_stays(tenant, events, tmp_path):
    (tmp_path / "state.new").write_text("mine")

    expect_ended(tenant.run("import", events, "--state", tmp_path / "state", "--on-error", "skip"), 3)
    assert (tmp_path / "state.new").read_text() == "mine"


# --- the file of the rejected lines ---


@pytest.mark.parametrize("content", ["my notes\n", '{"line": 7}\n', '{"line":7}\n', '{"line":7,"errors":"none"}\n'],
                         ids=["notes", "spaced", "half", "other"])
def test_a_file_that_holds_no_rejected_lines_is_refused(tenant, events, content):
    notes = events.with_name("events.ndjson.rejected")
    notes.write_text(content)

    ended = tenant.run("import", events, "--on-error", "skip")

    expect_refused(tenant, ended, f"{notes} is there already and holds no rejected lines of an import; move it away")
    assert notes.read_text() == content


def test_the_file_that_is_imported_is_no_file_of_rejected_lines(tenant, tmp_path):
    events = write_lines(tmp_path / "state.rejected", [event(0), BAD_LINE])
    content = events.read_bytes()

    ended = tenant.run("import", events, "--on-error", "skip", "--state", tmp_path / "state")

    expect_refused(tenant, ended, f"{events} is the file that is imported")
    assert events.read_bytes() == content


@pytest.mark.parametrize("left", ["", rejection(1), rejection(12345) + rejection(12346)], ids=["empty", "one", "two"])
def test_the_rejected_lines_of_an_earlier_import_are_replaced(tenant, events, left):
    rejected = events.with_name("events.ndjson.rejected")
    rejected.write_text(left)

    expect_ended(tenant.run("import", events, "--on-error", "skip"), 3, "2 accepted, 0 duplicates, 1 rejected")

    assert [json.loads(line)["line"] for line in rejected.read_text().splitlines()] == [2]


# --- exports ---


@pytest.mark.parametrize("ending", ["ndjson", "csv", "parquet"])
def test_an_export_leaves_the_unfinished_download_of_another_program(tenant, tmp_path, ending):
    download = tmp_path / f"out.{ending}.part"
    download.write_bytes(b"half of it")

    ended = tenant.run("export", tmp_path / f"out.{ending}")

    expect_ended(ended, 2, f"{download} is there already and is no part of an export; move it away, or export to another file")
    assert download.read_bytes() == b"half of it"
    assert not (tmp_path / f"out.{ending}").exists()


def test_an_empty_part_is_nobodys(tenant, tmp_path):
    (tmp_path / "out.ndjson.part").touch()

    expect_ended(tenant.run("export", tmp_path / "out.ndjson"), 0, "out.ndjson: 0 events, 0 B; ")
    assert not (tmp_path / "out.ndjson.part").exists()


# --- contexts ---


def test_contexts_that_are_kept_behind_a_link_stay_there(tmp_path):
    cli = Client(tmp_path)
    kept, place = tmp_path / "dotfiles.toml", cli.home / ".config" / "annals"
    place.mkdir(parents=True)
    kept.touch()
    (place / "config.toml").symlink_to(kept)

    cli("context", "set", "here", "--url", "http://127.0.0.1:1", environment={"ANNALS_API_KEY": API_KEY})

    assert (place / "config.toml").is_symlink()
    assert "here" in kept.read_text()
