"""`q` of the history: words of the text that event_data means, however its JSON is written."""

import json

import pytest

from support.annals import events_table, insert_statement
from support.answers.problems import expect_invalid, problem
from support.clients.file_links import client
from support.events import event, event_text, events_of, get_history, post_events
from support.names import unique_name

MAX_WORDS = 64

# Each event_data as JSON text, the words that find it, and words that it seems to have but has not.
TEXTS = {
    "escaped": (r'{"actor":"\u0418\u0432\u0430\u043d\u043e\u0432","note":"\u00c9COLE"}', "Иванов иванов ИВАНОВ école", "u0418 0418 ванов Ивано"),
    "not escaped": ('{"actor":"Иванов","note":"ÉCOLE"}', "Иванов иванов école", "u0418 ванов"),
    "an escaped key": (r'{"\u0441\u0443\u043c\u043c\u0430":[{"deep":[["x"]]}]}', "сумма Сумма deep", "u0441 умма"),
    "escaped ASCII": (r'"\u0061pp\u006Ce \u0022pear\u0022"', "apple APPLE pear", "pp u0061 0022pear"),
    "an escape that is escaped": (r'"x\\u0418y"', "x u0418y", "иy Иy xu0418y"),
    "two of them": (r'"\\\\u0418 \\\u0418"', "u0418 и", "u0418и"),
    "a path": (r'"C:\\new\\table\/row"', "new table row c", "ew able"),
    "short escapes": (r'"a\nb\tc\"d\"e\bf\fg\rh"', "a b c d e f g h", "nb tc bf fg rh"),
    "JSON in JSON": (r'"{\"user\":\"\\u0418\\u0432\",\"n\":\"\\\\u0432\"}"', "user n u0418", "иv Ив"),
    "a pair": (r'"\ud835\udc00x \uD83D\uDE00 \ud801\udc00"', "𝐀x 😀 𐐀 𐐨", "ud835 dc00x x"),
    "control characters": (r'"left\u0000right\u001fend"', "left right end", "u0000right leftright"),
    "a line break between tokens": ('{"k":\r\n\t"v\\u0031"}\n', "k v1", "v"),
    "CJK": (r'"\u7528\u6237 \u767b\u5f55"', "用户 登录 户 用户登录", "户用 u7528 用登"),
    "Japanese": ('"東京タワーに行きました、ｶﾀｶﾅ"', "東京 タワー 行きました に カタカナ ﾀｶ", "京東 ワタ 東タワー"),
    "Thai": ('"ผู้ใช้เปลี่ยนสถานะ"', "เปลี่ยน สถานะ", "นะถาส"),
    "Korean": ('"사용자 로그인"', "사용자 로그인", "용자"),
    "accents in two ways": (r'"Zo\u00eb Zoe\u0308 \u212bngstr\u00f6m"', "Zoë Zoe\u0308 ångström ÅNGSTRÖM", "zoe angstrom"),
    "letters of two cases": ('"Straße ΣΊΣΥΦΟΣ ＦＵＬＬ İzmir"', "STRASSE straße σίσυφος full ＦＵＬＬ İzmir", "stras izmir"),
    "signs": ('"a→b 50 € 😀x"', "a b → € 😀 x 😀x a→b", "😁 ab b→a"),
    "numbers and words of JSON": (r'[12.5,true,null,"\u00bd"]', "12 5 12.5 true null ½", "rue 5.12"),
    "an address": ('{"ip":"10.0.0.1","mail":"jo.doe@example.org"}', "10.0.0.1 0.1 jo.doe@example.org example.org", "1.0.0.10 doe.jo"),
    "beginnings": ('"lorem ipsum-dolor Документ"', "lor* LOREM* l* ipsum-do* докум* lorem.ips*", "orem* dol*x lorem-dol* ументы* lorems*"),
    "wide signs": ('"（注）100％ 例＼x ＿y"', "注 100 100％ x y 例＼x 10*", "％* （* ＼*"),
}  # fmt: skip


@pytest.fixture
def tenant(annals, engine_kind, once):
    """A tenant with an event for each text; its record_id is the text's place."""
    return once(engine_kind, lambda: make_tenant(annals))


def make_tenant(annals):
    tenant = annals.initialise(unique_name())
    bodies = [
        json.dumps(event(record_id=number, event_data="TEXT")).replace('"TEXT"', text)
        for number, (text, _, _) in enumerate(TEXTS.values())
    ]
    reply = post_events(annals, tenant, f"[{','.join(bodies)}]")
    assert reply.status_code == 201, f"expected 201, got {reply.status_code} {reply.text}"
    return tenant


@pytest.mark.parametrize("name", TEXTS)
def test_words_are_those_of_the_decoded_text(annals, tenant, name):
    _, words, no_words = TEXTS[name]
    record = list(TEXTS).index(name)
    found = lambda word: len(events_of(annals, tenant, q=word, record_id=record)) == 1

    assert {word: found(word) for word in words.split()} == dict.fromkeys(words.split(), True)
    assert {word: found(word) for word in no_words.split()} == dict.fromkeys(no_words.split(), False)


