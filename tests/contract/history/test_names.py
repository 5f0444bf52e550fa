"""Names of ids: /api/names, /api/tenants/{client_id}/names and `names=true` in the history."""

import concurrent.futures
import json

import pytest

from support.answers.problems import TENANT_NOT_FOUND, expect, expect_invalid, problem, too_long, too_short
from support.clients.commands import platform_client
from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.clients.keys import change_tenant, new_key
from support.clients.viewer_tokens import new_token, view
from support.events import HISTORY, event, history, post_events, tenant_with
from support.names import UNKNOWN_ID, unique_name
from support.waiting import repeat_unavailable, wait_until
from support.witnesses import trail
from support.witnesses.backups import Backups
from support.witnesses.leftovers import leftovers

ALL = "/api/names"
NONE = {"event_types": {}, "source_types": {}, "sources": {}, "event_templates": {}}


def of_tenant(tenant):
    return f"/api/tenants/{tenant['client_id']}/names"


def patch(annals, path, names, **arguments):
    return annals.request("PATCH", path, json=names, **arguments)


def patched(annals, path, names):
    reply = repeat_unavailable(lambda: patch(annals, path, names))
    assert reply.status_code == 200, f"expected 200, got {reply.status_code} {reply.text}"
    return reply.json()


def names_of(annals, tenant, **query):
    """The names of each event, by its id."""
    return {one["event_id"]: one.get("names") for one in history(annals, tenant, names="true", **query)["results"]}


@pytest.fixture
def annals(make, engine_kind):
    return make.annals(engine_kind)


def test_names_are_set_shown_given_beside_ids_and_removed(annals):
    sent = [event(event_type_id=1, source_type_id=1, source_id=3), event(event_type_id="1", source_type_id="bot", source_id="ci"), event(event_type_id=9, source_type_id=9)]
    tenant = tenant_with(annals, sent)
    assert annals.get(ALL).json() == NONE and annals.get(of_tenant(tenant)).json() == NONE
    names = {"event_types": {"1": "Created", '"1"': "日本語"}, "source_types": {"1": "User"}, "sources": {"1": {"3": "Ann"}, "bot": {"ci": "Robot"}}}

    assert patched(annals, ALL, names) == {**NONE, **names}
    assert annals.get(ALL).json() == {**NONE, **names}

    given = names_of(annals, tenant)
    assert given[sent[0]["event_id"]] == {"event_type": "Created", "source_type": "User", "source": "Ann"}
    assert given[sent[1]["event_id"]] == {"event_type": "日本語", "source": "Robot"}
    assert given[sent[2]["event_id"]] == {}
    assert all("names" not in one for one in history(annals, tenant)["results"]), "as before if nobody asks"

    patched(annals, ALL, {"event_types": {"1": None}, "sources": None})
    assert names_of(annals, tenant)[sent[0]["event_id"]] == {"source_type": "User"}


def test_a_tenants_own_names_come_first_and_are_nobody_elses(annals):
    tenants = [tenant_with(annals, [event(event_type_id=1)]) for _ in range(2)]
    patched(annals, ALL, {"event_types": {"1": "Created"}})
    patched(annals, of_tenant(tenants[0]), {"event_types": {"1": "Opened"}})

    assert [one["event_type"] for one in names_of(annals, tenants[0]).values()] == ["Opened"]
    assert [one["event_type"] for one in names_of(annals, tenants[1]).values()] == ["Created"]
    assert annals.get(of_tenant(tenants[1])).json() == NONE

    patched(annals, of_tenant(tenants[0]), {"event_types": {"1": None}})
    assert [one["event_type"] for one in names_of(annals, tenants[0]).values()] == ["Created"]


