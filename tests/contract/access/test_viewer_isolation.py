"""Whatever a request says, a viewer token shows nothing outside its filter."""

import io
import json
import uuid

import pytest

from support.answers.problems import UNAUTHORIZED_KEY, expect
from support.clients.event_streams import TAIL
from support.clients.file_links import new_upload, put
from support.clients.viewer_tokens import bearer, new_token, view
from support.events import HISTORY, event, history, post_events
from support.names import unique_name
from support.waiting import TIMEOUT_SECONDS, wait_until

EXPORT = "/api/history/export"
COUNT_BY = f"{HISTORY}/count-by"
EARLY, LATE = "2022-11-10T10:26:12.111Z", "2024-01-01T00:00:00.000Z"
HIDDEN = "hushhush"  # in everything that no token here shows
FILTERS = {
    "record": {"record_id": [7, 8]},
    "type": {"event_type_id": [1]},
    "source type": {"source_type_id": [2]},
    "source": {"source_id": [3]},
    "ids": {"event_id": []},  # those of the events that are shown
    "from": {"event_time_from": LATE},
    "to": {"event_time_to": LATE},
    "words": {"q": "shown"},
    "all": {"record_id": [7], "event_type_id": [1], "source_id": [3], "q": "shown", "event_time_from": EARLY},
}


class Part:
    """A tenant of which a token shows the events `shown`, and not the events `hidden`; each has a file."""

    def __init__(self, annals, name):
        self.annals = annals
        self.tenant = annals.initialise(unique_name())
        self.filter = dict(FILTERS[name])
        self.files = [new_upload(annals, self.tenant) for _ in range(6)]
        for number, file in enumerate(self.files):
            assert put(file["upload_url"], b"shown" if number < 3 else HIDDEN.encode()).status_code == 200
        self.shown = [self._event(name, True, number) for number in range(3)]
        self.hidden = [self._event(name, False, number) for number in range(3)]
        # In turns, so that neither a cursor nor an offset tells them apart.
        for pair in zip(self.hidden, self.shown):
            assert post_events(annals, self.tenant, list(pair)).status_code == 201
        if "event_id" in self.filter:
            self.filter["event_id"] = [one["event_id"] for one in self.shown]
        self.token = new_token(annals, self.tenant, self.filter, expires_in=86_400)

    def _event(self, name, is_shown, number):
        early = is_shown == (name != "from")
        numbers = {} if is_shown else {"record_id": 99, "event_type_id": 98, "source_type_id": 97, "source_id": 96}
        return event(
            event_time=EARLY if early else LATE,
            event_data=["shown"] if is_shown else [HIDDEN],
            file_id=self.files[number if is_shown else number + 3]["file_id"],
            **numbers,
        )

    def view(self, path, **arguments):
        return view(self.annals, self.token, path, **arguments)

    def ids(self, events):
        return sorted(one["event_id"] for one in events)


@pytest.fixture(params=FILTERS)
def part(request, annals, once):
    return once((annals.engine.kind, request.param), lambda: Part(annals, request.param))


def expect_shown(part, got):
    assert part.ids(got) == part.ids(part.shown), "expected the events of the filter, each once"


# Queries that ask for more, each in a way of its own.
WIDER = [
    "",
    "record_id=99",
    "record_id=7&record_id=8&record_id=99",
    "event_type_id=98",
    "source_type_id=97&source_id=96",
    "event_time_from=1900-01-01T00:00:00Z",
    "event_time_to=2299-01-01T00:00:00Z",
    f"q={HIDDEN}",
    "q=",
    "ordering=event_time",
    "ordering=arrival&cursor=",
    "cursor=&count=true",
    "limit=1000&offset=0&count=true",
    "offset=1",
    "ordering=arrival&cursor=a1",
]


