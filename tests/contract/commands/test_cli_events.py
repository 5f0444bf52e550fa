"""annals events: the events of a tenant from the command line."""

import json
import signal
import subprocess

import pytest

from support.answers.problems import NO_SUCH_CLIENT
from support.clients.commands import COMMAND_SECONDS, Client, Running, event, platform_client
from support.events import post_events
from support.machine.ports import free_port
from support.machine.processes import environment
from support.names import UNKNOWN_ID, unique_name
from support.waiting import TIMEOUT_SECONDS, wait_until

SENT = ("--record-id", "7", "--event-type-id", "1", "--source-type-id", "2", "--source-id", "3")


@pytest.fixture
def tenant(any_annals):
    return any_annals.initialise(unique_name())


@pytest.fixture
def cli(any_annals, tenant, tmp_path):
    client = platform_client(any_annals, tmp_path)
    client.options += ("--database", tenant["database_name"])
    return client


def stored(annals, tenant, *events):
    reply = post_events(annals, tenant, list(events))
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"


def test_an_event_is_sent_and_shown_byte_for_byte(cli):
    data = '{"big": 12345678901234567890123, "one": 1.0, "half": "\\ud83d"}'
    event_id = cli("events", "send", *SENT, "--data", data, "--event-time", "2026-01-02T03:04:05Z").stdout.strip()

    shown = cli("events", "show", event_id, "--json").stdout
    assert f'"event_data":{data}' in shown
    told = cli("events", "show", event_id).stdout
    assert "2026-01-02T03:04:05.000Z" in told and data in told
    assert "Event not found." in cli("events", "show", UNKNOWN_ID, code=1).stderr


