"""The program: first start, configuration mistakes, one process per directory, stopping."""

import concurrent.futures
import fcntl
import os
import pty
import re
import signal
import stat
import subprocess
import tempfile
import termios
import time

import pytest

from support import paths
from support.annals import API_KEY
from support.events import event, get_history, post_events
from support.ports import free_port
from support.problems import CLIENT_EXISTS, UNAUTHORIZED_KEY, expect
from support.processes import environment, run
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


# --- open files ---


def start_with_open_files(annals, limit):
    """Starts it with so many open files at most, also if it asks the system for more."""
    limited = annals.directory / "limited"
    limited.parent.mkdir(parents=True, exist_ok=True)
    limited.write_text(f'#!/bin/sh\nulimit -n {limit}\nexec "{paths.ANNALS}" "$@"\n')
    limited.chmod(0o755)
    return limited


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


# --- the first start ---


def test_the_first_start_makes_a_key_for_its_owner_only(without_key):
    without_key.start()

    file = without_key.data / "api_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", key_of(without_key))
    assert without_key.get("/api/tenants", key=key_of(without_key)).status_code == 200
    expect(without_key.get("/api/tenants", key=API_KEY), 401, UNAUTHORIZED_KEY)


def test_the_first_start_shows_a_command_that_works_and_not_the_key(without_key):
    without_key.start()
    printed = without_key.stdout_file.read_text()

    command = printed[printed.index("curl ") :].split("\n\n")[0]
    shell = ["sh", "-euc", command]
    answer = subprocess.run(shell, capture_output=True, text=True, timeout=30, check=True).stdout

    assert '"client_secret"' in answer, f"expected that the printed curl line makes a tenant, got {answer}"
    assert key_of(without_key) not in without_key.log, "expected that journals of the system do not get the key"
    assert str(without_key.data / "api_key") in printed


def test_the_second_start_takes_the_same_key_and_names_its_file(without_key):
    without_key.start()
    key = key_of(without_key)
    printed = len(without_key.log)

    without_key.restart()

    assert key_of(without_key) == key
    assert key not in without_key.log
    assert "curl" not in without_key.log[printed:]
    assert str(without_key.data / "api_key") in without_key.log[printed:]
    assert without_key.get("/api/tenants", key=key).status_code == 200


def test_a_first_start_that_fails_names_the_file_of_the_key_that_it_made(without_key, make):
    other = make.annals()
    settings = {**without_key.settings(), "ANNALS_SERVER_LISTEN": f"127.0.0.1:{other.port}"}

    ended = run([paths.ANNALS, "serve"], settings)

    assert ended.returncode == 1
    assert str(without_key.data / "api_key") in ended.stderr
    assert key_of(without_key) not in ended.stderr + ended.stdout
    without_key.start()
    assert without_key.get("/api/tenants", key=key_of(without_key)).status_code == 200


@pytest.mark.parametrize(
    ("content", "mode", "starts"),
    [
        ("five5\n", 0o600, False),
        ("", 0o600, False),
        ("sixteen-letters-\r\n", 0o600, False),
        ("sixteen-letters-\n", 0o606, False),
        ("sixteen-letters-\n", 0o644, True),
        ("sixteen-letters-\n", 0o600, True),
    ],
)
def test_a_kept_key_follows_the_rules_of_given_ones(without_key, content, mode, starts):
    without_key.data.mkdir()
    file = without_key.data / "api_key"
    file.write_text(content)
    file.chmod(mode)

    if not starts:
        ended = run([paths.ANNALS, "serve"], without_key.settings())
        assert ended.returncode == 1 and str(file) in ended.stderr, f"expected that it is refused, got {ended}"
        return
    without_key.start()
    warned = "every user of this machine can read" in without_key.log
    assert warned == (mode == 0o644), "expected a warning about a key that everybody can read, and none otherwise"


def test_given_keys_are_neither_kept_nor_printed(make):
    annals = make.annals()

    assert not (annals.data / "api_key").exists()
    assert API_KEY not in annals.log


# --- other users of the machine ---

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.mark.parametrize("umask", ["0000", "0022"])
def test_other_users_can_read_nothing_whatever_the_directory_and_the_umask(make, tmp_path, engine_kind, umask):
    annals = make.annals(engine_kind, start=False)
    annals.data.mkdir(mode=0o755)
    program = tmp_path / "annals-with-umask"
    program.write_text(f'#!/bin/sh\numask {umask}\nexec {paths.ANNALS} "$@"\n')
    program.chmod(0o755)
    annals.start(program=program)
    tenant = annals.initialise("shop")
    assert post_events(annals, tenant, event()).status_code == 201
    assert get_history(annals, tenant).status_code == 200  # the event is in its table

    annals.terminate()

    files = [path for path in annals.data.rglob("*") if not path.is_symlink()]
    others = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert files and others == [], "expected that only the owner can read what was written"


