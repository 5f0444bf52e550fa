"""With a ClickHouse server that others use too, leases are tables of its database `default`. A table that only looks
like one is somebody's."""

import hashlib
import json

import pytest

from support.events import event, expect_stored, history
from support.faults.crash import LEASES
from support.waiting import wait_until

EXPIRED_LONG_AGO = "1 x"
NEVER_EXPIRES = "99999999999999 x"
# Names and engines of tables that are no leases.
OF_OTHERS = {
    f"annals_lease_{'a' * 32}_1": "Memory",
    f"annals_lease_{'b' * 32}_1": "MergeTree ORDER BY x",
    f"annals_lease_{'a' * 32}_1, default.annals_tenants": "Null",
    f"annals_lease_{'c' * 32}_1\n": "Null",
    f"annals_lease_{'d' * 32}_": "Null",
    f"annals_lease_{'A' * 32}_1": "Null",
    "annals_lease_x, default.annals_tenants": "Null",
}


@pytest.fixture
def annals(make):
    return make.annals("remote", environment={**LEASES, "ANNALS_TENANTS_SWEEP_INTERVAL_SECONDS": "0.2"})


def make_table(annals, name, engine, comment=EXPIRED_LONG_AGO):
    quoted = name.replace("\n", "\\n")
    annals.sql(f"CREATE TABLE default.`{quoted}` (x UInt8) ENGINE = {engine} COMMENT '{comment}'")


def tables(annals):
    names = annals.sql("SELECT name FROM system.tables WHERE database = 'default' FORMAT JSONCompactColumns")
    return set(json.loads(names)[0])


def wait_for_clean_up(annals):
    """Waits until the sweep has dropped an expired lease that is younger than all others, which it looks at first."""
    expired = f"annals_lease_{'e' * 32}_9"
    make_table(annals, expired, "Null")
    wait_until(lambda: expired not in tables(annals), "an expired lease is dropped")


def test_no_sweep_drops_a_table_that_only_looks_like_a_lease(annals):
    shop = annals.initialise("shop")
    expect_stored(annals, shop, [event()])
    for name, engine in OF_OTHERS.items():
        make_table(annals, name, engine)

    wait_for_clean_up(annals)

    lost = {"annals_tenants", *OF_OTHERS} - tables(annals)
    assert not lost, f"expected that what is no lease stays, lost: {lost}"
    annals.restart()
    assert history(annals, shop)["total_count"] == 1, "expected that the tenant is there"


@pytest.mark.parametrize("comment", [EXPIRED_LONG_AGO, NEVER_EXPIRES])
def test_a_table_with_the_name_of_a_lease_is_not_in_the_way_of_a_new_tenant(annals, comment):
    keys = [hashlib.sha256(key.encode()).hexdigest()[:32] for key in ("name:shop", "label:The shop")]
    names = [f"annals_lease_{key}_1" for key in keys]
    for name in names:
        make_table(annals, name, "Memory", comment)

    shop = annals.initialise("shop", "The shop")

    expect_stored(annals, shop, [event()])
    assert set(names) <= tables(annals), f"expected that {names} stay, got {tables(annals)}"
