"""The console in a real browser: people find what happened, follow a record, share what they see, and are told what is wrong."""

import gzip
import re

import pytest

from support.clients.console import OFFER, RECORD, Bank
from support.events import HISTORY

FIRST_LOAD_BYTES = 150_000
BLOCK_SECONDS = 300


@pytest.fixture
def bank(make):
    return Bank(make.annals())


def test_a_person_finds_an_event_and_follows_its_record(bank, tmp_path):
    seen = bank.see("record", tmp_path)

    assert "Ann Lee" in seen["sentence"] and "The offer went out" in seen["sentence"]
    assert (seen["text"], seen["fileName"], seen["downloaded"]) == (OFFER, "offer.txt", "offer.txt")
    assert re.fullmatch("[0-9a-f]{64}", seen["digest"])
    assert ["status", "draft", "approved"] in seen["changes"]
    assert (seen["removed"], seen["added"]) == (["year"], ["month"]), "expected just the words that changed"
    assert seen["drawn"] == 10, "expected the attached picture to be drawn"
    assert seen["document"].startswith("blob:"), "expected the attached document in a frame"
    assert seen["ofField"] == 1


def test_what_was_filtered_can_be_shared(bank, tmp_path):
    seen = bank.see("share", tmp_path)

    assert (seen["count"], len(seen["ids"])) == ("1 event found", 1)
    assert seen["seen"] == seen["ids"], "expected that somebody else sees the same events"
    assert [pill.split("\n")[0] for pill in seen["back"]] == ["What: Approved"], "expected Back to undo one filter"
    assert "from=-30d" in seen["moving"] and re.search(r"from=\d{4}-", seen["frozen"])
    assert [pill.split("\n")[0] for pill in seen["pills"]] == ["Last 30 days", "What: Approved"]


def test_a_tenant_is_made_changed_and_deleted(bank, tmp_path):
    seen = bank.see("tenant", tmp_path)

    assert "Another tenant has this label" in seen["taken"]
    assert seen["suggested"] == "soehne_co"
    assert seen["stays"], "expected that Escape does not close what is shown once"
    assert [place.strip() for place in seen["places"]] == ["History", "Record"]
    assert seen["isRotated"] and not seen["isEarly"], "expected that only the whole label confirms"
    assert seen["id"] not in {tenant["client_id"] for tenant in bank.annals.tenants()}


def test_ids_get_names_and_people_get_keys(bank, tmp_path):
    seen = bank.see("service", tmp_path)

    assert set(seen["types"]) == {"Commented", "Noted"}
    assert any("wrote about" in sentence for sentence in seen["sentences"]), "expected sentences by the template"
    assert "read" in seen["facts"] and "Meridian Bank" in seen["facts"] and "never used" in seen["facts"]
    assert (seen["works"], seen["gone"]) == (200, 401)
    assert {part.split()[0] for part in seen["parts"]} >= {"Engine", "Tenants", "Disk", "Files"}


def test_everything_works_with_the_keyboard_alone(bank, tmp_path):
    seen = bank.see("alone", tmp_path)

    assert seen["skip"] == "Skip to the content"
    assert seen["second"] and seen["opened"]
    assert seen["returned"], "expected the focus back in the list"
    assert seen["barsBegin"] == "newest"


def test_new_events_appear_and_never_move_what_is_read(bank, tmp_path):
    seen = bank.see("live", tmp_path)

    assert "first light" in seen["top"]
    assert seen["moved"] == 0


def test_it_says_what_is_wrong_and_keeps_the_place(bank, tmp_path):
    seen = bank.see("failures", tmp_path)

    assert seen["slow"] > 0, "expected rows in their final size while the answer is awaited"
    assert "cannot be reached" in seen["away"]
    assert re.fullmatch(r"\d+ events? found", seen["counted"]), "expected a count after another try"
    assert seen["keptPlace"], "expected to come back to the same place after signing in again"
    assert "annals_" not in seen["stored"], "expected no key where it outlives the tab"


