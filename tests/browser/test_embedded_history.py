"""<annals-history> on a page of another origin with a strict policy, in a real browser."""

import concurrent.futures
import gzip
import pathlib
import re
import struct
import subprocess
import zlib

import pytest

from support.annals import API_KEY
from support.clients.browsers import drive
from support.clients.file_links import new_upload, put
from support.events import event, post_events
from support.machine.ports import free_port
from support.names import unique_name
from support.servers.loopback_http import LoopbackServer, send_answer

HERE = pathlib.Path(__file__).parent
BROWSER_SECONDS = 540  # of which a machine that nobody else uses needs a tenth
MAX_GZIPPED = 60_000
RECORD = 7
HOST_CSS = (
    "html { background: Canvas; } a { color: LinkText; } h1 { font-size: 20px; } "
    "body { margin: 24px; font: 15px/1.5 system-ui, sans-serif; }"
)
WHOLE = (
    '<annals-history id="history" record-id="7" search histogram live></annals-history>'
    '<p><a href="#" id="after">on</a></p>'
)


class Site:
    """A platform's site: its pages, by their paths, and `asked`, which the browser's driver calls by name."""

    def __init__(self):
        self.annals = ""
        self.pages = {}
        self.css = HOST_CSS
        self.asked = {}
        # One thread that lives as long as the site: a service dies with the thread that has started it.
        self._worker = concurrent.futures.ThreadPoolExecutor(1)
        self._server = LoopbackServer(self._answer)
        # A host name of its own: the page's origin differs from that of Annals in more than the port.
        self.origin = self._server.url.replace("127.0.0.1", "localhost")

    def close(self):
        self._server.close()
        self._worker.shutdown()

    def show(self, annals, css=HOST_CSS, scripts=1, **bodies):
        """Serves a page for each body: `index` at /, any other at /its-name."""
        self.annals, self.css = annals.url, css
        self.pages = {f"/{name}" if name != "index" else "/": self._page(body, scripts) for name, body in bodies.items()}

    @property
    def policy(self):
        return (
            f"default-src 'none'; script-src 'self' {self.annals}; connect-src {self.annals}; "
            "img-src blob:; frame-src blob:; style-src 'self'"
        )

    def _page(self, body, scripts):
        # A copy under another address is another module, which must find that the element is there.
        viewers = "".join(
            f'<script type="module" src="{self.annals}/viewer.js{"?again" * number}"></script>'
            for number in range(scripts)
        )
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>A page of another origin</title>'
            '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
            f'<link rel="stylesheet" href="/host.css"><main><h1>Invoice 7</h1>{body}</main>'
            f'<script type="module" src="/host.js"></script>{viewers}'
        )

    def _answer(self, handler):
        path = handler.path
        if path.startswith("/ask/"):
            self._worker.submit(self.asked[path.removeprefix("/ask/")]).result()
            return self._send(handler, "text/plain", "")
        if path == "/host.js":
            return self._send(handler, "text/javascript", (HERE / "embedded_history_host.js").read_text())
        if path == "/host.css":
            return self._send(handler, "text/css", self.css)
        if path in self.pages:
            return self._send(handler, "text/html", self.pages[path])
        return self._send(handler, "image/png", "")

    def _send(self, handler, kind, text):
        headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Security-Policy", self.policy)]
        send_answer(handler, 200, text.encode(), headers)


@pytest.fixture(scope="module")
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def service(module_make, site):
    return module_make.annals(environment={"ANNALS_SERVER_CORS_ORIGINS": site.origin})


def visit(story, site, annals, tenant, pictures, **given):
    """Opens a browser, in which the story of that name of embedded_history/stories.mjs happens; returns what it has seen."""
    known = {
        "site": site.origin,
        "api": annals.url,
        "key": API_KEY,
        "client": tenant["client_id"],
        "filter": {"record_id": [RECORD]},
        "event": event(record_id=RECORD, event_type_id="invoice.commented", source_id="Maria Weber"),
        "pictures": str(pictures),
        **given,
    }
    seen = drive("embedded_history.mjs", story, seconds=BROWSER_SECONDS, given=known)
    assert seen["faults"] == {}, "expected nothing serious that keeps people out"
    return seen


