"""Requests that provoke the answers of the document besides those of its story: one function for each status."""

import contextlib
import threading

from support.annals import API_KEY
from support.clients.file_links import altered
from support.clients.keys import new_key, suspend
from support.clients.raw_http import RawConnection, held_connections
from support.names import UNKNOWN_ID
from support.openapi.story import Story
from support.waiting import repeat_unanswered, wait_until

# Room for one event of 64 bytes and its data, and hardly more.
SMALL_QUOTA = {"bytes_per_day": 110}
LAST_EVENT = {"event_type_id": 1, "record_id": 1, "source_id": 1, "source_type_id": 1, "event_data": "x" * 40}
# With a platform key these need no X-Client-Id.
SECRET_OR_KEY = (
    "rotateTenantSecret",
    "createViewerToken",
    "createEventFromEventBridge",
    "getNames",
    "getTenantNames",
    "changeTenantNames",
)
# Larger than any body that an operation takes as a whole.
LARGE = 33 << 20


class Answers:
    """A service whose story was told to where it has a tenant, an event, a key, a backup and a file."""

    def __init__(self, make, directory):
        self._make = make
        self.recorder = None
        self.annals = make.annals(
            "embedded",
            environment={
                "ANNALS_BACKUP_DIRECTORY": str(directory / "backups"),
                "ANNALS_FILES_MAX_BYTES": "1000",
                "ANNALS_SERVER_MAX_BODY_BYTES": "5000",
            }
        )

    def provoke(self, document):
        """Sends everything."""
        story = Story(self.annals, document)
        story.tell_whole()
        # The story ends with its tenant's deletion.
        story = self._begin(self.annals, document)
        for operation in document.operations:
            self._of_callers(story, operation)
            self._of_bodies(story, operation)
        self._of_inputs(story)
        self._of_files(story)
        self._of_state(story)
        self._without_backups(document)
        self._of_quotas(document)
        self._of_wrong_keys(document)
        self._of_slow_bodies(document)
        self._of_full_service(document)

    def _begin(self, annals, document):
        story = Story(annals, document)
        for operation_id in ("initializeTenant", "createEvents", "createKey"):
            story.tell(operation_id)
        return story

    def _send(self, story, operation, form=None, **changes):
        """The example of an operation with what `changes` replaces; headers are added."""
        method, path, arguments = story.request_of(operation, form)
        path = changes.pop("path", path)
        headers = {**arguments["headers"], **changes.pop("headers", {})}
        if operation.path.startswith("/files/"):
            arguments["key"] = None
        streamed = operation.id == "tailEvents"
        arguments = {**arguments, "headers": headers, "allow_redirects": False, "stream": streamed, **changes}
        with contextlib.closing(story.annals.request(method, path, **arguments)) as reply:
            return reply

    def _expect(self, story, operation_id, status, **changes):
        reply = self._send(story, story.document.operation(operation_id), **changes)
        text = "" if operation_id == "tailEvents" else reply.text
        assert reply.status_code == status, f"{operation_id}: expected {status}, got {reply.status_code} {text}"
        return reply

    def _of_callers(self, story, operation):
        """401, 403 and 400: no key, one of another role, another tenant."""
        if operation.path.startswith("/files/"):
            assert self._send(story, operation).status_code == 403, f"{operation} without a signature"
        elif not operation.is_open:
            self._expect(story, operation.id, 401, key=None)
            if any("tenantSecret" in way for way in operation.spec["security"]):
                self._expect(story, operation.id, 401, key=None, headers={"X-Client-Id": UNKNOWN_ID, "X-Client-Secret": "x"})
            ways = [self._send(story, operation, key=self._key(role)).status_code for role in ("ingest", "read")]
            assert 403 in ways, f"{operation}: expected one of the roles ingest and read to be refused, got {ways}"
        if any(one["name"] == "X-Client-Id" for one in operation.parameters) and 400 in operation.statuses:
            secret = {"X-Client-Id": "", "X-Client-Secret": "x"}
            takes_key = operation.id not in SECRET_OR_KEY
            if takes_key:
                self._expect(story, operation.id, 400, headers={"X-Client-Id": ""})
                self._expect(story, operation.id, 400, headers={"X-Client-Id": UNKNOWN_ID})
            elif operation.id != "createEventFromEventBridge":
                self._expect(story, operation.id, 400, key=None, headers=secret)

    def _of_bodies(self, story, operation):
        """413, 415, 400 and 422 of what is no body."""
        if not operation.body:
            return
        if not operation.path.startswith("/files/"):
            self._expect(story, operation.id, 415, headers={"Content-Encoding": "br"})
            self._expect(story, operation.id, 422, data=b"1")
            self._expect(story, operation.id, 400, headers={"Content-Encoding": "gzip"}, data=b"x" * 100)
            large = LARGE if operation.id == "createEvents" else 6000
            self._expect(story, operation.id, 413, data=b" " * large)

    def _of_inputs(self, story):
        """404 and 422 of parameters, 304, and what else an example with a change gets."""
        for operation_id in ("listTenants", "listKeys", "listEvents", "countEvents", "exportEvents", "getUploadUrl", "listBackups", "tailEvents"):
            self._expect(story, operation_id, 422, params={"unknown": "1"})
        self._expect(story, "getEvent", 422, params={"numbers": "1"})
        self._expect(story, "getTenant", 422, params={"usage": "perhaps"})
        for operation_id, path in {
            "getTenant": f"/api/tenants/{UNKNOWN_ID}",
            "changeTenant": f"/api/tenants/{UNKNOWN_ID}",
            "rotateTenantSecret": f"/api/tenants/{UNKNOWN_ID}/rotate-secret",
            "getTenantNames": f"/api/tenants/{UNKNOWN_ID}/names",
            "changeTenantNames": f"/api/tenants/{UNKNOWN_ID}/names",
            "getEvent": f"/api/history/events/{UNKNOWN_ID}",
            "getEventFile": f"/api/history/events/{UNKNOWN_ID}/file",
            "getKey": f"/api/keys/{UNKNOWN_ID}",
            "changeKey": f"/api/keys/{UNKNOWN_ID}",
            "deleteKey": f"/api/keys/{UNKNOWN_ID}",
            "getBackupJob": f"/api/backup-jobs/{UNKNOWN_ID}",
            "getBackup": "/api/backups/20200101T000000Z-00000000",
            "verifyBackup": "/api/backups/20200101T000000Z-00000000/verify",
            "deleteBackup": "/api/backups/20200101T000000Z-00000000",
            "getReferenceFile": "/docs/unknown",
            "getConsoleFile": "/console/unknown",
            "getViewerOfVersion": "/viewer/unknown.js",
        }.items():
            self._expect(story, operation_id, 404, path=path)
        self._expect(story, "restoreBackup", 404, data=b'{"backup_id":"20200101T000000Z-00000000"}')
        self._expect(story, "createBackup", 404, data=b'{"base":"20200101T000000Z-00000000"}')
        token = b'{"client_id":"%b","filter":{}}' % UNKNOWN_ID.encode()
        self._expect(story, "createViewerToken", 404, data=token)
        self._expect(story, "getEventFile", 404)  # an event without a file
        self._expect(story, "getEventFile", 422, params={"details": "perhaps"})
        pages = ("getOpenapiDocument", "showReference", "getReferenceFile", "showConsole", "getConsoleFile")
        for operation_id in ("listEvents", "countEvents", "getEvent", *pages, "getViewer", "getViewerOfVersion"):
            tag = self._expect(story, operation_id, 200).headers["ETag"]
            self._expect(story, operation_id, 304, headers={"If-None-Match": tag})

    def _of_files(self, story):
        """What the links of files answer."""
        annals, client = story.annals, self._client(story)

        def link(**bindings):
            made = annals.get("/api/files/upload-url", headers=client, params=bindings).json()
            return made["file_id"], made["upload_url"].removeprefix(annals.url)

        def ask(operation_id, path, status, **arguments):
            operation = story.document.operation(operation_id)
            reply = annals.request(operation.method, path, key=None, **arguments)
            assert reply.status_code == status, f"{operation}: expected {status}, got {reply.status_code} {reply.text}"

        file_id, upload = link()
        ask("uploadFile", upload, 400, data=b"hello", headers={"Content-MD5": "wrong"})
        ask("uploadFile", upload, 400, data=b"hello", headers={"Content-Range": "bytes 0-4/9"})
        ask("uploadFile", link(sha256="0" * 64)[1], 400, data=b"hello")
        ask("uploadFile", upload, 413, data=b"x" * 2000)
        ask("uploadFile", upload, 412, data=b"hello", headers={"If-Match": '"x"'})
        ask("uploadFile", upload, 200, data=b"hello")
        sent = {"event_type_id": 1, "record_id": 1, "source_id": 1, "source_type_id": 1, "event_data": 1}
        posted = annals.request("POST", "/api/events", headers=client, json={**sent, "event_id": file_id, "file_id": file_id})
        assert posted.status_code == 201, posted.text
        ask("uploadFile", upload, 409, data=b"hello")
        lead = f"/api/history/events/{file_id}/file"
        file_url = annals.get(lead, headers={**client, "Accept": "application/json"}).json()["file_url"]
        download = file_url.removeprefix(annals.url)
        for operation_id in ("downloadFile", "lookAtFile"):
            ask(operation_id, download, 200)
            ask(operation_id, download, 304, headers={"If-None-Match": "*"})
            ask(operation_id, download, 412, headers={"If-Match": '"x"'})
            ask(operation_id, altered(file_url, **{"X-Annals-Expires": "1"}).removeprefix(annals.url), 403)
        ask("downloadFile", download, 206, headers={"Range": "bytes=0-1"})
        ask("downloadFile", download, 416, headers={"Range": "bytes=100-"})
        # A file that is gone although its link is not.
        next(annals.files.directory.rglob(file_id)).unlink()
        for operation_id in ("downloadFile", "lookAtFile"):
            ask(operation_id, download, 404)

    def _of_state(self, story):
        """400 of what is taken, and 403 of what is suspended."""
        self._expect(story, "initializeTenant", 400)
        other = story.annals.initialise("other")
        name = f'{{"client_label":"label of {other["database_name"]}"}}'.encode()
        self._expect(story, "changeTenant", 400, data=name)
        wrong = story.request_of(story.document.operation("createEventFromEventBridge"))[2]["data"]
        self._expect(story, "createEventFromEventBridge", 400, data=wrong.replace(b'"demo"', b'"nobody"'))
        suspend(story.annals, self._tenant(story))
        for operation_id in ("createEvents", "createEventFromEventBridge", "createViewerToken", "listEvents"):
            self._expect(story, operation_id, 403)
        suspend(story.annals, self._tenant(story), False)

    def _without_backups(self, document):
        """409: a service without a destination. Its disk counts as full, so it takes no file either."""
        annals = self._make.annals(environment={"ANNALS_FILES_MIN_FREE_BYTES": str(2**50)})
        story = self._begin(annals, document)
        for operation in document.operations:
            if operation.path.startswith(("/api/backup", "/api/restores")):
                self._expect(story, operation.id, 409)
        made = annals.get("/api/files/upload-url", headers=self._client(story)).json()
        path = made["upload_url"].removeprefix(annals.url)
        assert annals.request("PUT", path, key=None, data=b"x").status_code == 507

    def _of_quotas(self, document):
        """429 of what is over a quota."""
        story = self._begin(self._make.annals(), document)
        made = story.annals.get("/api/files/upload-url", headers=self._client(story)).json()
        path = made["upload_url"].removeprefix(story.annals.url)
        change = story.annals.request("PATCH", f"/api/tenants/{self._tenant(story)['client_id']}", json={"quotas": SMALL_QUOTA})
        assert change.status_code == 200, change.text
        posted = story.annals.request("POST", "/api/events", headers=self._client(story), json=LAST_EVENT)
        assert posted.status_code == 201, posted.text
        assert story.annals.request("PUT", path, key=None, data=b"x" * 100).status_code == 429
        self._expect(story, "getUploadUrl", 429, params={"size": "100"})
        for operation_id in ("createEvents", "createEventFromEventBridge"):
            self._expect(story, operation_id, 429)

    def _of_wrong_keys(self, document):
        """429 of an address that guesses."""
        story = self._begin(self._make.annals(environment={"ANNALS_AUTH_WRONG_KEYS_PER_MINUTE": "1"}), document)
        story.annals.get("/api/tenants", key="a-wrong-key-0123456789")
        for operation in document.operations:
            if not operation.is_open and not operation.path.startswith("/files/"):
                wrong = lambda operation=operation: self._send(story, operation, key="a-wrong-key-0123456789")
                # The first of the next minute is refused for itself.
                assert wrong().status_code == 429 or wrong().status_code == 429, f"{operation}: expected 429"

    def _of_slow_bodies(self, document):
        """408 of bodies that do not arrive."""
        story = self._begin(self._make.annals(), document)
        story.annals.restart(environment={"ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "1"})
        made = story.annals.get("/api/files/upload-url", headers=self._client(story)).json()
        upload = made["upload_url"].removeprefix(story.annals.url)
        threads, failures = [], []

        def send(operation):
            method, path, arguments = story.request_of(operation)
            path = upload if operation.path.startswith("/files/") else path
            headers = {"Host": "x", "X-API-Key": API_KEY, **arguments["headers"], "Content-Length": "9000"}
            lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value != "*/*")]
            with RawConnection(story.annals) as connection:
                reply = connection.send("\r\n".join([*lines, "", "{"]).encode()).reply()
            if reply.status_code != 408:
                failures.append(f"{operation}: expected 408, got {reply.status_code} {reply.body}")
            else:
                self.recorder.note(operation, reply.status_code, reply.headers["Content-Type"], reply.json())

        for operation in document.operations:
            if operation.body:
                threads.append(threading.Thread(target=send, args=(operation,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures

    def _of_full_service(self, document):
        """503 of a service without a free connection, and of one that is about to stop."""
        annals = self._make.annals(
            environment={
                "ANNALS_SERVER_MAX_CONNECTIONS": "2",
                "ANNALS_SERVER_REQUEST_TIMEOUT_SECONDS": "3600",
                "ANNALS_SERVER_DRAIN_DELAY_SECONDS": "60",
            }
        )
        story = self._begin(annals, document)
        client = self._tenant(story)["client_id"]
        lines = (f"X-API-Key: {API_KEY}", f"X-Client-Id: {client}", "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked")
        with held_connections(annals, 2, "POST", "/api/events", *lines):
            for operation in document.operations:
                if operation.path not in ("/healthz", "/readyz", "/metrics"):
                    repeat_unanswered(lambda operation=operation: self._expect(story, operation.id, 503))
        annals.send_terminate()
        wait_until(lambda: annals.get("/readyz", key=None).status_code == 503, "it drains")

    def _key(self, role):
        if not hasattr(self, "_keys"):
            self._keys = {role: new_key(self.annals, role)["key"] for role in ("ingest", "read")}
        return self._keys[role]

    def _tenant(self, story):
        shown = story.document.operation("initializeTenant").examples(201)[0]["client_id"]
        return {"client_id": story.real[shown]}

    def _client(self, story):
        return {"X-Client-Id": self._tenant(story)["client_id"]}
