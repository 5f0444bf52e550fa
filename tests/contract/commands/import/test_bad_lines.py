"""annals import: bad lines by their number, and files that are of another kind."""

import gzip
import json
import lzma

import pytest

from support.clients.commands import event, expect_ended, write_lines
from support.clients.imports import expect_each_once, place_of


def rejected_of(file):
    return file.with_name(file.name + ".rejected")


def with_bad_lines(file):
    events = [event(i) for i in range(10)]
    events[3:3] = ['{"record_id": 7}']  # line 4
    events[8:8] = ["not JSON"]  # line 9
    return write_lines(file, events)


def test_a_bad_line_is_named_and_nothing_after_it_is_sent(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")

    ended = any_tenant.run("import", file)

    expect_ended(ended, 1, "line 4: event_type_id: field required; source_id: field required;")
    advice = "correct it and run the command again, or set --on-error skip to put bad lines aside"
    assert ended.stderr.splitlines()[-1] == f"annals import: the lines before it are imported; {advice}"
    assert "nothing is imported" not in ended.stderr
    assert any_tenant.count() == 3


@pytest.mark.parametrize("rows", ["1", "3", "4"])
def test_lines_before_a_bad_one_are_told_to_be_imported_however_they_are_sent(any_tenant, tmp_path, rows):
    file = with_bad_lines(tmp_path / "bad.ndjson")

    ended = any_tenant.run("import", file, "--batch-rows", rows)

    expect_ended(ended, 1, "line 4: event_type_id: field required")
    assert "the lines before it are imported; correct it" in ended.stderr, f"expected it told: {ended.stderr}"
    assert any_tenant.count() == 3


def test_a_bad_line_after_known_ones_does_not_say_that_nothing_is_imported(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")
    any_tenant.run("import", file)

    ended = any_tenant.run("import", file, "--restart")

    expect_ended(ended, 1, "the lines before it are imported; correct it")
    assert any_tenant.count() == 3


def test_a_file_without_its_bad_lines_goes_in_once_after_it_has_stopped(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")
    any_tenant.run("import", file)

    write_lines(file, map(event, range(10)))

    expect_ended(any_tenant.run("import", file), 0, "7 accepted, 3 duplicates, 0 rejected")
    expect_each_once(any_tenant, 10)


def test_bad_lines_are_put_aside_on_wish(any_tenant, tmp_path):
    file = with_bad_lines(tmp_path / "bad.ndjson")

    ended = any_tenant.run("import", file, "--on-error", "skip")

    expect_ended(ended, 3, "10 accepted, 0 duplicates, 2 rejected")
    assert str(rejected_of(file)) in ended.stdout
    first, second = map(json.loads, rejected_of(file).read_text().splitlines())
    assert (first["line"], first["text"]) == (4, '{"record_id": 7}')
    assert "event_type_id: field required" in first["errors"]
    assert (second["line"], second["text"]) == (9, "not JSON")
    assert second["errors"][0].startswith("invalid JSON: ")
    expect_each_once(any_tenant, 10)


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_the_first_line_being_bad_is_told_as_such(any_tenant, tmp_path, mark):
    file = tmp_path / "bad.ndjson"
    file.write_text(mark + '{"record_id": 7}\n')

    ended = any_tenant.run("import", file)

    expect_ended(ended, 1, "line 1: event_type_id: field required")
    assert "nothing is imported; correct it" in ended.stderr
    assert "the lines before it" not in ended.stderr


def test_byte_order_marks_are_skipped(any_tenant, tmp_path):
    file = tmp_path / "marked.ndjson"
    mark = b"\xef\xbb\xbf"
    # As `cat` of two files leaves them.
    file.write_bytes(b"".join(mark + json.dumps(event(i)).encode() + b"\r\n" for i in range(2)))
    plain = write_lines(tmp_path / "plain.ndjson", [json.dumps(event(i)) + "\r" for i in range(2)])

    expect_ended(any_tenant.run("import", file), 0, "2 accepted")
    expect_ended(any_tenant.run("import", plain), 0, "0 accepted, 2 duplicates")


KINDS = {
    "gzip twice": (gzip.compress(gzip.compress(b'{"record_id":1}\n')), "it is compressed with gzip twice, not NDJSON or CSV"),
    "UTF-16": ('{"record_id":1}\n'.encode("utf-16"), "it is text in UTF-16, not NDJSON or CSV; convert it first: iconv -f UTF-16"),
    "UTF-16LE": ('{"record_id":1}\n'.encode("utf-16-le"), "iconv -f UTF-16LE"),
    "xlsx": (b"PK\x03\x04\x14\0\x06\0", "it is a ZIP archive or an Office document, not NDJSON or CSV"),
    "xz": (lzma.compress(b"{}"), "it is compressed with xz"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [(), ("--on-error", "skip")])
def test_a_file_of_another_kind_is_named_and_nothing_of_it_is_rejected_line_by_line(any_tenant, tmp_path, kind, options):
    content, words = KINDS[kind]
    file = tmp_path / "events.ndjson"
    file.write_bytes(content)

    ended = any_tenant.run("import", file, *options)

    expect_ended(ended, 1, words)
    assert not rejected_of(file).exists() and not place_of(file).exists()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_array_is_named(any_tenant, tmp_path, indent):
    file = tmp_path / "events.json"
    file.write_text(json.dumps([event(0), event(1)], indent=indent))

    ended = any_tenant.run("import", file)

    expect_ended(ended, 1, "this looks like a JSON array: write its elements one per line (jq -c '.[]' FILE)")
    assert "nothing is imported" in ended.stderr
    assert any_tenant.count() == 0
