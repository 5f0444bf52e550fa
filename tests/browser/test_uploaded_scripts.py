"""An uploaded file that is a script, in a real browser and from the console's origin: nobody runs it there."""

import re

import pytest

from support.clients.browsers import drive
from support.clients.console import attached
from support.clients.file_links import get_file
from support.events import event, post_events
from support.names import unique_name

BROWSER_SECONDS = 120
# As a script of a page it leaves a mark, as a worker it says so.
SCRIPT = b"self.marked = (self.marked ?? 0) + 1; if (!self.document) self.postMessage('runs');"
TYPES = ["text/javascript", "application/javascript", "text/plain", "text/html"]


@pytest.fixture
def annals(make):
    return make.annals()


def uploaded_script(annals, tenant, content_type):
    """The URL from which everybody may get a script that was uploaded as that type."""
    file_id = attached(annals, tenant, SCRIPT, "script.js", content_type)
    sent = event(file_id=file_id)
    assert post_events(annals, tenant, sent).status_code == 201
    reply = get_file(annals, tenant, sent["event_id"], Accept="application/json")
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()["file_url"]


def test_no_page_of_the_service_runs_an_uploaded_file(annals):
    tenant = annals.initialise(unique_name())
    page = f"{annals.url}/console"
    own = re.search(r'<script[^>]* src="([^"]+)"', annals.get("/console").text)[1]
    files = [uploaded_script(annals, tenant, one) for one in TYPES]

    seen = drive("scripts.mjs", seconds=BROWSER_SECONDS, given={"page": page, "own": own, "files": files})

    assert seen["own"]["script"] == "loaded", f"expected that the page runs its own scripts, got {seen['own']}"
    refused = {"script": "refused", "module": "refused", "worker": "refused", "marked": 0}
    assert dict(zip(TYPES, seen["files"])) == dict.fromkeys(TYPES, refused), "expected that no file runs as a script"