def test_every_way_to_read_gives_names(annals):
    sent = event(event_type_id=1, source_type_id=2, source_id=3)
    tenant = tenant_with(annals, [sent])
    expected = {"event_type": "Created", "source": "Ann"}
    patched(annals, of_tenant(tenant), {"event_types": {"1": "Created"}, "sources": {"2": {"3": "Ann"}}})
    headers = client(tenant)

    assert annals.get(f"{HISTORY}/{sent['event_id']}?names=true", headers=headers).json()["names"] == expected
    groups = annals.get(f"{HISTORY}/count-by?by=source_id&by=source_type_id&names=true", headers=headers).json()["results"]
    assert groups == [{"source_id": 3, "source_type_id": 2, "count": 1, "names": {"source": "Ann"}}]
    alone = annals.get(f"{HISTORY}/count-by?by=source_id&names=true", headers=headers).json()["results"]
    assert alone == [{"source_id": 3, "count": 1, "names": {}}], "without its type a source has no name"
    with Tail(annals, tenant, cursor="", names="true") as tail:
        assert tail.read(1)[0]["names"] == expected
        patched(annals, of_tenant(tenant), {"event_types": {"1": "Made"}})
        post_events(annals, tenant, [event(event_type_id=1, source_type_id=5)])
        assert tail.read(1)[0]["names"] == {"event_type": "Made"}, "those of the moment"
    token = new_token(annals, tenant, {"record_id": [sent["record_id"]]})
    assert view(annals, token, f"{HISTORY}/{sent['event_id']}?names=true").json()["names"]["event_type"] == "Made"
    text = annals.get(f"{HISTORY}?names=true&numbers=string&event_id={sent['event_id']}", headers=headers).json()["results"][0]
    assert (text["event_type_id"], text["names"]["source"]) == ("1", "Ann")


def test_events_have_the_template_of_their_type_and_groups_have_none(annals):
    sent = event(event_type_id=1, source_type_id=2, source_id=3)
    tenant = tenant_with(annals, [sent, event(event_type_id=4)])
    template = "{source} changed {data.field} from {data.from} to {data.to}; {{fine}}"
    patched(annals, ALL, {"event_types": {"1": "Changed"}, "event_templates": {"1": "nobody sees it", "4": "{record_id}"}})
    own = patched(annals, of_tenant(tenant), {"event_templates": {"1": template}})
    assert own == {**NONE, "event_templates": {"1": template}}
    expected = {"event_type": "Changed", "template": template}
    headers = client(tenant)

    assert names_of(annals, tenant)[sent["event_id"]] == expected
    assert sorted(one["template"] for one in names_of(annals, tenant).values()) == sorted([template, "{record_id}"])
    assert annals.get(f"{HISTORY}/{sent['event_id']}?names=true", headers=headers).json()["names"] == expected
    with Tail(annals, tenant, cursor="", names="true") as tail:
        assert expected in [one["names"] for one in tail.read(2)]
    groups = annals.get(f"{HISTORY}/count-by?by=event_type_id&names=true", headers=headers).json()["results"]
    assert {json.dumps(one["names"]) for one in groups} == {'{"event_type": "Changed"}', "{}"}

    patched(annals, of_tenant(tenant), {"event_templates": {"1": None}})
    assert names_of(annals, tenant)[sent["event_id"]]["template"] == "nobody sees it"
    assert patched(annals, ALL, {"event_templates": None})["event_templates"] == {}
    assert names_of(annals, tenant)[sent["event_id"]] == {"event_type": "Changed"}


def test_a_template_that_pages_could_not_read_is_refused(annals):
    unclosed = ('"{" is not closed by "}"; a brace that is meant as such is written "{{"', "unclosed", {})
    unopened = ('"}" closes no "{"; a brace that is meant as such is written "}}"', "unopened", {})
    path = ('ensure that between "{" and "}" stands a path of 1 to 100 characters', "path", {"limit_value": 100})
    for text, (message, kind, context) in {
        "{source": unclosed,
        "{a {b}}": unclosed,
        "a } b": unopened,
        "{}": path,
        "{" + "x" * 101 + "}": path,
    }.items():
        wrong = problem(["body", "event_templates", "1"], message, f"value_error.template.{kind}", **context)
        expect_invalid(patch(annals, ALL, {"event_templates": {"1": text}}), wrong)
    expect_invalid(patch(annals, ALL, {"event_templates": {"1": "x" * 256}}), too_long("body", "event_templates", "1", limit=255))
    expect_invalid(patch(annals, ALL, {"event_templates": {"1": ""}}), too_short("body", "event_templates", "1"))
    assert patch(annals, ALL, {"event_templates": {"-1": "a"}}).status_code == 422
    assert annals.get(ALL).json() == NONE