def house(annals, *events):
    """A tenant with these events."""
    tenant = annals.initialise(unique_name())
    assert post_events(annals, tenant, list(events)).status_code == 201
    return tenant


def told(number, **changes):
    day, hour = divmod(number * 7, 24)
    return event(
        record_id=RECORD,
        event_time=f"2026-03-{1 + day:02}T{hour:02}:{number * 13 % 60:02}:00.000Z",
        **{"source_type_id": "user", "source_id": "Maria Weber", "event_type_id": "invoice.updated", **changes},
    )


def story_of_an_invoice():
    """Events as they are in the life of a record: changes, comments, other people, and another record."""
    changes = [
        {"status": {"from": "draft", "to": "sent"}},
        {"amount": {"from": 1200, "to": 1450.5}, "currency": {"from": "EUR", "to": "EUR"}},
        {"due": {"from": None, "to": "2026-04-30"}},
        {"note": {"from": "Please pay within thirty days of receipt.", "to": "Please pay within fourteen days, thank you."}},
        {
            "status": {"from": "sent", "to": "paid"},
            "paid_by": {"from": None, "to": "bank transfer"},
            "reminders": {"from": 2, "to": 0},
        },
    ]
    events = [told(0, event_type_id="invoice.created", event_data={"message": "Invoice created from order 1042"})]
    people = ["Maria Weber", "Jonas Adeyemi", "billing-service", "Aiko Tanaka"]
    for number in range(1, 46):
        if number % 3 == 0:
            data = {"event_type_id": "invoice.commented", "event_data": {"message": f"Called the customer, note {number}"}}
        else:
            data = {"event_data": {"changes": changes[number % len(changes)]}}
        events.append(told(number, source_id=people[number % len(people)], **data))
    last = told(60, event_data={"changes": changes[0]})
    return [*events, last, event(record_id=8, event_data={"message": "of another record"})]