@as_root
@pytest.mark.parametrize("owner", [0, 12345])
def test_a_directory_of_another_user_is_refused_with_what_to_do(owner):
    with tempfile.TemporaryDirectory() as data:
        os.chmod(data, 0o755)
        os.chown(data, owner, owner)
        settings = {"ANNALS_DATA_DIR": data, "ANNALS_SERVER_LISTEN": "127.0.0.1:0"}
        ended = run(["setpriv", f"--reuid={NOBODY}", "--clear-groups", paths.ANNALS, "serve"], settings)

    assert ended.returncode == 1
    for word in (data, f"id {owner} ", f"id {NOBODY} ", "chown"):
        assert word in ended.stderr, f"expected {word!r} in {ended.stderr}"


@as_root
def test_a_directory_that_cannot_be_made_is_named_with_the_user():
    for data in ("/proc/annals/data", "/etc/passwd/data", "/annals-data"):
        settings = {"ANNALS_DATA_DIR": data, "ANNALS_SERVER_LISTEN": "127.0.0.1:0"}
        ended = run(["setpriv", f"--reuid={NOBODY}", "--clear-groups", paths.ANNALS, "serve"], settings)

        assert ended.returncode == 1 and "what():" not in ended.stderr, ended
        assert data in ended.stderr and f"id {NOBODY}" in ended.stderr, f"expected the path and the user, got {ended}"


def test_a_new_data_directory_is_told(make, tmp_path):
    annals = make.annals()

    told = [line for line in annals.log.splitlines() if "data.dir did not exist" in line]

    assert len(told) == 1 and str(annals.data) in told[0]
    annals.restart()
    assert annals.log.count("data.dir did not exist") == 1, "expected no line about a directory that was there"


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


def test_the_version_names_commit_engine_and_data_format():
    said = run([paths.ANNALS, "--version"], {}).stdout
    assert re.search(r"^commit (\w+|[0-9a-f]{12}-dirty)$", said, re.M), said
    assert re.search(r"^embedded engine @chdb/\S+@\d+\.\d+", said, re.M), said
    assert re.search(r"^data format \d+$", said, re.M), said


def test_a_data_directory_of_a_newer_version_is_refused_and_left_alone(make):
    annals = make.annals()
    annals.terminate()
    stamp = annals.data / "format"
    assert stamp.read_text() == "annals data format 1\n"
    stamp.write_text("annals data format 2\n")
    before = {file: file.stat().st_mtime_ns for file in annals.data.rglob("*")}

    refused = run([paths.ANNALS, "serve"], annals.settings())

    assert refused.returncode == 1 and "a newer version has used it" in refused.stderr, refused
    assert {file: file.stat().st_mtime_ns for file in annals.data.rglob("*")} == before
    stamp.unlink()
    annals.start()
    assert stamp.read_text() == "annals data format 1\n", "a directory of a version that wrote no stamp gets one"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serv"], "annals: there is no command serv, did you mean serve?"),
        (["exprot", "x", "--client-id", "y"], "annals: there is no command exprot, did you mean export?"),
        (["repair"], "annals: there is no command repair; there are serve, import, export"),
        ([], "annals: a command is missing; there are serve, import, export"),
        (["--config", "x", "serve"], "annals: unknown argument --config; options stand after the command"),
    ],
)
def test_a_command_that_there_is_not_is_named_with_those_that_there_are(arguments, words):
    ended = run([paths.ANNALS, *arguments], {})

    assert ended.returncode == 2, f"expected exit status 2, got {ended.returncode}"
    assert words in ended.stderr, f"expected {words!r} in {ended.stderr!r}"


@pytest.mark.parametrize(
    ("arguments", "complaints"),
    [
        (
            ["import", "x", "--client-id", "y", "--b", "--a", "more"],
            ["annals import: unknown argument --b", "annals import: unknown argument --a", "annals import: unknown argument more"],
        ),
        (
            ["export", "x", "--client_id=3", "--zz"],
            [
                "annals export: unknown argument --client_id=3, did you mean --client-id?",
                "annals export: unknown argument --zz",
            ],
        ),
        (["serve", "--confg=x"], ["annals serve: unknown argument --confg=x, did you mean --config?"]),
    ],
)
def test_unknown_arguments_are_listed_in_their_order(arguments, complaints):
    ended = run([paths.ANNALS, *arguments], {})

    assert ended.returncode == 2, f"expected exit status 2, got {ended.returncode}"
    *lines, advice = ended.stderr.splitlines()
    assert lines == complaints, f"expected {complaints}, got {lines}"
    assert "--help" in advice


