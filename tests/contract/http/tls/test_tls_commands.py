"""TLS: the commands of annals over it, and one that speaks HTTP to a port for HTTPS."""

import json

import pytest

from support import paths
from support.annals import API_KEY
from support.events import event, post_events
from support.machine.processes import run
from support.names import UNKNOWN_ID, unique_name


def test_import_and_export_work_over_tls(annals, tmp_path):
    tenant = annals.initialise(unique_name())
    sent = [event() for _ in range(10)]
    assert post_events(annals, tenant, sent).status_code == 201
    target = tmp_path / "events.ndjson"
    command = [paths.ANNALS, "export", target, "--client-id", tenant["client_id"], "--url", annals.url]

    ended = run([*command, "--ca-file", annals.trusted], {"ANNALS_API_KEY": API_KEY})

    assert ended.returncode == 0, f"expected success, got {ended}"
    assert len(target.read_text().splitlines()) == 10


COMMANDS = {
    "import": ["import", "FILE", "--client-id", UNKNOWN_ID],
    "export": ["export", "FILE", "--client-id", UNKNOWN_ID],
    "tenant list": ["tenant", "list"],
    "events send": ["events", "send", "--record-id", "7", "--event-type-id", "1", "--source-type-id", "2", "--source-id", "3", "--data", "1",
                    "--client-id", UNKNOWN_ID],
    "events tail": ["events", "tail", "--client-id", UNKNOWN_ID],
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_speaks_http_to_a_port_for_https_says_so(annals, tmp_path, command):
    file = tmp_path / "events.ndjson"
    file.write_text(json.dumps(event()) + "\n")
    arguments = [file if word == "FILE" else word for word in command]
    url = annals.url.replace("https:", "http:")

    ended = run([paths.ANNALS, *arguments, "--url", url], {"ANNALS_API_KEY": API_KEY})

    assert ended.returncode == 1, f"expected exit code 1, got {ended}"
    assert "This port speaks HTTPS only; use https:// in the URL." in ended.stderr, f"expected the service's words in {ended.stderr}"
    assert "The port may speak https: check --url." in ended.stderr, f"expected the hint in {ended.stderr}"
    assert API_KEY not in ended.stdout + ended.stderr
