"""What can be wrong with the fields of an event, in each way it comes in."""

import json

import pytest

from support.answers.event_problems import not_a_time, not_a_uuid, not_storable
from support.answers.problems import expect_invalid, missing, not_an_integer, null, problem, too_large, too_small
from support.events import (
    NDJSON,
    envelope,
    event,
    events_of,
    expect_taken,
    history,
    post_envelope,
    post_events,
    shown,
    without,
)
from support.names import unique_name

CLOUD_EVENT = "application/cloudevents+json"
NOT_A_DICT = problem([], "value is not a valid dict", "type_error.dict")
MAX_32 = 2**32 - 1
MAX_64 = 2**64 - 1
FIELDS = ("event_id", "event_time", "event_type_id", "record_id", "source_id", "source_type_id", "event_data")
IDS_64 = ("record_id", "source_id")
IDS_32 = ("event_type_id", "source_type_id")


@pytest.fixture(scope="module")
def service(shared):
    """A service and a tenant that gets nothing but bad events."""
    annals = shared("remote")
    return annals, annals.initialise(unique_name())


def in_envelope(annals, tenant, detail):
    return post_envelope(annals, envelope(detail, tenant["database_name"]))


def alone(annals, tenant, sent):
    return post_events(annals, tenant, json.dumps(sent))


def in_array(annals, tenant, sent):
    return post_events(annals, tenant, [sent])


def as_line(annals, tenant, sent):
    return post_events(annals, tenant, json.dumps(sent), NDJSON)


def in_cloud_event(annals, tenant, data):
    cloud = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": data}
    return post_events(annals, tenant, json.dumps(cloud), CLOUD_EVENT)


WAYS = {
    in_envelope: ("body", "detail"),
    alone: ("body",),
    in_array: ("body", 0),
    as_line: ("body", 0),
    in_cloud_event: ("body", "data"),
}


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def way(request):
    """A way in which an event comes in, and the place of its fields in problems."""
    return request.param, WAYS[request.param]


@pytest.fixture
def refuse(service, way):
    """Sends an event that must be refused with exactly the problems given, whose locs begin at the event."""
    post, place = way

    def check(sent, *problems):
        expected = [{**found, "loc": [*place, *found["loc"]]} for found in problems]
        expect_invalid(post(*service, sent), *expected)

    yield check
    assert history(*service)["total_count"] == 0, "expected that nothing of a refused event is kept"


def expect_each_refused(service, problem_of, events):
    """Sends the events in one array; each must have the one problem that `problem_of` gives for its place."""
    annals, tenant = service

    reply = post_events(annals, tenant, events)

    expect_invalid(reply, *(problem_of("body", i) for i in range(len(events))))


# --- absent, null ---


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("event_id", "event_time")])
def test_a_field_may_not_be_missing(refuse, name):
    refuse(without(event(), name), missing(name))


@pytest.mark.parametrize("name", ["event_id", "event_time"])
def test_in_an_envelope_id_and_time_may_not_be_missing(service, name):
    annals, tenant = service

    reply = in_envelope(annals, tenant, without(event(), name))

    expect_invalid(reply, missing("body", "detail", name))


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "event_data"])
def test_a_field_may_not_be_null(refuse, name):
    refuse(event(**{name: None}), null(name))


# --- numbers ---


@pytest.mark.parametrize("name", IDS_32 + IDS_64)
def test_a_number_is_a_json_integer(service, name):
    values = [1.0, 1.5, 1e3, 1e30, True, False, [], [1], {}, {"n": 1}]

    expect_each_refused(service, lambda *place: not_an_integer(*place, name), [event(**{name: v}) for v in values])


@pytest.mark.parametrize("name", IDS_32 + IDS_64)
def test_a_number_may_not_be_negative(service, name):
    values = [-1, -(2**31), -(2**64), -(10**400)]

    expect_each_refused(service, lambda *place: too_small(*place, name, limit=0), [event(**{name: v}) for v in values])


@pytest.mark.parametrize("name, limit", [(n, MAX_32) for n in IDS_32] + [(n, MAX_64) for n in IDS_64])
def test_a_type_has_32_bits_a_record_and_a_source_have_64(service, name, limit):
    values = [limit + 1, MAX_64 + 1, 10**30, 10**400]

    expect_each_refused(
        service, lambda *place: too_large(*place, name, limit=limit), [event(**{name: v}) for v in values]
    )


@pytest.mark.parametrize(
    "numbers",
    [
        {"event_type_id": 0, "source_type_id": 0, "record_id": 0, "source_id": 0},
        {"event_type_id": 2**31, "source_type_id": 2**31, "record_id": 2**53 + 1, "source_id": 2**63 - 1},
        {"event_type_id": MAX_32, "source_type_id": MAX_32, "record_id": MAX_64, "source_id": MAX_64},
    ],
    ids=["zero", "middle", "largest"],
)
def test_numbers_of_any_allowed_size_are_kept_exactly(annals, numbers):
    tenant = annals.initialise(unique_name())
    sent = event(**numbers)

    expect_taken(post_events(annals, tenant, sent), 1)

    assert events_of(annals, tenant) == [shown(sent)]
    assert events_of(annals, tenant, record_id=numbers["record_id"], source_id=numbers["source_id"]) == [shown(sent)]


