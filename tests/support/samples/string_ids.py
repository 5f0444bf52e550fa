"""Ids that are strings, of every kind that could be taken for something else, and how they are written."""

import hashlib
import itertools

from support.clients.file_links import client
from support.events import event

IDS = ("event_type_id", "record_id", "source_type_id", "source_id")
EXPORT = "/api/history/export"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
STRINGS = [
    "ORD-17",
    UUID,
    UUID.upper(),
    "17",
    "-17",
    "007",
    " ",
    "日本語の記録",
    "🎉",
    'a"b',
    '"quoted"',
    "back\\slash",
    "it's",
    "'); DROP TABLE x; --",
    "a_b,c;d",
    "{}",
    "[1,2]",
    "null",
    "é",  # composed
    "é",  # with a combining mark
    '"cloudevent":{',
    "x" * 128,
    "日" * 128,
]


def number_of(string, bits=64):
    """The number under which a column of so many bits holds a string."""
    number = int.from_bytes(hashlib.sha256(string.encode()).digest()[: bits // 8], "big")
    return number | 1 << (bits - 1)


def colliding_types():
    """Two strings with the same number of 32 bits."""
    seen = {}
    for i in itertools.count():
        string = f"type-{i}"
        other = seen.setdefault(number_of(string, 32), string)
        if other != string:
            return other, string


def notation(value):
    """An id as queries, CSV and cursors have it."""
    plain = str(value)
    digits = plain.removeprefix("-")
    looks_else = plain.startswith('"') or digits.isascii() and digits.isdecimal()
    if isinstance(value, int) or not looks_else:
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def export(annals, tenant, **query):
    reply = annals.get(EXPORT, headers=client(tenant), params=query)
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply


def by_id(events):
    return {e["event_id"]: e for e in events}


def mixed_events():
    """Events of strings and of integers that look alike, or have the numbers of the strings."""
    strings = [event(**{name: string}) for string in STRINGS for name in IDS]
    numbers = [event(record_id=number_of("ORD-17")), event(source_id=number_of(UUID)), event(record_id=17)]
    types = [event(event_type_id=number_of("ORD-17", 32)), event(source_type_id=number_of("17", 32))]
    kept = [event(record_id="ORD-17", source_name="x\u0001y", nested={"\u0001ORD-17\u0001": 1}), event(**{"\u0001": "\u0001"})]
    return strings + numbers + types + kept + [event(**{name: f"all-{name}" for name in IDS}, note=None)]


MIXED = mixed_events()
