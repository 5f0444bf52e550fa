"""annals import: mistakes are told with what is wrong, before anything is sent."""

import pytest

from support import paths
from support.clients.commands import event, expect_ended, write_lines
from support.machine.ports import free_port
from support.machine.processes import run
from support.names import UNKNOWN_ID
from support.waiting import wait_until


def test_a_closed_standard_input_is_told(any_tenant):
    ended = run(["sh", "-c", 'exec "$0" "$@" <&-', *any_tenant.arguments("import", "-")], {})

    expect_ended(ended, 1, "cannot read the file: Bad file descriptor")


def test_a_wrong_key_is_told_before_anything_is_sent(any_tenant, tmp_path):
    any_tenant.key_file.write_text("a-key-that-nobody-knows\n")

    ended = any_tenant.run("import", write_lines(tmp_path / "one.ndjson", [event(0)]))

    expect_ended(ended, 1, "401: Unauthorized API Key. Check the key ")
    assert "a-key-that-nobody-knows" not in ended.stdout + ended.stderr


def test_an_unknown_client_is_told(any_tenant, tmp_path):
    any_tenant.id = UNKNOWN_ID

    ended = any_tenant.run("import", write_lines(tmp_path / "one.ndjson", [event(0)]))

    expect_ended(ended, 1, "400: Failed to connect to tenant db. Check --client-id.")


def test_an_unreachable_service_is_told_at_once_with_its_address(tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    file = write_lines(tmp_path / "one.ndjson", [event(0)])

    ended = run([paths.ANNALS, "import", file, "--url", url, "--client-id", UNKNOWN_ID], {"ANNALS_API_KEY": "key"})

    expect_ended(ended, 1, f"annals import: cannot reach the service at {url}: ")


@pytest.mark.parametrize("command", ["import", "export"])
def test_https_at_a_port_for_http_is_told_as_such(any_tenant, tmp_path, command):
    file = write_lines(tmp_path / "one.ndjson", [event(0)])
    any_tenant.url = any_tenant.url.replace("http:", "https:")
    told = f"the service at {any_tenant.url} speaks http, not https; give --url with http://"

    def is_told():
        # The command asks the port over http for two seconds only.
        ended = any_tenant.run(command, file)
        return ended if told in ended.stderr else None

    expect_ended(wait_until(is_told, told), 1, told)


def test_https_at_a_port_where_nobody_listens_is_told_as_such(any_tenant, tmp_path):
    any_tenant.url = f"https://127.0.0.1:{free_port()}"

    expect_ended(any_tenant.run("import", write_lines(tmp_path / "one.ndjson", [event(0)])), 1, "cannot reach the service at https:")


def test_mistakes_in_the_arguments_are_2(tmp_path):
    file = write_lines(tmp_path / "one.ndjson", [event(0)])
    client = ("--client-id", UNKNOWN_ID)
    key = {"ANNALS_API_KEY": "key"}

    expect_ended(run([paths.ANNALS, "import", file], key), 2, "no tenant is named: pass --client-id")
    expect_ended(run([paths.ANNALS, "import", file, *client, "--url", "ftp://x"], key), 2, "http://")
    expect_ended(run([paths.ANNALS, "import", file, *client, "--secret-file", tmp_path / "none"], {}), 2, "cannot read")
    expect_ended(run([paths.ANNALS, "import", tmp_path / "none", *client], key), 2, "No such file or directory")


def test_the_variable_for_the_key_does_not_disturb_the_service(make):
    make.annals(environment={"ANNALS_API_KEY": "some-key-of-the-commands"})
