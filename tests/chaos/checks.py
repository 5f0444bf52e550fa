"""What must hold after each round of a chaos run, read through the API."""

import collections
import json

import requests

from chaos.client import digests
from chaos.model import ACTIVE, GONE, NAMES, UNSETTLED
from support.answers.problems import NO_SUCH_CLIENT
from support.clients.file_links import client
from support.clients.load import everything, ids_of
from support.events import HISTORY, get_history, history, shown
from support.waiting import TIMEOUT_SECONDS, repeat_unavailable, wait_until

FILES_READ = 10


def settle(deployment, model):
    """Waits until no tenant is half made or half deleted, and learns what became of requests without an answer."""

    def settled():
        listed = [annals.tenants() for annals in deployment.instances]
        states = [one for tenants in listed for one in tenants if one["state"] != "active"]
        return listed[0] if not states and all(tenants == listed[0] for tenants in listed) else None

    listed = wait_until(settled, "no tenant is half made or half deleted, through every instance alike")
    by_name = {one["database_name"]: one for one in listed}
    for tenant in model.having(ACTIVE, UNSETTLED):
        found = by_name.pop(tenant.name, None)
        whole = found and (found["client_id"], found["client_label"]) == (tenant.client_id, tenant.label)
        assert whole or found is None, f"expected {tenant}, got {found}"
        assert whole or tenant.state == UNSETTLED, f"expected {tenant}, which nobody deleted; it is gone"
        if whole:
            model.stayed(tenant)
        else:
            model.gone(tenant)
    for name in [name for name in NAMES if model.names.get(name) == UNSETTLED]:
        found = by_name.pop(name, None)
        if found is None:
            model.not_made(name)
        else:
            model.made(name, found["client_label"], found["client_id"])
    assert not by_name, f"expected no tenants but those that were made and not deleted, got {by_name}"


def check_tenants(deployment, model):
    """What is gone is served by nobody."""
    for tenant in model.having(GONE)[-12:]:
        for annals in deployment.instances:
            wait_until(
                lambda annals=annals, tenant=tenant: answer_of(get_history(annals, tenant.known)) == (400, NO_SUCH_CLIENT),
                f"{tenant} is served no more",
            )


def answer_of(reply):
    return reply.status_code, reply.json()


def check_events(annals, model, tenant):
    """Every way to read shows what was acknowledged once, nothing twice and nothing that nobody sent."""
    pages = everything(annals, tenant.known)
    for one in pages:
        _expect_content(annals, tenant, one)
    ids = ids_of(pages)
    _expect_once(model, tenant, ids, "pages")
    expected = set(ids)
    total = history(annals, tenant.known)["total_count"]
    assert total == len(ids), f"{tenant}: expected that {len(ids)} events are counted, got {total}"
    _expect_same(tenant, expected, _exported(annals, tenant), "an export")
    _expect_same(tenant, expected, _grouped(annals, tenant), "counts by event type")
    seen = _follow(annals, tenant)
    _expect_same(tenant, expected, collections.Counter(seen), "a follower in order of arrival")
    arrived = [one["event_id"] for one in everything(annals, tenant.known, ordering="arrival")]
    assert arrived == seen, f"{tenant}: expected the order of arrival that a follower saw, got another"
    # What is there without having been acknowledged stays, as any reader may rely on.
    model.seen(tenant, ids)


def _expect_once(model, tenant, ids, where):
    twice = [one for one, number in ids.items() if number > 1]
    model.count("doubled", len(twice))
    assert not twice, f"{tenant}, {where}: expected every event once, got {len(twice)} twice, such as {twice[:3]}"
    acknowledged = {event_id for event_id, sent in tenant.events.items() if sent.acknowledged}
    lost = acknowledged - ids.keys()
    model.count("lost", len(lost))
    assert not lost, f"{tenant}, {where}: {len(lost)} of {len(acknowledged)} acknowledged events are lost: {sorted(lost)[:5]}"
    strange = ids.keys() - tenant.events.keys()
    assert not strange, f"{tenant}, {where}: expected nothing that nobody sent, got {sorted(strange)[:3]}"


