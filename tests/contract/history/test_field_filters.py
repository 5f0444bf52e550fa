"""Filters on fields: `data.…` of event_data, `field.…` of further keys; and time zones of buckets."""

import json

import pytest

from support.answers.problems import expect_invalid, problem
from support.clients.commands import platform_client
from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.clients.viewer_tokens import content_of, new_token, post_token, view
from support.events import HISTORY, NDJSON, event, events_of, get_history, history, post_events, tenant_with

COUNT_BY = f"{HISTORY}/count-by"
NOT_A_FIELD = (
    "value is not a valid field: write data.<key> or field.<key>, further keys after dots, and a key with a dot in it "
    "between quotation marks"
)

DATA = [
    {"status": "approved", "user": {"id": 7}},
    {"status": "approved", "user": {"id": "7"}},
    {"status": "Approved", "user": {"id": 70}},
    {"status": ["approved"], "user": [{"id": 7}]},
    {"status": None, "user": {"id": 7.0}},
    {"status": True, "user": {"id": 2**63}},
    {"status": "true", "user": {"id": -1}},
    {"status": "null"},
    {"status": ""},
    {"a.b": {"c": "x"}, 'q"': "y", "": "z"},
    {"straße": "日本語 テスト", "text": 'a "b" \\ \u2028 c'},
    {"text": "it's; -- {x:String} %"},
    {"deep": {str(n): None for n in range(3)}, "status": {"approved": True}},
    {"number": 1.10, "exponent": 1e3, "zero": -0.0},
    [{"status": "approved"}],
    "approved",
]


@pytest.fixture(scope="module")
def tenants(once):
    """By engine: a tenant that has an event with each of DATA; a record's number is its place there."""

    def get(annals, kind):
        def make():
            sent = [event(record_id=n, event_data=data, region="eu" if n % 2 else "us", extra={"n": n}) for n, data in enumerate(DATA)]
            return tenant_with(annals, sent)

        return once(f"fields of {kind}", make)

    return get


@pytest.fixture
def tenant(annals, engine_kind, tenants):
    return tenants(annals, engine_kind)


def found(annals, tenant, **query):
    return {one["record_id"] for one in history(annals, tenant, limit=1000, **query)["results"]}


@pytest.mark.parametrize(
    "field, value, records",
    [
        ("data.status", "approved", {0, 1}),
        ("data.status", '"approved"', {0, 1}),
        ("data.status", "Approved", {2}),
        ("data.status", "appr", set()),
        ("data.user.id", "7", {0, 1, 4}),
        ("data.user.id", '"7"', {1}),
        ("data.user.id", "7.0", {0, 4}),
        ("data.user.id", str(2**63), {5}),
        ("data.user.id", "-1", {6}),
        ("data.user.id", str(10**30), set()),
        ("data.status", "null", {4, 7}),
        ("data.status", '"null"', {7}),
        ("data.status", "true", {5, 6}),
        ("data.status", "", {8}),
        ("data.status.approved", "true", {12}),
        ("data.deep.0", "null", {12}),
        ('data."a.b".c', "x", {9}),
        ("data.a.b.c", "x", set()),
        ('data."q\\""', "y", {9}),
        ("data.straße", "日本語 テスト", {10}),
        ("data.straße", "日本語", set()),
        ("data.text", 'a "b" \\ \u2028 c', {10}),
        ("data.text", json.dumps('a "b" \\ \u2028 c'), {10}),
        ("data.text", "it's; -- {x:String} %", {11}),
        ("data.number", "1.1", {13}),
        ("data.exponent", "1000", {13}),
        ("data.missing", "null", set()),
        ("data.missing", "", set()),
        ("field.region", "eu", set(range(1, len(DATA), 2))),
        ("field.extra.n", "3", {3}),
        ("field.status", "approved", set()),
        ("data.region", "eu", set()),
    ],
)
def test_a_field_has_a_value_or_has_it_not(annals, tenant, field, value, records):
    assert found(annals, tenant, **{field: value}) == records


def test_one_of_several_values_suffices_and_each_field_is_needed(annals, tenant):
    assert found(annals, tenant, **{"data.status": ["approved", "null", "nobody"]}) == {0, 1, 4, 7}
    assert found(annals, tenant, **{"data.status": "approved", "data.user.id": '"7"'}) == {1}
    assert found(annals, tenant, **{"data.status": "approved", "field.region": "us", "q": "approved"}) == {0}


def test_what_was_sent_with_escapes_is_the_same_value(annals):
    tenant = tenant_with(annals, [event()])
    lines = [
        r'{"event_type_id":1,"record_id":1,"source_type_id":1,"source_id":1,"event_data":{"na\u006de":"\u65e5\ud83c\udf89"}}',
        r'{"event_type_id":1,"record_id":2,"source_type_id":1,"source_id":1,"event_data":{"name":"日🎉"}}',
        r'{"event_type_id":1,"record_id":3,"source_type_id":1,"source_id":1,"event_data":{"name":"\\u65e5"}}',
    ]
    assert post_events(annals, tenant, "\n".join(lines), NDJSON).status_code == 201
    assert found(annals, tenant, **{"data.name": "日🎉"}) == {1, 2}
    assert found(annals, tenant, **{"data.name": "\\u65e5"}) == {3}


