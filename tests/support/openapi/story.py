"""The examples of the document, sent to a real service in an order in which they make sense."""

import json
import urllib.parse

from support.events import event
from support.waiting import wait_until

SECONDS = 60

# What the service makes anew each time; the other values of an answer are those that the document shows.
MADE = {
    "client_id",
    "client_secret",
    "created_at",
    "key_id",
    "key",
    "token",
    "expires_at",
    "previous_valid_until",
    "upload_url",
    "file_url",
    "file_id",
    "job_id",
    "backup_id",
    "asked_at",
    "started_at",
    "finished_at",
    "version",
    "new_bytes",
    "used",
    "oldest_event",
    "last_run_at",
    "last_used_at",
}
# How far a job is that has just begun.
OF_JOBS = {"state", "ended_at", "clients", "clients_done", "events", "files", "bytes"}


class Story:
    """Sends the example of one operation after the other. What an answer has instead of an id of the document stands in
    its place in the requests that follow."""

    def __init__(self, annals, document):
        self.annals = annals
        self.document = document
        self.real = {}  # by what the document shows

    def tell(self, operation_id, status=None, **changes):
        """Sends the example, which must be answered as the document shows; returns the answer. `status`: with which it
        is answered, if it is not the first one that the document has."""
        operation = self.document.operation(operation_id)
        method, path, arguments = self.request_of(operation)
        reply = self.annals.request(method, path, **{**arguments, "allow_redirects": False, **changes})
        expected = status or min(operation.statuses)
        assert reply.status_code == expected, f"{operation}: expected {expected}, got {reply.status_code} {reply.text}"
        kind = reply.headers.get("Content-Type", "").split(";")[0]
        for example in operation.examples(expected, kind)[:1]:
            self._compare(operation, example, reply.json() if kind == "application/json" else reply.text)
        return reply

    def tell_whole(self):
        """Everything that the document shows, from the first tenant to its end."""
        for operation_id in BEFORE_BACKUP:
            self.tell(operation_id)
        self._tell_other_forms()
        self._follow()
        for operation_id in AFTER_EVENTS:
            self.tell(operation_id)
        self._tell_backups()
        self._tell_files()
        for operation_id in AT_THE_END:
            self.tell(operation_id)

    def request_of(self, operation, form=None):
        """The method, the path and the arguments of Annals.request for the example of an operation. `form`: the content
        type of its body, by default the first one."""
        path, query, headers = operation.path, [], {}
        for parameter in operation.parameters:
            if "example" not in parameter:
                continue
            value = parameter["example"]
            for one in value if isinstance(value, list) else [value]:
                text = self._in_place(str(one))
                if parameter["in"] == "path":
                    path = path.replace("{" + parameter["name"] + "}", text)
                elif parameter["in"] == "query":
                    query.append((parameter["name"], text))
                else:
                    headers[parameter["name"]] = text
        arguments = {"headers": headers, "params": query}
        if operation.is_open:
            arguments["key"] = None
        form = form or next(iter(operation.body), None)
        if form:
            headers["Content-Type"] = form
            arguments["data"] = self._body_of(operation, form)
        return operation.method, path, arguments

    def _body_of(self, operation, form):
        example = next(iter(operation.body[form]["examples"].values()))["value"]
        text = example if isinstance(example, str) else json.dumps(example, separators=(",", ":"))
        return self._in_place(text).encode()

    def _in_place(self, text):
        for shown, real in self.real.items():
            text = text.replace(shown, real)
        return text

    def _compare(self, operation, shown, given):
        made = MADE | (OF_JOBS if "backup-jobs" in operation.path or 202 in operation.statuses else set())
        self._compare_part(str(operation), shown, given, made)

    def _compare_part(self, place, shown, given, made, name=None):
        if name == "retention" and isinstance(given, dict) and given.keys() > shown.keys():  # its first run came before this answer
            given = {key: given[key] for key in shown}
        if isinstance(shown, dict) and isinstance(given, dict):
            assert shown.keys() == given.keys(), f"{place}: expected {sorted(shown)}, got {sorted(given)}"
            for key, value in shown.items():
                self._compare_part(f"{place}/{key}", value, given[key], made, key)
        elif isinstance(shown, list) and isinstance(given, list):
            assert len(shown) == len(given), f"{place}: expected {len(shown)} items, got {len(given)}"
            for one, other in zip(shown, given):
                self._compare_part(f"{place}/…", one, other, made, name)
        elif name not in made:
            assert self._in_place(json.dumps(shown)) == json.dumps(given), f"{place}: expected {shown}, got {given}"
        elif isinstance(shown, str) and isinstance(given, str) and name.endswith("_id"):
            self.real[shown] = given

    def _tell_other_forms(self):
        """The bodies of an operation besides its first one."""
        operation = self.document.operation("createEvents")
        for form in list(operation.body)[1:]:
            method, path, arguments = self.request_of(operation, form)
            reply = self.annals.request(method, path, **arguments)
            assert reply.status_code == 201, f"{operation} with {form}: {reply.status_code} {reply.text}"

    def _follow(self):
        """The beginning of a tail, which does not end."""
        operation = self.document.operation("tailEvents")
        method, path, arguments = self.request_of(operation)
        with self.annals.request(method, path, stream=True, **arguments) as reply:
            assert reply.status_code == 200, f"{operation}: {reply.status_code}"
            assert next(reply.iter_lines()) == b": annals"

    def _tell_backups(self):
        self.tell("createBackup")
        self.tell("listBackupJobs")
        self._wait_until_jobs_have_ended()
        for operation_id in ("getBackupJob", "listBackups", "getBackup", "verifyBackup", "restoreBackup"):
            self.tell(operation_id)
        self._wait_until_jobs_have_ended()  # a backup that one uses is not deleted
        self.tell("deleteBackup")

    def _wait_until_jobs_have_ended(self):
        method, path, arguments = self.request_of(self.document.operation("listBackupJobs"))

        def have_ended():
            jobs = self.annals.request(method, path, **arguments).json()["results"]
            return all(job["state"] in ("done", "failed") for job in jobs)

        wait_until(have_ended, "the backup jobs have ended", SECONDS)

    def _tell_files(self):
        links = self.tell("getUploadUrl").json()
        upload = links["upload_url"].removeprefix(self.annals.url)
        assert self._send_link("uploadFile", upload, data=b"hello").status_code == 200
        made = event(file_id=links["file_id"])
        tenant = {"X-Client-Id": self.real[self._shown_client()]}
        assert self.annals.request("POST", "/api/events", headers=tenant, json=made).status_code == 201
        path = f"/api/history/events/{made['event_id']}/file"
        self.file_url = self.annals.get(path, headers={**tenant, "Accept": "application/json"}).json()["file_url"]
        leads = self.annals.get(path, headers=tenant, allow_redirects=False)
        assert (leads.status_code, leads.headers["Location"].split("?")[0]) == (307, self.file_url.split("?")[0])
        download = self.file_url.removeprefix(self.annals.url)
        assert self._send_link("downloadFile", download).content == b"hello"
        assert self._send_link("lookAtFile", download).headers["Content-Length"] == "5"

    def _send_link(self, operation_id, path, **arguments):
        operation = self.document.operation(operation_id)
        names = {name for name, _ in urllib.parse.parse_qsl(urllib.parse.urlsplit(path).query)}
        declared = {one["name"] for one in operation.parameters if one["in"] == "query"}
        assert names <= declared, f"{operation}: its link has parameters that it does not declare: {names - declared}"
        return self.annals.request(operation.method, path, key=None, **arguments)

    def _shown_client(self):
        return self.document.operation("initializeTenant").examples(201)[0]["client_id"]



BEFORE_BACKUP = (
    "initializeTenant",
    "listTenants",
    "changeNames",
    "getNames",
    "changeTenantNames",
    "getTenantNames",
    "createEvents",
    "createEventFromEventBridge",
)
AFTER_EVENTS = (
    "listEvents",
    "countEvents",
    "exportEvents",
    "getEvent",
    "changeTenant",
    "getTenant",
    "rotateTenantSecret",
    "createViewerToken",
    "createKey",
    "listKeys",
    "getKey",
)
AT_THE_END = (
    "changeKey",
    "deleteKey",
    "healthz",
    "readyz",
    "metrics",
    "getOpenapiDocument",
    "showReference",
    "getReferenceFile",
    "showConsole",
    "getConsoleFile",
    "getViewer",
    "getViewerOfVersion",
    "deleteTenant",
)