def test_a_page_shows_and_counts_only_what_the_filter_has(part):
    for query in WIDER:
        reply = part.view(f"{HISTORY}?{query}")
        assert reply.status_code in (200, 422), f"{query}: {reply.text}"
        text = reply.text if "next" not in reply.text else json.dumps(reply.json()["results"])
        assert HIDDEN not in text and not set(part.ids(part.hidden)) & set(text.split('"')), query
        if reply.status_code == 200:
            page = reply.json()
            assert page["total_count"] in (None, 3) and page["filtered_count"] in (None, 0, 1, 2, 3), query


def test_pages_of_every_order_have_all_of_the_filter_and_nothing_else(part):
    for first in ("limit=2", "limit=2&ordering=event_time", "limit=2&cursor=", "limit=2&ordering=arrival"):
        got, url = [], f"{part.annals.url}{HISTORY}?{first}"
        while url:
            page = part.view(url.removeprefix(part.annals.url)).json()
            got += page["results"]
            url = page["next"] if page["results"] else None
        expect_shown(part, got)


def test_a_cursor_of_another_filter_leads_nowhere_else(part):
    for query in ({"ordering": "arrival", "limit": 1}, {"cursor": "", "limit": 1}, {"limit": 1, "offset": 1}):
        for record in ({}, {"record_id": 99}):
            foreign = history(part.annals, part.tenant, **query, **record)["next"]
            if foreign is None:
                continue
            reply = part.view(foreign.removeprefix(part.annals.url))
            assert reply.status_code == 200, reply.text
            assert HIDDEN not in reply.text
            assert {one["event_id"] for one in reply.json()["results"]} <= set(part.ids(part.shown))


@pytest.mark.parametrize("format", ["ndjson", "csv", "parquet"])
def test_an_export_of_every_format_has_the_filter_only(part, format):
    for query in ("", "&record_id=99", "&after=r0_0_00000000-0000-0000-0000-000000000000"):
        reply = part.view(f"{EXPORT}?format={format}{query}")
        assert reply.status_code == 200, reply.text
        assert HIDDEN.encode() not in reply.content
        if format == "ndjson" and "99" not in query:
            expect_shown(part, [json.loads(line) for line in io.BytesIO(reply.content)])


def test_groups_count_the_filter_only(part):
    for by in ("record_id", "event_type_id", "source_type_id", "source_id"):
        groups = part.view(f"{COUNT_BY}?by={by}&ordering=-count").json()["results"]
        assert [group["count"] for group in groups] == [3], f"{by}: {groups}"
    assert part.view(f"{COUNT_BY}?by=record_id&q={HIDDEN}").json()["results"] == []


def test_one_event_is_there_if_the_filter_has_it(part):
    shown, hidden = part.shown[0]["event_id"], part.hidden[0]["event_id"]
    assert part.view(f"{HISTORY}/{shown}").json()["event_data"] == ["shown"]
    for method in ("GET", "HEAD"):
        reply = part.view(f"{HISTORY}/{hidden}?event_id={shown}", method=method)
        assert reply.status_code == 404, f"{method}: {reply.text}"
        nothing = part.view(f"{HISTORY}/{uuid.uuid4()}", method=method)
        assert (reply.status_code, reply.text) == (nothing.status_code, nothing.text), "expected no difference"


def test_a_file_is_there_if_the_filter_has_its_event(part):
    shown, hidden = part.shown[0]["event_id"], part.hidden[0]["event_id"]
    assert part.view(f"{HISTORY}/{shown}/file").content == b"shown"
    for path in (f"{HISTORY}/{hidden}/file", f"{HISTORY}/{hidden}/file?event_id={shown}&token={part.token}"):
        for method in ("GET", "HEAD"):
            for headers in ({}, {"Accept": "application/json"}):
                reply = part.view(path, method=method, headers=headers, allow_redirects=False)
                assert reply.status_code == 404 and "Location" not in reply.headers


def test_an_answer_does_not_tell_of_changes_outside_the_filter(part):
    known = part.annals.get(HISTORY, headers={"X-Client-Id": part.tenant["client_id"]}).headers.get("ETag")
    for path in (HISTORY, COUNT_BY, f"{HISTORY}/{part.shown[0]['event_id']}"):
        reply = part.view(path, headers={"If-None-Match": known or '"x"'})
        assert reply.status_code == 200 and "ETag" not in reply.headers, path
        assert reply.headers["Cache-Control"] == "no-store"


