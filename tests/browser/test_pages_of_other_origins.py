"""A page of another origin, in a real browser: it uploads, reads page by page, and follows new events with a viewer token."""

import json
import pathlib

import pytest

from support.clients.browsers import drive
from support.clients.file_links import new_upload
from support.clients.viewer_tokens import new_token
from support.events import HISTORY, event, post_events
from support.names import unique_name
from support.servers.loopback_http import LoopbackServer, send_answer

HERE = pathlib.Path(__file__).parent
BROWSER_SECONDS = 120
NEW_EVENTS = 3


class Site:
    """A platform's site: it serves one page, and calls `when_opened` once the page follows new events."""

    def __init__(self):
        self.page = ""
        self.when_opened = lambda: None
        self._server = LoopbackServer(self._answer)
        # A host name of its own: the page's origin differs from that of the API in more than the port.
        self.origin = self._server.url.replace("127.0.0.1", "localhost")
        self.close = self._server.close

    def _answer(self, handler):
        if handler.path == "/opened":
            self.when_opened()
        body = self.page.encode() if handler.path == "/" else b""
        status = 200 if handler.path in ("/", "/opened") else 404
        send_answer(handler, status, body, [("Content-Type", "text/html; charset=utf-8")])


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


def browse(site, annals, given):
    """Opens the page, which is given what its backend knows; returns what it has done."""
    site.page = (HERE / "page.html").read_text().replace("GIVEN", json.dumps({"api": annals.url, **given}))
    outcome = drive("drive.mjs", site.origin + "/", BROWSER_SECONDS * 1000, seconds=BROWSER_SECONDS + 30)
    print("the page said:", outcome["said"])
    return outcome["result"]


class House:
    """A tenant with five events of one record and one of another, and what the page's backend gets for it."""

    def __init__(self, annals):
        self.annals = annals
        self.tenant = annals.initialise(unique_name())
        upload = new_upload(annals, self.tenant)
        times = [f"2022-11-10T10:26:1{number}.000Z" for number in range(5)]
        self.events = [event(record_id=7, event_time=time) for time in times]
        self.events[0]["file_id"] = upload["file_id"]
        sent = [*self.events, event(record_id=8)]
        assert post_events(annals, self.tenant, sent).status_code == 201
        token = new_token(annals, self.tenant, {"record_id": [7]})
        file_path = f"{HISTORY}/{self.events[0]['event_id']}/file"
        self.given = {
            "token": token,
            "uploadUrl": upload["upload_url"],
            "fileUrl": f"{annals.url}{file_path}?token={token}",
            "tailed": NEW_EVENTS,
        }
        self.new_events = [event(record_id=7) for _ in range(NEW_EVENTS)]

    def post_new_events(self):
        """Events of the token's record, and one that it does not show."""
        sent = [event(record_id=8), *self.new_events]
        assert post_events(self.annals, self.tenant, sent).status_code == 201


def test_a_page_of_a_listed_origin_uploads_reads_and_follows(make, site):
    house = House(make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": site.origin}))
    site.when_opened = house.post_new_events

    result = browse(site, house.annals, house.given)

    ids = [one["event_id"] for one in reversed(house.events)]
    assert result["upload"] == 200
    assert result["pages"] == [ids[0:2], ids[2:4], ids[4:5]], "expected the newest first, two on a page"
    assert result["file"] == "from a browser"
    assert result["refusal"] == 403, "expected that the page can read why it was refused"
    assert sorted(result["tail"]) == sorted(one["event_id"] for one in house.new_events)


def test_a_page_of_an_origin_that_is_not_listed_gets_nothing(make, site):
    house = House(make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": "https://app.example.com"}))
    site.when_opened = house.post_new_events

    result = browse(site, house.annals, house.given)

    blocked = dict.fromkeys(("upload", "pages", "file", "refusal"), "TypeError")
    assert result == {**blocked, "tail": "error after 0"}, "expected that the browser keeps every answer from the page"
    path = f"{HISTORY}/{house.events[0]['event_id']}/file"
    missing = house.annals.get(path, headers={"X-Client-Id": house.tenant["client_id"]})
    assert missing.status_code == 404, "expected that the browser asked first, and did not send the upload"
