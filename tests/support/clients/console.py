"""A person at the console, in a real browser, and a history that is worth looking at."""

import base64
import datetime

from support.annals import API_KEY
from support.clients.browsers import drive
from support.clients.file_links import put
from support.clients.keys import new_key
from support.events import event, post_events

BROWSER_SECONDS = 1500

LABEL = "Meridian Bank"
RECORD = "ORD-2026-17"
OFFER = "Offer 2026-17\n\nPlease find our offer below.\n"
# A picture of ten by ten pixels.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
)
# The smallest document that has a page.
DOCUMENT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n"
)
NAMES = {
    "event_types": {"1": "Created", "2": "Changed", "3": "Approved", "4": "Commented"},
    "source_types": {"1": "User", "2": "Service"},
    "sources": {"1": {"3": "Ann Lee", "7": "Jonas Weber"}, "2": {"1": "Nightly sync"}},
}
PAST = "The rate is fixed until the end of the year, and the customer pays within thirty days."
PRESENT = "The rate is fixed until the end of the month, and the customer pays within thirty days."


def at(days=0, minutes=0):
    """A time before now, as events have it."""
    time = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days, minutes=minutes)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def attached(annals, tenant, content, name, content_type):
    """Uploads a file under a name; returns its id."""
    query = {"filename": name, "content_type": content_type}
    made = annals.get("/api/files/upload-url", params=query, headers={"X-Client-Id": tenant["client_id"]}).json()
    assert put(made["upload_url"], content, **made["headers"]).status_code == 200
    return made["file_id"]


def order(annals, tenant):
    """The events of one record, the oldest first."""
    offer = attached(annals, tenant, OFFER.encode(), "offer.txt", "text/plain")
    stamp = attached(annals, tenant, PICTURE, "stamp.png", "image/png")
    contract = attached(annals, tenant, DOCUMENT, "contract.pdf", "application/pdf")
    by_ann = {"record_id": RECORD, "source_type_id": 1, "source_id": 3}
    return [
        event(**by_ann, event_type_id=1, event_time=at(days=30), event_data={"status": "draft"}, file_id=stamp),
        event(**by_ann, event_type_id=2, event_time=at(days=3), event_data={"before": {"terms": PAST}, "after": {"terms": PRESENT}}),
        event(**by_ann, event_type_id=4, event_time=at(days=2), event_data={"message": "The offer went out"}, file_id=offer),
        event(
            **{**by_ann, "source_id": 7},
            event_type_id=3,
            event_time=at(minutes=40),
            event_data={"field": "status", "from": "draft", "to": "approved"},
            file_id=contract,
        ),
    ]


def crowd(count):
    """Events of many records over forty days."""
    kinds = [
        {"event_type_id": 2, "event_data": {"field": "limit", "from": 500, "to": 750}},
        {"event_type_id": 4, "event_data": {"message": "Called the customer about the terms"}},
        {"event_type_id": 2, "event_data": {"changes": {"owner": ["ann", "jonas"], "currency": ["EUR", "CHF"]}}},
        {"event_type_id": 1, "event_data": ["open → closed"]},
        {"event_type_id": 9, "event_data": {"html": "<img src=x onerror=alert(1)>", "text": "x" * 5000}},
    ]
    return [
        event(
            record_id=100 + number % 60,
            source_type_id=1 if number % 4 else 2,
            source_id=[1, 3, 7, 3][number % 4],
            event_time=at(minutes=60 + number * 57600 // count),
            **kinds[number % len(kinds)],
        )
        for number in range(count)
    ]


class Bank:
    """A service with a tenant that has a history, one that has none, and a key that only reads."""

    def __init__(self, annals, events=300):
        self.annals = annals
        self.tenant = annals.initialise("meridian", LABEL)
        self.empty = annals.initialise("fresh", "Fresh and Empty")
        reply = annals.request("PATCH", "/api/names", json=NAMES)
        assert reply.status_code == 200, reply.text
        self.order = order(annals, self.tenant)
        assert post_events(annals, self.tenant, self.order + crowd(events)).status_code == 201
        self.reader = new_key(annals, role="read")

    def see(self, flow, pictures, **given):
        """What a person sees who does what the flow says."""
        known = {
            "url": self.annals.url,
            "key": API_KEY,
            "otherKey": self.reader["key"],
            "otherKeyId": self.reader["key_id"],
            "client": self.tenant["client_id"],
            "label": LABEL,
            "record": RECORD,
            "pictures": str(pictures),
            **given,
        }
        seen = drive("console.mjs", flow, seconds=BROWSER_SECONDS, given=known)
        assert seen["said"] == [], "expected no fault in the page, and nothing that its policy forbids"
        assert seen["foreign"] == [], "expected that the page asks nobody but the service"
        return seen["result"]
