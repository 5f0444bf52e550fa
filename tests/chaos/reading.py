"""What a client of a chaos run reads, while everything happens."""

import json

import requests

from chaos.client import RECORDS, SECONDS, Client, digests
from support.clients.file_links import client
from support.clients.load import ids_of
from support.events import HISTORY, get_history, shown


class Reading(Client):
    def read_event(self):
        """An event that was acknowledged before is there, whoever asks."""
        tenant = self._tenant()
        if tenant is None or not tenant.order:
            return True
        event_id = self._random.choice(tenant.order[-200:])
        sent = tenant.events[event_id]
        if not sent.acknowledged:
            return True
        annals = self._instance()
        reply = self._ask(
            lambda: annals.get(f"{HISTORY}/{event_id}", headers=client(tenant.known), timeout=SECONDS)
        )
        if self._expect(f"event {event_id}, acknowledged before,", tenant, reply, 200):
            if reply.json() not in [shown(one) for one in [sent.content, *sent.others]]:
                self._model.complain(f"event {event_id} of {tenant}: expected {sent.content}, got {reply.text[:600]}")
        return reply is not None

    def read_page(self):
        tenant = self._tenant()
        if tenant is None:
            return True
        annals, record = self._instance(), self._random.randrange(RECORDS)
        query = {"limit": 200, "record_id": record} if self._random.random() < 0.5 else {"limit": 200}
        reply = self._ask(lambda: get_history(annals, tenant.known, **query))
        if self._expect("a page", tenant, reply, 200):
            self._expect_each_once("a page", tenant, reply.json()["results"])
        return reply is not None

    def read_export(self):
        tenant = self._tenant()
        if tenant is None:
            return True
        before = self._model.acknowledged_of(tenant)
        annals = self._instance()
        reply = self._ask(
            lambda: annals.get("/api/history/export", headers=client(tenant.known), timeout=SECONDS)
        )
        if not self._expect("an export", tenant, reply, 200):
            return reply is not None
        events = [json.loads(line) for line in reply.text.splitlines()]
        self._expect_each_once("an export", tenant, events)
        lost = before - {one["event_id"] for one in events}
        if lost:
            self._model.complain(f"an export of {tenant} lacks {len(lost)} of {len(before)} acknowledged: {sorted(lost)[:3]}")
        return True

    def _expect_each_once(self, what, tenant, events):
        twice = [one for one, number in ids_of(events).items() if number > 1]
        if twice:
            copies = [one for one in events if one["event_id"] == twice[0]]
            self._model.complain(f"{what} of {tenant} shows {len(twice)} events twice, such as {copies}")

    def read_file(self):
        tenant = self._tenant()
        files = self._model.readable_files(tenant) if tenant else []
        if not files:
            return True
        file = self._random.choice(files)
        annals = self._instance()
        path = f"{HISTORY}/{file.event_id}/file"
        link = self._ask(
            lambda: annals.get(path, headers={**client(tenant.known), "Accept": "application/json"}, timeout=SECONDS)
        )
        if not self._expect(f"the file of event {file.event_id}", tenant, link, 200):
            return link is not None
        reply = self._ask(lambda: requests.get(link.json()["file_url"], timeout=SECONDS))
        if reply is not None and reply.status_code == 200 and reply.content != file.content:
            self._model.complain(f"the file of event {file.event_id} of {tenant}: {digests(reply.content, file.content)}")
        return True
