"""annals import: where the progress and the rejected lines are kept."""

import json
import os
import subprocess

import pytest

from support.clients.commands import Tenant, Terminal, event, expect_ended, write_lines
from support.clients.imports import MANY, SMALL_BATCHES, expect_each_once, has_place, place_of
from support.waiting import TIMEOUT_SECONDS, wait_until


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


@pytest.mark.parametrize("columns", [80, 60, 20, 2])
def test_the_progress_fits_the_terminal(any_tenant, many, tmp_path, columns):
    terminal = Terminal(columns)
    command = any_tenant.arguments("import", many, "--state", tmp_path / "state", "--batch-rows", "50")

    importer = terminal.start(command)

    terminal.expect_progress_that_fits(importer)
