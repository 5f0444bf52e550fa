"""Bodies that arrive and do not end: what requests hold while they are received has a limit over all of them."""

import contextlib
import json

from support.annals import API_KEY
from support.clients.raw_http import RawConnection, head
from support.events import event, post_events
from support.waiting import wait_until

MIB = 1 << 20
SETTINGS = {"ANNALS_EVENTS_MAX_RECEIVING_BYTES": str(4 * MIB)}
TOO_MUCH = {"detail": "Too many events are being received. Try again later."}


def body_of(size):
    """An event as a body of that size."""
    empty = json.dumps(event(event_data=""))
    return json.dumps(event(event_data="x" * (size - len(empty)))).encode()


def begin(connections, annals, tenant, body, sent):
    """A request of which only the first bytes are sent."""
    connection = connections.enter_context(RawConnection(annals))
    lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {tenant['client_id']}", "Content-Type: application/json")
    connection.send(head("POST", "/api/events", *lines, f"Content-Length: {len(body)}"))
    # One that finds no room is hung up on.
    with contextlib.suppress(ConnectionError):
        connection.send(body[:sent])
    return connection


def test_what_stalled_requests_hold_is_limited_and_given_back(make):
    annals = make.annals(environment=SETTINGS)
    tenant = annals.initialise("shop")
    answers = []

    def answer():
        answers.append(post_events(annals, tenant, json.loads(body_of(2 * MIB))))
        return answers[-1].status_code

    with contextlib.ExitStack() as connections:

        def is_refused_beside_one_more():
            begin(connections, annals, tenant, body_of(2 * MIB), MIB)
            return answer() == 503

        wait_until(is_refused_beside_one_more, "a request is refused beside enough that have not ended")
        refused = answers[-1]

    assert refused.json() == TOO_MUCH
    assert refused.headers["Retry-After"], "expected that it says when to try again"
    wait_until(lambda: answer() == 201, "when they have hung up there is room again")
