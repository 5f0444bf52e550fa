"""Imports of files: how many events are many, what an unfinished one leaves, and what must be there after it."""

import json

MANY = 20_000
SMALL_BATCHES = ("--batch-rows", "200")


def place_of(file):
    return file.with_name(file.name + ".annals-import")


def has_place(file):
    return place_of(file).exists() and place_of(file).stat().st_size > 0


def expect_each_once(tenant, count=MANY):
    """Every event of the file is there, and none twice."""
    numbers = sorted(json.loads(line)["event_data"]["number"] for line in tenant.export())
    assert numbers == list(range(count)), f"expected {count} events once each, got {len(numbers)}"
    assert tenant.count() == count
