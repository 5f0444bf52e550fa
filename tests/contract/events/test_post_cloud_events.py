"""POST /api/events with CloudEvents 1.0: structured, in batches, and in binary mode."""

import base64
import datetime
import json
import uuid

import pytest

from support.annals import API_KEY
from support.answers.event_problems import expect_not_json, not_a_time, not_among, repeated
from support.answers.problems import (
    expect_invalid,
    missing,
    not_a_dict,
    not_a_string,
    not_an_integer,
    problem,
    too_short,
    too_small,
)
from support.clients.raw_http import RawConnection, head
from support.events import EVENTS, JSON, event, events_of, expect_taken, history, post_events, shown, without
from support.names import unique_name

ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
SKIP = "?on_error=skip"
TIME = "2022-11-10T10:26:12.111Z"


@pytest.fixture
def own(any_annals):
    """A service and a tenant, for what no engine can change."""
    return any_annals, any_annals.initialise(unique_name())


def cloud_event(data, **changes):
    return {
        "specversion": "1.0",
        "id": "17",
        "source": "https://shop.example/orders",
        "type": "com.example.order.changed",
        "time": TIME,
        "datacontenttype": "application/json",
        "data": data,
        **changes,
    }


def payload(**changes):
    """An event's keys without those that the envelope can give."""
    return without(event(**changes), "event_id", "event_time")


def post_one(annals, tenant, body, **arguments):
    return post_events(annals, tenant, body if isinstance(body, str) else json.dumps(body), ONE, **arguments)


def post_batch(annals, tenant, body, **arguments):
    return post_events(annals, tenant, json.dumps(body), BATCH, **arguments)


def post_binary(annals, tenant, data, **attributes):
    given = {"specversion": "1.0", "id": "17", "source": "/s", "type": "t", **attributes}
    headers = {f"ce-{name}": value for name, value in given.items() if value is not None}
    return post_events(annals, tenant, data if isinstance(data, str) else json.dumps(data), JSON, headers=headers)


def only_event(annals, tenant):
    (found,) = events_of(annals, tenant)
    return found


# --- structured ---


def test_the_data_of_a_cloud_event_is_the_event_and_its_attributes_are_kept(annals, tenant):
    sent = event()
    cloud = cloud_event(sent, subject="order 7", comexampleextension={"a": 1})

    expect_taken(post_one(annals, tenant, cloud), 1)

    assert only_event(annals, tenant) == shown({**sent, "cloudevent": without(cloud, "data")})


def test_id_and_time_of_the_envelope_stand_in_for_those_of_the_event(annals, tenant):
    event_id = str(uuid.uuid4())

    expect_taken(post_one(annals, tenant, cloud_event(payload(), id=event_id)), 1)

    found = only_event(annals, tenant)
    assert (found["cloudevent"]["id"], found["event_time"]) == (event_id, TIME)
    assert uuid.UUID(found["event_id"]).version == 5, "expected an id made of source and id"


def test_id_and_time_of_the_event_win(annals, tenant):
    sent = event(event_time="2020-01-01T00:00:00.000Z")

    expect_taken(post_one(annals, tenant, cloud_event(sent, id=str(uuid.uuid4()))), 1)

    found = only_event(annals, tenant)
    assert (found["event_id"], found["event_time"]) == (sent["event_id"], sent["event_time"])


def test_without_any_time_it_is_now(own):
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(milliseconds=1)

    expect_taken(post_one(*own, without(cloud_event(payload()), "time")), 1)

    time = datetime.datetime.fromisoformat(only_event(*own)["event_time"].replace("Z", "+00:00"))
    assert before <= time <= datetime.datetime.now(datetime.timezone.utc)


def test_a_cloud_event_delivered_again_is_a_duplicate_whatever_its_id_looks_like(annals, tenant):
    for event_id in ("order-17", "ü 🎉", "x" * 5000, str(uuid.uuid4())):
        cloud = cloud_event(payload(), id=event_id)

        expect_taken(post_one(annals, tenant, cloud), 1)
        expect_taken(post_one(annals, tenant, {**cloud, "data": payload(event_data="other")}), 0, duplicates=1, conflicts=1)

    assert history(annals, tenant)["total_count"] == 4


def test_one_id_of_two_sources_is_two_events(own):
    for event_id in ("100", "0b6f2c1e-5a4d-4c3b-9a2f-1e0d9c8b7a60", "ü"):
        batch = [cloud_event(payload(), source=source, id=event_id) for source in ("/shop/eu", "/shop/us", "/shop/eu")]

        expect_taken(post_batch(*own, batch), 2, duplicates=1)
        expect_taken(post_batch(*own, batch), 0, duplicates=3)


