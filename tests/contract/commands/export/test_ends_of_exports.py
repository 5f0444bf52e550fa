"""annals export: a cut export is none, however clean its end looks."""

import subprocess

import pytest

from support.clients.commands import Tenant, expect_ended
from support.clients.exports import expect_nothing_left, size_of_export
from support.gates.cutting_proxy import CuttingProxy
from support.waiting import TIMEOUT_SECONDS


@pytest.fixture
def cut(tenant):
    """Puts a proxy before the tenant's service that gives its exports a clean end after so many bytes."""
    proxies = []

    def put(size, cuts=1):
        proxies.append(CuttingProxy(tenant.annals.port, size, cuts))
        tenant.url = proxies[-1].url
        return proxies[-1]

    yield put
    for proxy in proxies:
        proxy.close()


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_an_export_that_was_cut_although_its_end_looks_clean_is_asked_for_again(tenant, cut, tmp_path, form, share):
    proxy = cut(int(size_of_export(tenant, form) * share))
    file = tmp_path / f"out.{form}"

    ended = tenant.run("export", file)

    expect_ended(ended, 0, "the answer of the service at ")
    assert proxy.cuts == 0
    assert "was cut: it ends " in ended.stderr
    expect_nothing_left(file)
    proxy.size = None
    whole = tmp_path / f"whole.{form}"
    expect_ended(tenant.run("export", whole), 0)
    if form == "parquet":
        assert file.read_bytes()[-4:] == b"PAR1"
    else:
        assert file.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_an_export_that_was_cut_between_two_events_is_asked_for_again(tenant, cut, tmp_path, form):
    reply = tenant.annals.get(f"/api/history/export?format={form}", headers={"X-Client-Id": tenant.id})
    cut(sum(map(len, reply.content.splitlines(keepends=True)[:51])))
    file = tmp_path / f"out.{form}"

    ended = tenant.run("export", file)

    expect_ended(ended, 0, f"was cut: it ends after {50 if form == 'csv' else 51} of 200 events. Retrying")
    assert file.read_bytes() == reply.content


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_an_export_that_is_always_cut_is_no_export(tenant, cut, tmp_path, form):
    cut(1000, cuts=1000)
    file = tmp_path / "out"

    ended = tenant.run("export", file, "--format", form, "--patience", "0")

    expect_ended(ended, 1, "was cut: it ends ")
    assert not file.exists(), "expected that a cut export does not get its name"


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_cut_export_on_standard_output_is_told_by_the_exit_code(tenant, cut, form):
    cut(1000)

    ended = subprocess.run(
        [str(a) for a in tenant.arguments("export", "-", "--format", form)], capture_output=True, timeout=TIMEOUT_SECONDS, check=False
    )

    assert ended.returncode == 1, f"expected exit code 1, got {ended.returncode}"
    assert b"only ndjson can resume there" in ended.stderr


def test_a_cut_export_on_standard_output_goes_on_there(tenant, cut):
    cut(1000)

    ended = tenant.run("export", "-")

    expect_ended(ended, 0)
    assert ended.stdout.splitlines() == tenant.export()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_export_without_events_is_whole(any_annals, tmp_path, form):
    file = tmp_path / f"out.{form}"

    expect_ended(Tenant(any_annals, tmp_path).run("export", file, "--patience", "0"), 0)

    assert file.read_bytes().startswith(b"PAR1" if form == "parquet" else b'"event_id"')


def test_an_export_of_nothing_that_the_filter_finds_is_whole(tenant, tmp_path):
    for form in ("ndjson", "csv", "parquet"):
        expect_ended(tenant.run("export", tmp_path / f"out.{form}", "--record-id", "12345678", "--patience", "0"), 0)
