"""Tries mutants: compiles each, and asks the tests that should notice it."""

import dataclasses
import os
import shutil
import threading
import time

import building
import sandbox
import suites

# A mutant may loop for ever. The machine may be busy, so the limit is far above what the tests take.
UNIT_SECONDS = 30
UNIT_FACTOR = 8
PYTHON_SECONDS = 300
PYTHON_FACTOR = 4


@dataclasses.dataclass(frozen=True)
class Outcome:
    kind: str  # "not compiled", "killed" or "survived"
    by: str = ""  # what has killed it, and how


NOT_COMPILED = Outcome("not compiled")
SURVIVED = Outcome("survived")


class BaselineError(Exception):
    """The tests fail without any mutant."""


def gtest(program):
    return [program, "--gtest_fail_fast", "--gtest_brief=1"]


def pytest(tests, directory):
    return ["/usr/bin/python3", "-m", "pytest", "--rootdir", building.ROOT, "-x", "-q", "-p", "no:cacheprovider", "--basetemp",
            directory / "tmp" / "pytest", *(building.ROOT / "tests" / test for test in tests)]


class Baseline:
    """Knows how long the tests take without a mutant. Thread-safe; it finds out at the first question."""

    def __init__(self):
        self._limits = {}
        self._lock = threading.Lock()

    def limit(self, name, run, least, factor):
        with self._lock:
            if name not in self._limits:
                began = time.monotonic()
                ended = run()
                if ended != "passed":
                    raise BaselineError(f"without a mutant, {name} {ended}; its output is in {building.BUILD}/mutants")
                self._limits[name] = least + factor * (time.monotonic() - began)
            return self._limits[name]


class Bench:
    """Where one worker tries its mutants, one after the other."""

    def __init__(self, number, baseline, with_python):
        self._workshop = building.Workshop(number)
        self._original = building.Workshop(f"{number}-original")
        self._baseline = baseline
        self._with_python = with_python

    def try_out(self, mutant, text):
        try:
            if not self._workshop.compile(mutant.path, mutant.applied_to(text)):
                return NOT_COMPILED
            for target in suites.unit_tests_of(mutant.path):
                outcome = self._ask_unit_tests(target)
                if outcome:
                    return outcome
            if self._with_python:
                return self._ask_python(suites.python_tests_of(mutant.path)) or SURVIVED
            return SURVIVED
        finally:
            shutil.rmtree(self._workshop.directory / "tmp", ignore_errors=True)

    def _ask_unit_tests(self, target):
        seconds = self._baseline.limit(target, lambda: self._run_unit_without_mutant(target), UNIT_SECONDS, UNIT_FACTOR)
        program = self._workshop.link(target, [self._workshop.object])
        if program is None:
            return NOT_COMPILED
        ended = self._run_unit(self._workshop, program, seconds)
        return None if ended == "passed" else Outcome("killed", f"{target} {ended}")

    def _run_unit_without_mutant(self, target):
        program = self._original.link(target, [])
        return "cannot be linked" if program is None else self._run_unit(self._original, program, 600)

    @staticmethod
    def _run_unit(workshop, program, seconds):
        return sandbox.run(workshop.directory, gtest(program), building.ROOT, seconds)

    def _ask_python(self, tests):
        """Asks one file after the other, the quickest first."""
        for target in building.WITH_MUTANT:
            if self._workshop.link(target, [self._workshop.object]) is None:
                return NOT_COMPILED
        self._workshop.link_helpers()
        for test in tests:
            seconds = self._baseline.limit(test, lambda: self._run_python_without_mutant(test), PYTHON_SECONDS, PYTHON_FACTOR)
            ended = self._run_python(self._workshop, test, seconds)
            if ended != "passed":
                return Outcome("killed", f"{test} {ended}")
        return None

    def _run_python_without_mutant(self, test):
        self._original.link_helpers()
        for target in building.WITH_MUTANT:
            link = self._original.directory / building.output_of(target)
            if not link.is_symlink():
                link.symlink_to(building.BUILD / building.output_of(target))
        return self._run_python(self._original, test, 3600)

    @staticmethod
    def _run_python(workshop, test, seconds):
        # The tests start their own services, which must not inherit the settings of this shell.
        unset = [argument for name in os.environ if name.startswith("ANNALS_") for argument in ("-u", name)]
        settings = [f"ANNALS_BUILD_DIR={workshop.directory}", "PYTHONDONTWRITEBYTECODE=1"]
        command = ["env", *unset, *settings, *pytest([test], workshop.directory)]
        return sandbox.run(workshop.directory, command, building.ROOT, seconds, limit_memory=False)
