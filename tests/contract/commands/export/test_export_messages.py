"""annals export: mistakes are told with what is wrong, and progress fits the terminal."""

import pathlib
import subprocess
import time

import pytest

from support import paths
from support.clients.commands import Terminal, expect_ended
from support.clients.exports import wait_for_part
from support.machine.ports import free_port
from support.machine.processes import run
from support.names import UNKNOWN_ID
from support.waiting import TIMEOUT_SECONDS, wait_until

REDRAW_SECONDS = 0.2


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
    wait_for_part(file)
    begun = time.monotonic()
    wait_until(lambda: time.monotonic() - begun > REDRAW_SECONDS, "the time has passed within which it draws once")

    midway.release()

    terminal.expect_progress_that_fits(exporter)


def test_a_closed_standard_output_is_told(tenant):
    command = 'exec "$0" "$@" >&-'

    ended = run(["sh", "-c", command, *tenant.arguments("export", "-")], {})

    expect_ended(ended, 1, "cannot write to standard output: Bad file descriptor")


def test_a_disk_without_room_is_told(tenant):
    full = pathlib.Path("/dev/full")

    with full.open("wb") as output:
        ended = subprocess.run(
            [str(a) for a in tenant.arguments("export", "-")],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_SECONDS, check=False,
        )

    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
