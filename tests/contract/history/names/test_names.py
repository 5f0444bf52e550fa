"""Names of ids: /api/names, /api/tenants/{client_id}/names and `names=true` in the history."""

import json

import pytest

from support.clients.event_streams import Tail
from support.clients.file_links import client
from support.clients.names_of_ids import ALL, NONE, names_of, of_tenant, patched
from support.clients.viewer_tokens import new_token, view
from support.events import HISTORY, event, history, post_events, tenant_with


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
