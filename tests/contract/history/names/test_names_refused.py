"""Names of ids that are none, and callers who may not change them."""

import json

from support.answers.problems import TENANT_NOT_FOUND, expect, expect_invalid, problem, too_long, too_short
from support.clients.file_links import client
from support.clients.keys import new_key
from support.clients.names_of_ids import ALL, NONE, of_tenant, patch, patched
from support.events import HISTORY, event, tenant_with
from support.names import UNKNOWN_ID, unique_name
from support.waiting import wait_until
from support.witnesses import trail


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
