"""The tour in README.md."""

import re
import shutil
import subprocess

import pytest

from support import paths
from support.waiting import TIMEOUT_SECONDS

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
    return subprocess.run(["sh"], input=text, cwd=annals.directory, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)


def test_the_tour_shows_the_history_and_leaves_nothing(newcomer):
    ended = take_tour(newcomer)

    assert ended.returncode == 0 and ended.stderr == "", f"expected that the tour passes, got {ended}"
    for seen in ('"client_secret"', '"accepted":1', '"duplicates":1', "open → closed", "# Annals"):
        assert seen in ended.stdout, f"expected {seen!r} in {ended.stdout}"
    key = (newcomer.data / "api_key").read_text().strip()
    assert newcomer.get("/api/tenants", key=key).json()["total_count"] == 0


def name_is_taken(annals):
    key = (annals.data / "api_key").read_text().strip()
    annals.post_tenant({"database_name": "tour", "client_label": "Mine"}, key=key)


def key_is_wrong(annals):
    (annals.data / "api_key").write_text("a-key-that-nobody-knows\n")


def file_is_too_large(annals):
    annals.restart(environment={"ANNALS_FILES_MAX_BYTES": "10"})


def event_is_over_a_quota(annals):
    file_bytes = (annals.directory / "README.md").stat().st_size
    annals.restart(environment={"ANNALS_QUOTAS_BYTES_PER_DAY": str(file_bytes + 10)})


def nobody_answers(annals):
    annals.terminate()


MISHAPS = {
    "the name is taken": (name_is_taken, "Client already exist.", 1),
    "the key is wrong": (key_is_wrong, "Unauthorized API Key.", 1),
    "the upload is refused": (file_is_too_large, "Request body is larger than 10 bytes.", 2),
    "the event is refused": (event_is_over_a_quota, "Quota bytes_per_day", 3),
    "nobody answers": (nobody_answers, "Failed to connect", 1),
}


@pytest.mark.parametrize(("mishap", "words", "step"), MISHAPS.values(), ids=MISHAPS)
def test_the_tour_stops_at_an_error_and_shows_it(newcomer, mishap, words, step):
    mishap(newcomer)

    ended = take_tour(newcomer)

    assert ended.returncode != 0, f"expected that the tour fails, got {ended}"
    assert words in ended.stdout + ended.stderr, f"expected the error, got {ended}"
    begun = re.findall(r"^(\d)\. ", ended.stdout, re.MULTILINE)
    assert begun == [str(number + 1) for number in range(step)], f"expected that step {step} is the last, got {ended.stdout}"


def test_the_tour_and_the_first_command_make_different_clients(newcomer):
    printed = newcomer.stdout_file.read_text()
    command = printed[printed.index("curl ") :].split("\n\n")[0]
    subprocess.run(["sh", "-euc", command], capture_output=True, timeout=TIMEOUT_SECONDS, check=True)

    ended = take_tour(newcomer)

    assert ended.returncode == 0, f"expected that both work one after the other, got {ended}"