def test_an_answer_with_names_is_another_once_a_name_changes(annals):
    tenant = tenant_with(annals, [event(event_type_id=1)])
    path = f"{HISTORY}?names=true"
    tag = annals.get(path, headers=client(tenant)).headers.get("ETag")
    if tag is None:
        pytest.skip("over several instances answers have no tag")

    def status():
        return annals.get(path, headers={**client(tenant), "If-None-Match": tag}).status_code

    assert status() == 304
    for changed in (ALL, of_tenant(tenant)):
        patched(annals, changed, {"event_types": {"1": f"by {changed}"}})
        assert status() == 200, f"after a change of {changed}"
        tag = annals.get(path, headers=client(tenant)).headers["ETag"]
        assert status() == 304
    unnamed = annals.get(HISTORY, headers=client(tenant)).headers["ETag"]
    patched(annals, ALL, {"event_types": {"1": "x"}})
    assert annals.get(HISTORY, headers={**client(tenant), "If-None-Match": unnamed}).status_code == 304


def test_what_is_wrong_with_names_is_told_and_nothing_is_changed(annals):
    body = {
        "event_types": {"-1": "a", "1": "", "4294967296": "b", "2": 7, "3": "fine"},
        "source_types": {"a\u0007": "x", "1": "y" * 256},
        "sources": {"1": 3, "2": {"\"": "z"}},
        "source": {},
    }
    reply = patch(annals, ALL, body)
    assert reply.status_code == 422, reply.text
    places = [tuple(one["loc"]) for one in reply.json()["detail"]]
    assert places == [
        ("body", "event_types", "-1"),
        ("body", "event_types", "1"),
        ("body", "event_types", "4294967296"),
        ("body", "event_types", "2"),
        ("body", "source_types", "a\u0007"),
        ("body", "source_types", "1"),
        ("body", "sources", "1"),
        ("body", "sources", "2", '"'),
        ("body", "source"),
    ]
    assert annals.get(ALL).json() == NONE
    expect_invalid(patch(annals, ALL, {"event_types": {"1": ""}}), too_short("body", "event_types", "1"))
    expect_invalid(patch(annals, ALL, {"sources": {"1": {"2": "x" * 256}}}), too_long("body", "sources", "1", "2", limit=255))
    many = {"event_types": {str(one): "x" for one in range(10_001)}}
    limit = problem(["body"], "ensure this value has at most 10000 items", "value_error.list.max_items", limit_value=10_000)
    expect_invalid(patch(annals, ALL, many), limit)
    for path in (f"/api/tenants/{UNKNOWN_ID}/names", "/api/tenants/x/names"):
        expect(annals.get(path), 404, TENANT_NOT_FOUND)
        expect(patch(annals, path, {}), 404, TENANT_NOT_FOUND)
    expect_invalid(
        annals.get(f"{HISTORY}?names=perhaps", headers=client(tenant_with(annals, [event()]))),
        problem(["query", "names"], "value could not be parsed to a boolean", "type_error.bool"),
    )


def test_names_are_kept_and_go_with_their_tenant(annals):
    tenant = annals.initialise(unique_name())
    patched(annals, of_tenant(tenant), {"event_types": {"1": "Opened"}})
    patched(annals, ALL, {"event_types": {"1": "Created"}})
    annals.kill9()
    annals.start()
    assert annals.get(of_tenant(tenant)).json()["event_types"] == {"1": "Opened"}

    annals.remove(tenant["client_id"])

    assert annals.get(ALL).json()["event_types"] == {"1": "Created"}
    annals.terminate()
    assert leftovers(annals) == {}


