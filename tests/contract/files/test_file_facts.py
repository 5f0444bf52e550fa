"""The size and the SHA-256 of the file that an event names, kept with the event."""

import hashlib
import json
import threading

import pytest

from support.clients.file_links import attach, client, download_url, fetch, get_file, new_upload, put
from support.events import event, post_events
from support.names import unique_name

CONTENT = b"the offer\n"
LARGE = bytes(range(256)) * 40_000  # more than is read at once


@pytest.fixture(params=["local", "s3"])
def place(request, make):
    annals = make.annals(files=request.param)
    return annals, annals.initialise(unique_name())


@pytest.fixture
def local(annals):
    return annals, annals.initialise(unique_name())


def uploaded(place, content=CONTENT):
    made = new_upload(*place)
    put(made["upload_url"], content).raise_for_status()
    return made


def kept(place, event_id, **query):
    """What the event keeps of its file: the size and the SHA-256."""
    annals, tenant = place
    reply = annals.get(
        f"/api/history/events/{event_id}/file",
        headers={**client(tenant), "Accept": "application/json"},
        params={"details": "true", **query},
    )
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()["size"], reply.json()["sha256"]


def facts_of(content):
    return len(content), hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content", [CONTENT, b"", LARGE], ids=["small", "empty", "large"])
def test_an_event_keeps_the_size_and_the_digest_of_its_file(place, content):
    made = uploaded(place, content)

    assert kept(place, attach(*place, made["file_id"])) == facts_of(content)


def test_it_is_told_only_to_who_asks(local):
    event_id = attach(*local, uploaded(local)["file_id"])

    reply = get_file(*local, event_id, Accept="application/json")

    assert set(reply.json()) == {"file_url", "file_id"}
    annals, tenant = local
    wrong = annals.get(f"/api/history/events/{event_id}/file", headers=client(tenant), params={"details": "perhaps"})
    assert wrong.status_code == 422 and wrong.json()["detail"][0]["loc"] == ["query", "details"]


def test_the_event_itself_is_what_it_was(local):
    annals, tenant = local
    sent = event(file_id=uploaded(local)["file_id"], record_id="ORD-17", note="kept")
    assert post_events(annals, tenant, sent).status_code == 201

    got = annals.get(f"/api/history/events/{sent['event_id']}", headers=client(tenant)).json()

    assert got == {**sent, "event_time": got["event_time"]}
    assert kept(local, sent["event_id"]) == facts_of(CONTENT)
    for query in ({"record_id": "ORD-17"}, {"source_id": sent["source_id"]}):
        found = annals.get("/api/history/events", headers=client(tenant), params=query).json()
        assert [one["event_id"] for one in found["results"]] == [sent["event_id"]], query


def test_a_file_that_comes_later_is_not_known(local):
    made = new_upload(*local)
    event_id = attach(*local, made["file_id"])

    put(made["upload_url"], CONTENT).raise_for_status()

    assert kept(local, event_id) == (None, None)


@pytest.mark.parametrize("later", ["there", "not there before"])
def test_the_same_event_again_is_a_duplicate_and_no_conflict(local, later):
    annals, tenant = local
    made = new_upload(*local) if later == "not there before" else uploaded(local)
    sent = event(file_id=made["file_id"])
    assert post_events(annals, tenant, sent).json()["accepted"] == 1
    if later == "not there before":
        put(made["upload_url"], CONTENT).raise_for_status()

    again = post_events(annals, tenant, [sent, event()]).json()
    changed = post_events(annals, tenant, {**sent, "record_id": "another"}).json()

    assert (again["accepted"], again["duplicates"], again.get("conflicts")) == (1, 1, None)
    assert (changed["duplicates"], changed.get("conflicts")) == (1, 1)


def test_it_survives_a_killed_service(local):
    annals, tenant = local
    sent = event(file_id=uploaded(local)["file_id"], source_id="a string")
    assert post_events(annals, tenant, sent).status_code == 201

    annals.kill9()
    annals.start()

    assert kept(local, sent["event_id"]) == facts_of(CONTENT)
    assert post_events(annals, tenant, sent).json()["duplicates"] == 1


