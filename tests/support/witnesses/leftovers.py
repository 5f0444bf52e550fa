"""What of a tenant can still be found behind the service."""

import pytest

from support.waiting import wait_until
from support.witnesses import trail

REGISTRY = "annals_tenants"
# It holds names of deleted databases for as long as an upload URL may still be good.
LATE_UPLOADS = "annals_late_uploads"
# What was changed of tenants that are there.
SETTINGS = "annals_tenant_settings"
# It holds names of ids: of tenants that are there, and of the platform.
NAMES = "annals_names"
# It holds files of events that retention removes, until they are removed too.
EXPIRED_FILES = "annals_expired_files"
OF_PLATFORM = "00000000-0000-0000-0000-000000000000"
OWN_TABLES = (REGISTRY, LATE_UPLOADS, SETTINGS, NAMES, "annals_keys", "annals_key_uses", EXPIRED_FILES,
              trail.TABLE.removeprefix("default."))  # fmt: skip
ENGINES_OWN = ("default", "system", "INFORMATION_SCHEMA", "information_schema")


def databases(sql):
    """Names of all databases but the engine's own, sorted."""
    names = sql("SELECT name FROM system.databases ORDER BY name").split("\n")
    return [name for name in names if name and name not in ENGINES_OWN]


def tables_of_default(sql):
    """Names of the tables in `default`, sorted."""
    names = sql("SELECT name FROM system.tables WHERE database = 'default' ORDER BY name").split("\n")
    return [name for name in names if name]


def registry_rows(sql):
    """All rows of the registry as (database_name, state number), those not yet merged away included."""
    rows = sql(f"SELECT database_name, state FROM default.{REGISTRY} ORDER BY ALL").split("\n")
    return [(row.split("\t")[0], int(row.split("\t")[1])) for row in rows if row]


def owners_in(sql, table, column="id"):
    """The ids of the tenants that have a row in that table."""
    ids = sql(f"SELECT DISTINCT {column} FROM default.{table} ORDER BY ALL").split("\n")
    return [one for one in ids if one not in ("", OF_PLATFORM)]


def expired_files_of(sql):
    """The ids of the tenants that expired files are noted of."""
    return owners_in(sql, EXPIRED_FILES, "client_id")


def wait_until_nothing_is_left(annals, step, seconds):
    """Fails with what is still there."""
    found = []

    def nothing_is_left():
        found.append(leftovers(annals))
        return found[-1] == {}

    try:
        wait_until(nothing_is_left, f"{step}: nothing is left behind the service", seconds)
    except pytest.fail.Exception as failure:
        pytest.fail(f"{failure}; left in the last three looks: {found[-3:]}")


def leftovers(annals, database=None):
    """All but an empty registry that is left behind the service, of one database or of all: {} when nothing."""

    def mine(name):
        return database in (None, name)

    tables = tables_of_default(annals.sql)
    found = {
        "databases": [name for name in databases(annals.sql) if mine(name)],
        "tables in default": [name for name in tables if name not in OWN_TABLES],
        "rows": [row for row in registry_rows(annals.sql) if mine(row[0])] if REGISTRY in tables else [],
        "settings": owners_in(annals.sql, SETTINGS) if SETTINGS in tables and database is None else [],
        "names": owners_in(annals.sql, NAMES) if NAMES in tables and database is None else [],
        "expired files": expired_files_of(annals.sql) if EXPIRED_FILES in tables and database is None else [],
        "files": annals.files.keys("" if database is None else f"{database}/"),
    }
    return {what: names for what, names in found.items() if names}
