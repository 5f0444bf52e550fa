"""Tries mutants: compiles each, and asks the tests that should notice it."""

import dataclasses
import os
import shutil
import threading
import time

import building
import sandbox
import suites
from switched import VARIABLE, Switched

# A mutant may loop for ever. The machine may be busy, so the limit is far above what the tests take.
UNIT_SECONDS = 20
UNIT_FACTOR = 5
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


# So many worlds a random test tries; always the same, so that a mutant is judged as it was before.
RANDOM = {"ANNALS_RANDOM_ROUNDS": "1000", "ANNALS_RANDOM_SEED": "1"}


def gtest(program, test):
    return [program, "--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={suites.filter_of(test)}"]


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

    def try_all(self, source, mutants):
        """Yields each of some mutants of a source with its outcome."""
        switched = self._compile_together(source, mutants)
        for number, mutant in switched.items():
            yield mutant, self._finish(mutant, source, self._ask_unit_tests(mutant, {VARIABLE: str(number)}))
        for mutant in set(mutants) - set(switched.values()):
            compiles, _ = self._workshop.compile(mutant.path, mutant.applied_to(source.text))
            outcome = self._ask_unit_tests(mutant, {}, link=True) if compiles else NOT_COMPILED
            yield mutant, self._finish(mutant, source, outcome)

    def _compile_together(self, source, mutants):
        """Compiles and links as many of the mutants as go into one text. Returns them with their numbers."""
        switched = Switched(source, mutants)
        while switched.included():
            compiles, output = self._workshop.compile(source.path, switched.text())
            if compiles:
                break
            if not switched.leave_out(output):
                return {}
        included = switched.included()
        programs = {suites.program_of(test) for test in suites.unit_tests_of(source.path)}
        if not included or any(self._workshop.link(program, [self._workshop.object]) is None for program in programs):
            return {}
        # None of them is chosen: the tests must pass.
        return included if self._ask_unit_tests(mutants[0], {}) is None else {}

    def _finish(self, mutant, source, outcome):
        """Asks the tests in Python about a mutant that the unit tests let pass."""
        try:
            if outcome or not self._with_python:
                return outcome or SURVIVED
            if not self._workshop.compile(mutant.path, mutant.applied_to(source.text))[0]:
                return NOT_COMPILED
            return self._ask_python(suites.python_tests_of(mutant.path)) or SURVIVED
        finally:
            shutil.rmtree(self._workshop.directory / "tmp", ignore_errors=True)

    def _ask_unit_tests(self, mutant, environment, link=False):
        on_disk = suites.is_on_disk(mutant.path)
        for test in suites.unit_tests_of(mutant.path):
            name = f"{test} on the disk" if on_disk else test
            seconds = self._baseline.limit(name, lambda: self._run_unit_without_mutant(test, on_disk), UNIT_SECONDS, UNIT_FACTOR)
            program = suites.program_of(test)
            if link and self._workshop.link(program, [self._workshop.object]) is None:
                return NOT_COMPILED
            built = self._workshop.directory / building.output_of(program)
            ended = self._run_unit(self._workshop, built, test, seconds, environment, on_disk)
            if ended != "passed":
                return Outcome("killed", f"{test} {ended}")
        return None

    def _run_unit_without_mutant(self, test, on_disk):
        program = self._original.link(suites.program_of(test), [])
        return "cannot be linked" if program is None else self._run_unit(self._original, program, test, 600, {}, on_disk)

    @staticmethod
    def _run_unit(workshop, program, test, seconds, environment, on_disk):
        command = gtest(program, test)
        return sandbox.run(workshop.directory, command, building.ROOT, seconds, RANDOM | environment, on_disk=on_disk)

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
        return sandbox.run(workshop.directory, command, building.ROOT, seconds, small=False)
