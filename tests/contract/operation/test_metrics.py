"""GET /metrics: the numbers of the service, for Prometheus."""

import re
import subprocess

import pytest
import requests

from support.annals import REQUEST_SECONDS
from support.answers.problems import UNAUTHORIZED_KEY, expect
from support.clients.keys import UNAUTHORIZED_ROLE, new_key
from support.events import event, post_events
from support.names import unique_name
from support.waiting import wait_until
from support.witnesses.metrics import samples_in, scrape, value

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def requests_counted(annals, route, method, status):
    samples = scrape(annals)
    name = "annals_http_request_duration_seconds_count"
    return value(samples, name, route=route, method=method, status=status) or 0


def wait_for_value(annals, expected, name, **labels):
    wait_until(lambda: value(scrape(annals), name, **labels) == expected, f"{name}{labels} becomes {expected}")


def test_promtool_finds_nothing_to_say_about_it(annals):
    post_events(annals, annals.initialise(unique_name()), [event()])

    reply = annals.get("/metrics")

    assert reply.headers["Content-Type"] == TEXT_FORMAT
    checked = subprocess.run(["promtool", "check", "metrics"], input=reply.text, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_it_needs_an_admin_key_for_all_tenants(annals):
    bound = [annals.initialise(unique_name())["client_id"]]

    assert annals.get("/metrics", key=new_key(annals, "admin")["key"]).status_code == 200
    expect(annals.get("/metrics", key=None), 401, UNAUTHORIZED_KEY)
    for key in (new_key(annals, "read"), new_key(annals, "ingest"), new_key(annals, "admin", client_ids=bound)):
        expect(annals.get("/metrics", key=key["key"]), 403, UNAUTHORIZED_ROLE)


def test_with_metrics_public_it_needs_none(make):
    annals = make.annals(environment={"ANNALS_METRICS_PUBLIC": "true"})

    assert value(scrape(annals, key=None), "annals_registry_lost") == 0


def test_a_listener_of_its_own_serves_it_without_a_key_and_nothing_else(make):
    annals = make.annals(environment={"ANNALS_METRICS_LISTEN": "127.0.0.1:0"})
    told = re.compile(r"^annals: metrics on (http://127\.0\.0\.1:\d+)/metrics$", re.MULTILINE)
    url = wait_until(lambda: told.search(annals.log), "the address of the metrics is told")[1]

    samples = samples_in(requests.get(f"{url}/metrics", timeout=REQUEST_SECONDS).text)

    assert value(samples, "annals_registry_lost") == 0
    assert requests.get(f"{url}/api/tenants", timeout=REQUEST_SECONDS).status_code == 404
    assert annals.get("/metrics", key=None).status_code == 401, "the port of the service needs a key all the same"
    annals.terminate()


def test_head_answers_without_a_body(annals):
    reply = annals.request("HEAD", "/metrics")

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["Content-Type"] == TEXT_FORMAT


def test_requests_are_counted_by_route_method_and_status(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise(unique_name())
    route = "/api/tenants/{client_id}"

    for _ in range(3):
        annals.get(f"/api/tenants/{tenant['client_id']}")
    annals.get(f"/api/tenants/{tenant['client_id']}", key="a-wrong-key-of-somebody")
    annals.get("/api/tenants/6f1c2b1e-55f0-4c5e-9d0e-0d6a4f6c7b11")

    for status, more in (("200", 3), ("401", 1), ("404", 1)):
        wait_until(
            lambda: requests_counted(annals, route, "GET", status) == more,
            f"{more} answers {status} are counted",
        )


def test_requests_without_a_route_are_counted_together_whatever_they_name(make, engine_kind):
    annals = make.annals(engine_kind)

    for path in ("/nowhere", "/elsewhere"):
        for method in ("GET", "BREW"):
            annals.request(method, path)

    wait_until(lambda: requests_counted(annals, "none", "_OTHER", "404") == 4, "four are counted")


def test_bytes_of_requests_and_answers_are_counted(annals):
    tenant = annals.initialise(unique_name())
    labels = {"route": "/api/events", "method": "POST"}

    post_events(annals, tenant, [event(event_data={"text": "x" * 100_000})])

    def counted():
        samples = scrape(annals)
        received = value(samples, "annals_http_received_bytes_total", **labels) or 0
        return received > 100_000 and (value(samples, "annals_http_sent_bytes_total", **labels) or 0) > 100

    wait_until(counted, "its bytes are counted")


def test_what_becomes_of_events_is_counted(make, engine_kind):
    annals = make.annals(engine_kind)
    tenant = annals.initialise(unique_name())
    trail = value(scrape(annals), "annals_events_written_total", outcome="accepted")
    one = event()

    post_events(annals, tenant, [one, event()])
    post_events(annals, tenant, [one])

    samples = scrape(annals)
    # The audit trail's records are events too.
    assert value(samples, "annals_events_written_total", outcome="accepted") >= trail + 2
    assert value(samples, "annals_events_written_total", outcome="duplicate") == 1
    assert value(samples, "annals_lanes_commit_duration_seconds_count") > 0


def test_the_journal_shows_what_is_not_moved_yet_and_is_empty_after_a_while(make):
    annals = make.annals("embedded")
    post_events(annals, annals.initialise(unique_name()), [event() for _ in range(10)])

    samples = scrape(annals)
    assert value(samples, "annals_journal_max_bytes") == 256 << 20
    assert value(samples, "annals_journal_commit_duration_seconds_count") > 0

    wait_for_value(annals, 0, "annals_journal_events")
    wait_for_value(annals, 0, "annals_journal_oldest_event_age_seconds")
    # They are counted a moment after they are none of the journal's any more.
    wait_until(lambda: value(scrape(annals), "annals_journal_moved_events_total") >= 10, "ten events were moved")
    assert value(scrape(annals), "annals_journal_failed") == 0


def test_tenants_are_counted_and_name_no_label(make, engine_kind):
    annals = make.annals(engine_kind)
    tenants = [annals.initialise(unique_name()) for _ in range(3)]
    for tenant in tenants:
        post_events(annals, tenant, [event()])

    text = annals.get("/metrics").text

    for tenant in tenants:
        assert tenant["client_id"] not in text and tenant["database_name"] not in text
    samples = samples_in(text)
    assert value(samples, "annals_tenants", state="active") == (3 if engine_kind == "embedded" else None)
    assert value(samples, "annals_tenants", state="deleting") == 0


def test_an_open_tail_is_shown_until_it_is_closed(annals):
    tenant = annals.initialise(unique_name())
    headers = {"X-Client-Id": tenant["client_id"]}

    with annals.get("/api/history/tail", headers=headers, stream=True) as reply:
        assert reply.status_code == 200
        wait_for_value(annals, 1, "annals_streams", kind="tail")

    wait_for_value(annals, 0, "annals_streams", kind="tail")


def test_the_process_and_the_build_are_described(annals, engine_kind):
    samples = scrape(annals)

    names = {name for name, _ in samples}
    assert {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_open_fds",
        "process_max_fds",
        "process_start_time_seconds",
    } <= names
    [build] = [dict(labels) for name, labels in samples if name == "annals_build_info"]
    assert build["engine"] == engine_kind
    assert re.fullmatch(r"\d+\.\d+\.\d+", build["version"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_counted_as_any_route(make, path):
    annals = make.annals()

    annals.request("HEAD", path, key=None)

    wait_until(lambda: requests_counted(annals, path, "HEAD", "200") == 1, "it is counted")
