"""Reading a tenant's events in the order of arrival."""

from support.events import history


class Reader:
    """Follows a tenant's events by cursor, and remembers the record ids."""

    def __init__(self, annals, tenant, limit=2):
        self._annals = annals
        self._tenant = tenant
        self._query = {"ordering": "arrival", "limit": limit}
        self.seen = []

    @property
    def cursor(self):
        return self._query["cursor"]

    def read_on(self):
        """Reads one page and returns its length."""
        page = history(self._annals, self._tenant, **self._query)
        self.seen += [one["record_id"] for one in page["results"]]
        self._query["cursor"] = page["next"].split("cursor=")[1].split("&")[0]
        return len(page["results"])

    def read_all(self):
        while self.read_on():
            pass
        return self.seen


def arrived(annals, tenant, limit=2):
    """The record ids of all events in the order of arrival, read in pages of that length."""
    return Reader(annals, tenant, limit).read_all()
