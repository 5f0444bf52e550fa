"""An answer that a client has already is not given again: ETag and If-None-Match on pages, counts and single events."""

import pytest

from support.answers.problems import NO_SUCH_CLIENT, expect
from support.events import HISTORY, event, history, post_events, tenant_with


@pytest.fixture
def annals(make):
    return make.annals("embedded")


def get(annals, tenant, path, known=None):
    headers = {"X-Client-Id": tenant["client_id"], **({"If-None-Match": known} if known else {})}
    return annals.get(path, headers=headers)


@pytest.fixture
def paths():
    """Of a page, of counts and of one event, for an event with that id."""
    return lambda known: [HISTORY, f"{HISTORY}?record_id=7", f"{HISTORY}/count-by?by=event_type_id", f"{HISTORY}/{known['event_id']}"]


def test_what_has_not_changed_is_answered_with_304_until_the_next_event(annals, paths):
    known = event()
    tenant = tenant_with(annals, [known])
    for path in paths(known):
        first = get(annals, tenant, path)
        assert first.status_code == 200, first.text
        tag = first.headers["ETag"]
        for value in (tag, f"W/{tag.removeprefix('W/')}", f'"other", {tag}'):
            again = get(annals, tenant, path, value)
            assert (again.status_code, again.content) == (304, b""), f"{path} {value}: {again.status_code} {again.text}"
            assert again.headers["ETag"] == tag
        assert get(annals, tenant, path, '"other"').status_code == 200
        assert get(annals, tenant, path, "*").status_code == 200
        assert "private" in first.headers["Cache-Control"] and "X-Client-Id" in first.headers["Vary"]

        assert post_events(annals, tenant, event()).status_code == 201

        fresh = get(annals, tenant, path, tag)
        assert fresh.status_code == 200 and fresh.headers["ETag"] != tag


def test_a_redelivery_changes_nothing(annals):
    known = event()
    tenant = tenant_with(annals, [known])
    tag = get(annals, tenant, HISTORY).headers["ETag"]

    assert post_events(annals, tenant, known).json()["duplicates"] == 1

    assert get(annals, tenant, HISTORY, tag).status_code == 304


def test_events_of_others_change_nothing_and_their_tags_mean_nothing(annals):
    tenant, other = tenant_with(annals, [event()]), tenant_with(annals, [event()])
    tag = get(annals, tenant, HISTORY).headers["ETag"]

    assert post_events(annals, other, event()).status_code == 201

    assert get(annals, tenant, HISTORY, tag).status_code == 304
    assert get(annals, other, HISTORY, tag).status_code == 200


def test_a_restart_makes_new_tags(annals):
    tenant = tenant_with(annals, [event()])
    tag = get(annals, tenant, HISTORY).headers["ETag"]
    annals.terminate()
    annals.start()
    assert get(annals, tenant, HISTORY, tag).status_code == 200


def test_a_deleted_tenant_is_unknown_whatever_its_client_has(annals):
    tenant = tenant_with(annals, [event()])
    tag = get(annals, tenant, HISTORY).headers["ETag"]
    annals.remove(tenant["client_id"])
    expect(get(annals, tenant, HISTORY, tag), 400, NO_SUCH_CLIENT)


def test_over_several_instances_there_are_no_tags(make):
    """One does not know at once what another has written."""
    annals = make.annals("remote")
    tenant = tenant_with(annals, [event()])
    assert "ETag" not in get(annals, tenant, HISTORY).headers


def test_the_number_of_events_is_right_whoever_has_counted_before(annals):
    known = event()
    tenant = tenant_with(annals, [known])
    for number in range(1, 30):
        assert history(annals, tenant, limit=1)["total_count"] == number
        page = history(annals, tenant, record_id=7)
        assert (page["total_count"], page["filtered_count"]) == (number, number)
        assert post_events(annals, tenant, [event(), known]).status_code == 201
