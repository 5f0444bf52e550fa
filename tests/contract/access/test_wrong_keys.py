"""Wrong keys of one address are damped, right ones never."""

import time

from support.annals import API_KEY
from support.answers.problems import UNAUTHORIZED_KEY, expect
from support.clients.keys import new_key

TRIES = 3
TOO_MANY = {"detail": "Too many wrong keys from this address. Try again later."}


def test_wrong_keys_are_damped_and_right_ones_never(make):
    for _ in range(TRIES):
        annals = make.annals(environment={"ANNALS_AUTH_WRONG_KEYS_PER_MINUTE": "5"})
        key = new_key(annals, "read")["key"]
        began = time.monotonic()
        for _ in range(5):
            expect(annals.get("/api/tenants", key="w" * 20), 401, UNAUTHORIZED_KEY)
        reply = annals.get("/api/tenants", key="w" * 20)
        if time.monotonic() - began < 60:  # the minute in which they count together
            break

    expect(reply, 429, TOO_MANY)
    assert reply.headers["Retry-After"] == "60"
    assert annals.get("/api/tenants", key=API_KEY).status_code == 200
    assert annals.get("/api/tenants", key=key).status_code == 200
