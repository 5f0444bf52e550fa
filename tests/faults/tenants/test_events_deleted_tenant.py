"""A tenant that is deleted while clients write and read: nothing of it is left, and nothing comes back."""

import contextlib
import json
import threading

from support.answers.problems import NO_SUCH_CLIENT, UNAVAILABLE, expect
from support.clients.load import Readers, Writers, ndjson
from support.events import EVENT_BRIDGE, NDJSON, envelope, event, expect_stored, get_history, history, post_events
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import leftovers

CLIENTS = 24
ENOUGH = 40


def expect_honest(answers, good):
    """Each is `good`, or says that the tenant is gone, or that the engine cannot be asked now."""

    def honest(answer):
        if answer.status == 503:
            return json.loads(answer.text) == UNAVAILABLE and int(answer.retry_after) >= 1
        return answer.status == good or (answer.status == 400 and json.loads(answer.text) == NO_SUCH_CLIENT)

    strange = {(answer.kind, answer.status, answer.text) for answer in answers if not honest(answer)}
    assert not strange, f"expected {good}, 400 {NO_SUCH_CLIENT} or 503, got {len(strange)}: {sorted(strange)[:3]}"


def refuses_everything(annals, tenant):
    replies = [
        post_events(annals, tenant, event()),
        post_events(annals, tenant, ndjson([event()]), NDJSON),
        get_history(annals, tenant),
        annals.get("/api/history/export", headers={"X-Client-Id": tenant["client_id"]}),
    ]
    return all((reply.status_code, reply.json()) == (400, NO_SUCH_CLIENT) for reply in replies)


def expect_nothing_left(annals, database):
    if annals.engine.kind == "embedded":
        annals.terminate()
    wait_until(lambda: leftovers(annals, database) == {}, "nothing is left of the tenant", PATIENCE_SECONDS)


def test_under_load_a_deletion_leaves_nothing_and_every_later_request_is_refused(instances):
    first = instances[0]
    tenant, neighbour = first.initialise("shop"), first.initialise("neighbour")

    with Writers(instances, tenant, CLIENTS) as writers, Readers(instances, tenant, 8) as readers:
        with Writers(instances, neighbour, 4) as others:
            wait_until(lambda: writers.acknowledged() >= ENOUGH, f"{ENOUGH} are acknowledged", PATIENCE_SECONDS)
            first.remove(tenant["client_id"])
            at_once = refuses_everything(first, tenant)
            elsewhere = lambda: refuses_everything(instances[-1], tenant)
            wait_until(elsewhere, "every instance refuses it", PATIENCE_SECONDS)
            kept = others.acknowledged()
            wait_until(lambda: others.acknowledged() > kept + 10, "the neighbour goes on", PATIENCE_SECONDS)

    assert at_once, "expected that the instance which deleted it refuses every request from then on"
    assert first.tenant(tenant["client_id"]) is None
    assert set(others.statuses()) <= {201, 503}, f"expected that the neighbour is served, got {others.statuses()}"
    expect_honest(others.answers, 201)
    expect_nothing_left(first, "shop")
    expect_honest(writers.answers, 201)
    expect_honest(readers.answers, 200)


