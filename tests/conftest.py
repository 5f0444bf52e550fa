"""Fixtures: the real service with a real engine and a real file store, each in a directory of its own.

ANNALS_BUILD_DIR names the build to test (default build/release), ANNALS_SANITIZED=1 says that it is a sanitized one.
"""

import os
import pathlib
import random
import secrets
import shutil
import signal
import tempfile
import threading

import pytest

from support import paths
from support.annals import Annals
from support.faults.steps import Steps
from support.gates.gate import GatedEngine
from support.servers.engines import EmbeddedEngine, RemoteEngine
from support.servers.files import LocalFiles, S3Files, S3Server
from support.waiting import SLOWNESS
from support.witnesses import sanitizers

# Of a test that hangs: none takes a fortieth of it on a machine that has nothing else to do. Those that are to last have
# a marker `seconds`.
TEST_SECONDS = 1200 * SLOWNESS
LOG_SHOWN = 6000

SANITIZED = paths.is_sanitized()
ENGINES = ("remote",) if SANITIZED else ("embedded", "remote")
# Where one engine is enough.
ANY_ENGINE = ENGINES[0]

_running = pytest.StashKey[list]()


def pytest_addoption(parser):
    group = parser.getgroup("annals")
    group.addoption("--seed", type=int, help="of the chaos, and of the steps at which processes are killed; default: any")
    group.addoption("--thorough", action="store_true", help="kill processes at every step, not at every fourth")


def pytest_configure(config):
    if config.option.seed is None:
        config.option.seed = secrets.randbelow(1 << 31)  # the workers of xdist get it from here


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Ends a test that hangs."""
    if threading.current_thread() is not threading.main_thread():  # xdist on a busy machine; signals go to the main thread
        yield
        return
    marker = item.get_closest_marker("seconds")
    seconds = int(marker.args[0]) if marker else TEST_SECONDS

    def give_up(_signal, _frame):
        pytest.fail(f"expected the test to end within {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows what the services of a failed test have printed."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for annals in item.session.stash.get(_running, []):
        name = annals.directory.name
        # An outage writes so many warnings that an error among them would not be seen.
        errors = "\n".join(line for line in annals.log.splitlines() if '"level":"error"' in line)
        report.sections.append((f"errors of annals in {name}", errors[:LOG_SHOWN]))
        report.sections.append((f"output of annals in {name}", annals.log[-LOG_SHOWN:]))


def pytest_sessionstart(session):
    session.stash[_running] = []
    # Everything is on this machine.
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"


@pytest.fixture(scope="session")
def elsewhere():
    """A directory with nothing in it. Any user can go there."""
    with tempfile.TemporaryDirectory(prefix="annals-elsewhere-") as made:
        pathlib.Path(made).chmod(0o755)
        yield made


@pytest.fixture(autouse=True)
def away_from_the_checkout(elsewhere, monkeypatch):
    """Programs start elsewhere: in a checkout they would find the key and the data that `./dev run` has left."""
    monkeypatch.chdir(elsewhere)


@pytest.fixture
def steps(request):
    """The steps of a walk that are tried: the seed and the test's name choose them."""
    option = request.config.option
    return Steps(option.thorough, random.Random(f"{option.seed} {request.node.nodeid}"))


@pytest.fixture(scope="session")
def reports():
    """Where the reports of a sanitized build are, none of which may be left at the end. Any user can write there."""
    with tempfile.TemporaryDirectory(prefix="annals-reports-") as made:
        directory = pathlib.Path(made)
        directory.chmod(0o777)
        if SANITIZED:
            sanitizers.report_to(directory)
        yield directory
        expect_no_report(directory)


@pytest.fixture(autouse=True)
def no_report(reports):
    """Fails a test during which a sanitizer has found something, in whatever program."""
    yield
    expect_no_report(reports)


def expect_no_report(directory):
    found = sanitizers.take_reports(directory)
    if found:
        pytest.fail(f"expected that the sanitizer finds nothing; it reported:\n{found}", pytrace=False)


