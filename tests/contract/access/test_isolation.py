"""No identity of one tenant reaches anything of another."""

import pytest

from support.annals import API_KEY
from support.answers.problems import NO_SUCH_CLIENT, UNAUTHORIZED_CLIENT, UNAUTHORIZED_KEY, expect
from support.clients.event_streams import TAIL, Tail
from support.clients.file_links import attach, fetch, get_file, new_upload
from support.clients.neighbours import SECRET_WORD, Neighbours
from support.clients.raw_http import RawConnection, head
from support.events import HISTORY, envelope, event, events_of, get_history, post_envelope, post_events, shown
from support.names import UNKNOWN_ID, unique_name

UPLOAD_URL = "/api/files/upload-url"
EXPORT = "/api/history/export"
COUNT_BY = f"{HISTORY}/count-by"
READS = {
    "history": HISTORY,
    "one event": HISTORY + "/{event_id}",
    "file": HISTORY + "/{event_id}/file",
    "count-by": COUNT_BY,
    "export": EXPORT,
    "tail": TAIL,
    "upload URL": UPLOAD_URL,
}


@pytest.fixture
def neighbours(annals, engine_kind, once):
    return once(engine_kind, lambda: Neighbours(annals))


# --- who one is ---


def identities(a, b):
    """Headers that are no identity of B, and the answer to each."""
    a_id, b_id, a_secret, b_secret = a["client_id"], b["client_id"], a["client_secret"], b["client_secret"]
    no_key, no_client, unknown, wrong = (
        (401, UNAUTHORIZED_KEY),
        (400, UNAUTHORIZED_CLIENT),
        (400, NO_SUCH_CLIENT),
        (401, UNAUTHORIZED_CLIENT),
    )
    return {
        "nothing": ({}, no_key),
        "an id": ({"X-Client-Id": b_id}, no_key),
        "a wrong key": ({"X-API-Key": "x", "X-Client-Id": b_id}, no_key),
        "an empty key": ({"X-API-Key": "", "X-Client-Id": b_id}, no_key),
        "the secret as key": ({"X-API-Key": b_secret, "X-Client-Id": b_id}, no_key),
        "a key": ({"X-API-Key": API_KEY}, no_client),
        "a key and an empty id": ({"X-API-Key": API_KEY, "X-Client-Id": ""}, no_client),
        "a key and an unknown id": ({"X-API-Key": API_KEY, "X-Client-Id": UNKNOWN_ID}, unknown),
        "a key and a name": ({"X-API-Key": API_KEY, "X-Client-Id": b["database_name"]}, unknown),
        "a key and two ids": ({"X-API-Key": API_KEY, "X-Client-Id": f"{a_id}, {b_id}"}, unknown),
        "a key and a pattern": ({"X-API-Key": API_KEY, "X-Client-Id": "%"}, unknown),
        "a key and SQL": ({"X-API-Key": API_KEY, "X-Client-Id": f"{UNKNOWN_ID}' OR client_id = '{b_id}"}, unknown),
        "a key and a quote": ({"X-API-Key": API_KEY, "X-Client-Id": f"{b_id}'"}, unknown),
        "a key and a backslash": ({"X-API-Key": API_KEY, "X-Client-Id": f"{b_id}\\"}, unknown),
        "a key and a NUL": ({"X-API-Key": API_KEY, "X-Client-Id": f"{b_id}%00"}, unknown),
        "another's secret": ({"X-Client-Id": b_id, "X-Client-Secret": a_secret}, wrong),
        "another's id": ({"X-Client-Id": a_id, "X-Client-Secret": b_secret}, wrong),
        "an empty secret": ({"X-Client-Id": b_id, "X-Client-Secret": ""}, wrong),
        "a part of the secret": ({"X-Client-Id": b_id, "X-Client-Secret": b_secret[:-1]}, wrong),
        "more than the secret": ({"X-Client-Id": b_id, "X-Client-Secret": b_secret + "x"}, wrong),
        "the platform's key as secret": ({"X-Client-Id": b_id, "X-Client-Secret": API_KEY}, wrong),
        "a secret alone": ({"X-Client-Secret": b_secret}, no_client),
        "a secret and SQL": ({"X-Client-Id": b_id, "X-Client-Secret": "' OR '1' = '1"}, wrong),
        "a secret and an unknown id": ({"X-Client-Id": UNKNOWN_ID, "X-Client-Secret": b_secret}, wrong),
        "a wrong key and the secret": ({"X-API-Key": "x", "X-Client-Id": b_id, "X-Client-Secret": b_secret}, no_key),
    }


