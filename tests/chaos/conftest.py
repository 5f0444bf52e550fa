"""Options of the chaos suite, and what it prints at its end."""

import pytest

from support.waiting import SLOWNESS

PROPERTY = "chaos"
# Over the time for rounds: the start of the servers, and the last round with its checks.
MORE_SECONDS = 600 * SLOWNESS


def pytest_addoption(parser):
    group = parser.getgroup("chaos")
    group.addoption("--minutes", type=float, default=3, help="that the chaos runs take together; default: 3")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.path.parent.name == "chaos":
            item.add_marker(pytest.mark.seconds(config.option.minutes * 60 + MORE_SECONDS))


def pytest_terminal_summary(terminalreporter):
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", []):
                if name == PROPERTY and getattr(report, "when", None) == "call":
                    terminalreporter.write_line(text)
