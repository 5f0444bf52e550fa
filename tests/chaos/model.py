"""What the clients of a chaos run know: what was acknowledged, and what was attempted without an answer.

All of it is safe for concurrent use. A promise that an answer breaks at once is written down by complain().
"""

import collections
import dataclasses
import threading

# Each begins another one, matches it as a pattern or differs in its case: what is done to one is done to that one only.
NAMES = ["s", "s_1", "sx1", "S_1", "s-1", "s_1_k"]
KEPT_NAMES = ["s_kept", "s_1_kept", "sx1-kept"]

NEW, ACTIVE, UNSETTLED, GONE = "new", "active", "unsettled", "gone"


@dataclasses.dataclass
class Sent:
    """An event that was sent at least once. `others` are later contents under the same event_id."""

    content: dict
    acknowledged: bool = False
    others: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Upload:
    """A file that was sent at least once. `event_id` is of the event that names it."""

    content: bytes
    acknowledged: bool = False
    event_id: str | None = None


class Tenant:
    """A tenant that was made. It is ACTIVE, UNSETTLED once a deletion was attempted, and GONE after a 204."""

    def __init__(self, name, label, client_id, keeps):
        self.name = name
        self.label = label
        self.client_id = client_id
        self.keeps = keeps  # nobody deletes it
        self.state = ACTIVE
        self.deletions = 0  # that were begun since it was last known to be whole
        self.events = {}
        self.order = []  # event_ids as they were first sent
        self.uploads = {}
        self.upload_urls = []
        self.follower = {"cursor": "", "seen": []}

    @property
    def known(self):
        """As the helpers of tests.support take a tenant."""
        return {"client_id": self.client_id, "database_name": self.name}

    @property
    def mark(self):
        """Stands in the data of every event of the tenant, and nowhere else, so that its bytes can be found."""
        return f"mark-of-{self.client_id}"

    def __str__(self):
        return f"tenant {self.name} ({self.client_id}, {self.state})"


class Model:
    def __init__(self):
        self.lock = threading.RLock()
        self.tenants = []  # all that were ever made
        self.names = {}  # a name that is claimed: NEW while nobody answered, ACTIVE or UNSETTLED
        self.complaints = []
        self.counts = collections.Counter()

    def complain(self, what):
        with self.lock:
            self.complaints.append(what)

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number

    def answered(self):
        """How many requests have ended, in whatever way. The moments of faults are counted in these."""
        with self.lock:
            return self.counts["requests"]

    # --- tenants ---

    def having(self, *states):
        with self.lock:
            return [tenant for tenant in self.tenants if tenant.state in states]

    def take_name(self, name):
        """Whether the name is free for a claim; it is claimed then."""
        with self.lock:
            if name in self.names:
                return False
            self.names[name] = NEW
            return True

    def made(self, name, label, client_id, keeps=False):
        with self.lock:
            tenant = Tenant(name, label, client_id, keeps)
            self.tenants.append(tenant)
            self.names[name] = ACTIVE
            self.counts["tenants made"] += 1
            return tenant

    def not_made(self, name):
        """Every claim of it was refused."""
        with self.lock:
            del self.names[name]

    def unknown(self, name):
        """A claim of it had no answer."""
        with self.lock:
            self.names[name] = UNSETTLED

    def begin_deletion(self, tenant):
        with self.lock:
            tenant.deletions += 1
            if tenant.state == ACTIVE:
                tenant.state = UNSETTLED

    def stayed(self, tenant):
        """It is whole although somebody may have tried to delete it."""
        with self.lock:
            tenant.deletions = 0
            tenant.state = ACTIVE

    def gone(self, tenant):
        with self.lock:
            if tenant.state != GONE:
                tenant.state = GONE
                self.names.pop(tenant.name, None)
                self.counts["tenants deleted"] += 1

    # --- events and files ---

    def sending(self, tenant, events):
        """To be told before the events are sent."""
        with self.lock:
            for one in events:
                sent = tenant.events.get(one["event_id"])
                if sent is None:
                    tenant.events[one["event_id"]] = Sent(one)
                    tenant.order.append(one["event_id"])
                elif one != sent.content:
                    sent.others.append(one)

    def acknowledge(self, tenant, events):
        with self.lock:
            for one in events:
                sent = tenant.events[one["event_id"]]
                self.counts["events acknowledged"] += not sent.acknowledged
                sent.acknowledged = True

    def seen(self, tenant, event_ids):
        """They were read, so that they must stay even if nobody was told that they are kept."""
        with self.lock:
            for event_id in event_ids:
                tenant.events[event_id].acknowledged = True

    def uploading(self, tenant, file_id, content):
        with self.lock:
            tenant.uploads[file_id] = Upload(content)
            return tenant.uploads[file_id]

    def readable_files(self, tenant):
        """Those that were acknowledged, with the event that names them."""
        with self.lock:
            kept = {event_id for event_id, sent in tenant.events.items() if sent.acknowledged}
            return [file for file in tenant.uploads.values() if file.acknowledged and file.event_id in kept]

    def acknowledged_of(self, tenant):
        with self.lock:
            return {event_id for event_id, sent in tenant.events.items() if sent.acknowledged}