def test_of_changes_at_the_same_time_none_is_lost(instances):
    tenant = instances[0].initialise(unique_name())

    def change(i):
        return patch(instances[i % len(instances)], of_tenant(tenant), {"event_types": {str(i): f"name {i}"}}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(change, range(16)))

    assert set(codes) <= {200, 503} and 200 in codes, codes
    wanted = {str(i): f"name {i}" for i, code in enumerate(codes) if code == 200}
    names = instances[0].get(of_tenant(tenant)).json()["event_types"]
    assert wanted.items() <= names.items(), f"expected {wanted}, got {names}"


def test_another_instance_gives_a_new_name_soon(make):
    engine, files = make.engine(), make.files()
    instances = [make.annals(engine, files) for _ in range(2)]
    tenant = tenant_with(instances[0], [event(event_type_id=1)])
    given = lambda one: [names.get("event_type") for names in names_of(one, tenant).values()]
    assert given(instances[1]) == [None]

    patched(instances[0], of_tenant(tenant), {"event_types": {"1": "Opened"}})

    assert given(instances[0]) == ["Opened"], "at once where it was changed"
    wait_until(lambda: given(instances[1]) == ["Opened"], "the other instance sees the name")


DEEP = "[" * 40 + "]" * 40
ODD = [
    r'"note":"a\\b","deep":' + DEEP,
    r'"note":"\ud800x"',
    r'"note":"a\\b","n":1e99999999999',
    r'"na\u006des":' + DEEP,
]


def test_events_with_the_oddest_keys_are_given_with_names(annals):
    tenant = tenant_with(annals, [])
    for odd in ODD:
        text = f'{{"event_type_id":1,"record_id":1,"source_type_id":1,"source_id":1,"event_data":null,{odd}}}'
        assert post_events(annals, tenant, text).status_code == 201, text
    patched(annals, of_tenant(tenant), {"event_types": {"1": "Created"}})

    reply = annals.get(f"{HISTORY}?names=true", headers=client(tenant))

    assert reply.status_code == 200, reply.text
    assert reply.text.count('"names":{"event_type":"Created"}') == 3, "the last one has a key of that name itself"
    assert reply.text.count(DEEP) == 2


def test_a_name_is_shown_at_once_however_many_others_are_deleted(annals):
    tenants = [tenant_with(annals, [event(event_type_id=1)])]
    others = [annals.initialise(unique_name()) for _ in range(12)]
    for other in others:
        patched(annals, of_tenant(other), {"event_types": {"1": "x"}})
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        deletions = [pool.submit(annals.remove, other["client_id"]) for other in others]
        for n in range(20):
            patched(annals, of_tenant(tenants[0]), {"event_types": {"1": f"v{n}"}})
            assert [one["event_type"] for one in names_of(annals, tenants[0]).values()] == [f"v{n}"]
        for one in deletions:
            one.result()


def test_two_ways_to_write_one_id_are_told(annals):
    body = {"event_types": {"bot": "x", '"bot"': "y"}, "sources": {"bot": {"1": "x"}, '"bot"': {"2": "y"}}}
    repeated = [problem(["body", *place], "field given more than once", "value_error.repeated") for place in (["event_types", '"bot"'], ["sources", '"bot"'])]
    expect_invalid(patch(annals, ALL, body), *repeated)


def test_the_audit_trail_has_no_names_of_others_and_cannot_be_given_any(annals):
    tenant = annals.initialise(unique_name())
    patched(annals, ALL, {"event_types": {str(one): "Invoice created" for one in range(1, 100)}})
    wait_until(lambda: trail.trail(annals), "something is on record")
    assert all("names" not in one for one in trail.trail(annals, names="true"))
    reply = patch(annals, "/api/tenants/_annals/names", {"event_types": {"1": "x"}})
    expect(reply, 403, trail.READ_ONLY)
    assert tenant


