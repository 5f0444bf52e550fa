"""The first start: the key that it makes, the directory, and what other users of the machine see."""

import os
import pathlib
import re
import shlex
import stat
import subprocess
import tempfile

import pytest

from support import paths
from support.annals import API_KEY
from support.answers.problems import UNAUTHORIZED_KEY, expect
from support.events import event, get_history, post_events
from support.machine.processes import AS_NOBODY, NOBODY, run
from support.waiting import TIMEOUT_SECONDS


@pytest.fixture
def without_key(make):
    """A service that is told no key, not started."""
    annals = make.annals(start=False)
    del annals.environment["ANNALS_AUTH_API_KEYS"]
    return annals


def key_of(annals):
    return (annals.data / "api_key").read_text().strip()


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
    answer = subprocess.run(shell, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True).stdout

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


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_taken_for_no_key(without_key, tmp_path, there):
    """Who may make it could choose the key, or the file that the key is written to."""
    target = tmp_path / "chosen"
    if there:
        target.write_text("sixteen-letters-\n")
        target.chmod(0o600)
    without_key.data.mkdir()
    file = without_key.data / "api_key"
    file.symlink_to(target)

    ended = run([paths.ANNALS, "serve"], without_key.settings())

    assert ended.returncode == 1 and str(file) in ended.stderr, f"expected that it is refused, got {ended}"
    assert file.is_symlink() and target.exists() == there, "expected that nothing is written through the link"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_taken_for_no_lock(without_key, tmp_path, there):
    target = tmp_path / "elsewhere"
    if there:
        target.touch()
    without_key.data.mkdir()
    lock = without_key.data / "lock"
    lock.symlink_to(target)

    ended = run([paths.ANNALS, "serve"], without_key.settings())

    assert ended.returncode == 1 and str(lock) in ended.stderr, f"expected that it is refused, got {ended}"
    assert target.exists() == there, "expected that nothing is made through the link"


def test_given_keys_are_neither_kept_nor_printed(make):
    annals = make.annals()

    assert not (annals.data / "api_key").exists()
    assert API_KEY not in annals.log


# --- other users of the machine ---

OTHER = 12345
# What Linux shows of a process: its environment, its memory and where to find things in it.
SECRET_ENTRIES = ("environ", "mem", "auxv", "maps")
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
@pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build looks at its own memory")
def test_other_programs_of_its_user_see_neither_its_memory_nor_its_keys(make):
    """Its keys stand in the environment. Root sees everything, so that it runs as somebody else here."""
    annals = make.annals(start=False)
    annals.directory.mkdir(exist_ok=True)
    program = annals.directory / "annals-of-nobody"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(AS_NOBODY)} --pdeathsig KILL {paths.ANNALS} "$@"\n')
    program.chmod(0o755)
    with tempfile.TemporaryDirectory() as data:
        os.chown(data, NOBODY, NOBODY)
        annals.start(program=program, environment={"ANNALS_DATA_DIR": data})

        looks = {name: run([*AS_NOBODY, "head", "-c1", f"/proc/{annals.pid}/{name}"], {}) for name in SECRET_ENTRIES}
        own = run([*AS_NOBODY, "head", "-c1", "/proc/self/environ"], {"A": "b"})
        annals.terminate()

    assert own.returncode == 0, f"expected that a program sees its own environment, or the test sees nothing: {own}"
    refused = {name: "Permission denied" in look.stderr for name, look in looks.items()}
    assert refused == dict.fromkeys(SECRET_ENTRIES, True), f"expected that all are refused, got {looks}"


@as_root
@pytest.mark.parametrize("owner", [0, OTHER])
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
@pytest.mark.skipif(paths.is_sanitized(), reason="a sanitized build has no embedded engine")
def test_a_key_of_another_user_is_refused_with_what_to_do():
    """The directory is its own, and anybody may have put the file there once."""
    with tempfile.TemporaryDirectory() as data:
        os.chown(data, NOBODY, NOBODY)
        file = pathlib.Path(data) / "api_key"
        file.write_text("sixteen-letters-\n")
        file.chmod(0o644)
        os.chown(file, OTHER, OTHER)
        settings = {"ANNALS_DATA_DIR": data, "ANNALS_SERVER_LISTEN": "127.0.0.1:0"}
        ended = run([*AS_NOBODY, paths.ANNALS, "serve"], settings)

    assert ended.returncode == 1, f"expected that it is refused, got {ended}"
    for word in (str(file), f"owner {OTHER}", f"chown {NOBODY}", "remove the file"):
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