def test_what_waits_in_the_lane_is_refused_when_the_tenant_goes(instances):
    """None of these is acknowledged after the 204: whoever got 201 after it was told of events that are not there."""
    first = instances[0]
    tenant = first.initialise("shop")
    expect_stored(first, tenant, event())

    clients = [Writers(instances[:1], tenant, 1, kinds=[kind]) for kind in Writers.KINDS * (CLIENTS // len(Writers.KINDS))]
    acknowledged = lambda: sum(client.acknowledged() for client in clients)
    with contextlib.ExitStack() as stack:
        for client in clients:
            stack.enter_context(client)
        wait_until(lambda: acknowledged() >= ENOUGH, f"{ENOUGH} are acknowledged", PATIENCE_SECONDS)
        first.remove(tenant["client_id"])
        before = acknowledged()
        refused = lambda: all(client.statuses()[400] >= 2 for client in clients)
        wait_until(refused, "every client is refused several times", PATIENCE_SECONDS)

    # The answers of the last moment before the 204 may reach their clients a little after it.
    assert acknowledged() <= before + CLIENTS
    last = [client.answers[-1] for client in clients if client.answers[-1].status != 400]
    assert not last, f"expected 400 for the last of each client, got {[(one.status, one.text) for one in last[:3]]}"
    expect_nothing_left(first, "shop")


def test_a_tenant_of_the_same_name_begins_empty_while_clients_of_the_old_one_write_on(instances):
    first = instances[0]
    old = first.initialise("shop")

    with Writers(instances, old, CLIENTS) as writers, Readers(instances, old, 4) as readers:
        wait_until(lambda: writers.acknowledged() >= ENOUGH, f"{ENOUGH} are acknowledged", PATIENCE_SECONDS)
        first.remove(old["client_id"])
        new = first.initialise("shop")
        mine = event()
        expect_stored(first, new, mine)
        refused = lambda: writers.statuses()[400] >= 2 * CLIENTS
        wait_until(refused, "the old one's clients are refused", PATIENCE_SECONDS)
        pages = [history(annals, new) for annals in instances]

    for page in pages:
        assert [one["event_id"] for one in page["results"]] == [mine["event_id"]]
        assert page["total_count"] == 1
    assert new["client_id"] != old["client_id"]
    old_ids = writers.sent_ids()
    later = history(first, new)["results"]
    assert not [one for one in later if one["event_id"] in old_ids], "expected nothing of the old tenant"
    expect_honest(writers.answers, 201)
    expect_honest(readers.answers, 200)


def test_envelopes_that_name_a_deleted_tenant_are_refused(instances):
    first = instances[0]
    tenant = first.initialise("shop")
    by_name, by_id = (envelope(event(), name) for name in ("shop", tenant["client_id"]))
    for annals in instances:
        for body in (by_name, by_id):
            assert annals.request("POST", EVENT_BRIDGE, json=body).status_code == 201

    first.remove(tenant["client_id"])

    def refused(annals, body, name):
        reply = annals.request("POST", EVENT_BRIDGE, json=body)
        return (reply.status_code, reply.json()) == (400, {"detail": f"'{name}' tenant not found in database."})

    for body, name in ((by_name, "shop"), (by_id, tenant["client_id"])):
        assert refused(first, body, name), f"expected the deleting instance to refuse {name}"
        elsewhere = lambda body=body, name=name: refused(instances[-1], body, name)
        wait_until(elsewhere, f"every instance refuses {name}", PATIENCE_SECONDS)
    expect_nothing_left(first, "shop")


def test_a_bulk_import_ends_when_its_tenant_goes(make, engine_kind):
    """Events that are on their way in re-create nothing, and the client hears of it."""
    first = make.annals(engine_kind, environment={"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "600"})
    tenant = first.initialise("shop")
    deleted = threading.Event()

    def lines(count):
        return b"".join(json.dumps(event()).encode() + b"\n" for _ in range(count))

    late = lines(1000)

    def parts():
        for _ in range(20):
            yield lines(1000)
        deleted.wait(PATIENCE_SECONDS)
        # At once, and no more than sockets hold: a sender of `requests` that still sends when it is answered does not
        # read the answer.
        yield late

    replies = []
    headers = {"X-Client-Id": tenant["client_id"], "Content-Type": NDJSON}
    send = lambda: replies.append(first.request("POST", "/api/events", headers=headers, data=parts()))
    client = threading.Thread(target=send, daemon=True)
    client.start()
    arrived = lambda: history(first, tenant, limit=1)["total_count"] > 0
    wait_until(arrived, "the first events are there", PATIENCE_SECONDS)

    first.remove(tenant["client_id"])

    deleted.set()
    client.join()
    expect(replies[0], 400, NO_SUCH_CLIENT)
    expect_nothing_left(first, "shop")


def test_a_tail_of_a_deleted_tenant_ends(instances):
    first = instances[0]
    tenant = first.initialise("shop")
    headers = {"X-Client-Id": tenant["client_id"]}
    for annals in instances:
        expect_stored(annals, tenant, event())
    tails = [annals.get("/api/history/tail", headers=headers, stream=True) for annals in instances]

    first.remove(tenant["client_id"])

    for tail in tails:
        assert tail.status_code == 200
        assert ends(tail), f"expected the tail to end within {PATIENCE_SECONDS} s of the deletion"
    expect_nothing_left(first, "shop")


def ends(reply):
    """True when the body of a streamed answer ends, well or broken off, in time."""
    reader = threading.Thread(target=drain, args=(reply,), daemon=True)
    reader.start()
    reader.join(PATIENCE_SECONDS)
    return not reader.is_alive()


def drain(reply):
    try:
        for _ in reply.iter_content(1024):
            pass
    except OSError:  # requests' exceptions are of it: broken off
        pass