def png(width, height):
    """A picture of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x0a\x7d\x68" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_it_draws_a_record_under_a_strict_policy_and_works_with_the_keyboard(service, site, tmp_path):
    events = story_of_an_invoice()
    tenant = house(service, *events)
    site.show(service, index=WHOLE)

    seen = visit("reading", site, service, tenant, tmp_path)

    assert seen["said"] == [], "expected no fault and nothing that the policy forbids"
    assert seen["count"] == "47 events"
    assert seen["sentences"][0] == "Maria Weber changed status draft → sent"
    assert "of another record" not in " ".join(seen["sentences"])
    assert seen["differences"] == ["status", "draft", "sent"]
    keyboard = seen["keyboard"]
    assert (keyboard["first"], keyboard["moved"]) == ("history", 0), "expected that the arrows only move"
    assert keyboard["inside"] == "Close" and "scroller" in keyboard["after"]
    assert keyboard["left"] == "after", "expected that the keyboard gets out again"
    assert seen["filtered"] == [{"source_id": ["Jonas Adeyemi"]}]
    assert (seen["ready"], seen["errors"]) == (1, [])
    assert (seen["selected"]["event_id"], seen["selected"]["record_id"]) == (events[46]["event_id"], "7")


def test_it_shows_files(service, site, tmp_path):
    tenant = service.initialise(unique_name())
    sent = []
    for number, content in enumerate([png(320, 200), "first line\nsecond line\n".encode()]):
        upload = new_upload(service, tenant)
        assert put(upload["upload_url"], content).status_code == 200
        sent.append(told(number, file_id=upload["file_id"], event_data={"message": "a file"}))
    assert post_events(service, tenant, sent).status_code == 201
    site.show(service, index=WHOLE)

    seen = visit("files", site, service, tenant, tmp_path)

    assert seen["said"] == []
    assert (seen["text"], seen["image"]) == ("first line\nsecond line\n", 320)
    assert (seen["told"], seen["previews"]) == (3, 0), "expected that the page may open files itself"


def test_it_follows_new_events_over_the_end_of_a_token(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    # High enough for all of them.
    site.show(service, css=HOST_CSS + " annals-history { block-size: 2400px; }", index=WHOLE)

    seen = visit("live", site, service, tenant, tmp_path)

    # A page on a busy machine may use a token that has ended since; then the browser says so, and it goes on with another.
    assert [said for said in seen["said"] if "401 (Unauthorized)" not in said] == []
    assert seen["shown"] == list(reversed(range(seen["sent"]))), "expected every event once, the newest first"
    assert seen["tokens"] > 1
    assert seen["errors"] == []


def test_it_stops_following_where_nobody_sees_it_and_catches_up(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    site.show(service, css=HOST_CSS + " .far { block-size: 3000px; }", index=WHOLE + '<div class="far"></div>')

    seen = visit("away", site, service, tenant, tmp_path)

    assert seen["said"] == []
    assert seen["resumed"]


def test_it_stops_following_on_a_hidden_page_and_loses_nothing(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    site.show(service, index=WHOLE)

    seen = visit("hidden", site, service, tenant, tmp_path)

    assert seen["said"] == []
    assert seen["waits"] == 0, "expected that what came meanwhile is in its place"


def test_it_says_so_when_there_is_no_token_and_tries_again(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    site.show(service, index=WHOLE)

    seen = visit("token_fails", site, service, tenant, tmp_path)

    assert seen["text"].startswith("Your session has ended")
    assert seen["alerts"] == 1
    assert set(seen["errors"]) == {"token_failed"}
    assert seen["after"] == 0


def test_it_keeps_what_it_shows_when_the_session_ends(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    site.show(service, index=WHOLE)

    seen = visit("session_ends", site, service, tenant, tmp_path)

    assert seen["text"].startswith("Your session has ended")
    assert seen["kept"] > 5


@pytest.mark.parametrize("when", ["waiting", "waiting_from_before"])
def test_it_does_not_move_what_is_read_when_an_event_comes(service, site, tmp_path, when):
    tenant = house(service, *story_of_an_invoice())
    site.show(service, index=WHOLE)

    seen = visit(when, site, service, tenant, tmp_path)

    assert seen["said"] == []
    assert (seen["grown"], seen["name"], seen["after"]) == (0, "1 new", 0)


def test_it_says_so_when_the_page_gives_no_way_to_get_a_token(service, site, tmp_path):
    tenant = house(service, told(0))
    site.show(service, index=WHOLE.replace("search", "data-no-token search"))

    seen = visit("no_token", site, service, tenant, tmp_path)

    assert seen["text"].startswith("This page has not been given access")
    assert {one["detail"]["code"] for one in seen["errors"]} == {"no_token"}


def test_neither_the_page_nor_the_events_reach_into_it(service, site, tmp_path):
    attack = "<img src=x onerror=\"window.ran=1\"><script>window.ran=2</script>"
    data = {"changes": {attack: {"from": attack, "to": "javascript:window.ran=3"}}, "message": attack}
    tenant = house(service, told(0, event_data={"message": "hello"}), told(1, source_id=attack[:120], event_data=data))
    css = "*{color:red!important;letter-spacing:9px!important;text-transform:uppercase!important} html{font-size:30px}"
    both = WHOLE + '<annals-history id="second" record-id="7"><a href="/history">history</a></annals-history>'
    site.show(service, css=css, scripts=2, index=both)

    seen = visit("hostile", site, service, tenant, tmp_path)

    assert seen["said"] == []
    assert seen["styles"]["sentence"]["color"] == "rgb(26, 33, 39)"
    assert seen["styles"]["sentence"]["textTransform"] == "none"
    assert seen["styles"]["sentence"]["letterSpacing"] == "normal"
    assert (seen["drawn"], seen["second"]) == (0, 2)
    assert seen["moved"] == {"rows": 2, "open": 1}, "expected that a moved element stays as it is"
    assert seen["emptied"] == 0
    assert seen["leaks"] == {"ran": None, "sheets": 0, "title": "A page of another origin", "stored": 0}
    assert "<img src=x" in seen["sentence"]


def test_the_page_says_what_is_shown_and_how(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    site.show(service, index=WHOLE)

    seen = visit("properties", site, service, tenant, tmp_path)

    assert seen["said"] == []
    assert all(one.startswith("Aiko Tanaka wrote: Called the customer") for one in seen["sentences"])
    assert len(seen["signs"]) == 3 and seen["signs"][-1] == "Show everything"
    assert seen["clock"] == "18:27", "expected the time in Tokyo"
    assert seen["filters"] == {"event_type_id": ["invoice.commented"], "source_id": ["Aiko Tanaka"]}
    assert seen["panes"] == 0, "expected that the page may show events itself"
    assert (seen["empty"], seen["records"]) == ("No events yet", True)


def test_it_fits_into_columns_colours_and_languages(service, site, tmp_path):
    tenant = house(service, *story_of_an_invoice())
    css = HOST_CSS + " .column { inline-size: 360px; } .column annals-history { block-size: 600px; }"
    site.show(
        service,
        css=css,
        index=WHOLE,
        column=f'<div class="column">{WHOLE}</div>',
        german=f'<div lang="de">{WHOLE}</div>',
        dark=WHOLE.replace("search", 'theme="dark" search'),
    )

    seen = visit("looks", site, service, tenant, tmp_path)

    assert seen["said"] == []
    looks = seen["seen"]
    assert {state: look["overflow"] for state, look in looks.items()} == dict.fromkeys(looks, 0)
    assert {state for state, look in looks.items() if look["isOver"]} == {"column", "column, dark", "phone"}
    assert "scroller" in looks["column"]["back"]
    grounds = {state: look["ground"] for state, look in looks.items()}
    assert grounds["dark"] == grounds["column, dark"] == "rgb(20, 24, 28)"
    assert grounds["column"] == "rgb(255, 255, 255)"
    assert "änderte" in looks["German"]["texts"] and "47 Ereignisse" in looks["German"]["texts"]


@pytest.fixture
def unsteady(make, site):
    """A service that the page's story stops and starts, and its tenant."""
    settings = {"ANNALS_SERVER_CORS_ORIGINS": site.origin, "ANNALS_SERVER_LISTEN": f"127.0.0.1:{free_port()}"}
    annals = make.annals(environment=settings)
    tenant = house(annals, *story_of_an_invoice())
    site.show(annals, index=WHOLE)
    site.asked = {"stop": annals.terminate, "start": annals.start}
    return annals, tenant


