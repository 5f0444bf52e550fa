"""The program: first start, configuration mistakes, one process per directory, stopping."""

import concurrent.futures
import re
import shlex
import stat
import subprocess
import time

import pytest

from support import paths
from support.annals import API_KEY
from support.ports import free_port
from support.problems import CLIENT_EXISTS, UNAUTHORIZED_KEY, expect
from support.processes import run
from support.raw_http import RawConnection, head
from support.waiting import wait_until


@pytest.fixture
def without_key(make):
    """A service that is told no key, not started."""
    annals = make.annals(start=False)
    del annals.environment["ANNALS_AUTH_API_KEYS"]
    return annals


def key_of(annals):
    return (annals.data / "api_key").read_text().strip()


# --- the first start ---


def test_the_first_start_makes_a_key_for_its_owner_only(without_key):
    without_key.start()

    file = without_key.data / "api_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", key_of(without_key))
    assert without_key.get("/api/tenants", key=key_of(without_key)).status_code == 200
    expect(without_key.get("/api/tenants", key=API_KEY), 401, UNAUTHORIZED_KEY)


def test_the_first_start_prints_the_key_and_a_curl_line_that_works(without_key):
    without_key.start()
    printed = without_key.stdout_file.read_text()

    command = printed[printed.index("curl ") :].split("\n\n")[0].replace("\\\n", " ")
    answer = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=30, check=True).stdout

    assert key_of(without_key) in printed
    assert '"client_secret"' in answer, f"expected that the printed curl line makes a tenant, got {answer}"


def test_the_second_start_takes_the_same_key_and_prints_it_not(without_key):
    without_key.start()
    key = key_of(without_key)
    printed = len(without_key.log)

    without_key.restart()

    assert key_of(without_key) == key
    assert key not in without_key.log[printed:]
    assert "curl" not in without_key.log[printed:]
    assert without_key.get("/api/tenants", key=key).status_code == 200


def test_given_keys_are_neither_kept_nor_printed(make):
    annals = make.annals()

    assert not (annals.data / "api_key").exists()
    assert API_KEY not in annals.log


# --- mistakes ---


def test_all_mistakes_are_named_at_once_and_nothing_is_started(tmp_path):
    data = tmp_path / "data"
    settings = {
        "ANNALS_SERVER_LISTEN": "nonsense",
        "ANNALS_SERVER_MAX_CONECTIONS": "5",
        "ANNALS_ENGINE_KIND": "other",
        "ANNALS_FILES_KIND": "s3",
        "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "soon",
        "ANNALS_AUTH_API_KEYS": "short",
        "ANNALS_DATA_DIR": str(data),
    }

    ended = run([paths.ANNALS, "serve"], settings)

    assert ended.returncode == 2, f"expected exit status 2, got {ended.returncode} {ended.stderr}"
    for name in settings:
        if name not in ("ANNALS_FILES_KIND", "ANNALS_DATA_DIR"):
            assert name in ended.stderr, f"expected {name} in {ended.stderr}"
    assert "s3_bucket" in ended.stderr.lower()
    assert "ANNALS_SERVER_MAX_CONNECTIONS" in ended.stderr or "server.max_connections" in ended.stderr
    assert "listening" not in ended.stdout
    assert not data.exists(), "expected that nothing was made"


def test_a_key_that_is_refused_is_not_shown(tmp_path):
    settings = {"ANNALS_AUTH_API_KEYS": "too-short-key", "ANNALS_DATA_DIR": str(tmp_path / "data")}

    ended = run([paths.ANNALS, "serve"], settings)

    assert ended.returncode == 2
    assert "too-short-key" not in ended.stderr + ended.stdout


def test_mistakes_of_a_file_are_named_with_those_of_the_environment(tmp_path):
    file = tmp_path / "annals.toml"
    file.write_text('[server]\nlisten = 5\n[tenant]\nx = 1\n[engine]\nkind = "remote"\n')

    settings = {"ANNALS_LOG_LEVEL": "loud", "ANNALS_DATA_DIR": str(tmp_path / "data")}

    ended = run([paths.ANNALS, "serve", "--config", file], settings)

    assert ended.returncode == 2
    for word in ("server.listen", "tenant", "engine.endpoints", "ANNALS_LOG_LEVEL"):
        assert word in ended.stderr, f"expected {word} in {ended.stderr}"


