"""Exports to files: what is large, what an unfinished one leaves, and what a finished one does not."""

from support.waiting import wait_until

LARGE = 20_000
FILE_ID = "11111111-2222-4333-8444-555555555555"


def part_of(file):
    return file.with_name(file.name + ".part")


def wait_for_part(file):
    """Waits until an export to that file has written something."""
    wait_until(lambda: part_of(file).exists() and part_of(file).stat().st_size > 0, "a part is written")


def expect_nothing_left(file):
    names = {path.name for path in file.parent.iterdir() if path.name.startswith(file.name)}
    assert names == {file.name}, f"expected that only {file.name} is left, got {names}"


def size_of_export(tenant, form):
    reply = tenant.annals.get(f"/api/history/export?format={form}", headers={"X-Client-Id": tenant.id})
    return len(reply.content)
