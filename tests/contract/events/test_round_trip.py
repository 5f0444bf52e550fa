"""Random events come out as they went in: event_data byte for byte, through each way in and each way out."""

import json
import os
import random
import uuid

import pytest

from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.events import EVENT_BRIDGE, HISTORY, NDJSON, get_history, post_events
from support.names import unique_name
from support.samples import wild_json

CLOUD_EVENTS = "application/cloudevents-batch+json"
EVENTS = 300
NESTED = 480
MEBIBYTE = 1 << 20
# Set it to the seed of a failure to see that one again.
SEED = int(os.environ.get("ANNALS_TEST_SEED", random.SystemRandom().randrange(2**32)))


@pytest.fixture(autouse=True)
def seed_of_a_failure(request):
    """Said on failure only: pytest keeps what a test prints to itself otherwise."""
    print(f"ANNALS_TEST_SEED={SEED}")


class Wild:
    """An event whose text is known to the byte."""

    def __init__(self, number, choose, data):
        self.id = str(uuid.UUID(int=choose.getrandbits(128), version=4))
        day = f"{choose.randrange(1900, 2300)}-{choose.randrange(1, 13):02}-{choose.randrange(1, 29):02}"
        self.time = f"{day}T12:00:00.{number % 1000:03}Z"
        self.numbers = [choose.choice([0, 1, 2**top - 1, choose.randrange(2**top)]) for top in (32, 64, 32, 64)]
        self.data = data
        self.file_id = choose.choice(["null", f'"{uuid.UUID(int=choose.getrandbits(128))}"'])
        others = f',"source_name":{wild_json.string(choose)},"x y":{wild_json.value(choose, " ", 2)}'
        self.others = choose.choice(["", others])

    @property
    def text(self):
        """As the service writes it, and as it is sent."""
        event_type, record, source_type, source = self.numbers
        return (
            f'{{"event_id":"{self.id}","event_time":"{self.time}","event_type_id":{event_type},"record_id":{record},'
            f'"source_type_id":{source_type},"source_id":{source},"event_data":{self.data},"file_id":{self.file_id}'
            f"{self.others}}}"
        )


def wild_events(space, large=True):
    """Events with data of all kinds; between the tokens of JSON stands `space`."""
    choose = random.Random(SEED)
    data = [wild_json.value(choose, space) for _ in range(EVENTS)]
    data += [json.dumps(text) for text in wild_json.SQL] + wild_json.NUMBERS + [wild_json.nested(NESTED)]
    if large:
        data += [wild_json.large(choose, MEBIBYTE) for _ in range(3)]
    return [Wild(number, choose, one) for number, one in enumerate(data)]


# --- the ways in ---


def expect_taken(reply, count):
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text[:500]}"
    assert reply.json() == {"accepted": count, "duplicates": 0, "errors": []}


def send_array(annals, tenant, events):
    expect_taken(post_events(annals, tenant, "[" + " , ".join(e.text for e in events) + "]"), len(events))


def send_lines(annals, tenant, events):
    expect_taken(post_events(annals, tenant, "\n".join(e.text for e in events), NDJSON), len(events))


def send_one_by_one(annals, tenant, events):
    for e in events[:: len(events) // 30]:
        expect_taken(post_events(annals, tenant, e.text), 1)
    return events[:: len(events) // 30]


def send_event_bridge(annals, tenant, events):
    sent = events[:: len(events) // 30]
    for e in sent:
        body = f'{{"source":"{tenant["database_name"]}","detail":{e.text},"version":"0"}}'.encode()
        reply = annals.request("POST", EVENT_BRIDGE, data=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text[:500]}"
    return sent


def send_cloud_events(annals, tenant, events):
    items = (f'{{"id":"1","source":"s","specversion":"1.0","type":"t","data":{e.text}}}' for e in events)
    expect_taken(post_events(annals, tenant, f"[{','.join(items)}]", CLOUD_EVENTS), len(events))
    kept = '"cloudevent":{"id":"1","source":"s","specversion":"1.0","type":"t"}'
    for e in events:
        e.others += f",{kept}"


# --- the ways out ---


def in_pages(annals, tenant):
    """The text of each event in all pages, cut out of them at the bytes that must stand between."""
    texts, query = {}, {"cursor": "", "limit": 100}
    while True:
        reply = get_history(annals, tenant, **query)
        page = reply.json()
        rest = reply.content.decode().split('"results":[', 1)[1].removesuffix("]}")
        ids = [e["event_id"] for e in page["results"]]
        for this, following in zip(ids, [*ids[1:], None]):
            end = len(rest) if following is None else rest.index(f',{{"event_id":"{following}"')
            texts[this], rest = rest[:end], rest[end + 1 :]
        if not page["next"]:
            return texts
        query["cursor"] = page["next"].split("cursor=")[1].split("&")[0]


def in_export(annals, tenant):
    lines = annals.get("/api/history/export", headers=client(tenant)).content.decode().split("\n")
    return {json.loads(line)["event_id"]: line for line in lines if line}


def one_by_one(annals, tenant, ids):
    return {id_: annals.get(f"{HISTORY}/{id_}", headers=client(tenant)).content.decode() for id_ in ids}


def expect_texts(found, events, where):
    expected = {e.id: e.text for e in events}
    for id_, text in expected.items():
        assert found.get(id_) == text, f"expected the same text in {where}"
    assert len(found) == len(expected)


# Line breaks between tokens cannot stay in what is made of lines.
WAYS_IN = {
    "array": (send_array, " \t\n\r"),
    "lines": (send_lines, " \t"),
    "one by one": (send_one_by_one, " \t\n\r"),
    "EventBridge": (send_event_bridge, " \t\n\r"),
    "CloudEvents": (send_cloud_events, " \t"),
}


@pytest.mark.parametrize("send, space", WAYS_IN.values(), ids=WAYS_IN)
def test_events_come_out_as_they_went_in(annals, send, space):
    tenant = annals.initialise(unique_name())
    events = wild_events(space, large=send is not send_event_bridge)

    events = send(annals, tenant, events) or events

    expect_texts(in_pages(annals, tenant), events, "pages")
    some = events[:: max(1, len(events) // 20)]
    expect_texts(one_by_one(annals, tenant, [e.id for e in some]), some, "answers for one event")
    if "\n" not in space:
        expect_texts(in_export(annals, tenant), events, "the export")


def test_events_come_out_of_the_tail_as_they_went_in(annals):
    tenant = annals.initialise(unique_name())
    events = wild_events(" \t")

    with Tail(annals, tenant) as tail:
        send_lines(annals, tenant, events)
        tail.read(len(events))

    expect_texts({json.loads(text)["event_id"]: text for text in tail.texts}, events, "the tail")


def test_an_export_that_is_posted_again_comes_out_the_same(annals):
    first, second = annals.initialise(unique_name()), annals.initialise(unique_name())
    events = wild_events(" ")
    send_array(annals, first, events)

    exported = "\n".join(in_export(annals, first).values())
    expect_taken(post_events(annals, second, exported, NDJSON), len(events))

    expect_texts(in_pages(annals, second), events, "pages")


def test_pages_of_large_events_end_early_and_lose_none(any_annals):
    tenant = any_annals.initialise(unique_name())
    choose = random.Random(SEED)
    events = [Wild(number, choose, wild_json.large(choose, 4 * MEBIBYTE - 5000)) for number in range(12)]
    send_lines(any_annals, tenant, events)
    assert get_history(any_annals, tenant).json()["next"], "expected that one page cannot hold them all"

    expect_texts(in_pages(any_annals, tenant), events, "pages")