def read_tail(part, count, last_event_id=None, query=""):
    """The next events of a tail, and the ids that it has told before them."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    path = f"{TAIL}?token={part.token}{query}"
    with part.annals.get(path, key=None, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as reply:
        assert reply.status_code == 200, reply.text
        ids, got = [], []
        for line in reply.iter_lines(chunk_size=None):
            assert HIDDEN.encode() not in line
            field, _, value = line.decode().partition(": ")
            if field == "id" and not got:
                ids.append(value)
            if field == "data":
                got.append(json.loads(value))
            if len(got) == count:
                return ids, got
    raise AssertionError(f"expected {count} events, got {got}")


def test_a_tail_sends_the_filter_only_wherever_it_begins(part):
    last = history(part.annals, part.tenant, ordering="arrival", limit=1000)["next"].split("cursor=")[1].split("&")[0]
    for begin in ("&cursor=", "&record_id=7&cursor="):
        _, got = read_tail(part, 3, query=begin)
        expect_shown(part, got)
    ids, got = read_tail(part, 2, query="&cursor=")
    _, rest = read_tail(part, 1, last_event_id=ids[-1])
    assert {one["event_id"] for one in rest} <= set(part.ids(part.shown))
    # A cursor that another reader has got is no mistake, and no way to find out where the end is.
    for cursor in (last, "a1000000"):
        with part.annals.get(f"{TAIL}?token={part.token}&cursor={cursor}", key=None, stream=True) as reply:
            assert reply.status_code in (200, 422)


def test_a_tail_sends_what_comes_and_does_not_tell_of_the_rest(annals):
    tenant = annals.initialise(unique_name())
    token = new_token(annals, tenant, {"record_id": [7]})
    hidden = [event(record_id=99, event_data=[HIDDEN]) for _ in range(5)]
    assert post_events(annals, tenant, hidden).status_code == 201
    with annals.get(f"{TAIL}?token={token}", key=None, stream=True, timeout=TIMEOUT_SECONDS) as reply:
        lines = reply.iter_lines(chunk_size=None)
        begin = [next(lines) for _ in range(3)]
        assert begin[2] == b"id: a0", f"expected the beginning, not the number of events: {begin}"
        assert post_events(annals, tenant, [*hidden, event(record_id=7)]).status_code == 201
        first = next(line for line in lines if line.startswith(b"data: "))
    assert json.loads(first.removeprefix(b"data: "))["record_id"] == 7


def test_a_token_of_one_tenant_is_none_of_another(annals):
    one, other = (annals.initialise(unique_name()) for _ in range(2))
    token = new_token(annals, one)
    assert post_events(annals, other, [event(event_data=[HIDDEN])]).status_code == 201
    assert view(annals, token, HISTORY).json()["results"] == []
    for headers in ({"X-Client-Id": other["client_id"]}, {"X-Client-Id": other["database_name"]}):
        expect(annals.get(HISTORY, key=None, headers={**bearer(token), **headers}), 401, UNAUTHORIZED_KEY)
    secret = {"X-Client-Id": other["client_id"], "X-Client-Secret": other["client_secret"]}
    expect(annals.get(HISTORY, key=None, headers={**bearer(token), **secret}), 401, UNAUTHORIZED_KEY)


def test_an_event_that_is_acknowledged_is_seen_at_once(annals):
    tenant = annals.initialise(unique_name())
    token = new_token(annals, tenant, {"record_id": [7]})
    sent = event()
    assert post_events(annals, tenant, [sent]).status_code == 201
    assert [one["event_id"] for one in view(annals, token, HISTORY).json()["results"]] == [sent["event_id"]]
    wait_until(lambda: view(annals, token, HISTORY).json()["filtered_count"] == 1, "that it is counted")
