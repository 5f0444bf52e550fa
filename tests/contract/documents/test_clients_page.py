"""The examples in docs/clients.md that need no package: Python and curl. Those in TypeScript are in tests/browser."""

import sys

from support import paths
from support.annals import API_KEY
from support.machine.processes import run
from support.samples.documents import blocks
from support.waiting import TIMEOUT_SECONDS

PAGE = paths.ROOT / "docs" / "clients.md"


def run_example(annals, *command):
    ended = run(command, {"ANNALS_URL": annals.url, "ANNALS_KEY": API_KEY})
    assert ended.returncode == 0 and ended.stderr == "", f"expected that the example works, got {ended}"
    return ended.stdout


def names(annals):
    return {tenant["database_name"] for tenant in annals.tenants()}


def test_the_example_in_python(any_annals):
    printed = run_example(any_annals, sys.executable, "-c", blocks(PAGE, "python"))

    assert printed.splitlines() == ["120 events", "{'step': 0}", "{'step': 1}", "{'step': 2}"]
    assert "python" not in names(any_annals)


def test_the_example_with_curl(any_annals):
    # `head` ends the tail after six lines. On a busy machine they may take longer than two seconds.
    example = blocks(PAGE, "sh")
    assert "--max-time 2 " in example
    printed = run_example(any_annals, "sh", "-c", example.replace("--max-time 2 ", f"--max-time {TIMEOUT_SECONDS / 2:g} "))

    pages = [line for line in printed.splitlines() if line.isdigit()]
    assert pages == ["40", "40", "20"], f"expected the pages of 100 events in {printed}"
    for seen in ('"accepted":1', '"accepted":100', '"count":100', '"filtered_count":1', "opened", '"event_id","event_time"', "data: {", "the minutes"):
        assert seen in printed, f"expected {seen!r} in {printed}"
    assert "curl" not in names(any_annals)
