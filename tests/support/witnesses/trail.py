"""The audit trail: how tests read it."""

import json

from support.waiting import repeat_unavailable, wait_until

TRAIL = {"X-Client-Id": "_annals"}
ID = "00000000-0000-0000-0000-616e6e616c73"
TABLE = f"default.events_{ID.replace('-', '')}"
READ_ONLY = {"detail": "The audit trail can only be read."}

TYPES = {
    "initialize_tenant": 1,
    "delete_tenant": 2,
    "change_tenant": 3,
    "rotate_tenant_secret": 4,
    "change_names": 5,
    "create_key": 11,
    "change_key": 12,
    "delete_key": 13,
    "create_viewer_token": 21,
    "refuse_credentials": 31,
    "export_events": 41,
    "get_event_file": 42,
    "download_file": 43,
    "delete_backup": 54,
    "start_service": 91,
    "stop_service": 92,
    "lose_records": 93,
}
KINDS = {"nobody": 0, "configured_key": 1, "key": 2, "tenant": 3, "viewer_token": 4, "link": 5, "service": 6}


def number_of(some_id):
    """The number that stands for a tenant or a key."""
    return int(some_id.replace("-", "")[:12], 16)


def trail(annals, **query):
    """The newest records, the oldest of them first; `query` filters them."""
    query = {"limit": 1000, **query}
    reply = repeat_unavailable(lambda: annals.get("/api/history/events", headers=TRAIL, params=query))
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()["results"][::-1]


def records(annals, action=None, **query):
    """What event_data holds of them, of all or of those of an action."""
    if action is not None:
        query["event_type_id"] = TYPES[action]
    return [record["event_data"] for record in trail(annals, **query)]


def of_request(annals, reply, **query):
    """The records of a request, as (action, result)."""
    request_id = reply.headers["X-Request-Id"]
    mine = [one for one in records(annals, **query) if one.get("request_id") == request_id]
    return [(one["action"], one["result"]) for one in mine]


def wait_for(annals, action, condition, **query):
    """Waits until a record of that action meets the condition; returns all that do. No request waits for the records of what
    only reads."""
    found = []

    def is_there():
        found[:] = [one for one in records(annals, action, **query) if condition(one)]
        return bool(found)

    wait_until(is_there, f"a record of {action} that meets the condition")
    return found


def whole_text(annals):
    return json.dumps(trail(annals))
