"""The reports of a sanitized build. Many services of the tests are killed, and only the exit status would tell of a race."""

import os

OPTIONS = ("ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS")
PREFIX = "report"


def report_to(directory):
    """Lets every program that is started from now on write its reports to files in `directory`, which exists."""
    for name in OPTIONS:
        others = os.environ.get(name)
        os.environ[name] = ":".join(filter(None, [others, f"log_path={directory / PREFIX}"]))


def take_reports(directory):
    """Returns what was reported since the last question."""
    texts = []
    for file in sorted(directory.glob(f"{PREFIX}.*")):
        texts.append(file.read_text(errors="replace"))
        file.unlink()
    return "\n".join(texts)
