"""What a client of a chaos run sends: events in every form, again, in conflict, and files."""

import uuid

import requests

from chaos.client import RECORDS, SECONDS, Client
from support.clients.file_links import client
from support.clients.load import ndjson
from support.events import NDJSON, envelope, post_envelope, post_events

MOST_EVENTS = 12_000


class Sending(Client):
    def event(self, tenant, **changes):
        """A complete event; its data names the tenant, so that its bytes can be found on the disk."""
        random = self._random
        return {
            "event_id": str(uuid.UUID(int=random.getrandbits(128), version=4)),
            "event_time": f"20{random.randrange(10, 30)}-03-04T05:06:{random.randrange(60):02}.{random.randrange(1000):03}Z",
            "event_type_id": random.randrange(5),
            "record_id": random.randrange(RECORDS),
            "source_id": 3,
            "source_type_id": 2,
            "event_data": [tenant.mark, "x" * random.randrange(300)],
            **changes,
        }

    def _send(self, tenant, events, call, what):
        self._model.sending(tenant, events)
        reply = self._ask(call)
        if not self._expect(what, tenant, reply, 201):
            return reply is not None
        answer = reply.json()
        if "accepted" in answer and (answer["accepted"] + answer["duplicates"] != len(events) or answer["errors"]):
            self._model.complain(f"{what} of {tenant}: expected that {len(events)} events are taken, got {answer}")
            return True
        self._model.acknowledge(tenant, events)
        return True

    def _post(self, kind, number):
        tenant = self._tenant()
        if tenant is None or len(tenant.order) > MOST_EVENTS:
            return self.send_again()
        events = [self.event(tenant) for _ in range(number)]
        body = {"single": events[0], "array": events, "ndjson": ndjson(events)}[kind]
        annals = self._instance()
        post = lambda: post_events(annals, tenant.known, body, NDJSON, timeout=SECONDS)
        return self._send(tenant, events, post, f"POST {kind}")

    def send_single(self):
        return self._post("single", 1)

    def send_array(self):
        return self._post("array", self._random.randrange(2, 60))

    def send_ndjson(self):
        return self._post("ndjson", self._random.randrange(2, 300))

    def send_envelope(self):
        tenant = self._tenant()
        if tenant is None or len(tenant.order) > MOST_EVENTS:
            return self.send_again()
        event = self.event(tenant)
        # A name may be another tenant's by the time that the envelope arrives.
        body = envelope(event, tenant.name if tenant.keeps else tenant.client_id)
        annals = self._instance()
        return self._send(tenant, [event], lambda: post_envelope(annals, body, timeout=SECONDS), "an envelope")

    def send_again(self):
        """Some of the events of before, whatever was answered then."""
        tenant = self._tenant()
        if tenant is None or not tenant.order:
            return True
        recent = tenant.order[-500:]
        ids = self._random.sample(recent, min(len(recent), self._random.randrange(1, 20)))
        events = [tenant.events[event_id].content for event_id in ids]
        annals = self._instance()
        return self._send(
            tenant, events, lambda: post_events(annals, tenant.known, events, timeout=SECONDS), "a redelivery"
        )

    def send_conflict(self):
        """Another content under the id of an event that was acknowledged: the first stays."""
        tenant = self._tenant()
        if tenant is None or not tenant.order:
            return True
        event_id = self._random.choice(tenant.order[-500:])
        sent = tenant.events[event_id]
        if not sent.acknowledged:
            return True
        changed = self.event(tenant, event_id=event_id)
        annals = self._instance()
        return self._send(
            tenant, [changed], lambda: post_events(annals, tenant.known, changed, timeout=SECONDS), "a conflict"
        )

    def upload(self):
        """A file through a link, and the event that names it."""
        tenant = self._tenant()
        if tenant is None:
            return True
        annals = self._instance()
        reply = self._ask(lambda: annals.get("/api/files/upload-url", headers=client(tenant.known), timeout=SECONDS))
        if not self._expect("an upload URL", tenant, reply, 200):
            return reply is not None
        made = reply.json()
        tenant.upload_urls.append((made["file_id"], made["upload_url"]))
        content = self._random.randbytes(self._random.randrange(1, 40_000))
        file = self._model.uploading(tenant, made["file_id"], content)
        reply = self._ask(lambda: requests.put(made["upload_url"], data=content, timeout=SECONDS))
        # A file store in trouble answers as it likes; a full disk with 507.
        file.acknowledged = reply is not None and reply.status_code == 200
        event = self.event(tenant, file_id=made["file_id"])
        file.event_id = event["event_id"]
        post = lambda: post_events(annals, tenant.known, event, timeout=SECONDS)
        self._model.count("files acknowledged", file.acknowledged)
        return self._send(tenant, [event], post, "an event with a file")
