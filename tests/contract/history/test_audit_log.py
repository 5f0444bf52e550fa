"""A whole audit log, with UUIDs for records, words for types and texts in nine scripts: in, found, counted, paged, out
and in again, with nothing changed."""

import collections
import json

import pytest

from support.clients.commands import Tenant
from support.clients.file_links import client
from support.events import HISTORY, history
from support.samples.audit_log import NAMES, audit_log
from support.servers.engines import needs_engine_library

LOG = audit_log()
EXPORT = "/api/history/export"


@pytest.fixture(scope="module")
def logs(module_make, tmp_path_factory):
    """By engine: a service with a tenant that has imported the log."""
    made = {}

    def get(kind):
        if kind not in made:
            directory = tmp_path_factory.mktemp("log")
            annals = module_make.annals(kind)
            tenant = Tenant(annals, directory)
            file = directory / "log.ndjson"
            file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in LOG))
            done = tenant.run("import", file)
            assert done.returncode == 0, done.stderr
            made[kind] = tenant
        return made[kind]

    return get


@pytest.fixture
def log(logs, engine_kind):
    return logs(engine_kind)


def own(tenant):
    return {"client_id": tenant.id}


def found(tenant, **query):
    """The ids of the events that a query has."""
    page = history(tenant.annals, own(tenant), limit=1000, **query)
    assert page["next"] is None
    return {one["event_id"] for one in page["results"]}


def having(condition):
    ids = {one["event_id"] for one in LOG if condition(one)}
    assert 0 < len(ids) < len(LOG), "the sample has some of these"
    return ids


def source_name(one):
    sources = NAMES["sources"][one["source_type_id"]]
    return sources.get(one["source_id"]) or sources[f'"{one["source_id"]}"']


def message_has(*texts):
    return having(lambda one: all(text in one["event_data"]["message"].lower() for text in texts))


@pytest.mark.parametrize(
    "query, texts",
    [
        ("replicas", ["replicas"]),
        ("пользователь", ["пользователь"]),
        ("ПОЛЬЗОВАТЕЛЬ иванова", ["пользователь", "иванова"]),
        ("設定", ["設定"]),
        ("更新", ["更新"]),
        ("ตั้งค่า", ["ตั้งค่า"]),
        ("조직으로", ["조직으로"]),
        ("المستخدم", ["المستخدم"]),
        ("המאגר", ["המאגר"]),
        ('"scaled from 3"', ["scaled from 3"]),
        ('"10.0.0.1"', ["10.0.0.1"]),
        ('"設定を更新"', ["設定を更新"]),
        ('"created user"', None),
        ("transf*", ["transf"]),
        ("перейм*", ["перейм"]),
        ("Prüf*", ["prüf"]),
    ],
)
def test_words_phrases_and_beginnings_are_found_in_every_script(log, query, texts):
    expected = set() if texts is None else message_has(*texts)
    assert found(log, q=query) == expected, f"expected for {query!r}: {len(expected)} events"


@pytest.mark.parametrize(
    "field, value, condition",
    [
        ("data.result", "denied", lambda data: data["result"] == "denied"),
        ("data.result", "null", lambda data: data["result"] is None),
        ("data.responseStatus.code", "403", lambda data: data.get("responseStatus", {}).get("code") == 403),
        ("data.objectRef.namespace", "本番", lambda data: data.get("objectRef", {}).get("namespace") == "本番"),
        ("data.user.mfa", "true", lambda data: data.get("user", {}).get("mfa") is True),
        ("data.repo.id", str(2**53 + 1), lambda data: data.get("repo", {}).get("id") == 2**53 + 1),
    ],
)
def test_fields_are_found(log, field, value, condition):
    assert found(log, **{field: value}) == having(lambda one: condition(one["event_data"]))


def test_fields_words_ids_and_times_together_find_what_has_all_of_them(log):
    query = {"q": "設定*", "data.objectRef.namespace": "本番", "source_type_id": "user", "event_time_from": "2026-03-03"}
    expected = having(
        lambda one: "設定" in one["event_data"]["message"]
        and one["event_data"]["objectRef"]["namespace"] == "本番"
        and one["source_type_id"] == "user"
        and one["event_time"] >= "2026-03-03"
    )
    assert found(log, **query) == expected


def test_one_records_life_is_paged_in_order_with_names(log):
    record = LOG[0]["record_id"]
    reply = log.annals.request("PATCH", f"/api/tenants/{log.id}/names", json=NAMES)
    assert reply.status_code == 200, reply.text
    expected = sorted((one for one in LOG if one["record_id"] == record), key=lambda one: one["event_time"])
    read = []
    url = f"{HISTORY}?record_id={record}&ordering=event_time&limit=7&cursor=&names=true"
    while url:
        page = log.annals.get(url.removeprefix(log.annals.url), headers=client(own(log))).json()
        read += page["results"]
        url = page["next"]

    given = [one.pop("names") for one in read]
    assert read == expected
    assert given == [
        {
            "event_type": NAMES["event_types"][one["event_type_id"]],
            "source_type": NAMES["source_types"][one["source_type_id"]],
            "source": source_name(one),
        }
        for one in expected
    ]


def test_counts_say_what_the_log_has(log):
    groups = log.annals.get(f"{HISTORY}/count-by?by=event_type_id&ordering=-count", headers=client(own(log))).json()
    kinds = collections.Counter(one["event_type_id"] for one in LOG)
    assert {one["event_type_id"]: one["count"] for one in groups["results"]} == kinds
    assert groups["more"] is False and [one["count"] for one in groups["results"]] == sorted(kinds.values(), reverse=True)
    days = log.annals.get(f"{HISTORY}/count-by?bucket=day", headers=client(own(log))).json()["results"]
    assert {one["time"][:10]: one["count"] for one in days} == collections.Counter(one["event_time"][:10] for one in LOG)


@pytest.mark.parametrize("format", ["ndjson", "csv", pytest.param("parquet", marks=needs_engine_library)])
def test_an_export_that_is_imported_again_is_the_same_log(log, tmp_path, format):
    first = log.annals.get(EXPORT, headers=client(own(log)))
    file = tmp_path / f"log.{format}"
    done = log.run("export", file, "--format", format)
    assert done.returncode == 0, done.stderr
    again = Tenant(log.annals, tmp_path)

    done = again.run("import", file)

    assert done.returncode == 0, done.stderr
    second = log.annals.get(EXPORT, headers=client(own(again)))
    assert second.content == first.content
    by_id = {one["event_id"]: one for one in map(json.loads, second.content.decode().splitlines())}
    assert by_id == {one["event_id"]: one for one in LOG}