def _expect_content(annals, tenant, one):
    sent = tenant.events.get(one["event_id"])
    if sent is None:
        return  # told of as a whole
    allowed = [shown(content) for content in [sent.content, *sent.others]]
    assert one in allowed, f"{tenant}: expected the event as it was sent, {sent.content}, got {one}"
    # The later content came after the first was acknowledged; over several instances it is open which one stays.
    if annals.engine.kind == "embedded":
        assert one == allowed[0], f"{tenant}: expected that the first content stays, {sent.content}, got {one}"


def _expect_same(tenant, expected, found, where):
    """`found` counts by event_id, or by how many there are."""
    if isinstance(found, int):
        assert found == len(expected), f"{tenant}, {where}: expected {len(expected)} events, got {found}"
        return
    twice = [one for one, number in found.items() if number > 1]
    differ = sorted(expected ^ found.keys())
    assert not twice and not differ, f"{tenant}, {where}: twice {twice[:3]}, not as in pages {differ[:3]}"


def _exported(annals, tenant):
    reply = repeat_unavailable(lambda: annals.get("/api/history/export", headers=client(tenant.known)))
    assert reply.status_code == 200, f"{tenant}: expected an export, got {reply.status_code} {reply.text[:300]}"
    return ids_of(json.loads(line) for line in reply.text.splitlines())


def _grouped(annals, tenant):
    path = f"{HISTORY}/count-by?by=event_type_id"
    reply = repeat_unavailable(lambda: annals.get(path, headers=client(tenant.known)))
    assert reply.status_code == 200, f"{tenant}: expected counts, got {reply.status_code} {reply.text[:300]}"
    return sum(one["count"] for one in reply.json()["results"])


def _follow(annals, tenant):
    """Reads on where the round before ended; returns all that was ever seen."""
    follower = tenant.follower
    page = history(annals, tenant.known, ordering="arrival", limit=1000, cursor=follower["cursor"])
    while True:
        follower["seen"] += [one["event_id"] for one in page["results"]]
        follower["cursor"] = page["next"].split("cursor=")[1].split("&")[0]
        if not page["results"]:
            return follower["seen"]
        page = history(annals, tenant.known, ordering="arrival", limit=1000, cursor=follower["cursor"])


def check_files(annals, tenant, random):
    """A file that was acknowledged is there as it was sent; another is whole or not there."""
    keys = set(annals.files.keys(f"{tenant.name}/"))
    named = {f"{tenant.name}/{file_id}" for file_id in tenant.uploads}
    kept = {f"{tenant.name}/{file_id}" for file_id, file in tenant.uploads.items() if file.acknowledged}
    assert kept <= keys, f"{tenant}: expected all {len(kept)} acknowledged files, {sorted(kept - keys)[:3]} are lost"
    assert keys <= named, f"{tenant}: expected no files that nobody sent, got {sorted(keys - named)[:3]}"
    readable = [one for one in tenant.uploads.values() if one.event_id and tenant.events[one.event_id].acknowledged]
    for file in random.sample(readable, min(FILES_READ, len(readable))):
        _check_file(annals, tenant, file)


def _check_file(annals, tenant, file):
    path = f"{HISTORY}/{file.event_id}/file"
    headers = {**client(tenant.known), "Accept": "application/json"}
    link = repeat_unavailable(lambda: annals.get(path, headers=headers))
    if not file.acknowledged and link.status_code == 404:
        return
    assert link.status_code == 200, f"{tenant}, event {file.event_id}: expected its file, got {link.status_code} {link.text}"
    reply = requests.get(link.json()["file_url"], timeout=TIMEOUT_SECONDS)
    whole = reply.status_code == 200 and reply.content == file.content
    assert whole, f"{tenant}, event {file.event_id}: {reply.status_code}, {digests(reply.content, file.content)}"
