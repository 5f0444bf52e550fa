"""Where the programs under test and the helpers are."""

import functools
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ANNALS_BUILD_DIR", ROOT / "build" / "release")).resolve()
ANNALS = BUILD / "annals"
ANNALS_KILLED = BUILD / "tests" / "annals_killed"
FAILING_SYNC = BUILD / "tests" / "libfailing_sync.so"
KILLING_FILES = BUILD / "tests" / "libkilling_files.so"
FULL_DISK = BUILD / "tests" / "libfull_disk.so"
HANGING_ACCEPT = BUILD / "tests" / "libhanging_accept.so"
SLOW_SYNC = BUILD / "tests" / "libslow_sync.so"
SHIFTED_CLOCK = BUILD / "tests" / "libshifted_clock.so"
CLICKHOUSE_SERVER = BUILD / "tests" / "clickhouse_server"
S3_SCRIPTS = ROOT / "tests" / "support" / "servers" / "s3"


@functools.cache
def is_sanitized():
    """The engine library aborts inside a sanitized process, so such a build has no embedded engine."""
    if "ANNALS_SANITIZED" in os.environ:
        return os.environ["ANNALS_SANITIZED"] == "1"
    if not ANNALS.exists():
        return False
    version = subprocess.run([ANNALS, "--version"], capture_output=True, text=True, timeout=30, check=False)
    return "sanitize" in version.stdout.lower()