def test_what_is_kept_is_what_is_frozen_however_many_upload_at_the_same_time(local):
    annals, tenant = local
    for _ in range(10):
        made = uploaded(local, b"first")
        stop = threading.Event()
        statuses = set()

        def overwrite(number, url=made["upload_url"], stop=stop, statuses=statuses):
            for turn in range(200):
                statuses.add(put(url, b"%d of %d" % (turn, number)).status_code)
                if stop.is_set():
                    return

        threads = [threading.Thread(target=overwrite, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        event_id = attach(annals, tenant, made["file_id"])
        facts = kept(local, event_id)
        stop.set()
        for thread in threads:
            thread.join()

        assert facts == facts_of(fetch(download_url(annals, tenant, made["file_id"])).content)
        assert statuses <= {200, 409, 503}, statuses
        assert put(made["upload_url"], b"later").status_code == 409


def test_lines_and_arrays_keep_it_too(local):
    annals, tenant = local
    contents = [b"one", b"two", b"three"]
    sent = [event(file_id=uploaded(local, content)["file_id"]) for content in contents]

    assert post_events(annals, tenant, [event(), *sent[:2], event()]).json()["accepted"] == 4
    lines = "".join(json.dumps(one) + "\n" for one in (event(), sent[2], event()))
    headers = {**client(tenant), "Content-Type": "application/x-ndjson"}
    assert annals.request("POST", "/api/events", data=lines, headers=headers).json()["accepted"] == 3

    assert [kept(local, one["event_id"]) for one in sent] == [facts_of(content) for content in contents]


def test_a_file_of_another_tenant_is_not_known(local):
    annals, _ = local
    other = annals.initialise(unique_name())
    made = uploaded(local)

    sent = event(file_id=made["file_id"])
    assert post_events(annals, other, sent).status_code == 201

    assert get_file(annals, other, sent["event_id"]).status_code == 404
    put(made["upload_url"], b"still mine").raise_for_status()


def test_an_export_that_is_imported_again_changes_nothing(local):
    annals, tenant = local
    sent = event(file_id=uploaded(local)["file_id"])
    assert post_events(annals, tenant, sent).status_code == 201

    lines = annals.get("/api/history/export", headers=client(tenant), params={"format": "ndjson"}).text
    headers = {**client(tenant), "Content-Type": "application/x-ndjson"}
    again = annals.request("POST", "/api/events", data=lines.encode(), headers=headers).json()

    assert (again["accepted"], again["duplicates"], again.get("conflicts")) == (0, 1, None)
    assert kept(local, sent["event_id"]) == facts_of(CONTENT)
    csv = annals.get("/api/history/export", headers=client(tenant), params={"format": "csv"}).text
    assert "\x01" not in csv and hashlib.sha256(CONTENT).hexdigest() not in csv


def test_parquet_has_the_kept_fields_alone(local, shared, tmp_path):
    annals, tenant = local
    assert post_events(annals, tenant, event(file_id=uploaded(local)["file_id"], note="kept")).status_code == 201
    file = tmp_path / "events.parquet"
    query = {"format": "parquet"}
    file.write_bytes(annals.get("/api/history/export", headers=client(tenant), params=query).content)

    rows = shared("remote").sql("SELECT other_fields FROM file({file:String}, Parquet)", file=str(file))

    assert rows == '{"note":"kept"}'


def test_events_are_stored_when_the_files_cannot_be_looked_at(make):
    annals = make.annals(files="s3")
    tenant = annals.initialise(unique_name())
    made = new_upload(annals, tenant)
    put(made["upload_url"], CONTENT).raise_for_status()
    annals.files.server.fault("kill")
    try:
        event_id = attach(annals, tenant, made["file_id"])
    finally:
        annals.files.server.bring_back()

    assert "events are stored without the size and SHA-256 of their files" in annals.log
    assert kept((annals, tenant), event_id) == (None, None)