def test_a_tenant_with_many_changes_of_names_and_settings_is_restored(make, tmp_path):
    annals = make.annals(environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals, tmp_path / "backups")
    tenant = annals.initialise(unique_name())
    for n in range(130):
        patched(annals, of_tenant(tenant), {"event_types": {"1": f"name {n}"}})
        changed = repeat_unavailable(lambda: change_tenant(annals, tenant, retention_days=n + 1))  # noqa: B023
        assert changed.status_code == 200, f"expected 200, got {changed.status_code} {changed.text}"
    backup = backups.create(client_id=tenant["client_id"])["backup_id"]
    annals.remove(tenant["client_id"])

    backups.done(backups.restore(backup, client_id=tenant["client_id"]))

    assert annals.get(of_tenant(tenant)).json()["event_types"] == {"1": "name 129"}
    assert annals.tenant(tenant["client_id"])["retention_days"] == 130
    assert patched(annals, of_tenant(tenant), {"event_types": {"1": "again"}})["event_types"] == {"1": "again"}


def test_names_for_which_there_is_no_room_leave_no_tenant_out(make, tmp_path):
    annals = make.annals(environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals, tmp_path / "backups")
    tenant = annals.initialise(unique_name())
    patched(annals, ALL, {"event_types": {str(n): "x" for n in range(6000)}})
    backup = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    patched(annals, ALL, {"event_types": None, "source_types": {str(n): "x" for n in range(6000)}})

    job = backups.done(backups.restore(backup))

    assert any("names of ids" in remark for remark in job["remarks"]), job
    assert annals.tenant(tenant["client_id"]) is not None


def test_names_come_back_with_a_backup(make, engine_kind, tmp_path):
    annals = make.annals(engine_kind, environment={"ANNALS_BACKUP_DIRECTORY": str(tmp_path / "backups")})
    backups = Backups(annals, tmp_path / "backups")
    tenant = tenant_with(annals, [event(event_type_id=1)])
    patched(annals, of_tenant(tenant), {"event_types": {"1": "Opened"}, "event_templates": {"1": "{source} opened it"}})
    patched(annals, ALL, {"event_types": {"1": "Created", "2": "Approved"}, "event_templates": {"2": "{source}"}})
    backup = backups.create()["backup_id"]
    annals.remove(tenant["client_id"])
    patched(annals, ALL, {"event_types": {"1": "Made", "2": None}})

    backups.done(backups.restore(backup))

    own = annals.get(of_tenant(tenant)).json()
    assert (own["event_types"], own["event_templates"]) == ({"1": "Opened"}, {"1": "{source} opened it"})
    assert annals.get(ALL).json()["event_types"] == {"1": "Made", "2": "Approved"}, "what is there stays"
    assert annals.get(ALL).json()["event_templates"] == {"2": "{source}"}


def test_changes_of_names_are_on_record_without_the_names(annals):
    tenant = annals.initialise(unique_name())
    patched(annals, of_tenant(tenant), {"sources": {"1": {"3": "Ann Lee"}}})
    wait_until(
        lambda: any(one["event_data"]["action"] == "change_names" for one in trail.trail(annals)),
        "the change is on record",
    )
    assert "Ann Lee" not in json.dumps(trail.trail(annals))


def test_a_key_that_is_bound_to_tenants_changes_only_theirs(annals):
    tenants = [annals.initialise(unique_name()) for _ in range(2)]
    key = new_key(annals, "admin", client_ids=[tenants[0]["client_id"]])["key"]
    assert patch(annals, of_tenant(tenants[0]), {"event_types": {"1": "x"}}, key=key).status_code == 200
    expect(patch(annals, of_tenant(tenants[1]), {"event_types": {"1": "x"}}, key=key), 404, TENANT_NOT_FOUND)
    assert patch(annals, ALL, {"event_types": {"1": "x"}}, key=key).status_code == 403
    assert annals.get(ALL, key=key).status_code == 200