@pytest.mark.parametrize(("size", "scheme", "language"), [("wide", "light", "en"), ("wide", "dark", "de"), ("narrow", "light", "de"), ("narrow", "dark", "en")])
def test_nothing_is_in_the_way_of_anybody(bank, tmp_path, size, scheme, language):
    history = f"#/t/{bank.tenant['client_id']}"
    pages = [
        ("history", f"{history}/history", "[role=row][data-event-id]"),
        ("searched", f"{history}/history?q=customer&event_type_id=4", "[role=row][data-event-id]"),
        ("nothing", f"{history}/history?q=nosuchword&event_type_id=3", ".empty"),
        ("empty", f"#/t/{bank.empty['client_id']}/history", ".empty"),
        ("record", f"{history}/records/{RECORD}", ".life-event"),
        ("event", f"{history}/events/{bank.order[1]['event_id']}", ".details"),
        ("no-record", f"{history}/records/nobody", ".empty"),
        ("find", f"{history}/find", ".recent"),
        ("tenants", "#/tenants", ".tenant-table"),
        ("health", "#/service/health", ".tile svg"),
        ("keys", "#/service/keys", ".key-list li"),
        ("names", f"#/service/names?tenant={bank.tenant['client_id']}", ".name-rows li"),
        ("embed", f"#/service/embed?tenant={bank.tenant['client_id']}&record={RECORD}", "annals-history:defined"),
        ("audit", "#/t/_annals/history", "[role=row][data-event-id]"),
    ]
    dialogs = [("filter", ".tools > button:has(svg)"), ("share", ".action:nth-of-type(4)"), ("export", ".action:last-of-type")]

    seen = bank.see("states", tmp_path, size=size, scheme=scheme, language=language, pages=pages, dialogs=dialogs)

    assert seen["complaints"] == []
    assert seen["overflows"] == [], "expected no sideways scrolling"
    assert seen["lang"] == language


def test_a_long_history_stays_small_in_the_page(make, tmp_path):
    annals = make.annals()
    bank = Bank(annals, events=1)
    client = {"X-Client-Id": bank.tenant["client_id"], "Content-Type": "application/x-ndjson"}
    line = '{"record_id":%d,"event_type_id":2,"source_type_id":1,"source_id":3,"event_time":"%s","event_data":{"field":"limit","from":1,"to":2}}'
    total, block = 2_000_000, 250_000
    for start in range(0, total, block):
        lines = (line % (number % 1000, _time_of(number)) for number in range(start, start + block))
        reply = annals.request("POST", "/api/events", headers=client, data="\n".join(lines).encode(), timeout=BLOCK_SECONDS)
        assert reply.status_code == 201, reply.text
    newest = annals.get(HISTORY, headers={"X-Client-Id": client["X-Client-Id"]}, params={"limit": 1, "offset": 0}).json()
    assert newest["total_count"] > total

    middle = _time_of(total // 2)
    seen = bank.see("large", tmp_path, steps=60, middle=middle)

    assert re.match(r"2,000,0\d\d events", seen["count"])
    assert seen["deepest"] > 2000, "expected to come far"
    assert seen["mostNodes"] < 2000, "expected that only what is seen is in the page"
    assert seen["scrolled"] <= seen["deepest"] / 100 + 2, "expected one request for each page of a hundred"
    assert seen["first"] == newest["results"][0]["event_id"]
    assert seen["jumped"] < middle and seen["jumped"] > _time_of(total // 2 - 10)


def _time_of(number):
    """A second for each event, from 2020 on."""
    day, second = divmod(number, 86400)
    month, day = divmod(day, 28)
    return f"{2020 + month // 12}-{month % 12 + 1:02}-{day + 1:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"


def test_the_first_load_is_small(any_annals):
    page = any_annals.get("/console", key=None)
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    loaded = [any_annals.get(f"/{name}", key=None).content for name in files]
    size = sum(len(gzip.compress(content)) for content in [page.content, *loaded])
    assert len(files) >= 3
    assert size < FIRST_LOAD_BYTES, f"expected a first load below {FIRST_LOAD_BYTES} bytes, got {size}"
