"""The tour in README.md."""

import re
import shutil
import subprocess

import pytest

from support import paths

TOUR = re.compile(r"## A tour\n.*?```sh\n(.*?)```", re.DOTALL)


@pytest.fixture
def newcomer(make):
    """A first start, with a copy of README.md in the directory in which ./data lies."""
    annals = make.annals(start=False)
    del annals.environment["ANNALS_AUTH_API_KEYS"]
    annals.start()
    shutil.copy(paths.ROOT / "README.md", annals.directory)
    return annals


def take_tour(annals):
    text = TOUR.search((paths.ROOT / "README.md").read_text())[1].replace("http://127.0.0.1:8080", annals.url)
    return subprocess.run(["sh"], input=text, cwd=annals.directory, capture_output=True, text=True, timeout=60, check=False)


def test_the_tour_shows_the_history_and_leaves_nothing(newcomer):
    ended = take_tour(newcomer)

    assert ended.returncode == 0 and ended.stderr == "", f"expected that the tour passes, got {ended}"
    for seen in ('"client_secret"', '"accepted":1', '"duplicates":1', "open → closed", "# Annals"):
        assert seen in ended.stdout, f"expected {seen!r} in {ended.stdout}"
    key = (newcomer.data / "api_key").read_text().strip()
    assert newcomer.get("/api/tenants", key=key).json()["total_count"] == 0


def test_the_tour_stops_at_an_error_and_shows_it(newcomer):
    key = (newcomer.data / "api_key").read_text().strip()
    newcomer.post_tenant({"database_name": "tour", "client_label": "Mine"}, key=key)

    ended = take_tour(newcomer)

    assert ended.returncode != 0
    assert "Client already exist." in ended.stdout and "2. A file" not in ended.stdout, ended.stdout


def test_the_tour_and_the_first_command_make_different_clients(newcomer):
    printed = newcomer.stdout_file.read_text()
    command = printed[printed.index("curl ") :].split("\n\n")[0]
    subprocess.run(["sh", "-euc", command], capture_output=True, timeout=30, check=True)

    ended = take_tour(newcomer)

    assert ended.returncode == 0, f"expected that both work one after the other, got {ended}"
