"""Says which tests are asked about a mutant of a source: first those in C++, then, if all of them pass, those in Python."""

import fnmatch

# What is mutated unless files are named: the code that holds the promises.
FILES = [
    "src/journal/*.cc",
    "src/lanes/*.cc",
    "src/tenants/*.cc",
    "src/leases/*.cc",
    "src/api/admission.cc",
    "src/engine/sql.cc",
    "src/aws/sigv4.cc",
    "src/files/local/links.cc",
    "src/files/file_ids.cc",
    "src/io/durable_file.cc",
    "src/io/locked_file.cc",
    "src/io/budget.cc",
]

# The first pattern that fits decides. The quickest test stands first. PROGRAM:FILTER runs some tests of a program.
UNIT = [
    ("src/journal/*", ["unit_journal", "unit_lanes:JournaledCommits*:MovesTest*"]),
    ("src/lanes/known_ids.cc", ["unit_lanes:KnownIds*", "unit_lanes:-KnownIds*"]),
    ("src/lanes/*", ["unit_lanes:-KnownIds*"]),
    ("src/tenants/*", ["unit_tenants"]),
    ("src/leases/*", ["unit_tenants"]),
    ("src/api/admission.cc", ["unit_api"]),
    ("src/engine/sql.cc", ["unit_engine", "unit_lanes:CommitsTest.*"]),
    ("src/aws/sigv4.cc", ["unit_aws", "unit_files"]),
    ("src/files/*", ["unit_files"]),
    ("src/io/budget.cc", ["unit_io", "unit_history"]),
    ("src/io/*", ["unit_io", "unit_journal", "unit_files"]),
]

PYTHON = [
    ("src/journal/*", ["faults/disk/test_journal.py", "faults/killed/test_events_killed.py",
                       "faults/disk/test_events_failed_sync.py", "faults/tenants/test_deletion.py",
                       "faults/killed/test_journal_killed_at_every_step.py", "faults/disk/test_power_cut.py"]),
    ("src/lanes/*", ["faults/order/test_events_redelivered.py", "faults/order/test_arrival_order.py",
                     "faults/killed/test_events_killed.py", "faults/load/test_events_overload.py",
                     "faults/tenants/test_events_deleted_tenant.py", "faults/disk/test_journal.py",
                     "faults/disk/test_power_cut.py"]),
    ("src/tenants/reconciliation.cc", ["faults/tenants/test_lost_registry.py",
                                       "faults/statements/test_late_statements.py", "faults/tenants/test_races.py"]),
    ("src/tenants/*", ["contract/tenants/test_initialize_tenant.py", "contract/tenants/test_delete_tenant.py",
                       "contract/tenants/test_change_tenant.py", "contract/backup/test_backup.py",
                       "faults/tenants/test_races.py", "faults/tenants/test_lost_registry.py",
                       "faults/statements/test_late_statements.py", "faults/killed/test_kill_at_every_step.py"]),
    ("src/leases/*", ["faults/tenants/test_races.py", "faults/killed/test_kill_at_every_step.py"]),
    ("src/api/admission.cc", ["contract/operation/test_request_log.py", "contract/access/test_keys.py",
                              "contract/access/test_roles.py", "contract/access/test_wrong_keys.py",
                              "contract/access/audit_trail", "contract/access/test_isolation.py",
                              "contract/access/test_viewer_isolation.py", "contract/http/test_limits.py"]),
    ("src/engine/sql.cc", ["contract/access/test_isolation_signs.py",
                           "contract/tenants/test_initialize_tenant_names.py"]),
    ("src/aws/sigv4.cc", ["contract/files/test_s3_urls.py", "contract/files/test_s3_policy.py",
                          "contract/files/test_files.py"]),
    ("src/files/*", ["contract/files/test_files.py", "contract/files/test_files_guards.py",
                     "contract/files/test_files_once.py", "contract/files/test_files_lifetime.py"]),
    ("src/io/budget.cc", ["contract/http/test_limits.py", "faults/load/test_slow_readers.py"]),
    ("src/io/*", ["faults/disk/test_journal.py", "faults/disk/full", "faults/disk/test_events_failed_sync.py",
                  "faults/disk/test_power_cut.py"]),
]

# What these do with the cache in front of the disk cannot be seen where files are in memory.
ON_DISK = ["src/io/durable_file.cc"]


def unit_tests_of(path):
    return _first(UNIT, path)


def python_tests_of(path):
    return _first(PYTHON, path)


def is_on_disk(path):
    return any(fnmatch.fnmatch(path, pattern) for pattern in ON_DISK)


def program_of(unit_test):
    return unit_test.partition(":")[0]


def filter_of(unit_test):
    return unit_test.partition(":")[2] or "*"


def _first(table, path):
    return next((tests for pattern, tests in table if fnmatch.fnmatch(path, pattern)), [])
