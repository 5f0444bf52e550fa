"""The Debian package: what it installs serves, survives an upgrade, and goes without taking histories with it."""

import json
import os
import re
import shutil
import socket
import subprocess

import pytest

from support import paths
from support.machine.overlay import Machine
from support.machine.ports import free_port

pytestmark = pytest.mark.skipif(paths.is_sanitized(), reason="sanitized builds are not shipped")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can install packages")
SECONDS = 60
CONFIGURATION = "/etc/annals/annals.toml"
DATA = "/var/lib/annals/data"


def output(*words, **arguments):
    return subprocess.run(words, capture_output=True, text=True, check=True, **arguments).stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package of this build, not compressed."""
    directory = tmp_path_factory.mktemp("package")
    fast = ["-D", "CPACK_DEBIAN_COMPRESSION_TYPE=none"]
    output("cpack", "--config", paths.BUILD / "CPackConfig.cmake", *fast, "-B", directory, cwd=directory)
    (package,) = directory.glob("*.deb")
    yield package
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    """A directory with what the package consists of."""
    directory = tmp_path_factory.mktemp("unpacked") / "annals"
    output("dpkg-deb", "--raw-extract", package, directory)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def next_package(unpacked, tmp_path_factory):
    """A package of the same that calls itself newer."""
    directory = tmp_path_factory.mktemp("next")
    control = unpacked / "DEBIAN" / "control"
    before = control.read_text()
    control.write_text(re.sub(r"(?m)^Version: .*$", r"\g<0>+next", before))
    output("dpkg-deb", "--root-owner-group", "-Znone", "--build", unpacked, directory)
    control.write_text(before)
    (built,) = directory.glob("*.deb")
    yield built
    shutil.rmtree(directory)


@pytest.fixture
def machine(tmp_path):
    try:
        machine = Machine(tmp_path / "machine")
    except OSError as error:
        pytest.skip(f"this machine cannot be copied by an overlay: {error}")
    yield machine
    machine.close()


class Service:
    """The installed service, started as its unit does it: by a user of its own, and it says when it is ready."""

    def __init__(self, machine, directory, port):
        self.url = f"http://127.0.0.1:{port}"
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._manager.settimeout(SECONDS)
        self._manager.bind(f"\0annals-test-{port}")
        unit = machine.run("cat", "/usr/lib/systemd/system/annals.service")
        command = re.search(r"(?m)^ExecStart=(.*)$", unit)[1].split()
        user = re.search(r"(?m)^User=(.*)$", unit)[1]
        become = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--pdeathsig", "KILL"]
        settings = ["env", "-i", "PATH=/usr/bin:/bin", f"NOTIFY_SOCKET=@annals-test-{port}"]
        with open(directory / "log", "ab") as log:
            self._process = subprocess.Popen(
                machine.command(*settings, *become, *command), stdout=log, stderr=log, cwd="/"
            )
        self._expect("READY=1")

    def stop(self):
        self._process.terminate()
        self._expect("STOPPING=1")
        assert self._process.wait(SECONDS) == 0
        self._manager.close()

    def _expect(self, change):
        told = self._manager.recv(100).decode()
        assert told == change, f"expected that it tells {change}, got {told}"


def configure(machine, port):
    """A free port, and a place for backups where the unit lets the service write."""
    configuration = machine.run("cat", CONFIGURATION).replace(":8080", f":{port}")
    machine.run("tee", CONFIGURATION, data=f'{configuration}\n[backup]\ndirectory = "/var/lib/annals/backups"\n')
    machine.run("annals", "serve", "--check", "--config", CONFIGURATION)


def annals(machine, service, *words):
    """What the installed command line says."""
    return machine.run("annals", *words, "--url", service.url, "--key-file", f"{DATA}/api_key").strip()


def count(machine, service):
    return int(annals(machine, service, "events", "count", "--database", "shop").split()[-1])


@as_root
def test_a_package_is_installed_backed_up_restored_upgraded_removed_and_purged(
    machine, package, next_package, tmp_path
):
    port = free_port()
    machine.copy(package, "/tmp/annals.deb")
    machine.run("dpkg", "--install", "/tmp/annals.deb")
    assert machine.run("stat", "-c", "%U:%G %a", CONFIGURATION).split() == ["root:annals", "640"]
    assert machine.run("stat", "-c", "%U:%G %a", "/var/lib/annals").split() == ["annals:annals", "700"]
    configure(machine, port)

    service = Service(machine, tmp_path, port)
    annals(machine, service, "tenant", "create", "shop")
    event = {"record_id": 1, "event_type_id": 1, "source_type_id": 1, "source_id": 1, "event_data": ["packed"]}
    machine.run("tee", "/tmp/events.ndjson", data=json.dumps(event) + "\n")
    annals(machine, service, "import", "/tmp/events.ndjson", "--database", "shop")
    backup = annals(machine, service, "backup", "create")
    service.stop()

    machine.run("rm", "-r", DATA)
    service = Service(machine, tmp_path, port)
    annals(machine, service, "restore", backup)
    assert count(machine, service) == 1, "expected the event of before the loss"
    service.stop()

    machine.copy(next_package, "/tmp/annals.deb")
    machine.run("dpkg", "--install", "/tmp/annals.deb")
    service = Service(machine, tmp_path, port)
    assert count(machine, service) == 1, "expected the event of before the upgrade"
    service.stop()

    machine.run("dpkg", "--remove", "annals")
    machine.run("test", "!", "-e", "/usr/bin/annals")
    assert f":{port}" in machine.run("cat", CONFIGURATION), "expected the user's configuration"
    machine.run("dpkg", "--purge", "annals")
    machine.run("test", "!", "-e", "/etc/annals")
    machine.run("test", "-e", f"{DATA}/api_key")


@pytest.mark.parametrize("file", ["usr/bin/annals", "usr/lib/annals/libchdb.so"])
def test_what_is_installed_searches_for_libraries_in_the_systems_places_only(unpacked, file):
    dynamic = output("readelf", "--dynamic", unpacked / file)
    assert "PATH" not in dynamic, f"expected no search path, got {dynamic}"


def test_the_program_names_no_directory_of_the_machine_that_built_it(unpacked):
    assert str(paths.ROOT).encode() not in (unpacked / "usr/bin/annals").read_bytes()


def test_the_list_of_its_parts_names_what_the_pages_were_built_with(unpacked):
    locked = json.loads((paths.ROOT / "web" / "package-lock.json").read_text())["packages"]["node_modules/preact"]
    (file,) = unpacked.rglob("sbom.cdx.json")
    parts = {part["bom-ref"]: part for part in json.loads(file.read_text())["components"]}

    preact = parts[f"pkg:npm/preact@{locked['version']}"]
    assert preact["licenses"] == [{"license": {"id": "MIT"}}]
    assert not [ref for ref in parts if "/vite@" in ref or "/typescript@" in ref], "expected nothing of the build alone"
    assert "Jason Miller" in (file.parent / "copyright").read_text()


def test_lintian_finds_no_errors_in_the_package(package):
    of_tests = "uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball"
    ended = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning", "--suppress-tags", of_tests, package],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_unit_is_closed_against_the_machine():
    unit = paths.ROOT / "packaging" / "systemd" / "annals.service"
    ended = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=15", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"expected a score of at most 1.5, got {ended.stdout[-200:]}"