@pytest.mark.parametrize("template", READS.values(), ids=READS)
def test_who_is_not_the_tenant_is_told_nothing(neighbours, template):
    for who, (headers, (status, body)) in identities(neighbours.a, neighbours.b).items():
        reply = neighbours.annals.get(neighbours.path(template), key=None, headers=headers, allow_redirects=False)

        assert reply.status_code == status, f"expected {status} for {who}, got {reply.status_code} {reply.text}"
        expect(reply, status, body)


@pytest.mark.parametrize("header", ["X-Client-Id", "X-Client-Secret", "X-API-Key"])
def test_of_two_values_of_an_identity_none_counts(neighbours, header):
    b = neighbours.b
    own = {"X-Client-Id": b["client_id"], "X-Client-Secret": b["client_secret"]}
    if header == "X-API-Key":
        own = {"X-Client-Id": b["client_id"], "X-API-Key": API_KEY}
    other = {**own, "X-Client-Id": neighbours.a["client_id"], "X-Client-Secret": "x", "X-API-Key": "x"}[header]
    lines = [f"{name}: {value}" for name, value in own.items()]

    for both in ([*lines, f"{header}: {other}"], [f"{header}: {other}", *lines]):
        with RawConnection(neighbours.annals) as connection:
            reply = connection.send(head("GET", HISTORY, *both)).reply()

        assert reply.status_code in (400, 401), f"expected a refusal, got {reply.raw[:500]}"


# --- what one reads ---


def asks(annals, tenant, path, own_secret):
    """GET as the tenant, by the platform's key or by its own secret."""
    headers = {"X-Client-Id": tenant["client_id"]}
    if own_secret:
        headers["X-Client-Secret"] = tenant["client_secret"]
    return annals.get(path, key=None if own_secret else API_KEY, headers=headers, allow_redirects=False)


@pytest.mark.parametrize("own_secret", [False, True], ids=["by key", "by secret"])
def test_a_tenant_reads_nothing_of_another(neighbours, own_secret):
    n = neighbours
    theirs = n.theirs["event_id"]

    def ask(path):
        return asks(n.annals, n.a, path, own_secret)

    page = ask(HISTORY).json()
    assert (page["total_count"], page["results"]) == (1, [shown(n.ours)])
    for query in (f"event_id={theirs}", "record_id=4711", f"q={SECRET_WORD}", "ordering=arrival&record_id=4711"):
        page = ask(f"{HISTORY}?count=true&{query}").json()
        assert (page["filtered_count"], page["results"]) == (0, []), f"expected nothing for {query}"
    expect(ask(f"{HISTORY}/{theirs}"), 404, {"detail": "Event not found."})
    expect(ask(f"{HISTORY}/{theirs}/file"), 404, {"detail": "Event not found."})
    assert ask(COUNT_BY + "?by=record_id").json() == {"results": [{"record_id": 1, "count": 1}], "more": False}
    for kind in ("ndjson", "csv", "parquet"):
        content = ask(f"{EXPORT}?format={kind}").content
        assert SECRET_WORD.encode() not in content and b"4711" not in content


def test_a_tail_has_nothing_of_another_tenant(neighbours):
    n = neighbours
    a, b = n.annals.initialise(unique_name()), n.annals.initialise(unique_name())
    with Tail(n.annals, b) as of_b:
        post_events(n.annals, b, event(event_data=SECRET_WORD))
        of_b.read(1)
    post_events(n.annals, a, event(event_data="before"))  # a cursor ahead of all events would be refused

    with Tail(n.annals, a) as own, Tail(n.annals, a, cursor=of_b.ids[0], q=SECRET_WORD) as prying:
        post_events(n.annals, b, [event(event_data=SECRET_WORD) for _ in range(5)])
        sent = event(event_data="ours")
        post_events(n.annals, a, sent)
        assert own.read(1) == [shown(sent)]
        said = event(event_data=f"ours: {SECRET_WORD}")
        post_events(n.annals, a, said)

        assert prying.read(1) == own.read(1) == [shown(said)]


