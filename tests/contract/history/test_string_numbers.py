"""numbers=string and X-Annals-Numbers: answers for JavaScript, which reads large JSON numbers as others."""

import csv
import io
import json

import pytest

from support.answers.problems import expect_invalid
from support.answers.query_problems import not_one_of
from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.events import HISTORY, event, events_of, expect_taken, get_history, history, post_events, shown, tenant_with
from support.names import UNKNOWN_ID, unique_name

MAX_32, MAX_64 = 2**32 - 1, 2**64 - 1
IDS = ("event_type_id", "record_id", "source_type_id", "source_id")
HEADER = {"X-Annals-Numbers": "string"}

EVENTS = [
    event(event_data={"n": 2**63}, kept=2**63),
    event(event_type_id=MAX_32, record_id=MAX_64, source_type_id=0, source_id=2**53 + 1),
    event(event_type_id="opened", record_id="ORD-17", source_type_id="17", source_id='"17"'),
]


@pytest.fixture
def tenant(annals, engine_kind, once):
    return once(engine_kind, lambda: tenant_with(annals, EVENTS))


def in_strings(sent):
    """The event as answers show it then: strings that could be taken for integers are in quotes of their own."""
    quoted = {"17": '"17"', '"17"': '"\\"17\\""'}
    return shown({**sent, **{name: quoted.get(sent[name], str(sent[name])) for name in IDS}})


def by_id(events):
    return {e["event_id"]: e for e in events}


def test_a_page_has_strings_for_ids_and_counts(annals, tenant):
    page = history(annals, tenant, numbers="string")

    assert by_id(page["results"]) == by_id(map(in_strings, EVENTS))
    assert (page["total_count"], page["filtered_count"], page["limit"], page["offset"]) == ("3", "3", 50, 0)


def test_every_id_of_such_an_answer_is_a_filter(annals, tenant):
    for sent in EVENTS:
        for name in IDS:
            got = events_of(annals, tenant, **{name: in_strings(sent)[name]})
            assert by_id(got) == by_id(shown(e) for e in EVENTS if e[name] == sent[name])


def test_the_header_says_the_same_and_the_parameter_wins(annals, tenant):
    def page(**query):
        return annals.get(HISTORY, headers={**client(tenant), **HEADER}, params={"count": "false", **query}).json()["results"]

    assert by_id(page()) == by_id(map(in_strings, EVENTS))
    assert by_id(page(numbers="number")) == by_id(map(shown, EVENTS))


def test_the_next_page_has_strings_too(any_annals):
    tenant = tenant_with(any_annals, EVENTS)
    page = history(any_annals, tenant, numbers="string", limit=1)

    following = any_annals.get(page["next"].removeprefix(any_annals.url), headers=client(tenant)).json()

    assert isinstance(following["results"][0]["record_id"], str) and following["total_count"] == "3"


def test_one_event_a_tail_and_an_export_have_strings(annals, tenant):
    one = annals.get(f"{HISTORY}/{EVENTS[1]['event_id']}?numbers=string", headers=client(tenant))
    assert one.json() == in_strings(EVENTS[1])
    lines = annals.get("/api/history/export?numbers=string", headers=client(tenant)).content.decode().splitlines()
    assert by_id(map(json.loads, lines)) == by_id(map(in_strings, EVENTS))

    with Tail(annals, tenant, numbers="string", cursor="") as tail:
        assert by_id(tail.read(3)) == by_id(map(in_strings, EVENTS))


def test_csv_is_the_same(annals, tenant):
    def table(query):
        return annals.get(f"/api/history/export?format=csv{query}", headers=client(tenant)).content.decode()

    assert table("&numbers=string") == table("")
    rows = csv.DictReader(io.StringIO(table(""), newline=""))
    assert by_id({"event_id": row["event_id"], **{n: row[n] for n in IDS}} for row in rows) == by_id(
        {"event_id": e["event_id"], **{n: in_strings(e)[n] for n in IDS}} for e in EVENTS
    )


def test_groups_have_strings(annals, tenant):
    path = f"{HISTORY}/count-by?numbers=string"
    groups = annals.get(f"{path}&by=record_id", headers=client(tenant)).json()

    wanted = [{"record_id": value, "count": "1"} for value in ("7", str(MAX_64), "ORD-17")]
    assert groups == {"results": wanted, "more": False}
    few = annals.get(f"{path}&by=record_id&limit=1", headers=client(tenant)).json()
    assert few == {"results": wanted[:1], "more": True}


def test_what_has_not_changed_is_so_for_the_same_numbers_only(make):
    annals = make.annals("embedded")
    tenant = tenant_with(annals, EVENTS)
    plain = get_history(annals, tenant).headers["ETag"]

    strings = annals.get(HISTORY, headers={**client(tenant), **HEADER, "If-None-Match": plain})

    assert strings.status_code == 200 and strings.headers["ETag"] != plain
    assert "X-Annals-Numbers" in strings.headers["Vary"]
    again = annals.get(HISTORY, headers={**client(tenant), **HEADER, "If-None-Match": strings.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", [HISTORY, f"{HISTORY}/count-by", "/api/history/export", "/api/history/tail", f"{HISTORY}/{UNKNOWN_ID}"])
def test_other_values_are_refused(any_annals, path):
    tenant = any_annals.initialise(unique_name())
    problem = not_one_of("numbers", "number", "string")
    expect_invalid(any_annals.get(f"{path}?numbers=text", headers=client(tenant)), problem)
    header = {**problem, "loc": ["header", "x-annals-numbers"]}
    expect_invalid(any_annals.get(path, headers={**client(tenant), "X-Annals-Numbers": "bigint"}), header)


def test_a_page_that_may_call_from_elsewhere_may_send_the_header(make):
    origin = "https://app.example"
    annals = make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": origin})
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-annals-numbers"}

    reply = annals.request("OPTIONS", HISTORY, key=None, headers=asked)

    allowed = [name.strip().lower() for name in reply.headers["Access-Control-Allow-Headers"].split(",")]
    assert reply.status_code == 204 and "x-annals-numbers" in allowed


def test_what_is_sent_is_what_json_says(any_annals):
    """The answer's form is no form of what is sent: "17" is a string there."""
    tenant = any_annals.initialise(unique_name())
    sent = [event(record_id=17), event(record_id="17")]
    expect_taken(post_events(any_annals, tenant, sent, headers=HEADER), 2)

    assert by_id(events_of(any_annals, tenant)) == by_id(map(shown, sent))
