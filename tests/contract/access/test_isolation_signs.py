"""Whatever signs stand in queries, paths, names and payloads: they are data, and lead to no other tenant."""

import json

import pytest

from support.annals import API_KEY
from support.clients.event_streams import TAIL
from support.clients.file_links import new_upload, put
from support.clients.neighbours import SECRET_WORD, Neighbours
from support.clients.raw_http import RawConnection, head
from support.events import HISTORY, envelope, event, events_of, post_envelope, post_events, shown
from support.names import unique_name

EXPORT = "/api/history/export"
COUNT_BY = f"{HISTORY}/count-by"


@pytest.fixture
def neighbours(annals, engine_kind, once):
    return once(engine_kind, lambda: Neighbours(annals))


NASTY = [
    "'", '"', "\\", "`", "\0", "\n", "%", "_", "--", ";", "\\'", "') OR ('1' = '1", "{record_id:UInt64}", "\\N", "\t",
    "'; DROP DATABASE system; --", "UNION ALL SELECT * FROM system.tables", "$(id)", "../..", "%00", "%27",
    "🎉", "\u202e",
]  # fmt: skip
IDS = ("record_id", "event_type_id", "source_type_id", "source_id")
PARAMETERS = {
    HISTORY: "record_id event_type_id source_type_id source_id event_id event_time_from event_time_to ordering limit "
    "offset cursor count",
    COUNT_BY: "by bucket record_id",
    EXPORT: "format event_id",
    TAIL: "cursor record_id",
}


def test_whatever_stands_in_a_query_shows_nothing_of_another(neighbours):
    n = neighbours
    headers = {"X-Client-Id": n.a["client_id"]}

    for text in NASTY:
        for path, names in PARAMETERS.items():
            for name in names.split():
                with n.annals.get(path, headers=headers, params={name: text}, stream=True) as reply:
                    # Most texts are ids, which no event here has.
                    expected = (200, 422) if name in IDS else (422,)
                    assert reply.status_code in expected, f"{path}?{name}={text!r}: {reply.status_code}, not {expected}"
                    shown_events = "" if path == TAIL else reply.text
                    assert n.theirs["event_id"] not in shown_events and SECRET_WORD not in shown_events
        for path in (HISTORY, COUNT_BY, EXPORT):
            reply = n.annals.get(path, headers=headers, params={"q": f"{SECRET_WORD}{text}"})
            assert reply.status_code == 200, f"expected 200 for q={text!r}, got {reply.status_code} {reply.text}"
            shown_events = json.dumps(reply.json()["results"]) if path == HISTORY else reply.text
            assert SECRET_WORD not in shown_events


def test_whatever_stands_in_a_path_shows_nothing_of_another(neighbours):
    n = neighbours
    theirs = n.theirs["event_id"]
    signs = ("%27", "%22", "%5C", "%60", "%00", "%0A", "%25", "%3B", "%27%20OR%20%271%27=%271")
    for text in (*signs, f"{theirs}%27--", f"{theirs}%00"):
        for end in ("", "/file"):
            with RawConnection(n.annals) as connection:
                lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {n.a['client_id']}")
                reply = connection.send(head("GET", f"{HISTORY}/{text}{end}", *lines)).reply()

            assert reply.status_code == 404, f"expected 404 for {text}, got {reply.raw[:300]}"


def test_whatever_stands_in_an_event_stays_in_it(annals):
    a, b = annals.initialise(unique_name()), annals.initialise(unique_name())
    sent = [event(event_data={text: [text]}, **{f"key {text}": text}) for text in NASTY]

    reply = post_events(annals, a, sent)

    assert reply.json() == {"accepted": len(NASTY), "duplicates": 0, "errors": []}
    assert {e["event_id"]: e for e in events_of(annals, a)} == {e["event_id"]: shown(e) for e in sent}
    assert events_of(annals, b) == []


def test_whatever_an_envelope_names_as_its_tenant_is_no_other(neighbours):
    n = neighbours
    before = n.b_has()
    b = n.b["database_name"]
    nearly = [f"{b}'", f"`{b}`", f'"{b}"', f"{b} ", f" {b}", f"{b}\0", b.upper(), f"{b}.events", f"x' OR '{b}", ""]

    for name in [*NASTY, *nearly]:
        reply = post_envelope(n.annals, envelope(event(), name))

        assert reply.status_code == 400, f"expected 400 for {name!r}, got {reply.status_code} {reply.text}"
        assert reply.json() == {"detail": f"'{name}' tenant not found in database."}
    assert n.b_has() == before


def test_labels_and_names_with_signs_are_tenants_of_their_own(annals):
    name = unique_name()
    labels = [f"{name} {text}" for text in ("'", '"', "\\", "`", "';--", "🎉")]
    tenants = [annals.initialise(f"{name}-{'_-'[i % 2] * (i + 1)}", label) for i, label in enumerate(labels)]

    for i, tenant in enumerate(tenants):
        post_events(annals, tenant, event(event_data=i))
        put(new_upload(annals, tenant)["upload_url"], str(i).encode()).raise_for_status()

    for i, tenant in enumerate(tenants):
        assert [e["event_data"] for e in events_of(annals, tenant)] == [i]
        assert len(annals.files.keys(f"{tenant['database_name']}/")) == 1
