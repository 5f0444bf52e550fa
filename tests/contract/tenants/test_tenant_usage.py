"""GET /api/tenants?usage=true: what each tenant has stored."""

import pytest

from support.answers.problems import expect_invalid, problem
from support.clients.keys import new_key
from support.events import event, history, post_events, tenant_with
from support.names import unique_name
from support.waiting import wait_until

PATH = "/api/tenants"
UNKNOWN = {"events": None, "stored_bytes": None, "last_event_at": None}
EMPTY = {"events": 0, "stored_bytes": 0, "last_event_at": None}
TIMES = ("2024-05-01T10:00:00.000Z", "2026-02-03T04:05:06.789Z", "1999-12-31T23:59:59.999Z")


@pytest.fixture
def annals(make, engine_kind):
    return make.annals(engine_kind)


def listed(annals, **query):
    """The usage of each tenant of the list, by its id."""
    reply = annals.get(PATH, params={"usage": "true", **query})
    assert reply.status_code == 200, reply.text
    return {one["client_id"]: one.get("usage") for one in reply.json()["results"]}


def of_one(annals, tenant):
    reply = annals.get(f"{PATH}/{tenant['client_id']}?usage=true")
    assert reply.status_code == 200, reply.text
    return reply.json()["usage"]


def expect_three(usage):
    assert (usage["events"], usage["last_event_at"]) == (3, TIMES[1])
    assert 0 < usage["stored_bytes"] < 100_000
    assert list(usage) == ["events", "stored_bytes", "last_event_at"]


def test_tenants_are_listed_with_what_they_have_stored(annals):
    tenant = tenant_with(annals, [event(event_time=time) for time in TIMES])
    empty = annals.initialise(unique_name())
    other = tenant_with(annals, [event(event_time=TIMES[2])])
    wait_until(lambda: of_one(annals, tenant)["events"] == 3, "the events are in the table")
    wait_until(lambda: of_one(annals, other)["events"] == 1, "the other's event is in its table")

    usages = listed(annals)

    expect_three(usages[tenant["client_id"]])
    expect_three(of_one(annals, tenant))
    assert usages[empty["client_id"]] == of_one(annals, empty) == EMPTY
    assert (usages[other["client_id"]]["events"], usages[other["client_id"]]["last_event_at"]) == (1, TIMES[2])
    assert usages == listed(annals, state="active")


def test_nothing_is_said_unless_it_is_asked_for(annals):
    tenant = annals.initialise(unique_name())

    assert "usage" not in annals.get(PATH).json()["results"][0]
    assert "usage" not in annals.get(f"{PATH}?usage=false").json()["results"][0]
    assert "usage" not in annals.get(f"{PATH}/{tenant['client_id']}").json()
    wrong = problem(["query", "usage"], "value could not be parsed to a boolean", "type_error.bool")
    for path in (PATH, f"{PATH}/{tenant['client_id']}"):
        expect_invalid(annals.get(f"{path}?usage=perhaps"), wrong)


def test_a_key_that_is_bound_to_tenants_sees_the_usage_of_these(annals):
    tenants = [annals.initialise(unique_name()) for _ in range(2)]
    key = new_key(annals, "read", client_ids=[tenants[0]["client_id"]])["key"]

    reply = annals.get(f"{PATH}?usage=true", key=key)

    assert [one["usage"] for one in reply.json()["results"]] == [EMPTY]
    assert annals.get(f"{PATH}/{tenants[1]['client_id']}?usage=true", key=key).status_code == 404


def test_a_list_wakes_no_table_that_sleeps_and_one_tenant_does(make):
    annals = make.annals("embedded")
    tenants = [tenant_with(annals, [event(event_time=time) for time in TIMES]) for _ in range(2)]
    for tenant in tenants:
        assert len(history(annals, tenant)["results"]) == 3
    annals.restart_with_an_empty_journal()

    for _ in range(2):
        assert [listed(annals)[tenant["client_id"]] for tenant in tenants] == [UNKNOWN, UNKNOWN]
    expect_three(of_one(annals, tenants[0]))
    expect_three(listed(annals)[tenants[0]["client_id"]])
    assert listed(annals)[tenants[1]["client_id"]] == UNKNOWN


def test_a_list_of_many_tenants_has_the_usage_of_each(make):
    annals = make.annals()
    tenants = [tenant_with(annals, [event() for _ in range(number % 3)]) for number in range(30)]
    for tenant in tenants:
        history(annals, tenant)

    usages = listed(annals, limit=30)

    assert len(usages) == 30
    assert [bool(usages[tenant["client_id"]]["events"]) for tenant in tenants] == [n % 3 > 0 for n in range(30)]
    post_events(annals, tenants[0], [event(event_time=TIMES[1])])
    history(annals, tenants[0])
    assert listed(annals)[tenants[0]["client_id"]]["last_event_at"] == TIMES[1]
