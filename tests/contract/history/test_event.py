"""GET /api/history/events/{event_id} and its file, with each place where files can be."""

import json
import uuid

import pytest
import requests

from support.answers.problems import expect
from support.clients.file_links import attach, client, fetch, get_file, new_upload, put
from support.events import HISTORY, event, event_text, post_events, shown
from support.names import UNKNOWN_ID
from support.waiting import TIMEOUT_SECONDS

EVENT_NOT_FOUND = {"detail": "Event not found."}
NO_FILE = {"detail": "Event has no file."}
FILE_NOT_FOUND = {"detail": "File not found."}


def test_an_event_is_shown_as_it_came(annals, tenant):
    sent = event(event_data={"n": [1, None, "é"]}, source_name="crm", source_info={"id": 7}, file_id=str(uuid.uuid4()))
    post_events(annals, tenant, [event(), sent, event()])

    reply = annals.get(f"{HISTORY}/{sent['event_id']}", headers=client(tenant))

    expect(reply, 200, sent)
    columns = "event_id event_time event_type_id record_id source_type_id source_id event_data file_id".split()
    assert list(reply.json()) == [*columns, "source_name", "source_info"]


def test_an_event_without_a_file_says_null(annals, tenant):
    sent = event()
    post_events(annals, tenant, sent)

    expect(annals.get(f"{HISTORY}/{sent['event_id']}", headers=client(tenant)), 200, shown(sent))


def test_an_id_may_be_in_upper_case(annals, tenant):
    sent = event(event_id="abcdefab-0000-4000-8000-00000000000c")
    post_events(annals, tenant, sent)

    assert event_text(annals, tenant, sent["event_id"].upper()) == event_text(annals, tenant, sent["event_id"])


ODD_IDS = ["x", "0", "%27", "%22", "%5C", "null", "..%2f..", "x" * 5000]
ODD_IDS += [UNKNOWN_ID[:-1], UNKNOWN_ID + "0", f"'{UNKNOWN_ID}'"]


@pytest.mark.parametrize("path", ["", "/file"])
def test_an_id_of_no_event_is_404(annals, tenant, path):
    post_events(annals, tenant, event())

    for event_id in (UNKNOWN_ID, *ODD_IDS):
        expect(annals.get(f"{HISTORY}/{event_id}{path}", headers=client(tenant)), 404, EVENT_NOT_FOUND)


# --- its file ---


@pytest.fixture(scope="module")
def places(module_make):
    """A service for each kind of file store and a tenant in it, made when first asked for."""
    made = {}

    def get(kind):
        if kind not in made:
            annals = module_make.annals(files=kind)
            made[kind] = annals, annals.initialise("shop")
        return made[kind]

    return get


@pytest.fixture(params=["local", "s3"])
def place(places, request):
    return places(request.param)


CONTENT = bytes(range(256)) * 5


@pytest.fixture
def with_file(place):
    """A service, a tenant in it, and the id of an event whose file is CONTENT."""
    annals, tenant = place
    made = new_upload(annals, tenant)
    put(made["upload_url"], CONTENT).raise_for_status()
    return annals, tenant, attach(annals, tenant, made["file_id"]), made["file_id"]


def test_a_file_is_reached_by_a_redirect(with_file):
    annals, tenant, event_id, file_id = with_file

    reply = get_file(annals, tenant, event_id)

    assert reply.status_code == 307, f"expected 307, got {reply.status_code} {reply.text}"
    assert f"/shop/{file_id}?" in reply.headers["Location"]
    assert fetch(reply.headers["Location"]).content == CONTENT


def test_a_client_that_follows_redirects_gets_the_file(with_file):
    annals, tenant, event_id, _ = with_file

    reply = annals.get(f"{HISTORY}/{event_id}/file", headers=client(tenant))

    assert (reply.status_code, reply.content) == (200, CONTENT)


@pytest.mark.parametrize("accept", ["application/json", "text/html, application/json;q=0.9"])
def test_who_accepts_json_gets_the_url_in_it(with_file, accept):
    annals, tenant, event_id, file_id = with_file

    reply = get_file(annals, tenant, event_id, Accept=accept)

    expect(reply, 200, {"file_url": reply.json()["file_url"], "file_id": file_id})
    assert fetch(reply.json()["file_url"]).content == CONTENT


def test_who_accepts_anything_is_redirected(with_file):
    annals, tenant, event_id, _ = with_file

    assert get_file(annals, tenant, event_id, Accept="*/*").status_code == 307


def test_the_clients_own_secret_reaches_its_file(with_file):
    annals, tenant, event_id, _ = with_file
    headers = {**client(tenant), "X-Client-Secret": tenant["client_secret"]}

    reply = annals.get(f"{HISTORY}/{event_id}/file", key=None, headers=headers, allow_redirects=False)

    assert reply.status_code == 307, f"expected 307, got {reply.status_code} {reply.text}"


def test_a_file_that_was_named_but_never_uploaded_is_404(place):
    annals, tenant = place
    asked_for = attach(annals, tenant, new_upload(annals, tenant)["file_id"])
    invented = attach(annals, tenant, str(uuid.uuid4()))

    for event_id in (asked_for, invented):
        expect(get_file(annals, tenant, event_id), 404, FILE_NOT_FOUND)
        expect(get_file(annals, tenant, event_id, Accept="application/json"), 404, FILE_NOT_FOUND)


def test_an_event_may_name_its_file_before_the_upload(place):
    annals, tenant = place
    made = new_upload(annals, tenant)
    event_id = attach(annals, tenant, made["file_id"].upper())

    put(made["upload_url"], b"late").raise_for_status()

    assert requests.get(get_file(annals, tenant, event_id).headers["Location"], timeout=TIMEOUT_SECONDS).content == b"late"


def test_an_event_without_a_file_has_none_to_give(place):
    annals, tenant = place
    plain = event()
    deceiving = event(event_data={"file_id": UNKNOWN_ID, "a": {"file_id": UNKNOWN_ID}})
    null = event(file_id=None)
    post_events(annals, tenant, [plain, deceiving, null])

    for sent in (plain, deceiving, null):
        expect(get_file(annals, tenant, sent["event_id"]), 404, NO_FILE)


@pytest.mark.parametrize("data", ["1e400", "-0.0", "1" * 400, "[" * 500 + "]" * 500, '"\\u0000"'], ids=lambda d: d[:8])
def test_whatever_else_an_event_holds_its_file_is_found(place, data):
    annals, tenant = place
    made = new_upload(annals, tenant)
    put(made["upload_url"], b"x").raise_for_status()
    sent = event(file_id=made["file_id"], event_data="DATA")
    body = json.dumps(sent).replace('"DATA"', data)
    assert post_events(annals, tenant, body).status_code == 201

    reply = get_file(annals, tenant, sent["event_id"])

    assert reply.status_code == 307, f"expected 307, got {reply.status_code} {reply.text}"
