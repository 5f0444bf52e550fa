"""The program and its machine: open files, the engine library, one process for a directory and a port, its log."""

import contextlib
import os
import shlex
import signal
from subprocess import DEVNULL, Popen

import pytest

from support import paths
from support.answers.problems import UNAUTHORIZED_KEY, expect
from support.clients.event_streams import Tail
from support.clients.raw_http import RawConnection, head
from support.events import event, post_events
from support.machine.ports import free_port
from support.machine.processes import run
from support.servers.engines import needs_engine_library


def starter(annals, *lines):
    """A program that starts it after these lines of a shell."""
    script = annals.directory / "starter"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text("\n".join(["#!/bin/sh", *lines, f'exec "{paths.ANNALS}" "$@"', ""]))
    script.chmod(0o755)
    return script


def start_with_open_files(annals, limit):
    """Starts it with so many open files at most, also if it asks the system for more."""
    return starter(annals, f"ulimit -n {limit}")


@pytest.mark.parametrize("limit", [40, 255])
def test_too_few_open_files_end_the_start_with_a_clear_line(make, limit):
    annals = make.annals(start=False)
    result = run([start_with_open_files(annals, limit), "serve"], annals.settings())

    assert result.returncode == 1, f"expected 1, got {result.returncode}: {result.stderr}"
    assert result.stderr.splitlines()[-1] == (
        f"annals: the limit of open files is {limit}, and Annals needs at least 256, better 8192; raise it "
        "(LimitNOFILE=, ulimit -n)"
    )


def test_connections_leave_open_files_to_the_engine(make):
    annals = make.annals(start=False)
    annals.start(program=start_with_open_files(annals, 1024))

    line = next(line for line in annals.log.splitlines() if "server.max_connections is more" in line)
    assert '"max_connections":512' in line and '"open_files":1024' in line
    held = [RawConnection(annals).send(head("GET", "/healthz")) for _ in range(600)]
    try:
        assert annals.get("/readyz", key=None).status_code == 200
        assert annals.initialise("shop")["client_id"]
    finally:
        for connection in held:
            connection.socket.close()


def test_tails_leave_connections_to_others_also_where_the_system_grants_few(make):
    annals = make.annals(start=False)
    annals.start(program=start_with_open_files(annals, 400))
    one, other = annals.initialise("one"), annals.initialise("other")
    connections = 400 // 2

    with contextlib.ExitStack() as stack:
        for _ in range(connections // 2):
            stack.enter_context(Tail(annals, one))
        refused = annals.get("/api/history/tail", headers={"X-Client-Id": one["client_id"]})
        assert refused.status_code == 429, f"expected no further tail of this client, got {refused.status_code}"
        stack.enter_context(Tail(annals, other))
        assert post_events(annals, other, event()).status_code == 201


@needs_engine_library
@pytest.mark.parametrize("library", ["missing.so", "text.so", "."])
def test_an_engine_library_that_cannot_be_opened_is_named_with_where_to_get_one(tmp_path, library):
    (tmp_path / "text.so").write_text("no library")
    path = str(tmp_path / library)
    settings = {"ANNALS_DATA_DIR": str(tmp_path / "data"), "ANNALS_ENGINE_LIBRARY": path}

    ended = run([paths.ANNALS, "serve"], settings)

    assert ended.returncode == 1
    for word in (path, "@chdb/lib-linux-x64-gnu@", "engine.library"):
        assert word in ended.stderr, f"expected {word!r} in {ended.stderr}"


@needs_engine_library
def test_nothing_is_loaded_from_directories_that_the_engine_library_names(make, tmp_path):
    annals = make.annals("embedded", environment={"LD_DEBUG": "libs", "LD_DEBUG_OUTPUT": str(tmp_path / "loading")})

    loading = "".join(file.read_text() for file in tmp_path.glob("loading.*"))

    assert "libchdb.so" in loading and "calling init" in loading, "expected that the loader tells what it does"
    assert "RUNPATH" not in loading, [line for line in loading.splitlines() if "RUNPATH" in line]
    assert "libchdb.so" in annals.log, "expected that the log names the library"


# --- one process per directory and per port ---


@pytest.mark.skipif(paths.is_sanitized(), reason="the directory is shared by nobody without the embedded engine")
def test_a_second_process_on_the_same_directory_ends_with_a_clear_message(make):
    annals = make.annals("embedded")
    made = annals.initialise("shop")

    second = run([paths.ANNALS, "serve"], annals.settings())

    assert second.returncode == 1, f"expected exit status 1, got {second.returncode}"
    assert str(annals.data) in second.stderr and "another" in second.stderr.lower()
    assert annals.tenant(made["client_id"])["state"] == "active"


def test_a_port_that_is_taken_ends_it_with_a_clear_message(make, tmp_path):
    annals = make.annals()
    other = {"ANNALS_DATA_DIR": str(tmp_path / "other"), "ANNALS_SERVER_LISTEN": f"127.0.0.1:{annals.port}"}

    second = run([paths.ANNALS, "serve"], {**annals.settings(), **other})

    assert second.returncode == 1
    assert str(annals.port) in second.stderr


def test_it_listens_where_it_is_told(make):
    port = free_port()
    annals = make.annals(environment={"ANNALS_SERVER_LISTEN": f"localhost:{port}"})

    assert annals.port == port


# --- the log ---


def test_refused_credentials_leave_a_line_and_a_flood_of_them_a_few(make):
    annals = make.annals()
    guess = "a-key-that-somebody-guessed"

    for _ in range(100):
        expect(annals.get("/api/tenants", key=guess), 401, UNAUTHORIZED_KEY)

    lines = annals.log.count("credentials refused")
    assert 1 <= lines <= 20, f"expected that some lines tell of it, got {lines}"
    assert guess not in annals.log


# --- stopping ---


def leaves_a_core(process_id):
    """Waits for the end of a process and says whether the system has written its memory to a file."""
    return os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOWAIT).si_code == os.CLD_DUMPED


@pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build looks at its own memory")
def test_an_abort_leaves_no_memory_on_the_disk(make, tmp_path):
    in_its_own_directory = ("ulimit -c unlimited || exit 1", f"cd {shlex.quote(str(tmp_path))}")
    other = Popen(["sh", "-c", "; ".join([*in_its_own_directory, "kill -ABRT $$"])], stdin=DEVNULL)
    if not leaves_a_core(other.pid):
        other.wait()
        pytest.skip("no process leaves a core file here")
    other.wait()
    annals = make.annals(start=False)
    annals.start(program=starter(annals, *in_its_own_directory))
    annals.initialise("shop")

    os.kill(annals.pid, signal.SIGABRT)

    assert not leaves_a_core(annals.pid), f"expected no core file, got {[file.name for file in tmp_path.iterdir()]}"
