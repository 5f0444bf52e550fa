"""The line of a request in the log, and the line of the start."""

import json
import time

from support.annals import API_KEY
from support.clients.keys import new_key
from support.events import event, post_events
from support.names import unique_name
from support.waiting import wait_until


def line_of(annals, reply):
    (line,) = wait_until(lambda: annals.told_of(reply), "the request has a line")
    return line


def test_a_request_has_one_line_that_says_who_what_and_how_long(make):
    annals = make.annals()
    tenant = annals.initialise(unique_name())
    key = new_key(annals, "ingest", name="the importer")

    began = time.monotonic()
    line = line_of(annals, post_events(annals, tenant, [event()], key=key["key"]))
    lasted = time.monotonic() - began

    assert line["level"] == "info"
    assert (line["method"], line["route"], line["status"]) == ("POST", "/api/events", 201)
    assert 0 < line["duration_seconds"] < lasted
    assert line["received_bytes"] > 100 and line["sent_bytes"] > 100
    assert (line["caller"], line["key"]) == ("ingest", "the importer")
    assert (line["client_id"], line["client_address"]) == (tenant["client_id"], "127.0.0.1")
    assert key["key"] not in annals.log and tenant["client_secret"] not in annals.log


def test_its_route_is_the_template_and_the_path_is_not_told(make):
    annals = make.annals()

    line = line_of(annals, annals.get("/api/tenants/6f1c2b1e-55f0-4c5e-9d0e-0d6a4f6c7b11?x=private"))

    assert line["route"] == "/api/tenants/{client_id}"
    assert "private" not in json.dumps(line)
    assert line_of(annals, annals.get("/nowhere"))["route"] == "none"


def test_without_lines_of_requests_there_are_none(make):
    annals = make.annals(environment={"ANNALS_LOG_REQUESTS": "0"})
    for _ in range(20):
        annals.get("/api/tenants")
    annals.terminate()

    assert annals.told("request") == []


def test_a_share_of_them_is_written(make):
    annals = make.annals(environment={"ANNALS_LOG_REQUESTS": "0.5"})
    for _ in range(200):
        annals.get("/healthz", key=None)
    annals.terminate()

    # Out of 200 with one half: 20 and fewer, or 180 and more, come once in 10^30 runs.
    assert 20 < len(annals.told("request")) < 180


def test_the_start_tells_every_setting_but_no_secret(make):
    annals = make.annals()

    [line] = annals.told("starting")

    assert line["version"]
    assert "auth.api_keys=*** (1)" in line["settings"] and "server.drain_delay_seconds=0" in line["settings"]
    assert API_KEY not in annals.log