def test_every_way_to_read_filters_by_fields(annals, tenant):
    query = {"data.status": "approved"}
    headers = client(tenant)
    groups = annals.get(COUNT_BY, headers=headers, params={"by": "record_id", **query}).json()["results"]
    assert [one["record_id"] for one in groups] == [0, 1]
    lines = annals.get("/api/history/export", headers=headers, params=query).content.decode().splitlines()
    assert [json.loads(line)["record_id"] for line in lines] == [0, 1]
    assert annals.get("/api/history/export", headers=headers, params={"format": "csv", **query}).text.count("\r\n") == 3
    with Tail(annals, tenant, cursor="", **query) as tail:
        assert {one["record_id"] for one in tail.read(2)} == {0, 1}
    page = get_history(annals, tenant, limit=1, cursor="", **query).json()
    assert page["next"] is not None
    second = annals.get(page["next"].removeprefix(annals.url), headers=headers).json()
    assert {page["results"][0]["record_id"], second["results"][0]["record_id"]} == {0, 1}
    assert history(annals, tenant, **query)["filtered_count"] == 2


def test_a_viewer_sees_only_events_with_these_values(annals, tenant):
    token = new_token(annals, tenant, {"fields": {"data.user.id": ["7"], "field.region": ["us", "moon"]}})
    assert content_of(token)[0] == 3, "instances that do not know fields refuse it"
    results = view(annals, token, f"{HISTORY}?count=true").json()
    assert {one["record_id"] for one in results["results"]} == {0, 4}
    assert (results["total_count"], results["filtered_count"]) == (2, 2)
    assert view(annals, token, f"{HISTORY}?data.status=approved").json()["total_count"] == 2
    with view(annals, token, "/api/history/tail?cursor=", stream=True) as reply:
        assert reply.status_code == 200


@pytest.mark.parametrize("name", ["data.", "field.", "data..a", "data.a.", 'data."a', 'data."a"b', 'data.a"b', f"data.{'k' * 257}", "data." + ".".join("a" * 17)])
def test_what_is_no_field_is_told_so(any_annals, name):
    tenant = tenant_with(any_annals, [event()])
    expect_invalid(get_history(any_annals, tenant, **{name: "x"}), problem(["query", name], NOT_A_FIELD, "value_error.field"))
    reply = any_annals.request("POST", "/api/viewer-tokens", json={"client_id": tenant["client_id"], "filter": {"fields": {name: ["x"]}}})
    expect_invalid(reply, problem(["body", "filter", "fields", name], NOT_A_FIELD, "value_error.field"))


def test_more_fields_and_values_than_there_may_be_are_refused(any_annals):
    tenant = tenant_with(any_annals, [event()])
    assert get_history(any_annals, tenant, **{f"data.k{n}": "x" for n in range(16)}).status_code == 200
    assert get_history(any_annals, tenant, **{f"data.k{n}": "x" for n in range(17)}).status_code == 422
    assert get_history(any_annals, tenant, **{"data.k": ["x"] * 100}).status_code == 200
    assert get_history(any_annals, tenant, **{"data.k": ["x"] * 101}).status_code == 422
    fields = {f"no field {n}": ["x"] for n in range(17)}
    limit = problem(["body", "filter", "fields"], "ensure this value has at most 16 items", "value_error.list.max_items", limit_value=16)
    expect_invalid(post_token(any_annals, tenant, filter={"fields": fields}), limit)
    unknown = problem(["query", "date.a"], "extra fields not permitted", "value_error.extra")
    expect_invalid(get_history(any_annals, tenant, **{"date.a": "x"}), unknown)


def test_what_is_in_the_index_of_words_and_what_is_not_yet_is_found(annals):
    tenant = tenant_with(annals, [event(record_id=n, event_data={"name": f"Straße {n} (Łódź)", "n": n}) for n in range(300)])
    for _ in range(2):
        post_events(annals, tenant, [event(record_id=1000, event_data={"name": "STRASSE 7 (Łódź)"})])
    assert found(annals, tenant, **{"data.name": "Straße 7 (Łódź)"}) == {7}
    assert found(annals, tenant, **{"data.name": "STRASSE 7 (Łódź)"}) == {1000}
    assert found(annals, tenant, **{"data.n": "7"}) == {7}


# --- time zones ---


def times(annals, tenant, **query):
    reply = annals.get(COUNT_BY, headers=client(tenant), params=query)
    assert reply.status_code == 200, reply.text
    return [(one["time"], one["count"]) for one in reply.json()["results"]]


