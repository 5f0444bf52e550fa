"""Where commands go and whom they act for: options, named contexts, variables and the current context."""

import pytest

from support.annals import API_KEY
from support.clients.commands import Client
from support.machine.ports import free_port
from support.names import unique_name


@pytest.fixture
def cli(tmp_path):
    return Client(tmp_path)


@pytest.fixture
def key_file(tmp_path):
    (tmp_path / "key").write_text(API_KEY + "\n")
    return tmp_path / "key"


@pytest.fixture
def tenant(any_annals):
    return any_annals.initialise(unique_name())


def contexts(cli):
    return cli.home / ".config" / "annals" / "config.toml"


def test_a_context_says_all_that_a_command_needs(any_annals, cli, key_file, tenant):
    cli("context", "set", "here", "--url", any_annals.url, "--key-file", key_file, "--database", tenant["database_name"])

    assert cli("events", "count").stdout == "0\n"
    assert tenant["database_name"] in cli("tenant", "list").stdout
    listed = cli("context", "list").stdout.splitlines()
    assert listed[1].split() == ["*", "here", any_annals.url, tenant["database_name"], str(key_file)]
    assert API_KEY not in contexts(cli).read_text()


def test_contexts_are_chosen_by_option_variable_and_use(any_annals, cli, key_file, tenant):
    away = f"http://127.0.0.1:{free_port()}"
    cli("context", "set", "away", "--url", away, "--key-file", key_file)
    cli("context", "set", "here", "--url", any_annals.url, "--key-file", key_file, "--client-id", tenant["client_id"])

    assert away in cli("events", "count", "--client-id", tenant["client_id"], code=1).stderr
    assert cli("events", "count", "--context", "here").stdout == "0\n"
    assert cli("events", "count", environment={"ANNALS_CONTEXT": "here"}).stdout == "0\n"
    cli("context", "use", "here")
    assert cli("events", "count").stdout == "0\n"
    cli("context", "delete", "here")
    assert "no key found" in cli("events", "count", code=2).stderr
    assert "there is no context here" in cli("events", "count", "--context", "here", code=2).stderr


def test_variables_say_it_too(any_annals, cli, tenant):
    variables = {"ANNALS_URL": any_annals.url, "ANNALS_API_KEY": API_KEY}
    by_id = {**variables, "ANNALS_CLIENT_ID": tenant["client_id"]}
    by_database = {**variables, "ANNALS_DATABASE": tenant["database_name"]}

    assert cli("events", "count", environment=by_id).stdout == "0\n"
    assert cli("events", "count", environment=by_database).stdout == "0\n"
    assert "both set" in cli("events", "count", code=2, environment={**by_id, **by_database}).stderr
    assert "both set" in cli("events", "count", code=2, environment={**by_id, "ANNALS_CONTEXT": "x"}).stderr


def test_a_key_goes_to_no_other_address_than_its_contexts(any_annals, cli, key_file):
    cli("context", "set", "here", "--url", any_annals.url, "--key-file", key_file)

    for options, variables in ((("--url", any_annals.url), {}), ((), {"ANNALS_URL": any_annals.url})):
        assert "no key found" in cli("tenant", "list", *options, code=2, environment=variables).stderr


def test_the_variables_of_clients_do_not_disturb_the_service(make):
    names = ("ANNALS_URL", "ANNALS_CONTEXT", "ANNALS_CLIENT_ID", "ANNALS_DATABASE", "ANNALS_API_KEY")
    annals = make.annals(environment={name: "x" for name in names})
    assert annals.get("/readyz").status_code == 200


def test_everything_that_is_wrong_in_the_file_is_told(cli):
    contexts(cli).parent.mkdir(parents=True)
    contexts(cli).write_text('current = "gone"\nextra = 1\n[contexts.a]\nurl = 7\nkey = "x"\n')

    told = cli("tenant", "list", code=2).stderr

    for words in ("current names gone", "extra", "contexts.a.url must be a text", "contexts.a.key is not known"):
        assert words in told, told
    contexts(cli).write_text("[contexts.a\n")
    assert "is not TOML: line 1" in cli("tenant", "list", code=2).stderr
    assert "http://" in cli("context", "set", "x", "--url", "example", code=2).stderr
