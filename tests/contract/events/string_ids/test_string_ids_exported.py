"""Ids that are strings, in every format of an export."""

import csv
import io
import json

from support.events import NDJSON, event, expect_taken, post_events, tenant_with
from support.names import unique_name
from support.samples.string_ids import IDS, MIXED, STRINGS, UUID, by_id, export, notation, number_of


def test_ndjson_posted_to_another_tenant_makes_the_same_events(annals, tenant):
    content = export(annals, tenant).content
    other = annals.initialise(unique_name())

    expect_taken(post_events(annals, other, content, NDJSON), len(MIXED))

    assert export(annals, other).content == content


def test_csv_has_the_notation_and_quotes_texts(annals, tenant):
    content = export(annals, tenant, format="csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))

    sent = by_id(MIXED)
    assert len(rows) == len(MIXED)
    for row in rows:
        assert [row[name] for name in IDS] == [notation(sent[row["event_id"]][name]) for name in IDS]
        assert "\1" not in row["other_fields"]
    assert ',"ORD-17",' in content and ",17," in content and ',"""17""",' in content


def test_numbers_of_integers_stay_bare_in_csv(annals):
    tenant = tenant_with(annals, [event(), event(record_id=2**64 - 1, event_type_id=2**32 - 1)])

    content = export(annals, tenant, format="csv").content.decode()

    assert ",1,7,2,3," in content and f",{2**32 - 1},{2**64 - 1},2,3," in content


def test_lines_of_csv_do_not_depend_on_the_strings_of_others(annals):
    """Without strings the engine writes them."""
    integers = [
        event(event_data={"text": 'say "hi",\n\r é'}, file_id=UUID, source_name='a,"b"'),
        event(event_time="1900-01-01T00:00:00.000Z", event_data="", record_id=2**64 - 1),
        event(event_time="2299-12-31T23:59:59.999Z", event_data=None, event_type_id=2**32 - 1),
    ]
    plain = export(annals, tenant_with(annals, integers), format="csv").content
    other = event(record_id="ORD-17")

    mixed = export(annals, tenant_with(annals, [*integers, other]), format="csv").content

    lines = mixed.split(b"\r\n")
    (line,) = [text for text in lines if other["event_id"].encode() in text]
    lines.remove(line)
    assert b"\r\n".join(lines) == plain


def columns_of_parquet(engine, file, content):
    """The types and the values of the four ids, by event_id, as another program reads them."""
    file.write_bytes(content)
    ids = ", ".join(f"toString({name})" for name in IDS)
    source = f"file('{file}', Parquet)"
    types = dict(zip(IDS, engine.sql("SELECT " + ", ".join(f"toTypeName({n})" for n in IDS) + f" FROM {source} LIMIT 1").split()))
    rows = json.loads(engine.sql(f"SELECT groupArray((toString(event_id), [{ids}], other_fields)) FROM {source} FORMAT JSONCompactEachRow"))[0]
    return types, {row[0]: row[1] for row in rows}, [row[2] for row in rows]


def test_parquet_has_texts_where_an_id_is_a_string(make, tmp_path):
    engine = make.engine()
    annals = make.annals(engine)
    tenant = annals.initialise("shop")
    sent = [event(record_id=value) for value in (*STRINGS, 17, number_of("ORD-17"))]
    sent[0]["source_name"] = "é\u0001"
    expect_taken(post_events(annals, tenant, sent), len(sent))
    file = tmp_path / "events.parquet"

    types, rows, kept = columns_of_parquet(engine, file, export(annals, tenant, format="parquet").content)

    assert types["record_id"].endswith("String)") or types["record_id"] == "String", types
    assert "UInt32" in types["event_type_id"] and "UInt64" in types["source_id"], types
    assert rows == {e["event_id"]: [notation(e[name]) for name in IDS] for e in sent}
    assert not any("\1" in text for text in kept) and json.loads(sorted(kept)[-1]) == {"source_name": "é\u0001"}

    numbers = export(annals, tenant, format="parquet", record_id=[17, number_of("ORD-17")])
    types, rows, _ = columns_of_parquet(engine, file, numbers.content)
    assert "UInt64" in types["record_id"], types
    assert sorted(row[1] for row in rows.values()) == sorted(str(e["record_id"]) for e in sent[-2:])

    texts = export(annals, tenant, format="parquet", record_id=17, numbers="string")
    types, rows, _ = columns_of_parquet(engine, file, texts.content)
    assert all("String" in kind for kind in types.values()), types
    assert list(rows.values()) == [["1", "17", "2", "3"]]
