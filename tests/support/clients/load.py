"""Many clients at once, and a record of what they sent and what they were told."""

import collections
import concurrent.futures
import dataclasses
import json
import threading

import requests

from support.annals import events_table
from support.events import NDJSON, event, get_history, history, post_events
from support.waiting import repeat_unavailable

PAGE = 1000
BULK = 20


def at_once(calls):
    """Runs the calls in threads of their own that start together; returns their results."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def everything(annals, tenant, **query):
    """All events of the tenant, page by page along the cursor."""
    page = history(annals, tenant, cursor="", limit=PAGE, **query)
    return page["results"] + following(annals, tenant, page)


def following(annals, tenant, page):
    """What the pages after that one show. In order of arrival there is always a next one, at last an empty one."""
    events = []
    while page["next"] is not None and page["results"]:
        path = page["next"].removeprefix(annals.url)
        reply = repeat_unavailable(lambda path=path: annals.get(path, headers={"X-Client-Id": tenant["client_id"]}))
        assert reply.status_code == 200, f"expected 200 for {page['next']}, got {reply.status_code} {reply.text}"
        page = reply.json()
        events += page["results"]
    return events


def ids_of(events):
    """How often each event_id occurs."""
    return collections.Counter(one["event_id"] for one in events)


def shown_ids(annals, tenant):
    """How often the history shows each event_id."""
    return ids_of(everything(annals, tenant))


def stored_ids(annals, tenant):
    """How often each event_id is in the table."""
    rows = annals.sql(f"SELECT event_id, count() FROM {events_table(tenant)} GROUP BY event_id")
    return collections.Counter({row.split("\t")[0]: int(row.split("\t")[1]) for row in rows.split("\n") if row})


def ndjson(events):
    return "".join(json.dumps(one) + "\n" for one in events)


@dataclasses.dataclass
class Answered:
    """A request and its answer; `status` is None when the connection broke instead."""

    events: list
    kind: str
    status: int | None
    text: str = ""
    retry_after: str | None = None


class Clients:
    """Clients that run at once until they are stopped: `run(one)` in a thread of its own for each, which is to end soon
    after `stopping` is set. To be used with `with`, or start() and stop()."""

    def __init__(self, run, clients):
        self.stopping = threading.Event()
        self._threads = [threading.Thread(target=run, args=(one,), daemon=True) for one in clients]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        """Returns when every request that is under way has been answered."""
        self.stopping.set()
        for thread in self._threads:
            thread.join()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Writers(Clients):
    """Clients that write events of one tenant, each the next as soon as it is answered, until they are stopped or
    their connection breaks. Every third sends single events, every third arrays, every third NDJSON. They take turns
    over the instances; `make` makes an event."""

    KINDS = ("single", "array", "ndjson")

    def __init__(self, instances, tenant, clients=64, make=event, kinds=KINDS):
        super().__init__(self._run, range(clients))
        self._instances = instances
        self._tenant = tenant
        self._make = make
        self._kinds = kinds
        self.answers = []

    def statuses(self):
        """How often each status came."""
        return collections.Counter(answer.status for answer in list(self.answers))

    def acknowledged(self):
        """How many requests were answered by 201."""
        return self.statuses()[201]

    def acknowledged_ids(self):
        return {one["event_id"] for answer in self.answers if answer.status == 201 for one in answer.events}

    def sent_ids(self):
        return {one["event_id"] for answer in self.answers for one in answer.events}

    def unacknowledged(self):
        return [answer for answer in self.answers if answer.status != 201]

    def expect_kept(self, ids, where):
        """Each acknowledged event is among the counted ids, none is there twice, and none that nobody sent."""
        expect_once(ids, self.acknowledged_ids(), self.sent_ids(), where)

    def _run(self, number):
        kind = self._kinds[number % len(self._kinds)]
        annals = self._instances[number % len(self._instances)]
        while not self.stopping.is_set():
            events = [self._make() for _ in range(1 if kind == "single" else BULK)]
            answer = self._send(annals, kind, events)
            self.answers.append(answer)
            if answer.status is None:
                return

    def _send(self, annals, kind, events):
        body = {"single": events[0], "array": events, "ndjson": ndjson(events)}[kind]
        try:
            reply = post_events(annals, self._tenant, body, NDJSON)
        except requests.RequestException:
            return Answered(events, kind, None)
        return Answered(events, kind, reply.status_code, reply.text, reply.headers.get("Retry-After"))


class Readers(Clients):
    """Clients that read a tenant's newest page again and again, until they are stopped."""

    def __init__(self, instances, tenant, clients=8):
        super().__init__(self._run, [instances[i % len(instances)] for i in range(clients)])
        self._tenant = tenant
        self.answers = []

    def _run(self, annals):
        while not self.stopping.is_set():
            reply = get_history(annals, self._tenant)
            self.answers.append(Answered([], "page", reply.status_code, reply.text, reply.headers.get("Retry-After")))


def expect_once(ids, kept, sent, where):
    """Of the counted ids none is there twice, each of `kept` is there, and none is that was not `sent`."""
    twice = [one for one, count in ids.items() if count > 1]
    assert not twice, f"{where}: expected every event once, got {len(twice)} more than once, such as {twice[:3]}"
    lost = kept - ids.keys()
    assert not lost, f"{where}: expected all {len(kept)} acknowledged events, {len(lost)} are missing: {list(lost)[:3]}"
    strange = ids.keys() - sent
    assert not strange, f"{where}: expected nothing but what was sent, got {list(strange)[:3]}"
