"""Names of ids: where they are set, and what events are shown with."""

from support.events import history
from support.waiting import repeat_unavailable

ALL = "/api/names"
NONE = {"event_types": {}, "source_types": {}, "sources": {}, "event_templates": {}}


def of_tenant(tenant):
    return f"/api/tenants/{tenant['client_id']}/names"


def patch(annals, path, names, **arguments):
    return annals.request("PATCH", path, json=names, **arguments)


def patched(annals, path, names):
    reply = repeat_unavailable(lambda: patch(annals, path, names))
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def names_of(annals, tenant, **query):
    """The names of each event, by its id."""
    return {one["event_id"]: one.get("names") for one in history(annals, tenant, names="true", **query)["results"]}
