"""SIGHUP: what is taken over without a restart. And the time between the signal to stop and the end of accepting."""

import os
import signal

import pytest
import requests

from support.answers.problems import UNAUTHORIZED_KEY, expect
from support.names import unique_name
from support.waiting import wait_until

OLD_KEY = "the-old-key-0123456789"
NEW_KEY = "the-new-key-0123456789"


def reload(annals):
    """Sends the signal, and waits until it has been acted on."""
    before = annals.log.count("read again")
    os.kill(annals.pid, signal.SIGHUP)
    wait_until(lambda: annals.log.count("read again") > before, "it reads its configuration again")


@pytest.fixture
def with_file(make, tmp_path):
    """A service whose settings lie in a file, and its keys in another one."""
    keys = tmp_path / "keys"
    keys.write_text(OLD_KEY)
    keys.chmod(0o600)
    config = tmp_path / "annals.toml"
    config.write_text(f'[auth]\napi_keys_file = "{keys}"\n')
    annals = make.annals(start=False)
    del annals.environment["ANNALS_AUTH_API_KEYS"]
    annals.start(arguments=["--config", config])
    annals.keys_file, annals.config_file = keys, config
    return annals


def test_other_keys_in_their_file_are_taken_over(with_file):
    annals = with_file
    annals.keys_file.write_text(f"{NEW_KEY}\n{OLD_KEY}\n")
    reload(annals)
    for key in (OLD_KEY, NEW_KEY):
        assert annals.get("/api/tenants", key=key).status_code == 200

    annals.keys_file.write_text(NEW_KEY)
    reload(annals)
    expect(annals.get("/api/tenants", key=OLD_KEY), 401, UNAUTHORIZED_KEY)
    assert annals.get("/api/tenants", key=NEW_KEY).status_code == 200
    assert OLD_KEY not in annals.log and NEW_KEY not in annals.log


def test_a_mistake_leaves_everything_as_it_was(with_file):
    annals = with_file
    annals.keys_file.write_text("short")
    reload(annals)

    assert annals.get("/api/tenants", key=OLD_KEY).status_code == 200
    assert "the configuration cannot be read again" in annals.log


def test_the_level_of_the_log_is_taken_over(with_file):
    annals = with_file
    expect(annals.get("/api/tenants", key=None), 401, UNAUTHORIZED_KEY)
    assert '"level":"debug"' not in annals.log

    annals.config_file.write_text(annals.config_file.read_text() + '[log]\nlevel = "debug"\n')
    reload(annals)

    def is_told():
        expect(annals.get("/api/tenants", key=None), 401, UNAUTHORIZED_KEY)
        return '"level":"debug"' in annals.log

    # The log says that the configuration was read before it has its new level.
    wait_until(is_told, "lines of the level debug are written")


def test_during_the_drain_it_serves_and_says_that_it_is_not_ready(make, engine_kind):
    annals = make.annals(engine_kind, environment={"ANNALS_SERVER_DRAIN_DELAY_SECONDS": "3600"})
    tenant = annals.initialise(unique_name())
    annals.send_terminate()

    def is_draining():
        reply = annals.get("/readyz", key=None)
        return reply.status_code == 503 and reply.json()["detail"] == "The service is about to stop."

    wait_until(is_draining, "/readyz says so")
    assert annals.get(f"/api/tenants/{tenant['client_id']}").status_code == 200
    assert annals.get("/healthz", key=None).status_code == 200
    annals.terminate()
    with pytest.raises(requests.ConnectionError):
        annals.get("/healthz", key=None)


def test_a_second_signal_ends_the_drain(make):
    annals = make.annals(environment={"ANNALS_SERVER_DRAIN_DELAY_SECONDS": "3600"})
    annals.send_terminate()
    wait_until(lambda: annals.get("/readyz", key=None).status_code == 503, "it drains")

    annals.terminate()  # which waits for far less than that hour
