"""Backups of a running service, and what must come back out of them."""

from support.clients.file_links import fetch, get_file, new_upload, put
from support.events import event, get_history, post_events
from support.names import unique_name
from support.waiting import repeat_unavailable, wait_until
from support.witnesses.file_trees import names_below

SECONDS = 120


class Backups:
    """A service with a destination of backups; `directory` is that destination, if it is one."""

    def __init__(self, annals, directory=None):
        self.annals = annals
        self.directory = directory

    def ask(self, method, path, body=None):
        return repeat_unavailable(lambda: self.annals.request(method, path, json=body))

    def ended(self, reply):
        """Waits for the end of the job that a request has begun."""
        assert reply.status_code == 202, f"expected 202, got {reply.status_code} {reply.text}"
        path = reply.headers["Location"]
        wait_until(lambda: self.ask("GET", path).json()["ended_at"], "the job has ended", SECONDS)
        return self.ask("GET", path).json()

    def done(self, reply):
        job = self.ended(reply)
        assert job["state"] == "done", f"expected it to be done, got {job}"
        return job

    def create(self, **body):
        return self.done(self.ask("POST", "/api/backups", body))

    def restore(self, backup, **body):
        return self.ask("POST", "/api/restores", {"backup_id": backup, **body})

    def delete(self, backup):
        return self.ask("DELETE", f"/api/backups/{backup}")

    def show(self, backup):
        return self.ask("GET", f"/api/backups/{backup}").json()

    def files(self):
        """The names of all files in the directory, with the folders they are in, sorted."""
        return names_below(self.directory)

    def states(self):
        return {one["backup_id"]: one["state"] for one in self.ask("GET", "/api/backups").json()["results"]}


def in_s3(files):
    """The settings for backups in the bucket of `files`."""
    settings = files.environment()
    settings.pop("ANNALS_FILES_KIND")
    return {name.replace("ANNALS_FILES_", "ANNALS_BACKUP_"): value for name, value in settings.items()}


def all_events(annals, tenant):
    """Every event in the order of arrival, with the cursors that lead from page to page."""
    events, cursors = [], []
    query = {"ordering": "arrival", "limit": 500, "cursor": ""}
    while True:
        page = repeat_unavailable(lambda: get_history(annals, tenant, **query))
        assert page.status_code == 200, page.text
        results = page.json()["results"]
        if not results:
            return events, cursors
        events += results
        query["cursor"] = page.json()["next"].split("cursor=")[1].split("&")[0]
        cursors.append(query["cursor"])


def files_of(annals, tenant, events):
    """The content and the type of every file that an event names, by the id of the event."""
    files = {}
    for one in events:
        if one["file_id"]:
            link = get_file(annals, tenant, one["event_id"], Accept="application/json")
            assert link.status_code == 200, link.text
            file = fetch(link.json()["file_url"])
            assert file.status_code == 200, file.text
            files[one["event_id"]] = (file.content, file.headers["Content-Type"])
    return files


def with_file(annals, tenant, content, content_type="text/plain"):
    """An event that names a new file."""
    upload = new_upload(annals, tenant)
    assert put(upload["upload_url"], content, **{"Content-Type": content_type}).status_code == 200
    return event(file_id=upload["file_id"])


def whole(annals, tenant):
    events, cursors = all_events(annals, tenant)
    return events, cursors, files_of(annals, tenant, events)


def filled(annals, events=700, files=(b"a", b"", b"x" * 100_000)):
    """A tenant with events, of which some name a file; returns it with what it must have."""
    tenant = annals.initialise(unique_name())
    batch = [event(record_id=n % 7 or "ORD-17", source_id=n % 5 or f"order {n}", event_data={"n": n, "text": "ä\u2028\\"}) for n in range(events - len(files))]
    batch += [with_file(annals, tenant, content) for content in files]
    reply = repeat_unavailable(lambda: post_events(annals, tenant, batch))
    assert reply.status_code == 201, reply.text
    return tenant, whole(annals, tenant)


def expect_whole(annals, tenant, kept):
    events, cursors, files = whole(annals, tenant)
    assert events == kept[0], "every event, in its order"
    assert cursors == kept[1], "readers go on with their cursors"
    assert files == kept[2], "every file, byte for byte"