def test_an_attribute_may_be_given_once(own):
    text = json.dumps(cloud_event(payload()))

    expect_invalid(post_one(*own, '{"id": "18", ' + text[1:]), repeated("body", "id"))
    expect_invalid(post_one(*own, text[:-1] + ', "source": "/other"}'), repeated("body", "source"))


def test_data_may_come_in_base64(own):
    sent = event()
    data = base64.b64encode(json.dumps(sent).encode()).decode()
    cloud = {**without(cloud_event(None), "data"), "data_base64": data}

    expect_taken(post_one(*own, cloud), 1)

    assert without(only_event(*own), "cloudevent") == shown(sent)


@pytest.mark.parametrize(
    "changes, found",
    [
        ({"data_base64": "!"}, ("data_base64", "value_error.base64")),
        ({"data_base64": 7}, ("data_base64", "type_error.str")),
        ({"data": {}, "data_base64": "e30="}, ("data_base64", "value_error")),
        ({}, ("data", "value_error.missing")),
    ],
    ids=["no base64", "no text", "both", "neither"],
)
def test_data_comes_once(own, changes, found):
    reply = post_one(*own, {**without(cloud_event(None), "data"), **changes})

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert [(p["loc"], p["type"]) for p in reply.json()["detail"]] == [(["body", found[0]], found[1])]


def test_all_problems_of_a_cloud_event_are_listed_at_once(annals, tenant):
    cloud = cloud_event(payload(record_id=-1), id=7, source="", specversion="0.3", time="x")
    del cloud["type"]

    reply = post_one(annals, tenant, cloud)

    expect_invalid(
        reply,
        not_a_string("body", "id"),
        too_short("body", "source"),
        not_among("body", "specversion", permitted=("1.0",)),
        missing("body", "type"),
        not_a_time("body", "time"),
        too_small("body", "data", "record_id", limit=0),
    )
    assert history(annals, tenant)["total_count"] == 0


def test_a_null_attribute_is_an_absent_one(own):
    reply = post_one(*own, cloud_event(payload(), id=None, type=None))

    expect_invalid(reply, missing("body", "id"), missing("body", "type"))
    expect_taken(post_one(*own, cloud_event(payload(), time=None, subject=None)), 1)


def test_a_body_that_is_no_cloud_event_is_told(own):
    expect_invalid(post_one(*own, ""), missing("body"))
    expect_invalid(post_one(*own, "null"), missing("body"))
    expect_invalid(post_one(*own, "[]"), not_a_dict())
    expect_not_json(post_one(*own, '{"id": }'), ["body"])


# --- batches ---


def test_a_batch_of_cloud_events_is_kept(annals, tenant):
    sent = [event() for _ in range(3)]

    expect_taken(post_batch(annals, tenant, [cloud_event(data, id=str(i)) for i, data in enumerate(sent)]), 3)

    got = {found["event_id"]: without(found, "cloudevent") for found in events_of(annals, tenant)}
    assert got == {data["event_id"]: shown(data) for data in sent}


def test_an_empty_batch_is_nothing(own):
    expect_taken(post_batch(*own, []), 0)


def test_one_bad_cloud_event_refuses_the_batch_unless_it_is_skipped(annals, tenant):
    batch = [cloud_event(event()), cloud_event(payload(source_id=True)), cloud_event(event()), 7]
    first, second = (
        not_an_integer("body", 1, "data", "source_id"),
        problem(["body", 3], "value is not a valid dict", "type_error.dict"),
    )

    expect_invalid(post_batch(annals, tenant, batch), first, second)
    assert history(annals, tenant)["total_count"] == 0

    errors = [{"index": 1, "detail": [first]}, {"index": 3, "detail": [second]}]
    expect_taken(post_batch(annals, tenant, batch, query=SKIP), 2, errors=errors)
    assert history(annals, tenant)["total_count"] == 2


def test_a_batch_is_a_list(own):
    not_a_list = problem(["body"], "value is not a valid list", "type_error.list")

    expect_invalid(post_batch(*own, cloud_event(event())), not_a_list)


# --- binary mode ---


def test_in_binary_mode_the_body_is_the_event_and_headers_are_attributes(annals, tenant):
    sent = event()
    attributes = {"specversion": "1.0", "id": "17", "source": "/s", "type": "t", "time": TIME, "myextension": "x"}

    expect_taken(post_binary(annals, tenant, sent, **attributes), 1)

    found = only_event(annals, tenant)
    assert without(found, "cloudevent") == shown(sent)
    assert attributes.items() <= found["cloudevent"].items()


