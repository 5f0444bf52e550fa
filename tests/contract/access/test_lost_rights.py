"""What runs for long ends when its caller loses the right to it."""

import threading
import json

import pytest
import requests

from support.clients.event_streams import TAIL
from support.clients.file_links import client
from support.clients.keys import change_key, delete_key, new_key, suspend
from support.events import EVENTS, NDJSON, event, history, post_events
from support.names import unique_name
from support.waiting import TIMEOUT_SECONDS, wait_until

BETWEEN_LINES_SECONDS = 0.02


class EndlessUpload:
    """A body of lines that never ends by itself, sent with a key in the background."""

    def __init__(self, annals, tenant, key):
        self.sent = 0
        self.reply = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send, args=(annals, tenant, key))
        self._thread.start()

    def _lines(self):
        while not self._stop.wait(BETWEEN_LINES_SECONDS):
            self.sent += 1
            yield json.dumps(event(record_id=self.sent)).encode() + b"\n"

    def _send(self, annals, tenant, key):
        headers = {**client(tenant), "Content-Type": NDJSON}
        try:
            self.reply = annals.request("POST", EVENTS, key=key, headers=headers, data=self._lines())
        except requests.ConnectionError:
            pass  # the service has answered and closed while lines were being sent

    def ends(self):
        """True if the service ends it."""
        self._thread.join(TIMEOUT_SECONDS)
        ended = not self._thread.is_alive()
        self._stop.set()
        self._thread.join()
        return ended


@pytest.mark.parametrize("how", ["disabled", "suspended"])
def test_an_upload_of_lines_ends(annals, how):
    tenant = annals.initialise(unique_name())
    key = new_key(annals, "ingest")
    upload = EndlessUpload(annals, tenant, key["key"])
    try:
        wait_until(lambda: history(annals, tenant)["total_count"] > 0, "the first lines are stored")
        if how == "disabled":
            change_key(annals, key, disabled=True)
        else:
            suspend(annals, tenant)
    finally:
        ended = upload.ends()

    assert ended, "expected that the service ends the upload"
    if upload.reply is not None:
        assert upload.reply.status_code == (401 if how == "disabled" else 403), upload.reply.text
    suspend(annals, tenant, False)
    assert 0 < history(annals, tenant)["total_count"] <= upload.sent, "what was taken before is kept"


def test_a_tail_gives_no_event_to_a_deleted_key_and_ends(annals):
    tenant = annals.initialise(unique_name())
    key = new_key(annals, "read")
    headers = client(tenant)
    with annals.get(TAIL, key=key["key"], headers=headers, stream=True) as tail:
        lines = tail.iter_lines()
        assert next(lines) == b": annals"
        delete_key(annals, key)
        assert post_events(annals, tenant, event()).status_code == 201

        rest = b"\n".join(lines)

    assert b"data:" not in rest, "expected no event for a key that was deleted"
