"""How a client of a chaos run asks, and what it thinks of an answer."""

import hashlib

import requests

from chaos.model import ACTIVE

SECONDS = 15
RECORDS = 40
UNAVAILABLE = (429, 503)


class Client:
    """Chooses by `random`, which is its own, so that the seed tells what it does."""

    def __init__(self, instances, model, random):
        self._instances = instances
        self._model = model
        self._random = random

    def _instance(self):
        return self._random.choice(self._instances)

    def _tenant(self):
        tenants = self._model.having(ACTIVE)
        return self._random.choice(tenants) if tenants else None

    def _ask(self, call):
        """The answer, or None if the connection broke or the time was over instead."""
        try:
            reply = call()
            # requests takes a body that broke off for a whole one.
            if reply.raw.tell() < int(reply.headers.get("Content-Length", 0)):
                reply = None
        except requests.Timeout:
            reply = None
            self._model.count("time-outs")
        except requests.RequestException:
            reply = None
        self._model.count("requests")
        self._model.count(f"answers {reply.status_code if reply is not None else 'none'}")
        return reply

    def _expect(self, what, tenant, reply, *statuses):
        """True if the answer has one of the statuses. Others than 429, 503 and what a deletion explains are faults."""
        if reply is None:
            return False
        if reply.status_code in statuses:
            return True
        # Only a deletion, which was attempted before this answer came, takes the tenant away.
        deleted = tenant.state != ACTIVE and reply.status_code in (400, 403, 404)
        if reply.status_code not in UNAVAILABLE and not deleted:
            found = f"{reply.status_code} {reply.text[:300]}"
            self._model.complain(f"{what} of {tenant}: expected {statuses}, 429 or 503, got {found}")
        return False


def digests(found, expected):
    """Tells two contents apart in a message."""
    return " instead of ".join(f"{len(one)} bytes {hashlib.sha256(one).hexdigest()[:12]}" for one in (found, expected))
