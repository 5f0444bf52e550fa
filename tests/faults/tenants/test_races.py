"""Many at once, through one instance and through two on one engine: one winner, nothing left of the losers."""

import random
import time

from support.answers.problems import CLIENT_EXISTS, NO_SUCH_CLIENT, expect
from support.clients.load import at_once
from support.waiting import PATIENCE_SECONDS, wait_until
from support.witnesses.leftovers import OWN_TABLES, databases, leftovers, registry_rows, tables_of_default

AT_ONCE = 50
CHURN_SECONDS = 4


def initialise_at_once(instances, bodies):
    def call(i, body):
        return lambda: instances[i % len(instances)].post_tenant(body)

    return at_once([call(i, body) for i, body in enumerate(bodies)])


def expect_one_winner(instances, bodies):
    """Two instances that meet while one of them stands still for seconds may both lose: then all ask once more."""
    replies = initialise_at_once(instances, bodies)
    if len(instances) > 1 and all(reply.status_code == 400 for reply in replies):
        replies = initialise_at_once(instances, bodies)
    won = [reply for reply in replies if reply.status_code == 201]
    lost = [(reply.status_code, reply.json()) for reply in replies if reply.status_code != 201]
    others = [reply for reply in lost if reply != (400, CLIENT_EXISTS)]
    assert not others, f"expected nothing but 201 and 400 {CLIENT_EXISTS}, got {others}"
    assert len(won) == 1, f"expected one winner, got {len(won)}"
    return won[0].json()


def expect_nothing_but(instances, made):
    """The winner is there, and behind the service there is nothing but what belongs to it."""
    annals = instances[0]
    assert [(t["client_id"], t["state"]) for t in annals.tenants()] == [(made["client_id"], "active")]
    if annals.engine.kind == "embedded":
        annals.terminate()
    assert databases(annals.sql) == [made["database_name"]]
    assert {name for name, _ in registry_rows(annals.sql)} == {made["database_name"]}
    wait_until(lambda: set(tables_of_default(annals.sql)) <= set(OWN_TABLES), "`default` holds no table but Annals' own two")


def test_of_many_who_want_one_name_one_gets_it(instances):
    bodies = [{"database_name": "shop", "client_label": f"l{i}"} for i in range(AT_ONCE)]

    expect_nothing_but(instances, expect_one_winner(instances, bodies))


def test_of_many_who_want_one_label_one_gets_it(instances):
    bodies = [{"database_name": f"d{i}", "client_label": "The shop"} for i in range(AT_ONCE)]

    expect_nothing_but(instances, expect_one_winner(instances, bodies))


def test_of_many_who_want_the_same_one_gets_it(instances):
    bodies = [{"database_name": "shop", "client_label": "The shop"}] * AT_ONCE

    expect_nothing_but(instances, expect_one_winner(instances, bodies))


def test_losers_names_are_free_at_once(instances):
    bodies = [{"database_name": f"d{i}", "client_label": "The shop"} for i in range(AT_ONCE)]
    made = expect_one_winner(instances, bodies)

    losers = [body["database_name"] for body in bodies if body["database_name"] != made["database_name"]]
    replies = initialise_at_once(instances, [{"database_name": n, "client_label": f"of {n}"} for n in losers])

    assert {reply.status_code for reply in replies} == {201}, "expected that the losers hold neither name nor label"


def test_many_different_tenants_are_made_at_once(instances):
    bodies = [{"database_name": f"d{i}", "client_label": f"l{i}"} for i in range(AT_ONCE)]

    replies = initialise_at_once(instances, bodies)

    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["client_id"] for reply in replies}) == AT_ONCE
    assert len(instances[-1].tenants()) == AT_ONCE


def test_many_deletions_of_one_tenant_end_with_nothing_left(instances):
    made = instances[0].initialise("shop")
    for i in range(3):
        instances[0].files.put(f"shop/{i}")

    def call(i):
        return lambda: instances[i % len(instances)].delete(made["client_id"])

    replies = at_once([call(i) for i in range(20)])

    others = [reply for reply in replies if reply.status_code != 204]
    assert len(others) < len(replies), "expected 204 for one at least"
    for reply in others:
        # Whoever waits for another's deletion for too long is asked to come again.
        if not is_documented_503(reply):
            expect(reply, 400, NO_SUCH_CLIENT)
    assert instances[0].tenants() == []
    if instances[0].engine.kind == "embedded":
        instances[0].terminate()
    wait_until(lambda: leftovers(instances[0]) == {}, "nothing is left")


BEING_DELETED = {"detail": "This tenant is being deleted. Try again later."}
# Others that want the name of a deleted tenant hold it too.
NAME_HELD = {"detail": "The files of a deleted tenant of that name are being removed. Try again later."}


def is_documented_503(reply, body=BEING_DELETED):
    return reply.status_code == 503 and "Retry-After" in reply.headers and reply.json() == body


def deletion_faults(annals, client_id):
    """Deletes the tenant; returns answers that are not documented. One that says 503 is sent again, and the sweep may
    be faster then."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    reply = annals.delete(client_id)
    repeated = is_documented_503(reply)
    while is_documented_503(reply) and time.monotonic() < give_up_at:
        reply = annals.delete(client_id)
    if reply.status_code == 204 or (repeated and reply.json() == NO_SUCH_CLIENT):
        return []
    return [(reply.status_code, reply.text)]


def test_a_churn_of_initialisations_and_deletions_leaves_names_and_databases_in_step(instances):
    names = [f"d{i}" for i in range(4)]
    stop_at = time.monotonic() + CHURN_SECONDS
    unexpected = []

    def churn(seed):
        choose = random.Random(seed)
        while time.monotonic() < stop_at:
            annals = choose.choice(instances)
            name = choose.choice(names)
            made = annals.post_tenant({"database_name": name, "client_label": choose.choice(names)})
            if made.status_code == 201:
                unexpected.extend(deletion_faults(choose.choice(instances), made.json()["client_id"]))
            elif made.status_code != 400 and not is_documented_503(made, NAME_HELD):
                unexpected.append((made.status_code, made.text))

    at_once([lambda seed=seed: churn(seed) for seed in range(8)])

    assert unexpected == []
    left = instances[0].tenants()
    assert left == [], f"expected no tenant, got {left}"
    if instances[0].engine.kind == "embedded":
        instances[0].terminate()
    wait_until(lambda: leftovers(instances[0]) == {}, "nothing is left")
