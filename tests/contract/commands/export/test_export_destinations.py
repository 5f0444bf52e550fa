"""annals export: where it writes, under which names, and what stays as it is there."""

import os
import pathlib
import stat
import subprocess

import pytest

from support.clients.commands import expect_ended
from support.clients.exports import expect_nothing_left, size_of_export, wait_for_part
from support.waiting import TIMEOUT_SECONDS


def test_a_second_export_to_the_same_file_is_refused(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    link = tmp_path / "link.ndjson"
    link.symlink_to(file)
    first = large.start("export", file)
    wait_for_part(file)

    for name, form in ((file, "ndjson"), (file, "csv"), (link, "ndjson")):
        # By the way that is not held up.
        url, large.url = large.url, large.annals.url
        second = large.run("export", name, "--format", form)
        large.url = url
        expect_ended(second, 1, f"another export writes {name}")

    midway.release()
    assert first.wait() == 0, first.output
    assert file.read_text().splitlines() == large.export()
    expect_ended(large.run("export", file), 0)
    expect_nothing_left(file)


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_fifo_is_written_into(tenant, tmp_path, form):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE) as reader:
        ended = tenant.run("export", fifo, "--format", form)
        content = reader.stdout.read()

    expect_ended(ended, 0)
    assert stat.S_ISFIFO(fifo.stat().st_mode), "expected that the FIFO is still one"
    assert len(content) == size_of_export(tenant, form)
    expect_nothing_left(fifo)


def test_a_device_is_written_into(tenant, tmp_path):
    device = tmp_path / "null"
    device.symlink_to("/dev/null")

    expect_ended(tenant.run("export", device), 0, "200 events")
    expect_ended(tenant.run("export", "/dev/full"), 1, "No space left on device")

    assert device.is_symlink() and pathlib.Path("/dev/null").is_char_device()
    expect_nothing_left(device)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_a_link_and_its_target_is_replaced(tenant, tmp_path, exists):
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "history.ndjson"
    if exists:
        target.write_text("before\n")
    (tmp_path / "middle").symlink_to("there/history.ndjson")
    link = tmp_path / "out.ndjson"
    link.symlink_to("middle")

    expect_ended(tenant.run("export", link), 0)

    assert link.is_symlink()
    assert target.read_text().splitlines() == tenant.export()
    expect_nothing_left(target)
    expect_nothing_left(link)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_by_another_name_is_standard_output(tenant, tmp_path, name):
    file = tmp_path / "out"
    file.write_text("before\n")
    with file.open("ab") as output:
        command = [str(a) for a in tenant.arguments("export", name)]
        subprocess.run(command, stdout=output, stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS, check=True)

    lines = [line for line in file.read_text().splitlines() if not line.startswith("annals export: ")]
    assert lines == ["before", *tenant.export()]
    expect_nothing_left(file)


def test_a_place_where_no_file_can_be_is_a_mistake(tenant, tmp_path):
    (tmp_path / "circle").symlink_to("circle")

    expect_ended(tenant.run("export", tmp_path), 2, "is a directory; name a file")
    expect_ended(tenant.run("export", tmp_path / "missing" / "out.csv"), 2, f"there is no directory {tmp_path}/missing")
    expect_ended(tenant.run("export", tmp_path / "circle"), 2, "is a link that leads in a circle")
    expect_ended(tenant.run("export", ""), 2, "FILE is empty")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.xlsx", "the ending of "),
        ("history.json", "the ending of "),
        ("x.tsv", "--format"),
        ("x.ndjson.gz", "an export is not compressed"),
        ("x.CSV.ZST", "an export is not compressed"),
    ],
)
def test_a_name_that_says_another_content_is_a_mistake(tenant, tmp_path, name, words):
    expect_ended(tenant.run("export", tmp_path / name), 2, words)

    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "begin"), [("x.CSV", b'"event_id"'), ("x.Parquet", b"PAR1"), ("x.jsonl", b"{"), ("x", b"{")]
)
def test_the_ending_names_the_format(tenant, tmp_path, name, begin):
    expect_ended(tenant.run("export", tmp_path / name), 0)

    assert (tmp_path / name).read_bytes().startswith(begin)


def test_a_format_that_is_named_goes_under_any_name(tenant, tmp_path):
    expect_ended(tenant.run("export", tmp_path / "history.2024-01", "--format", "csv"), 0, "200 events")