def test_the_environment_wins_over_the_file(make, tmp_path):
    file = tmp_path / "annals.toml"
    file.write_text('[server]\nmax_body_bytes = 100\nlisten = "127.0.0.1:1"\n')
    annals = make.annals(start=False)

    annals.start(arguments=["--config", file])

    with RawConnection(annals) as connection:
        lines = (f"X-API-Key: {API_KEY}", "Content-Length: 101")
        reply = connection.send(head("POST", "/api/initialize-tenant", *lines)).reply()
    assert reply.status_code == 413, "expected the file's max_body_bytes and the environment's listen"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["serve", "--nonsense"], ["serve", "x"]], ids=str)
def test_wrong_arguments_are_a_mistake(arguments):
    assert run([paths.ANNALS, *arguments], {}).returncode == 2


def test_help_and_version_are_no_mistake():
    assert run([paths.ANNALS, "--help"], {}).returncode == 0
    assert re.match(r"annals \d+\.\d+", run([paths.ANNALS, "--version"], {}).stdout)


def test_a_config_file_that_is_missing_is_named(tmp_path):
    settings = {"ANNALS_DATA_DIR": str(tmp_path / "data")}

    ended = run([paths.ANNALS, "serve", "--config", tmp_path / "missing.toml"], settings)

    assert ended.returncode == 2
    assert "missing.toml" in ended.stderr


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


# --- stopping ---


def test_sigterm_ends_it_with_0(make, engine_kind):
    make.annals(engine_kind).terminate()


def test_sigterm_with_idle_connections_ends_it_with_0(make):
    annals = make.annals()
    with RawConnection(annals) as idle, RawConnection(annals):
        idle.send(head("GET", "/healthz")).reply()
        started = time.monotonic()
        annals.terminate()

    assert time.monotonic() - started < 5, "expected that idle connections do not hold it up"


def test_a_request_that_runs_at_sigterm_is_answered(make):
    annals = make.annals("remote")
    annals.engine.server.stop()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = pool.submit(annals.post_tenant, {"database_name": "shop", "client_label": "shop"})
        wait_until(lambda: has_unread_request(annals.engine.server.port), "the request reaches the engine")

        annals.send_terminate()
        wait_until(lambda: refuses_connections(annals), "it takes no more connections")
        annals.engine.server.cont()

        assert running.result().status_code == 201
    annals.wait_terminated()


def test_sigterm_while_the_engine_hangs_ends_it_in_time(make):
    annals = make.annals("remote")
    annals.engine.server.stop()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        body = {"database_name": "shop", "client_label": "shop"}
        running = pool.submit(annals.outcome, "POST", "/api/initialize-tenant", json=body)
        wait_until(lambda: has_unread_request(annals.engine.server.port), "the request reaches the engine")

        annals.terminate()

        answer = running.result()
        assert answer is None or answer[0] == 503, f"expected 503 or a closed connection, got {answer}"


def test_sigterm_while_a_body_arrives_ends_it_in_time(make):
    annals = make.annals()
    with RawConnection(annals) as connection:
        lines = (f"X-API-Key: {API_KEY}", "Content-Length: 100")
        connection.send(head("POST", "/api/initialize-tenant", *lines) + b"{")
        annals.get("/healthz")

        annals.terminate()


def test_what_was_acknowledged_is_there_after_a_stop(make, engine_kind):
    annals = make.annals(engine_kind)
    made = annals.initialise("shop", "The shop")

    annals.restart()

    assert annals.tenant(made["client_id"])["database_name"] == "shop"
    expect(annals.post_tenant({"database_name": "other", "client_label": "The shop"}), 400, CLIENT_EXISTS)


def refuses_connections(annals):
    """False as long as the kernel takes them, be it only to reset those that nobody accepts any more."""
    try:
        RawConnection(annals).socket.close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        return False
    return False


def has_unread_request(port):
    """True when a request waits unread at that port of 127.0.0.1, in the kernel's receive queue."""
    suffix = f":{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    return any(row[1].endswith(suffix) and row[3] == "01" and int(row[4].split(":")[1], 16) > 0 for row in rows)
