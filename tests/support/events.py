"""Events and the envelopes around them: how tests make them, send them and read them back."""

import uuid

from support.names import unique_name
from support.waiting import repeat_unavailable

EVENTS = "/api/events"
EVENT_BRIDGE = "/api/event-bridge/create-event"
HISTORY = "/api/history/events"

JSON = "application/json"
NDJSON = "application/x-ndjson"


def event(**changes):
    """A complete event with an event_id of its own. What `changes` names is replaced or added."""
    return {
        "event_id": str(uuid.uuid4()),
        "event_time": "2022-11-10T10:26:12.111Z",
        "event_type_id": 1,
        "record_id": 7,
        "source_id": 3,
        "source_type_id": 2,
        "event_data": ["string"],
        **changes,
    }


def without(given, *keys):
    """A copy that lacks the keys."""
    return {key: value for key, value in given.items() if key not in keys}


def shown(sent):
    """What the history shows of an event that was sent complete, its time in UTC with milliseconds."""
    return {"file_id": None, **sent}


def envelope(detail, source, **changes):
    """An EventBridge envelope. With ** further keys, "detail-type" among them, can be replaced or added."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Record changed",
        "source": source,
        "account": "123456789012",
        "time": "2022-11-10T10:26:13Z",
        "region": "eu-west-2",
        "resources": [],
        "detail": detail,
        **changes,
    }


def _body(body, content_type):
    """Bytes and texts are sent as they are, anything else as JSON."""
    if isinstance(body, str):
        body = body.encode()
    if isinstance(body, bytes):
        return {"data": body}, {"Content-Type": content_type}
    return {"json": body}, {}


def post_events(annals, tenant, body, content_type=JSON, headers=None, query="", **arguments):
    """POST /api/events as the tenant, a dict as initialise() gives it. `body`: JSON to be, or text or bytes as they
    are; `query` begins with a question mark; further arguments are those of Annals.request."""
    data, type_header = _body(body, content_type)
    headers = {"X-Client-Id": tenant["client_id"], **type_header, **(headers or {})}
    return annals.request("POST", EVENTS + query, headers=headers, **data, **arguments)


def expect_stored(annals, tenant, body, **arguments):
    """Sends events, which must be stored in the end: again as long as the answer is 503. Returns the answer's body."""
    reply = repeat_unavailable(lambda: post_events(annals, tenant, body, **arguments))
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    return reply.json()


def tenant_with(annals, events):
    """A tenant of its own that has these events."""
    tenant = annals.initialise(unique_name())
    expect_taken(post_events(annals, tenant, events), accepted=len(events))
    return tenant


def post_envelope(annals, body, content_type=JSON, headers=None, **arguments):
    """POST /api/event-bridge/create-event. `body` as for post_events."""
    data, type_header = _body(body, content_type)
    return annals.request("POST", EVENT_BRIDGE, headers={**type_header, **(headers or {})}, **data, **arguments)


def get_history(annals, tenant, **query):
    """GET /api/history/events as the tenant; a list as value repeats its parameter."""
    return annals.get(HISTORY, headers={"X-Client-Id": tenant["client_id"]}, params=query)


def history(annals, tenant, **query):
    """The page that GET /api/history/events gives, which must be 200 in the end."""
    reply = repeat_unavailable(lambda: get_history(annals, tenant, **query))
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def events_of(annals, tenant, **query):
    """The events of that page."""
    return history(annals, tenant, **query)["results"]


def event_text(annals, tenant, event_id):
    """One event exactly as the history writes it."""
    reply = annals.get(f"{HISTORY}/{event_id}", headers={"X-Client-Id": tenant["client_id"]})
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.text


def expect_created(reply):
    """The answer to an envelope whose event is kept."""
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    assert reply.headers["Content-Type"] == "application/json"
    body = reply.json()
    assert list(body) == ["detail"] and isinstance(body["detail"], str), f"expected one string, got {body}"


def expect_taken(reply, accepted, duplicates=0, errors=(), conflicts=0):
    """The answer of POST /api/events, exactly. Of the duplicates, so many are conflicts."""
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    assert reply.headers["Content-Type"] == "application/json"
    found = {"conflicts": conflicts} if conflicts else {}
    assert reply.json() == {"accepted": accepted, "duplicates": duplicates, "errors": list(errors), **found}
