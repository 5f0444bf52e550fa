"""A remote engine that is dead or hangs: 503 for who needs it, and recovery without anybody's help."""

import collections
import datetime
import time

import pytest

from support.annals import API_KEY
from support.answers.problems import UNAVAILABLE, expect, expect_invalid, missing
from support.clients.raw_http import RawConnection, head
from support.faults.crash import LEASES
from support.gates.outages import OUTAGES, freeze, kill
from support.servers.clickhouse_users import users_xml
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import leftovers
from support.witnesses.metrics import scrape

SETTINGS = {"ANNALS_ENGINE_TIMEOUT_SECONDS": "1", "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.3"}


@pytest.fixture
def annals(make):
    return make.annals("remote", environment=SETTINGS)


def requests_that_need_the_engine(annals, client_id):
    yield annals.post_tenant({"database_name": "other", "client_label": "other"})
    yield annals.get("/api/tenants")
    yield annals.get(f"/api/tenants/{client_id}")
    yield annals.delete(client_id)


@OUTAGES
def test_who_needs_the_engine_gets_503_and_later_an_answer(annals, bring_down, repair):
    made = annals.initialise("shop")
    bring_down(annals.engine.server)

    for reply in requests_that_need_the_engine(annals, made["client_id"]):
        expect(reply, 503, UNAVAILABLE)
        assert int(reply.headers["Retry-After"]) >= 1

    repair(annals.engine.server)

    annals.wait_until_ready()
    wait_until(lambda: annals.get("/api/tenants").status_code == 200, "the tenants can be read", PATIENCE_SECONDS)
    wait_until(
        lambda: annals.post_tenant({"database_name": "other", "client_label": "other"}).status_code in (201, 400),
        "the tenant can be made after all",
        PATIENCE_SECONDS,
    )


@OUTAGES
def test_readiness_tells_of_the_outage_and_health_does_not(annals, bring_down, repair):
    bring_down(annals.engine.server)

    wait_until(lambda: annals.get("/readyz", key=None).status_code == 503, "/readyz answers 503", PATIENCE_SECONDS)
    reply = annals.get("/readyz", key=None)
    assert reply.json()["detail"] == UNAVAILABLE["detail"] and reply.json()["engine"] == "does not answer", reply.text
    assert int(reply.headers["Retry-After"]) >= 1
    assert annals.get("/healthz", key=None).status_code == 200

    repair(annals.engine.server)
    wait_until(lambda: annals.get("/readyz", key=None).status_code == 200, "/readyz answers 200", PATIENCE_SECONDS)


@OUTAGES
def test_what_needs_no_engine_is_answered_as_ever(annals, bring_down, repair):
    bring_down(annals.engine.server)

    assert annals.get("/api/tenants", key=None).status_code == 401
    assert annals.get("/x").status_code == 404
    expect_invalid(annals.post_tenant({"client_label": "x"}), missing("body", "database_name"))

    repair(annals.engine.server)


def test_a_service_that_starts_before_its_engine_serves_when_it_comes(make):
    engine = make.engine()
    engine.server.kill()
    annals = make.annals(engine, environment=SETTINGS, start=False)

    annals.start(ready=False)
    assert annals.get("/readyz", key=None).status_code == 503
    expect(annals.post_tenant({"database_name": "shop", "client_label": "shop"}), 503, UNAVAILABLE)
    engine.server.restart()

    annals.wait_until_ready()
    assert annals.initialise("shop")["database_name"] == "shop"


def test_a_tenant_that_was_being_made_when_the_engine_died_vanishes_or_is_whole(make):
    engine = make.engine()
    annals = make.annals(engine, environment={**SETTINGS, **LEASES})
    for i in range(5):
        with RawConnection(annals) as connection:
            body = f'{{"database_name":"d{i}","client_label":"l{i}"}}'.encode()
            lines = (f"X-API-Key: {API_KEY}", "Content-Type: application/json", f"Content-Length: {len(body)}")
            connection.send(head("POST", "/api/initialize-tenant", *lines) + body)
            engine.server.kill()
            status = connection.reply().status_code
            assert status in (201, 503), f"expected 201 or 503, got {status}"
        engine.server.restart()

    annals.wait_until_ready()

    def settled():
        return all(tenant["state"] == "active" for tenant in annals.tenants())

    wait_until(settled, "no tenant stays half-made", PATIENCE_SECONDS)
    for tenant in annals.tenants():
        annals.remove(tenant["client_id"])
    wait_until(lambda: leftovers(annals) == {}, "nothing is left", PATIENCE_SECONDS)


def test_an_engine_that_is_away_does_not_fill_the_log(make):
    engine = make.engine()
    engine.server.kill()
    annals = make.annals(engine, environment=SETTINGS, start=False)
    began = time.monotonic()
    annals.start(ready=False)

    for _ in range(100):
        expect(annals.post_tenant({"database_name": "shop", "client_label": "shop"}), 503, UNAVAILABLE)

    kinds = [line.split('"level":', 1)[1].split('"request_id"')[0] for line in annals.log.splitlines() if '"warning"' in line]
    most = max(kinds.count(kind) for kind in kinds)
    damped = LINES * (2 + (time.monotonic() - began) // SECONDS)
    assert most <= damped, f"expected that equal lines are damped, got one {most} times"
    engine.server.restart()
    annals.wait_until_ready()


# Equal lines are damped: so many are written in so many seconds.
LINES, SECONDS = 5, 30
FAILURES_SECONDS = 300


def failures(annals):
    """How often each round in the background has failed, of those that have."""
    samples = scrape(annals).items()
    counts = {labels: count for (name, labels), count in samples if name == "annals_background_runs_total" and count > 0}
    return {dict(labels)["round"]: count for labels, count in counts.items() if ("outcome", "failed") in labels}


def times_of_lines(annals):
    """When each kind of warning and error was written, by message and round."""
    times = collections.defaultdict(list)
    for line in annals.log_lines():
        if line["level"] in ("warning", "error"):
            time = datetime.datetime.fromisoformat(line["time"].rstrip("Z"))
            times[line["msg"], line.get("round")].append(time)
    return times


def untold(annals):
    """The rounds that have failed without a line in the log."""
    return failures(annals).keys() - {name for _, name in times_of_lines(annals)}


# A server that hangs is given up more than two seconds after each statement.
@pytest.mark.parametrize(
    "bring_down, login, number",
    [(kill, {}, 60), (freeze, {}, 20), (None, {"ANNALS_ENGINE_PASSWORD": "another one"}, 60)],
    ids=["killed", "hanging", "refusing the login"],
)
def test_an_engine_that_is_away_does_not_fill_the_log_while_nobody_asks(make, bring_down, login, number):
    engine = make.engine(users=users_xml())
    if bring_down:
        bring_down(engine.server)
    quick = {"ANNALS_ENGINE_TIMEOUT_SECONDS": "0.2"}
    annals = make.annals(engine, environment={**SETTINGS, **quick, **login}, start=False).start(ready=False)

    many = lambda: max(failures(annals).values(), default=0) >= number
    wait_until(many, f"a round in the background has failed {number} times", FAILURES_SECONDS)

    # Any stretch of that length touches two of the log's at most; a second is for its rounding.
    for kind, times in times_of_lines(annals).items():
        for first, last in zip(times, times[2 * LINES :]):
            assert (last - first).total_seconds() > SECONDS - 1, f"expected that equal lines are damped, got {kind} at {times}"
    wait_until(lambda: not untold(annals), lambda: f"the log tells of each round that fails, also of {untold(annals)}")