def test_event_data_comes_from_a_file_or_standard_input(cli, tmp_path):
    (tmp_path / "data.json").write_text('[\n "ä"\n]\n')
    (sent,) = cli.json("events", "send", *SENT, "--data-file", tmp_path / "data.json")
    assert cli.json("events", "show", sent["event_id"])[0]["event_data"] == ["ä"]

    arguments = [str(a) for a in cli.arguments("events", "send", *SENT, "--data-file", "-")]
    done = subprocess.run(arguments, input='{"a": 1}', capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
    assert cli.json("events", "show", done.stdout.strip())[0]["event_data"] == {"a": 1}


def test_an_event_is_sent_once_whatever_gets_lost(tenant, cli, gate, tmp_path):
    through_gate = Client(tmp_path, "--url", gate.endpoint, "--key-file", tmp_path / "key", "--client-id", tenant["client_id"])
    gate.fail(1, "unheard")
    done = through_gate("events", "send", *SENT, "--data", "1")
    assert "Retrying" in done.stderr and "stored already" in done.stderr
    assert cli("events", "count").stdout == "1\n"
    again = cli("events", "send", *SENT, "--data", "2", "--event-id", done.stdout.strip(), code=3)
    assert "another event has this event_id" in again.stderr


def test_events_are_listed_in_pages_and_orders(any_annals, tenant, cli):
    # The service's pages end at 1000.
    stored(any_annals, tenant, *(event(i) for i in range(1500)))

    assert [e["source_id"] for e in cli.json("events", "list", "--limit", "1500", "--order", "arrival")] == list(range(1500))
    newest = cli.json("events", "list")
    assert len(newest) == 20 and newest == sorted(newest, key=lambda e: e["event_time"], reverse=True)
    oldest = cli.json("events", "list", "--order", "oldest", "--record-id", "7", "--record-id", "8", "--limit", "100000")
    assert len(oldest) == 30 and {e["record_id"] for e in oldest} == {7, 8}
    lines = cli("events", "list", "--limit", "3").stdout.splitlines()
    assert len(lines) == 4 and lines[0].split()[0] == "event_time" and '{"number":' in lines[1]
    _, shown = cli.on_terminal(None, "events", "list", "--limit", "3")
    assert all(len(line) <= 80 for line in shown.splitlines()[1:]), shown


def test_events_are_counted(any_annals, tenant, cli):
    stored(any_annals, tenant, *(event(i) for i in range(14)))

    assert cli("events", "count").stdout == "14\n"
    assert cli.json("events", "count", "--event-type-id", "1") == [{"count": 2}]
    groups = cli.json("events", "count", "--by", "event_type_id")
    assert groups == [{"event_type_id": i, "count": 2} for i in range(7)]
    lines = cli("events", "count", "--bucket", "month", "--by", "event_type_id", "--limit", "2")
    assert [line.split() for line in lines.stdout.splitlines()[:2]] == [
        ["time", "event_type_id", "count"], ["2024-01-01T00:00:00Z", "0", "2"]
    ]
    assert "more groups" in lines.stderr


def test_a_tail_resumes_and_ends_by_a_signal(make, tmp_path):
    annals = make.annals(environment={"ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"})
    tenant = annals.initialise(unique_name())
    cli = platform_client(annals, tmp_path)
    stored(annals, tenant, event(0))
    arguments = cli.arguments("events", "tail", "--from-start", "--json", "--client-id", tenant["client_id"])
    tail = Running(arguments, tmp_path / "tail")

    def numbers():
        return [json.loads(line)["source_id"] for line in tail.output.splitlines() if line.startswith("{")]

    wait_until(lambda: numbers() == [0], "the first event is written")
    annals.terminate()
    tail.wait_for("Retrying")
    annals.start()
    stored(annals, tenant, event(1), event(2))
    wait_until(lambda: numbers() == [0, 1, 2], "each event is written once")
    tail.process.send_signal(signal.SIGINT)
    assert tail.wait() == -signal.SIGINT  # a shell shows 130


def start_in_pipe(cli, *words):
    """Starts a command whose output goes into a pipe."""
    arguments = [str(a) for a in cli.arguments(*words)]
    return subprocess.Popen(arguments, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def expect_ended_by_the_pipe(command):
    """It ends as other programs in a pipe do: a shell shows 141. Nothing is said."""
    _, said = command.communicate(timeout=COMMAND_SECONDS)
    assert command.returncode == -signal.SIGPIPE, f"expected that it ends by SIGPIPE, got {command.returncode}: {said}"
    assert said == b"", f"expected that nothing is said, got {said}"


@pytest.mark.parametrize("form", [("--json",), ()], ids=["json", "table"])
def test_a_reader_that_has_enough_ends_the_tail(any_annals, tenant, cli, form):
    stored(any_annals, tenant, *(event(i) for i in range(100)))
    tail = start_in_pipe(cli, "events", "tail", "--from-start", *form)
    assert tail.stdout.readline() != b"", "expected that the tail has begun"
    tail.stdout.close()

    stored(any_annals, tenant, *(event(i) for i in range(100, 2000)))

    expect_ended_by_the_pipe(tail)


@pytest.mark.parametrize("form", [("--json",), ()], ids=["json", "table"])
def test_a_reader_that_has_enough_ends_a_list(any_annals, tenant, cli, form):
    stored(any_annals, tenant, *(event(i, event_data="x" * 200) for i in range(3000)))
    listing = start_in_pipe(cli, "events", "list", "--limit", "3000", *form)
    assert listing.stdout.readline() != b"", "expected that the list has begun"

    listing.stdout.close()

    expect_ended_by_the_pipe(listing)


def test_mistakes_are_told(any_annals, cli, tmp_path):
    assert "--data" in cli("events", "send", *SENT, code=2).stderr
    assert "not JSON" in cli("events", "send", *SENT, "--data", "text", code=2).stderr
    assert "event_id" in cli("events", "send", *SENT, "--data", "1", "--event-id", "x", code=2).stderr
    assert "invalid datetime" in cli("events", "list", "--from", "yesterday", code=2).stderr
    assert "invalid datetime" in cli("events", "tail", "--from", "yesterday", code=2).stderr
    nobody = platform_client(any_annals, tmp_path)
    assert "no tenant is named" in nobody("events", "count", code=2).stderr
    assert NO_SUCH_CLIENT["detail"] in nobody("events", "count", "--client-id", UNKNOWN_ID, code=1).stderr
    assert "there is no tenant" in nobody("events", "count", "--database", unique_name(), code=1).stderr


def test_ids_may_be_texts(any_annals, tenant, cli):
    ids = ("--record-id", "ORD-17", "--event-type-id", "opened", "--source-type-id", "1", "--source-id", '"17"')
    event_id = cli("events", "send", *ids, "--data", "1").stdout.strip()
    stored(any_annals, tenant, event(1))

    (shown,) = cli.json("events", "list", "--record-id", "ORD-17", "--source-id", '"17"')

    assert shown["event_id"] == event_id
    assert [shown[name] for name in ("record_id", "event_type_id", "source_type_id", "source_id")] == ["ORD-17", "opened", 1, "17"]
    listed = cli("events", "list", "--record-id", "ORD-17").stdout
    assert "ORD-17" in listed and "opened" in listed and '"17"' in listed
    assert '"17"' in cli("events", "show", event_id).stdout
    counted = cli("events", "count", "--by", "source_id").stdout
    assert '"17"' in counted, counted
    assert cli("events", "count", "--record-id", "ORD-17").stdout.strip() == "1"
    wrong = cli("events", "send", *ids[:-1], '"17', "--data", "1", code=2)
    assert "source_id: str type expected" in wrong.stderr