def test_a_config_file_that_is_missing_is_named(tmp_path):
    settings = {"ANNALS_DATA_DIR": str(tmp_path / "data")}

    ended = run([paths.ANNALS, "serve", "--config", tmp_path / "missing.toml"], settings)

    assert ended.returncode == 2
    assert "missing.toml" in ended.stderr


def test_certificates_that_are_missing_are_a_mistake(tmp_path):
    settings = {
        "ANNALS_DATA_DIR": str(tmp_path / "data"),
        "ANNALS_ENGINE_KIND": "remote",
        "ANNALS_ENGINE_ENDPOINTS": "https://127.0.0.1:1",
        "ANNALS_ENGINE_CA_FILE": str(tmp_path / "missing.pem"),
    }

    ended = run([paths.ANNALS, "serve"], settings)

    assert ended.returncode == 2 and "ANNALS_ENGINE_CA_FILE" in ended.stderr, f"expected exit status 2, got {ended}"


def test_variables_that_kubernetes_makes_for_a_service_are_left_alone_with_one_line(make):
    names = {"ANNALS_PORT": "tcp://10.0.0.1:80", "ANNALS_SERVICE_HOST": "10.0.0.1", "ANNALS_PORT_80_TCP_ADDR": "10.0.0.1"}
    annals = make.annals(environment=names)

    told = [line for line in annals.log.splitlines() if "ANNALS_" in line]

    assert len(told) == 1 and all(name in told[0] for name in names), f"expected one line with all names, got {told}"


def test_what_crosses_a_network_in_plain_text_is_warned_about(make):
    annals = make.annals(environment={"ANNALS_SERVER_LISTEN": "0.0.0.0:0"}, start=False)
    annals.start(ready=False)

    warnings = [line for line in annals.log.splitlines() if '"level":"warning"' in line]

    assert any("without TLS" in line for line in warnings), f"expected a warning, got {annals.log}"
    assert any("server.public_url" in line for line in warnings), f"expected a warning, got {annals.log}"


# --- the engine library ---


@pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build loads no engine library")
@pytest.mark.parametrize("library", ["missing.so", "text.so", "."])
def test_an_engine_library_that_cannot_be_opened_is_named_with_where_to_get_one(tmp_path, library):
    (tmp_path / "text.so").write_text("no library")
    path = str(tmp_path / library)
    settings = {"ANNALS_DATA_DIR": str(tmp_path / "data"), "ANNALS_ENGINE_LIBRARY": path}

    ended = run([paths.ANNALS, "serve"], settings)

    assert ended.returncode == 1
    for word in (path, "@chdb/lib-linux-x64-gnu@", "engine.library"):
        assert word in ended.stderr, f"expected {word!r} in {ended.stderr}"


@pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build loads no engine library")
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


def test_sigterm_ends_it_with_0(make, engine_kind):
    make.annals(engine_kind).terminate()


def test_a_hang_up_makes_it_read_its_configuration_again_and_a_stop_still_drains(make):
    annals = make.annals()

    for times in range(1, 4):
        os.kill(annals.pid, signal.SIGHUP)
        wait_until(lambda: annals.log.count("the configuration was read again") == times, "it reads it again")

    assert annals.get("/readyz").status_code == 200
    annals.terminate()


def in_terminal(annals):
    """Starts it in a terminal of its own; returns the process, and the other end of the terminal."""
    annals.directory.mkdir(exist_ok=True)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [paths.ANNALS, "serve"],
        env=environment(annals.settings()),
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),
    )
    os.close(follower)
    return process, leader


def read_until(leader, text):
    printed = b""
    while text not in printed:
        printed += os.read(leader, 4096)
    return printed


def test_the_hang_up_of_its_terminal_stops_it(make):
    process, leader = in_terminal(make.annals(start=False))
    with process:
        read_until(leader, b"listening")
        os.close(leader)
        assert process.wait(timeout=20) == 0, "expected that it stops as after SIGTERM"


def test_in_a_terminal_it_logs_text_and_a_signal_alone_does_not_stop_it(make):
    process, leader = in_terminal(make.annals(start=False))
    with process:
        printed = read_until(leader, b"listening")
        assert re.search(rb"^[0-9T:.-]+Z info +starting version=", printed, re.MULTILINE), printed
        process.send_signal(signal.SIGHUP)
        read_until(leader, b"the configuration was read again")
        process.terminate()
        read_until(leader, b"stopping")
        assert process.wait(timeout=20) == 0
    os.close(leader)


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
