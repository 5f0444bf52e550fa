"""The audit trail tells of the data that the service gave out."""

import pytest

from support.clients.file_links import client, fetch, get_file, new_upload, put, attach
from support.events import event, tenant_with
from support.names import unique_name
from support.witnesses.trail import TYPES, of_request, wait_for, whole_text


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_an_export_is_on_record_with_its_size(annals, form):
    tenant = tenant_with(annals, [event() for _ in range(3)])
    plain = {**client(tenant), "Accept-Encoding": "identity"}
    reply = annals.get("/api/history/export", headers=plain, params={"format": form, "record_id": 7})
    assert reply.status_code == 200
    request_id = reply.headers["X-Request-Id"]

    ended = wait_for(annals, "export_events", lambda one: one["request_id"] == request_id and one["result"] == "finished")

    assert [one["bytes"] for one in ended] == [len(reply.content)]
    assert ended[0]["query"] == {"format": [form], "record_id": ["7"]}
    assert ended[0]["client_id"] == tenant["client_id"]
    assert ("export_events", "started") in of_request(annals, reply, event_type_id=TYPES["export_events"])


def test_a_file_that_is_given_out_is_on_record(annals):
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    event_id = attach(annals, tenant, upload["file_id"])
    reply = get_file(annals, tenant, event_id, Accept="application/json")
    given = wait_for(annals, "get_event_file", lambda one: one["event_id"] == event_id)
    assert [(one["result"], one["client_id"]) for one in given] == [("done", tenant["client_id"])]

    assert fetch(reply.json()["file_url"]).content == b"content"

    taken = wait_for(annals, "download_file", lambda one: one["file_id"] == upload["file_id"])
    assert [(one["result"], one["bytes"], one["caller"]) for one in taken] == [("finished", 7, {"kind": "link"})]
    assert taken[0]["client_id"] == tenant["client_id"]
    assert "X-Annals-Signature" not in whole_text(annals)


def test_the_url_of_a_file_in_s3_is_on_record(make):
    annals = make.annals(files="s3")
    tenant = annals.initialise(unique_name())
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], b"content").status_code == 200
    event_id = attach(annals, tenant, upload["file_id"])

    assert get_file(annals, tenant, event_id).status_code == 307

    given = wait_for(annals, "get_event_file", lambda one: one["event_id"] == event_id)
    assert [(one["result"], one["status"]) for one in given] == [("done", 307)]
    assert "X-Amz-Signature" not in whole_text(annals)