def test_days_begin_at_the_midnight_of_their_zone(annals):
    moments = ["2026-03-28T22:59:59.999Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999Z", "2026-03-29T22:00:00Z"]
    tenant = tenant_with(annals, [event(event_time=one) for one in moments])
    assert times(annals, tenant, bucket="day", tz="Europe/Berlin") == [
        ("2026-03-28T00:00:00+01:00", 1),
        ("2026-03-29T00:00:00+01:00", 2),
        ("2026-03-30T00:00:00+02:00", 1),
    ], "the day on which clocks are put forward has 23 hours"
    assert times(annals, tenant, bucket="day") == times(annals, tenant, bucket="day", tz="UTC")
    assert times(annals, tenant, bucket="month", tz="Asia/Kolkata") == [("2026-03-01T00:00:00+05:30", 4)]
    assert times(annals, tenant, bucket="week", tz="America/New_York") == [("2026-03-23T00:00:00-04:00", 4)]


def test_the_day_on_which_clocks_are_put_back_has_25_hours(annals):
    moments = ["2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999Z", "2026-10-25T23:00:00Z"]
    tenant = tenant_with(annals, [event(event_time=one) for one in moments])
    days = [("2026-10-25T00:00:00+02:00", 2), ("2026-10-26T00:00:00+01:00", 1)]
    assert times(annals, tenant, bucket="day", tz="Europe/Berlin") == days
    assert times(annals, tenant, bucket="day", tz="Europe/Berlin", ordering="-count", limit=1) == days[:1]


def test_groups_of_a_filter_are_ordered_and_their_cut_is_told(annals, tenant):
    query = {"by": "record_id", "data.user.id": "7", "ordering": "-count", "limit": 2}
    groups = annals.get(COUNT_BY, headers=client(tenant), params=query).json()
    assert ([one["record_id"] for one in groups["results"]], groups["more"]) == ([0, 1], True)
    groups = annals.get(COUNT_BY, headers=client(tenant), params={**query, "limit": 3}).json()
    assert ([one["record_id"] for one in groups["results"]], groups["more"]) == ([0, 1, 4], False)


def test_where_clickhouse_cannot_read_the_json_no_field_is_found(annals):
    bodies = ['{"a":1,"b":1e400}', '{"a":1,"b":"\\ud83d"}', f'{{"a":1,"b":{10**30}}}', '{"a":1,"b":2}']
    lines = [f'{{"event_type_id":1,"record_id":{n},"source_type_id":1,"source_id":1,"event_data":{body}}}' for n, body in enumerate(bodies)]
    tenant = tenant_with(annals, [])
    assert post_events(annals, tenant, "\n".join(lines), NDJSON).status_code == 201
    assert found(annals, tenant, **{"data.a": "1"}) == {3}
    assert found(annals, tenant) == {0, 1, 2, 3}


def test_the_command_line_takes_fields(annals, tenant, tmp_path):
    run = platform_client(annals, tmp_path)
    of = ("--client-id", tenant["client_id"])
    listed = run.json("events", "list", *of, "--where", "data.status=approved", "--where", "data.user.id=7")
    assert {one["record_id"] for one in listed} == {0, 1}
    assert "write data.<key>=<value>" in run("events", "list", *of, "--where", "status=approved", code=2).stderr


def test_an_hour_that_comes_twice_is_two(annals):
    tenant = tenant_with(annals, [event(event_time=f"2026-10-25T0{hour}:30:00Z") for hour in (0, 1, 2)])
    assert times(annals, tenant, bucket="hour", tz="Europe/Berlin") == [
        ("2026-10-25T02:00:00+02:00", 1),
        ("2026-10-25T02:00:00+01:00", 1),
        ("2026-10-25T03:00:00+01:00", 1),
    ]


def test_zones_hold_for_every_time_that_can_be_stored(annals):
    tenant = tenant_with(annals, [event(event_time="1950-06-01T12:00:00Z"), event(event_time="2150-06-01T12:00:00Z"), event(event_time="2018-11-04T15:00:00Z")])
    days = [time for time, _ in times(annals, tenant, bucket="day", tz="America/Sao_Paulo")]
    assert [day[:10] for day in days] == ["1950-06-01", "2018-11-04", "2150-06-01"]
    assert days[1:] == ["2018-11-04T01:00:00-02:00", "2150-06-01T00:00:00-03:00"], "that day had no midnight"
    assert len(times(annals, tenant, bucket="minute", tz="Asia/Kathmandu")) == 3


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "europe/berlin", "+01:00", "'; DROP TABLE x", "../UTC"])
def test_a_zone_that_nobody_knows_is_told_so(annals, zone):
    tenant = tenant_with(annals, [event()])
    reply = annals.get(COUNT_BY, headers=client(tenant), params={"bucket": "day", "tz": zone})
    told = "unknown time zone: write a name of the IANA database, such as Europe/Berlin"
    expect_invalid(reply, problem(["query", "tz"], told, "value_error.time_zone"))
    assert events_of(annals, tenant)
