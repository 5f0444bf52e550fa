"""annals names: names of ids from files, and shown."""

import json

import pytest

from support.clients.commands import platform_client
from support.clients.names_of_ids import ALL, of_tenant
from support.names import unique_name

CSV = (
    'name,event_type_id,source_type_id,source_id,event_template\n,,,\nApproved,2,,\n"Lee, Ann",,1,3\nUser,,1,\n\n'
    'Text,"""2""",,\n"{source} approved it, {{at last}}",,,,2\n'
)


def test_the_command_line_imports_and_shows_names(annals, tmp_path):
    run = platform_client(annals, tmp_path)
    tenant = annals.initialise(unique_name())
    file = tmp_path / "names.csv"
    file.write_text(CSV)

    told = run("names", "import", file)

    assert "5 names were taken over" in told.stderr
    expected = {
        "event_types": {"2": "Approved", '"2"': "Text"},
        "source_types": {"1": "User"},
        "sources": {"1": {"3": "Lee, Ann"}},
        "event_templates": {"2": "{source} approved it, {{at last}}"},
    }
    assert annals.get(ALL).json() == expected
    assert json.loads(run("names", "show", "--json").stdout) == expected
    assert ["1", "3", "Lee,", "Ann"] in [line.split() for line in run("names", "show").stdout.splitlines()]

    file.write_text(json.dumps(expected))
    run("names", "import", file, "--tenant", tenant["database_name"])
    assert annals.get(of_tenant(tenant)).json() == expected
    file.write_text("name,event_type_id\n,2\n")
    run("names", "import", file, "--tenant", tenant["client_id"])
    assert annals.get(of_tenant(tenant)).json()["event_types"] == {'"2"': "Text"}


@pytest.mark.parametrize("text", ["\ufeffname;event_type_id\r\nA;5\r\n", "event_type_id\tname\n5\tA", '\ufeff{"event_types":{"5":"A"}}'])
def test_files_of_spreadsheets_and_editors_are_read(any_annals, tmp_path, text):
    tenant = any_annals.initialise(unique_name())
    file = tmp_path / "names"
    file.write_text(text)
    platform_client(any_annals, tmp_path)("names", "import", file, "--tenant", tenant["database_name"])
    assert any_annals.get(of_tenant(tenant)).json()["event_types"] == {"5": "A"}


@pytest.mark.parametrize(
    "text, told",
    [
        ("1,Created\n", "names no column `name`"),
        ("name,event_type_id,source_id\nA,1,\nB,,3\n", "line 3: a record has an event_type_id alone"),
        ('{"event_type":{}}', "event_type is none of event_types"),
        ('{"event_types":', "begins like JSON"),
        ('{"event_types":{"-1":"x"}}', "-1: ensure this value is greater than or equal to 0"),
        ('{"event_types":{"1":""}}', "a name has 1 to 255 characters"),
        ('{"event_templates":{"1":"{source"}}', '{source: "{" is not closed by "}"'),
        ("name,event_template\n{source} did it,1\n{} did it,2\n", 'line 3: {} did it: ensure that between "{" and "}"'),
        ("name,event_type_id,event_template\nA,1,1\n", "line 2: a record has an event_type_id alone"),
        ("name,event_type_id\n" + "A,1\n" * 1500 + "B,-1\n", "line 1502: -1: ensure"),
        ("name,event_type_id\nLee, Ann,1\n", "line 2: there are more fields than columns"),
        ("name,event_type_id,event_type_id\nA,1,2\n", "the column event_type_id twice"),
        ("", "names no column `name`"),
        (b"name,event_type_id\nM\xfcller,1\n", "not UTF-8"),
    ],
)
def test_a_file_that_has_no_names_is_told_so(any_annals, tmp_path, text, told):
    file = tmp_path / "names"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = platform_client(any_annals, tmp_path)("names", "import", file, code=2)
    assert told in result.stderr, f"expected {told!r}, got {result.stderr!r}"