class Factory:
    """Makes services and what they need; closes all of them at its end."""

    def __init__(self, directory, s3_server, running):
        self._directory = directory
        self._s3_server = s3_server
        self._running = running
        self._made = []

    def engine(self, kind="remote", users=None):
        """A remote engine, to be shared by several services; `users` as RemoteEngine takes it."""
        assert kind == "remote"
        engine = RemoteEngine(self._next("clickhouse"), users).start()
        self._made.append(engine)
        return engine

    def gated(self, gate_class, engine=None):
        """An engine behind a gate of that class: a new remote one, or `engine`."""
        gated = GatedEngine(engine or self.engine(), gate_class)
        self._made.append(gated)
        return gated

    def files(self, through_proxy=False):
        """A bucket, to be shared by several services."""
        return S3Files(self._s3_server(), through_proxy)

    def annals(self, engine=ANY_ENGINE, files="local", environment=None, start=True):
        """A service. `engine` and `files` are kinds, or what engine() and files() made. Skips a test for which the build has
        no engine."""
        if engine == "embedded" and SANITIZED:
            pytest.skip("a sanitized build has no embedded engine")
        directory = self._next("annals")
        directory.mkdir()
        if engine == "embedded":
            engine = EmbeddedEngine(directory / "data")
            self._made.append(engine)
        elif engine == "remote":
            engine = self.engine()
        if files == "local":
            files = LocalFiles(directory / "data")
        elif files == "s3":
            files = self.files()
        annals = Annals(directory, engine, files, environment)
        self._made.append(annals)
        self._running.append(annals)
        return annals.start() if start else annals

    def close(self):
        for made in reversed(self._made):
            made.close()
            if made in self._running:
                self._running.remove(made)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _next(self, name):
        return self._directory / f"{name}-{len(self._made)}"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """The S3 server of this worker; started when the first test asks, by calling it."""
    servers = []

    def get():
        if not servers:
            servers.append(S3Server(tmp_path_factory.mktemp("s3") / "server"))
        return servers[0]

    yield get
    for server in servers:
        server.close()


@pytest.fixture
def make(tmp_path, s3_server, request):
    """Services of the test's own."""
    factory = Factory(tmp_path, s3_server, request.session.stash[_running])
    yield factory
    factory.close()


@pytest.fixture(scope="module")
def module_make(tmp_path_factory, s3_server, request):
    """Services for all tests of a file."""
    factory = Factory(tmp_path_factory.mktemp("module"), s3_server, request.session.stash[_running])
    yield factory
    factory.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory, s3_server, request):
    """Services that tests share; each is started when the first test asks for it."""
    factory = Factory(tmp_path_factory.mktemp("shared"), s3_server, request.session.stash[_running])
    services = {}

    def get(engine):
        if engine not in services:
            services[engine] = factory.annals(engine)
        return services[engine]

    yield get
    factory.close()


@pytest.fixture(params=ENGINES)
def engine_kind(request):
    """Each way to reach ClickHouse."""
    return request.param


@pytest.fixture
def annals(shared, engine_kind):
    """A running service with each engine, shared by tests: use unique names, leave it running."""
    return shared(engine_kind)


@pytest.fixture
def any_annals(shared):
    """The same for tests that do not reach the engine, or reach it in a way that the engine cannot change."""
    return shared(ANY_ENGINE)


@pytest.fixture
def instances(make, engine_kind):
    """The one instance that an embedded engine can have, or two on a remote one, with one bucket."""
    if engine_kind == "embedded":
        return [make.annals("embedded")]
    engine, files = make.engine(), make.files()
    return [make.annals(engine, files) for _ in range(2)]


@pytest.fixture(scope="module")
def once():
    """What is made when the first test of a file asks for it, and shared by the others: once(key, make)."""
    made = {}

    def get(key, make_it):
        if key not in made:
            made[key] = make_it()
        return made[key]

    return get