CSV = (
    'name,event_type_id,source_type_id,source_id,event_template\n,,,\nApproved,2,,\n"Lee, Ann",,1,3\nUser,,1,\n\n'
    'Text,"""2""",,\n"{source} approved it, {{at last}}",,,,2\n'
)


def test_the_command_line_imports_and_shows_names(annals, tmp_path):
    run = platform_client(annals, tmp_path)
    tenant = annals.initialise(unique_name())
    file = tmp_path / "names.csv"
    file.write_text(CSV)

    told = run("names", "import", file)

    assert "5 names were taken over" in told.stderr
    expected = {
        "event_types": {"2": "Approved", '"2"': "Text"},
        "source_types": {"1": "User"},
        "sources": {"1": {"3": "Lee, Ann"}},
        "event_templates": {"2": "{source} approved it, {{at last}}"},
    }
    assert annals.get(ALL).json() == expected
    assert json.loads(run("names", "show", "--json").stdout) == expected
    assert ["1", "3", "Lee,", "Ann"] in [line.split() for line in run("names", "show").stdout.splitlines()]

    file.write_text(json.dumps(expected))
    run("names", "import", file, "--tenant", tenant["database_name"])
    assert annals.get(of_tenant(tenant)).json() == expected
    file.write_text("name,event_type_id\n,2\n")
    run("names", "import", file, "--tenant", tenant["client_id"])
    assert annals.get(of_tenant(tenant)).json()["event_types"] == {'"2"': "Text"}


@pytest.mark.parametrize("text", ["\ufeffname;event_type_id\r\nA;5\r\n", "event_type_id\tname\n5\tA", '\ufeff{"event_types":{"5":"A"}}'])
def test_files_of_spreadsheets_and_editors_are_read(any_annals, tmp_path, text):
    tenant = any_annals.initialise(unique_name())
    file = tmp_path / "names"
    file.write_text(text)
    platform_client(any_annals, tmp_path)("names", "import", file, "--tenant", tenant["database_name"])
    assert any_annals.get(of_tenant(tenant)).json()["event_types"] == {"5": "A"}


@pytest.mark.parametrize(
    "text, told",
    [
        ("1,Created\n", "names no column `name`"),
        ("name,event_type_id,source_id\nA,1,\nB,,3\n", "line 3: a record has an event_type_id alone"),
        ('{"event_type":{}}', "event_type is none of event_types"),
        ('{"event_types":', "begins like JSON"),
        ('{"event_types":{"-1":"x"}}', "-1: ensure this value is greater than or equal to 0"),
        ('{"event_types":{"1":""}}', "a name has 1 to 255 characters"),
        ('{"event_templates":{"1":"{source"}}', '{source: "{" is not closed by "}"'),
        ("name,event_template\n{source} did it,1\n{} did it,2\n", 'line 3: {} did it: ensure that between "{" and "}"'),
        ("name,event_type_id,event_template\nA,1,1\n", "line 2: a record has an event_type_id alone"),
        ("name,event_type_id\n" + "A,1\n" * 1500 + "B,-1\n", "line 1502: -1: ensure"),
        ("name,event_type_id\nLee, Ann,1\n", "line 2: there are more fields than columns"),
        ("name,event_type_id,event_type_id\nA,1,2\n", "the column event_type_id twice"),
        ("", "names no column `name`"),
        (b"name,event_type_id\nM\xfcller,1\n", "not UTF-8"),
    ],
)
def test_a_file_that_has_no_names_is_told_so(any_annals, tmp_path, text, told):
    file = tmp_path / "names"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = platform_client(any_annals, tmp_path)("names", "import", file, code=2)
    assert told in result.stderr, f"expected {told!r}, got {result.stderr!r}"
