"""annals export: signals and readers that have enough end it with a word of what to do."""

import os
import re
import signal
import stat
import subprocess

import pytest

from support.clients.commands import COMMAND_SECONDS, expect_ended
from support.clients.exports import LARGE, wait_for_part
from support.machine.processes import interruptible


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("form", "words"),
    [("ndjson", "run the same command again to resume"), ("csv", "the same command starts again from the beginning")],
)
def test_an_interruption_is_told_with_what_to_do(large, midway, tmp_path, number, form, words):
    file = tmp_path / f"out.{form}"
    exporter = large.start("export", file)
    wait_for_part(file)

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
    wait_for_part(file)

    exporter.send_signal(signal.SIGINT)
    midway.release()

    assert exporter.wait(60) == 0