def test_a_cursor_of_another_tenant_shows_only_ones_own(neighbours):
    annals = neighbours.annals
    a, b = annals.initialise(unique_name()), annals.initialise(unique_name())
    ours = [event(event_data="ours") for _ in range(3)]
    theirs = lambda: event(event_data=SECRET_WORD, record_id=4711)
    with Tail(annals, b) as tail:
        post_events(annals, b, theirs())
        post_events(annals, a, ours)
        post_events(annals, b, [theirs() for _ in range(8)])
        tail.read(9)

    # The embedded engine numbers the events of all tenants together, a server those of each.
    seen = events_of(annals, a, ordering="arrival", cursor=tail.ids[0], limit=1000)
    assert seen in ([shown(one) for one in ours], [shown(one) for one in ours[1:]])
    ahead = get_history(annals, a, ordering="arrival", cursor=tail.ids[8], limit=1000)
    assert ahead.status_code == 422, f"expected 422 for a cursor ahead of all own events, got {ahead.status_code}"
    assert SECRET_WORD not in ahead.text


# --- what one writes ---


def test_the_same_event_id_in_two_tenants_is_two_events(annals):
    a, b = annals.initialise(unique_name()), annals.initialise(unique_name())
    of_a = event(event_data="of a")
    of_b = {**of_a, "event_data": "of b"}

    for tenant, sent in ((a, of_a), (b, of_b)):
        assert post_events(annals, tenant, sent).json() == {"accepted": 1, "duplicates": 0, "errors": []}

    assert (events_of(annals, a), events_of(annals, b)) == ([shown(of_a)], [shown(of_b)])


def test_no_one_writes_into_another_tenant(neighbours):
    n = neighbours
    before = n.b_has()

    for who, (headers, (status, body)) in identities(n.a, n.b).items():
        reply = n.annals.request("POST", "/api/events", key=None, headers=headers, json=event())

        assert reply.status_code == status, f"expected {status} for {who}, got {reply.status_code} {reply.text}"
    reply = post_envelope(n.annals, envelope(event(), n.b["client_id"]), headers={"X-Client-Id": n.a["client_id"]})
    assert reply.status_code == 400, f"expected 400, got {reply.status_code} {reply.text}"
    own = {"X-Client-Id": n.b["client_id"], "X-Client-Secret": n.b["client_secret"]}
    reply = post_envelope(n.annals, envelope(event(), n.b["client_id"]), key=None, headers=own)
    assert reply.status_code == 401, f"expected 401, got {reply.status_code} {reply.text}"
    assert n.b_has() == before


def test_a_tenants_secret_opens_nothing_of_the_platform(neighbours):
    n = neighbours
    own = {"X-Client-Id": n.b["client_id"], "X-Client-Secret": n.b["client_secret"]}

    expect(n.annals.get("/api/tenants", key=None, headers=own), 401, UNAUTHORIZED_KEY)
    expect(n.annals.get(f"/api/tenants/{n.b['client_id']}", key=None, headers=own), 401, UNAUTHORIZED_KEY)
    expect(n.annals.request("DELETE", "/api/delete-tenant", key=None, headers=own), 401, UNAUTHORIZED_KEY)
    new = {"database_name": "x", "client_label": "x"}
    expect(n.annals.post_tenant(new, key=None, headers=own), 401, UNAUTHORIZED_KEY)


# --- files ---


def test_a_tenant_reaches_no_file_of_another_by_naming_it(neighbours):
    n = neighbours
    event_id = attach(n.annals, n.a, n.theirs["file_id"])

    expect(get_file(n.annals, n.a, event_id), 404, {"detail": "File not found."})
    expect(get_file(n.annals, n.a, event_id, Accept="application/json"), 404, {"detail": "File not found."})


@pytest.mark.parametrize(
    "place", ["{b}", "{a}/../{b}", "{a}%2F..%2F{b}", "./{b}", "/{b}", "{b}%00", "{b}%2F", "..%2Ffiles%2F{b}"]
)
def test_an_upload_url_leads_into_no_other_tenants_files(neighbours, place):
    n = neighbours
    url = new_upload(n.annals, n.a)["upload_url"]
    names = {"a": n.a["database_name"], "b": n.b["database_name"]}
    target = url.split("/", 3)[3].replace(f"files/{names['a']}/", f"files/{place.format(**names)}/")
    before = set(n.annals.files.keys())

    with RawConnection(n.annals) as connection:
        reply = connection.send(head("PUT", "/" + target, "Content-Length: 1") + b"x").reply()

    assert reply.status_code in (403, 404), f"expected a refusal, got {reply.raw[:300]}"
    # What others have deleted may go meanwhile.
    assert set(n.annals.files.keys()) <= before, "expected that nothing is stored anywhere"
    assert fetch(n.b_get_url).content == SECRET_WORD.encode()
