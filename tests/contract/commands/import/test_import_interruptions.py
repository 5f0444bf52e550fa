"""annals import: signals end it with a word of what to do, and nothing is stored twice."""

import os
import signal
import subprocess

import pytest

from support.clients.commands import COMMAND_SECONDS, Tenant, expect_ended
from support.clients.imports import MANY, SMALL_BATCHES, expect_each_once, has_place
from support.machine.processes import interruptible
from support.waiting import wait_until


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
