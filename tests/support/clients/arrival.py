"""Reading a tenant's events in the order of arrival."""

from support.events import history


class Reader:
    """Follows a tenant's events by cursor, and remembers what a field of theirs says."""

    def __init__(self, annals, tenant, limit=2, field="record_id"):
        self._annals = annals
        self._tenant = tenant
        self._field = field
        self._query = {"ordering": "arrival", "limit": limit}
        self.seen = []

    @property
    def cursor(self):
        return self._query["cursor"]

    def read_on(self):
        """Reads one page and returns its length."""
        page = history(self._annals, self._tenant, **self._query)
        self.seen += [one[self._field] for one in page["results"]]
        self._query["cursor"] = page["next"].split("cursor=")[1].split("&")[0]
        return len(page["results"])

    def read_all(self):
        while self.read_on():
            pass
        return self.seen


def arrived(annals, tenant, limit=2):
    """The record ids of all events in the order of arrival, read in pages of that length."""
    return Reader(annals, tenant, limit).read_all()


def expect_one_order(annals, tenant, readers, records):
    """All readers have seen the same events, each once, and so do new ones with pages of any size."""
    orders = [reader.read_all() for reader in readers] + [arrived(annals, tenant, limit) for limit in (1, 3, 1000)]
    assert all(order == orders[0] for order in orders), f"expected one order, got {orders}"
    assert sorted(orders[0]) == sorted(records), f"expected each of {records} once, got {orders[0]}"
    assert history(annals, tenant)["total_count"] == len(records)
