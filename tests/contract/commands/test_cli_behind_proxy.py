"""Commands behind a proxy that answers in the service's place with a page and the status 200: none takes it for an answer."""

import pytest

from support.clients.commands import Client, Tenant, event, expect_ended, platform_client, write_lines
from support.names import unique_name

NOT_OURS = "is not the service's, it has no X-Request-Id"
EVENTS = 200


@pytest.fixture
def tenant(any_annals, gate, tmp_path):
    """A tenant whose commands go through the gate."""
    tenant = Tenant(any_annals, tmp_path)
    tenant.url = gate.endpoint
    return tenant


@pytest.fixture
def events(tmp_path):
    return write_lines(tmp_path / "events", [event(number) for number in range(EVENTS)])


@pytest.fixture
def filled(tenant, events):
    expect_ended(tenant.run("import", events), 0)
    return tenant


@pytest.mark.parametrize("command", [("delete", "--yes"), ("suspend",), ("rotate-secret",)])
def test_nothing_is_said_to_be_done_that_is_not(any_annals, gate, tmp_path, command):
    annals_cli, name = platform_client(any_annals, tmp_path), unique_name()
    (made,) = annals_cli.json("tenant", "create", name)
    through_gate = Client(tmp_path, "--url", gate.endpoint, "--key-file", tmp_path / "key")

    # The first request looks the tenant up.
    for number in (1, 2):
        gate.fail(number, "page")
        failed = through_gate("tenant", command[0], name, *command[1:], code=1)
        assert gate.failed.is_set(), f"expected {number} requests"
        assert NOT_OURS in failed.stderr and "--url" in failed.stderr, failed.stderr
        assert failed.stdout == ""

    own = {"X-Client-Id": made["client_id"], "X-Client-Secret": made["client_secret"]}
    assert any_annals.get("/api/history/events", key=None, headers=own).status_code == 200


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_an_export_asks_again_and_has_nothing_of_the_page(filled, gate, form):
    file = filled.directory / "out"
    whole = filled.run("export", file, "--format", form)
    expect_ended(whole, 0)
    expected = file.read_bytes()
    file.unlink()
    gate.fail(2, "page")  # the first request counts

    ended = filled.run("export", file, "--format", form)

    expect_ended(ended, 0, f"{NOT_OURS}. Check that --url is right")
    assert gate.failed.is_set() and "Retrying" in ended.stderr
    if form == "parquet":
        assert len(file.read_bytes()) == len(expected)
    else:
        assert file.read_bytes() == expected


def test_an_export_that_gets_pages_only_leaves_no_file(filled, gate):
    file = filled.directory / "out"
    gate.fail_all("page")

    expect_ended(filled.run("export", file, "--patience", "0"), 1, NOT_OURS)

    assert not file.exists()


def test_an_import_sends_again_what_a_page_has_answered(tenant, events, gate):
    gate.fail(2, "page")  # the first request asks whether the address and the key are right

    expect_ended(tenant.run("import", events), 0, NOT_OURS)

    assert gate.failed.is_set() and tenant.count() == EVENTS
