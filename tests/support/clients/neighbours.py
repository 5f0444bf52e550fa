"""Two tenants of one service, for tests that one reaches nothing of the other."""

from support.clients.file_links import uploaded
from support.events import event, events_of, post_events
from support.names import unique_name

SECRET_WORD = "topsecret"


class Neighbours:
    """`theirs` is the event of B that A must not reach, and holds SECRET_WORD as its file does; A has `ours`."""

    def __init__(self, annals):
        self.annals = annals
        self.a, self.b = (annals.initialise(unique_name()) for _ in range(2))
        self.b_put_url, self.b_get_url = uploaded(annals, self.b, SECRET_WORD.encode())
        file_id = self.b_put_url.split("?")[0].split("/")[-1]
        self.theirs = event(event_data=SECRET_WORD, record_id=4711, file_id=file_id)
        self.ours = event(event_data="ours", record_id=1)
        for tenant, sent in ((self.b, self.theirs), (self.a, self.ours)):
            assert post_events(annals, tenant, sent).status_code == 201

    def path(self, template):
        return template.format(event_id=self.theirs["event_id"])

    def b_has(self):
        """Everything of B but what attaching its file has added."""
        return [e for e in events_of(self.annals, self.b, limit=1000) if e["event_data"] != ["string"]]
