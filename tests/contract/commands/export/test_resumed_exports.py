"""annals export: one that broke off goes on where it was."""

import datetime
import json

import pytest

from support.clients.commands import event, expect_ended
from support.clients.exports import expect_nothing_left, part_of, wait_for_part
from support.names import UNKNOWN_ID


def milliseconds_of(text):
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (time - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)


@pytest.mark.parametrize("after", [0, 1, 20, 57, 199])
def test_after_gives_exactly_the_events_that_follow(tenant, after):
    lines = tenant.export()
    last = json.loads(lines[after])
    cursor = f"r{last['record_id']}_{milliseconds_of(last['event_time'])}_{last['event_id']}"

    assert tenant.export(f"?after={cursor}") == lines[after + 1 :]
    # Together with a filter.
    query = f"?record_id={last['record_id']}&after={cursor}"
    assert tenant.export(query) == [e for e in lines[after + 1 :] if json.loads(e)["record_id"] == last["record_id"]]


def test_after_must_be_a_cursor(tenant):
    reply = tenant.annals.get("/api/history/export?after=t1_x", headers={"X-Client-Id": tenant.id})

    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"] == ["query", "after"]


def test_an_export_killed_midway_goes_on_and_gives_exactly_the_same_lines(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    exporter = large.start("export", file)
    wait_for_part(file)
    exporter.kill9()
    midway.release()
    with part_of(file).open("ab") as part:
        part.write(b'{"event_id":"half a li')
    assert not file.exists()

    resumed = large.run("export", file)

    expect_ended(resumed, 0, "resuming after ")
    assert file.read_text().splitlines() == large.export()
    expect_nothing_left(file)


def test_a_service_killed_midway_is_waited_for(large, midway, tmp_path):
    file = tmp_path / "out.ndjson"
    exporter = large.start("export", file)
    wait_for_part(file)
    large.annals.kill9()
    midway.release()
    exporter.wait_for("Retrying for up to ")

    large.annals.start()

    assert exporter.wait() == 0, exporter.output
    assert file.read_text().splitlines() == large.export()


def test_a_part_of_another_query_is_not_gone_on_from(tenant, tmp_path):
    file = tmp_path / "out.ndjson"
    part_of(file).write_text(json.dumps(event(1, event_id=UNKNOWN_ID)) + "\n")
    file.with_name(file.name + ".annals-export").write_text("http://elsewhere somebody\n")

    expect_ended(tenant.run("export", file), 0)

    assert file.read_text().splitlines() == tenant.export()
