"""Mistakes in the configuration and the arguments: all are named, and nothing is started."""

import json
import os
import pathlib
import re
import tempfile

import pytest

from support import paths
from support.annals import API_KEY
from support.clients.raw_http import RawConnection, head
from support.machine.processes import AS_NOBODY, run


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


DEFAULTS = {
    "files.kind": "local",
    "files.s3_endpoint": "",
    "files.s3_bucket": "",
    "files.s3_region": "us-east-1",
    "files.s3_path_style": False,
    "backup.s3_endpoint": "",
    "backup.s3_bucket": "",
    "backup.s3_region": "us-east-1",
    "backup.s3_path_style": False,
    "backup.s3_prefix": "annals-backup/",
    "engine.kind": "embedded",
    "engine.endpoints": "",
    "engine.user": "default",
    "engine.password": "",
}
LISTS = ("engine.endpoints",)


def in_the_environment(settings, _directory):
    """The variables and arguments that give a service these settings."""
    texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in settings.items()}
    return {f"ANNALS_{key.replace('.', '_').upper()}": text for key, text in texts.items()}, []


def in_the_file(settings, directory):
    file = directory / "annals.toml"
    values = {key: [] if key in LISTS and value == "" else value for key, value in settings.items()}
    file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    return {}, ["--config", file]


def checked(settings, place, directory):
    """What `annals serve --check` says of these settings."""
    variables, arguments = place(settings, directory)
    own = {"ANNALS_DATA_DIR": str(directory / "data"), "ANNALS_AUTH_API_KEYS": API_KEY}
    return run([paths.ANNALS, "serve", "--check", *arguments], {**own, **variables})


@pytest.mark.parametrize("place", [in_the_environment, in_the_file])
@pytest.mark.parametrize("backup", ["none", "local"])
def test_defaults_that_are_written_out_are_no_mistake(tmp_path, place, backup):
    local = {"backup.directory": str(tmp_path / "backups")} if backup == "local" else {}

    ended = checked({**DEFAULTS, **local}, place, tmp_path)

    assert (ended.returncode, ended.stderr) == (0, ""), f"expected that the defaults change nothing, got {ended}"


@pytest.mark.parametrize("place", [in_the_environment, in_the_file])
@pytest.mark.parametrize("backup", ["none", "local"])
@pytest.mark.parametrize(
    "key, value", [("backup.s3_region", "eu-central-1"), ("backup.s3_path_style", True), ("backup.s3_prefix", "other/")]
)
def test_another_value_for_backups_in_s3_is_a_mistake_without_s3(tmp_path, place, backup, key, value):
    local = {"backup.directory": str(tmp_path / "backups")} if backup == "local" else {}

    ended = checked({**local, key: value}, place, tmp_path)

    (name,) = place({key: value}, tmp_path)[0] or [key]
    assert ended.returncode == 2, f"expected exit status 2, got {ended}"
    assert name in ended.stderr, f"expected {name} in {ended.stderr}"


def test_a_service_starts_with_the_defaults_of_backups_in_s3_written_out(make):
    variables, _ = in_the_environment({key: value for key, value in DEFAULTS.items() if key.startswith("backup.")}, None)

    annals = make.annals(environment=variables)

    assert annals.get("/readyz", key=None).status_code == 200


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


@pytest.fixture
def unreadable():
    """A file in a directory in which everybody can write, and how to start a program that may not read the file."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        file = pathlib.Path(directory) / "annals.toml"
        file.write_text('[log]\nlevel = "debug"\n')
        file.chmod(0o000)
        # Root may read every file.
        yield file, AS_NOBODY if os.geteuid() == 0 else []


@pytest.mark.parametrize("command", [["serve"], ["serve", "--check"]], ids=["serve", "check"])
@pytest.mark.parametrize("named", ["argument", "variable"])
def test_a_config_file_that_may_not_be_read_is_named_with_the_reason(unreadable, command, named):
    file, as_other_user = unreadable
    settings = {"ANNALS_DATA_DIR": str(file.parent / "data"), **({"ANNALS_CONFIG": str(file)} if named == "variable" else {})}
    arguments = ["--config", file] if named == "argument" else []

    ended = run([*as_other_user, paths.ANNALS, *command, *arguments], settings)

    assert ended.returncode == 2, f"expected exit status 2, got {ended}"
    assert f"{file}: cannot be read: Permission denied" in ended.stderr, f"expected the file and the reason in {ended.stderr}"
    assert not (file.parent / "data").exists(), "expected that nothing was made"


@pytest.mark.parametrize("key", ["auth.api_keys_file", "engine.password_file"])
def test_a_file_with_a_secret_that_may_not_be_read_is_named_with_the_reason(unreadable, key):
    file, as_other_user = unreadable
    name = f"ANNALS_{key.replace('.', '_').upper()}"
    remote = {"ANNALS_ENGINE_KIND": "remote", "ANNALS_ENGINE_ENDPOINTS": "http://127.0.0.1:1"}
    settings = {"ANNALS_DATA_DIR": str(file.parent / "data"), **remote, name: str(file)}

    ended = run([*as_other_user, paths.ANNALS, "serve"], settings)

    assert ended.returncode == 2, f"expected exit status 2, got {ended}"
    for word in (name, str(file), "Permission denied"):
        assert word in ended.stderr, f"expected {word!r} in {ended.stderr}"


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