def test_it_says_so_when_the_service_is_gone_and_goes_on_afterwards(unsteady, site, tmp_path_factory):
    seen = visit("gone", site, *unsteady, tmp_path_factory.mktemp("pictures"))

    assert seen["kept"] > 5
    assert seen["told"].startswith("The service cannot be reached")
    assert "unreachable" in seen["errors"]
    assert seen["alerts"] == 0


def test_it_counts_again_what_it_could_not_count(unsteady, site, tmp_path_factory):
    seen = visit("uncounted", site, *unsteady, tmp_path_factory.mktemp("pictures"))

    assert seen["told"].startswith("The service cannot be reached")
    assert seen["alerts"] == 0, "expected bars as soon as the tail was connected again"
    assert seen["alertsOfButton"] == 0


def test_its_script_is_small_and_served_to_every_page(service, tmp_path):
    reply = service.get("/viewer.js", key=None, headers={"Origin": "https://anywhere.example"})

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert len(gzip.compress(reply.content, 9)) <= MAX_GZIPPED
    assert not re.search(rb"\beval\(|new Function\(", reply.content)
    # A server that draws pages imports it, and has no elements.
    script = tmp_path / "viewer.mjs"
    script.write_bytes(reply.content)
    subprocess.run(["node", script], check=True, timeout=BROWSER_SECONDS)