@pytest.mark.parametrize("text, words, no_words", [
    (r'"one\ud800two three\udfff"', "one two three", "onetwo ud800two"),
    (r'"a\udc00\ud835b \ud800\ud835\udc01"', "a b 𝐁", "ab"),
])  # fmt: skip
def test_half_a_surrogate_pair_is_no_part_of_a_word(shared, text, words, no_words):
    annals = shared("remote")
    tenant = annals.initialise(unique_name())
    columns = "event_id, event_time, event_type_id, record_id, source_type_id, source_id, event_data"
    values = "generateUUIDv4(), now64(3), 1, 1, 1, 1, {data:String}"
    escaped = text.replace("\\", "\\\\")
    annals.engine.sql(insert_statement(events_table(tenant), columns, values, "numbers(1)"), data=escaped)

    assert {word for word in words.split() if events_of(annals, tenant, q=word)} == set(words.split())
    assert {word for word in no_words.split() if events_of(annals, tenant, q=word)} == set()


def test_both_ways_to_write_a_text_are_found_by_one_search(annals, tenant):
    found = events_of(annals, tenant, q="иванов École")

    names = list(TEXTS)
    assert {e["record_id"] for e in found} == {names.index("escaped"), names.index("not escaped")}


def test_what_is_found_is_given_back_as_it_was_written(annals, tenant):
    (found,) = events_of(annals, tenant, q="иванов", record_id=list(TEXTS).index("escaped"))

    assert TEXTS["escaped"][0] in event_text(annals, tenant, found["event_id"])


PHRASES = [
    ('"lorem ipsum"', True), ('"ipsum lorem"', False), ('"LOREM ipsum dolor"', True), ('"lorem dolor"', False),
    ('"lorem ip*"', True), ('"lorem dol*"', False), ('dolor lorem', True), ('"ipsum-dolor документ"', True),
    ('"lorem ipsum', True), ('"lorem" "документ"', True),
]  # fmt: skip


@pytest.mark.parametrize("text, is_found", PHRASES)
def test_words_between_quotation_marks_stand_side_by_side(annals, tenant, text, is_found):
    found = events_of(annals, tenant, q=text, record_id=list(TEXTS).index("beginnings"))

    assert len(found) == (1 if is_found else 0)


def test_what_is_found_does_not_depend_on_whether_the_index_has_the_words_yet(engine_kind, make):
    annals = make.annals(engine_kind)
    tenant = make_tenant(annals)
    found = lambda: {
        (name, word): [e["record_id"] for e in events_of(annals, tenant, q=word)]
        for name, (_, words, no_words) in TEXTS.items()
        for word in f"{words} {no_words}".split()
    }
    before = found()
    annals.terminate()
    assert bytes_of_words(annals, tenant) == 0, "expected an insert to leave the words to the first merge"
    annals.sql(f"OPTIMIZE TABLE {events_table(tenant)} FINAL")
    assert bytes_of_words(annals, tenant) > 0, "expected a merge to fill the index of words"
    annals.start()

    assert found() == before


def bytes_of_words(annals, tenant):
    """The size of the index of words in all parts of a tenant's table."""
    name = events_table(tenant).split(".")[1]
    return int(annals.sql(
        f"SELECT data_compressed_bytes FROM system.data_skipping_indices WHERE table = '{name}' AND name = 'words'"
    ))  # fmt: skip


def test_exports_and_counts_search_alike(annals, tenant):
    query = {"q": "иванов"}

    export = annals.get("/api/history/export", headers=client(tenant), params=query)
    counts = annals.get("/api/history/events/count-by", headers=client(tenant), params=query)

    assert export.text.count("\n") == 2
    assert sum(group["count"] for group in counts.json()["results"]) == 2


# --- what makes no search ---

PATHS = ("/api/history/events", "/api/history/export", "/api/history/events/count-by", "/api/history/tail")
NO_WORD = problem(["query", "q"], "ensure this value has at least 1 word", "value_error.any_str.min_words")
TOO_MANY = problem(
    ["query", "q"], "ensure this value has at most 64 words", "value_error.any_str.max_words", limit_value=MAX_WORDS
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", ["@", "--", " % ", "'\"\\", "{}"])
def test_a_search_without_a_word_is_refused_instead_of_finding_everything(any_annals, once, path, text):
    tenant = once("empty", lambda: any_annals.initialise(unique_name()))

    expect_invalid(any_annals.get(path, headers=client(tenant), params={"q": text}), NO_WORD)


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_search_field_is_no_search(annals, tenant, text):
    assert len(events_of(annals, tenant, q=text)) == len(TEXTS)


def short_word(number):
    """A word of its own; a request's header has no room for thousands of longer ones."""
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))


@pytest.mark.parametrize("words", [MAX_WORDS + 1, 3_000])
def test_more_words_than_can_be_looked_for_are_refused(any_annals, once, words):
    tenant = once("empty", lambda: any_annals.initialise(unique_name()))

    expect_invalid(get_history(any_annals, tenant, q=" ".join(map(short_word, range(words)))), TOO_MANY)


def test_a_word_that_is_repeated_thousands_of_times_is_one_word(annals, tenant):
    found = events_of(annals, tenant, q=" ".join(["new", "C"] * 2_500))

    assert [e["record_id"] for e in found] == [list(TEXTS).index("a path")]


def test_as_many_words_as_may_be_are_looked_for_and_repeated_ones_count_once(annals):
    words = [f"слово{i}" for i in range(MAX_WORDS)]
    tenant = annals.initialise(unique_name())
    sent = event(event_data=" ".join(words))
    post_events(annals, tenant, json.dumps([sent, event(event_data=" ".join(words[1:]))]))

    found = events_of(annals, tenant, q=" ".join(words * 3))

    assert [e["event_id"] for e in found] == [sent["event_id"]]