def test_in_binary_mode_id_and_time_come_from_headers(annals, tenant):
    event_id = str(uuid.uuid4())

    expect_taken(post_binary(annals, tenant, payload(), id=event_id, time="2022-11-10T12:26:12.111+02:00"), 1)

    found = only_event(annals, tenant)
    assert (found["cloudevent"]["id"], found["event_time"]) == (event_id, TIME)
    assert uuid.UUID(found["event_id"]).version == 5, "expected an id made of source and id"


def test_attributes_in_headers_are_percent_decoded(own):
    expect_taken(post_binary(*own, event(), subject="Euro%20%E2%82%AC%20%F0%9F%98%80", other="100%"), 1)

    attributes = only_event(*own)["cloudevent"]
    assert (attributes["subject"], attributes["other"]) == ("Euro € 😀", "100%")


def test_one_cloud_event_in_two_modes_is_one_event(own):
    cloud = cloud_event(payload())

    expect_taken(post_one(*own, cloud), 1)
    expect_taken(post_binary(*own, cloud["data"], id=cloud["id"], source=cloud["source"], time=TIME), 0, duplicates=1)


def test_problems_of_attributes_are_told_of_their_headers(own):
    reply = post_binary(*own, payload(record_id=-1), specversion="2.0", id=None, source="", type=None, time="x")

    expect_invalid(
        reply,
        missing("header", "ce-id"),
        too_short("header", "ce-source"),
        not_among("header", "ce-specversion", permitted=("1.0",)),
        missing("header", "ce-type"),
        not_a_time("header", "ce-time"),
        too_small("body", "record_id", limit=0),
    )


def test_in_binary_mode_the_body_must_be_an_event(own):
    expect_invalid(post_binary(*own, ""), missing("body"))
    expect_invalid(post_binary(*own, "[]"), not_a_dict())
    expect_not_json(post_binary(*own, "{"), ["body"])


# Also those of the published conformance features (cloudevents/conformance, http-protocol-binding.feature).
@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/a+json"])
def test_in_binary_mode_the_content_type_is_an_attribute(own, content_type):
    sent = event()
    attributes = {"id": "1234-1234-1234", "source": "/mycontext/subcontext", "type": "com.example.someevent"}
    headers = {"ce-specversion": "1.0", **{f"ce-{name}": value for name, value in attributes.items()}}

    expect_taken(post_events(*own, json.dumps(sent), content_type, headers=headers), 1)

    (found,) = events_of(*own, event_id=sent["event_id"])
    assert found["cloudevent"] == {"specversion": "1.0", **attributes, "datacontenttype": content_type}


@pytest.mark.parametrize("content_type", [ONE, f"{ONE}; charset=utf-8", ONE.upper()])
def test_in_structured_mode_the_data_has_its_own_content_type(own, content_type):
    sent = event()

    expect_taken(post_events(*own, json.dumps(cloud_event(sent)), content_type, headers={"ce-id": "another"}), 1)

    (found,) = events_of(*own, event_id=sent["event_id"])
    assert found["cloudevent"] == without(cloud_event(sent), "data")


def test_attributes_without_a_version_are_no_plain_event(own):
    expect_invalid(post_binary(*own, event(), specversion=None), missing("header", "ce-specversion"))
    only_an_extension = {"specversion": None, "id": None, "source": None, "type": None, "subject": "x"}
    expect_invalid(
        post_binary(*own, event(), **only_an_extension),
        *(missing("header", f"ce-{name}") for name in ("id", "source", "specversion", "type")),
    )

    assert history(*own)["total_count"] == 0


@pytest.mark.parametrize("name, values", [("id", ("1", "2")), ("source", ("/a", "/b")), ("myext", ("x", "x"))])
def test_an_attribute_may_be_in_one_header_only(own, name, values):
    annals, tenant = own
    given = {"specversion": "1.0", "id": "1", "source": "/a", "type": "t"}
    given.pop(name, None)
    lines = [f"ce-{key}: {value}" for key, value in given.items()] + [f"ce-{name}: {value}" for value in values]
    body = json.dumps(event()).encode()
    fields = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", f"Content-Length: {len(body)}")

    with RawConnection(annals) as connection:
        reply = connection.send(head("POST", EVENTS, *fields, *lines) + body).reply()

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    assert reply.json() == {"detail": [repeated("header", f"ce-{name}")]}


def test_another_content_type_among_the_attributes_is_refused(own):
    reply = post_binary(*own, event(), datacontenttype="text/xml")

    assert reply.status_code == 422, f"expected 422, got {reply.status_code} {reply.text}"
    (found,) = reply.json()["detail"]
    assert found["type"] == "value_error.repeated"


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "text/xml", "application/cloudevents+avro"])
def test_in_binary_mode_the_body_is_json_and_not_lines(own, content_type):
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/a", "ce-type": "t"}

    expect_invalid(post_events(*own, json.dumps(event()), content_type, headers=headers), not_a_dict())