# --- ids ---

NO_UUIDS = [
    "",
    "x",
    "{}",
    "{7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "{{7c9e6679742540de944be07fc1f90ae7}}",
    "urn:7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "7c9e6679-742540de944be07fc1f90ae7",
    "7c9e6679-7425-40de-944b-e07fc1f90ae",
    "7c9e6679-7425-40de-944b-e07fc1f90ae77",
    "7c9e6679-7425-40de-944b-e07fc1f90aeg",
    " 7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "7c9e6679-7425-40de-944b-e07fc1f90ae\u0000",
    7,
    True,
    [],
    {},
]


@pytest.mark.parametrize("name", ["event_id", "file_id"])
def test_an_id_is_a_uuid(service, name):
    expect_each_refused(service, lambda *place: not_a_uuid(*place, name), [event(**{name: v}) for v in NO_UUIDS])


def test_an_id_has_no_case_and_is_shown_in_lower_case(annals):
    tenant = annals.initialise(unique_name())
    sent = event(file_id="7C9E6679-7425-40DE-944B-E07FC1F90AE7")
    upper = {**sent, "event_id": sent["event_id"].upper()}

    expect_taken(post_events(annals, tenant, [upper, sent]), 1, duplicates=1)

    assert events_of(annals, tenant) == [{**sent, "file_id": sent["file_id"].lower()}]


def test_an_id_may_have_every_usual_form_and_is_shown_in_one(annals):
    tenant = annals.initialise(unique_name())
    sent = event(file_id="7c9e6679-7425-40de-944b-e07fc1f90ae7")
    usual = sent["event_id"]
    forms = [usual.replace("-", ""), f"{{{usual}}}", f"urn:uuid:{usual}", f"URN:UUID:{usual.upper()}"]

    for form in forms:
        again = {**sent, "event_id": form, "file_id": sent["file_id"].replace("-", "")}
        expect_taken(post_events(annals, tenant, again), *((1, 0) if form == forms[0] else (0, 1)))

    assert events_of(annals, tenant) == [sent], "expected one event, in the usual form"
    for form in forms:
        assert events_of(annals, tenant, event_id=form) == [sent], f"expected that the filter takes {form}"


def test_a_null_file_is_no_file(any_annals):
    tenant = any_annals.initialise(unique_name())
    sent = event(file_id=None)

    expect_taken(post_events(any_annals, tenant, sent), 1)

    assert events_of(any_annals, tenant) == [sent]


# --- times ---

NO_TIMES = [
    "",
    "yesterday",
    "2022-11-10",
    "10:26:12Z",
    "2022-11-10T10:26Z",
    "2022-11-10T10:26:12.Z",
    "2022-11-10T10:26:12,111Z",
    "2022-11-10T10:26:12+1",
    "2022-11-10T10:26:12+24:00",
    "2022-11-10T24:00:00Z",
    "2022-11-10T10:60:00Z",
    "2022-13-10T10:26:12Z",
    "2022-02-30T10:26:12Z",
    "2023-02-29T10:26:12Z",
    "2022-11-00T10:26:12Z",
    "22-11-10T10:26:12Z",
    "+2022-11-10T10:26:12Z",
    "2022-11-10T10:26:12Zx",
    " 2022-11-10T10:26:12Z",
    "٢٠٢٢-11-10T10:26:12Z",
    "2022-11-10T10:26:60Z",
    "1998-12-30T23:59:60Z",
    "10000-01-01T00:00:00Z",
    1668075972,
    1668075972.111,
    True,
    [],
    {},
]


def test_a_time_is_a_date_time(service):
    expect_each_refused(
        service, lambda *place: not_a_time(*place, "event_time"), [event(event_time=value) for value in NO_TIMES]
    )


def test_a_time_beyond_what_can_be_stored_is_told_the_range(service):
    times = ["1899-12-31T23:59:59.999Z", "2300-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]

    expect_each_refused(
        service, lambda *place: not_storable(*place, "event_time"), [event(event_time=value) for value in times]
    )


# --- the whole ---


def test_all_problems_are_listed_at_once_in_field_order(refuse):
    sent = {
        "source_type_id": 1.5,
        "file_id": "x",
        "source_id": None,
        "record_id": -1,
        "event_type_id": MAX_32 + 1,
        "event_time": "x",
        "event_id": "x",
    }

    refuse(
        sent,
        not_a_uuid("event_id"),
        not_a_time("event_time"),
        too_large("event_type_id", limit=MAX_32),
        too_small("record_id", limit=0),
        null("source_id"),
        not_an_integer("source_type_id"),
        missing("event_data"),
        not_a_uuid("file_id"),
    )


@pytest.mark.parametrize("value", ["x", 7, True], ids=lambda value: type(value).__name__)
def test_an_event_is_an_object(refuse, value):
    refuse(value, NOT_A_DICT)


@pytest.mark.parametrize("post", [way for way in WAYS if way is not alone], ids=lambda way: way.__name__)
def test_an_array_is_no_event(service, post):
    for value in ([], [event()]):
        expect_invalid(post(*service, value), {**NOT_A_DICT, "loc": list(WAYS[post])})
