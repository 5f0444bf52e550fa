"""Breaks the code that holds the promises, one small change at a time, and says which changes the tests do not notice.

Each mutant is compiled beside an ordinary build and linked into the unit tests that should notice it. Those that survive
are linked into the service, for the tests in Python. The sources themselves are never changed.
"""

import argparse
import concurrent.futures
import os
import queue
import random
import signal
import sys
import threading

import building
import operators
import report as reports
import suites
import trial
from known import Known, key_of
from source import Source


def arguments():
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE",
                        help="a source, or a folder with sources (default: those that hold promises)")
    parser.add_argument("--kind", action="append", metavar="KIND",
                        help="make only this kind, such as \"drop call\" (may be repeated)")
    parser.add_argument("--limit", type=int, default=100, metavar="N", help="try N mutants, drawn by the seed (default: 100; 0: all)")
    parser.add_argument("--skip", type=int, default=0, metavar="N", help="leave out the first N that the seed draws")
    parser.add_argument("--seed", type=int, help="draw the same mutants again (default: a new seed, which is printed)")
    parser.add_argument("--unit", action="store_true", help="ask only the unit tests")
    parser.add_argument("--again", action="store_true", help="try only those that survived in the run before")
    parser.add_argument("--list", action="store_true", help="print the mutants, and try none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="try N at a time")
    return parser.parse_args()


def sources_of(files):
    """Yields the sources that are named, or all that hold promises."""
    root = building.ROOT
    paths = {path for pattern in suites.FILES for path in root.glob(pattern)}
    if files:
        named = [(root / file).resolve() for file in files]
        missing = [str(path) for path in named if not path.exists()]
        if missing:
            sys.exit(f"mutate: no such file: {', '.join(missing)}")
        paths = {path for one in named for path in (one.glob("*.cc") if one.is_dir() else [one])}
    for path in sorted(paths):
        relative = str(path.relative_to(root))
        if not suites.unit_tests_of(relative):
            sys.exit(f"mutate: tests/mutation/suites.py does not say which tests should notice a mutant of {relative}")
        yield Source(relative, path.read_text())


def choose(wishes, sources, report):
    """Returns the mutants to try, each with its source."""
    known = Known()
    survivors = reports.last_survivors() if wishes.again else None
    chosen = []
    for source in sources:
        made = operators.mutants_of(source)
        new = [mutant for mutant in made if mutant not in known]
        report.made(source.path, len(made), len(made) - len(new))
        report.outdated(known.outdated(source.path, made))
        chosen += [(mutant, source) for mutant in new
                   if (survivors is None or key_of(mutant) in survivors) and mutant.kind in (wishes.kind or [mutant.kind])]
    if wishes.again:
        return chosen
    random.Random(wishes.seed).shuffle(chosen)
    return chosen[wishes.skip : wishes.skip + wishes.limit if wishes.limit else None]


def programs_of(mutants):
    tests = {test for path in {mutant.path for mutant, _ in mutants} for test in suites.unit_tests_of(path)}
    return sorted({suites.program_of(test) for test in tests})


def shares_of(mutants, jobs):
    """Divides the mutants into shares of one source each, at least one for every worker if there are enough."""
    by_source = {}
    for mutant, source in mutants:
        by_source.setdefault(source, []).append(mutant)
    parts = -(-jobs // len(by_source))
    shares = [(source, some[part::parts]) for source, some in by_source.items() for part in range(parts)]
    return [(source, some) for source, some in shares if some]


def try_all(mutants, wishes, report):
    baseline = trial.Baseline()
    benches = queue.SimpleQueue()
    for number in range(wishes.jobs):
        benches.put(trial.Bench(number, baseline, not wishes.unit))
    lock = threading.Lock()
    is_ending = threading.Event()

    def try_share(source, some):
        bench = benches.get()
        try:
            for mutant, outcome in bench.try_all(source, some):
                if is_ending.is_set():
                    return
                with lock:
                    report.tried(mutant, outcome, source.text)
                    print(f"{report.total['tried']}/{len(mutants)} {mutant.path}:{mutant.line} {mutant.kind}: "
                          f"{outcome.kind} {outcome.by}")
        finally:
            benches.put(bench)

    with concurrent.futures.ThreadPoolExecutor(wishes.jobs) as pool:
        try:
            running = [pool.submit(try_share, *share) for share in shares_of(mutants, wishes.jobs)]
            for done in concurrent.futures.as_completed(running):
                done.result()
        finally:  # also when somebody ends it: what was tried is in the report
            is_ending.set()
            pool.shutdown(cancel_futures=True)
            report.write()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("mutate: ended"))
    sys.stdout.reconfigure(line_buffering=True)
    wishes = arguments()
    if wishes.seed is None:
        wishes.seed = random.SystemRandom().randrange(1 << 32)
    report = reports.Report()
    mutants = choose(wishes, sources_of(wishes.files), report)
    if wishes.list:
        for mutant, _ in mutants:
            print(f"{mutant.path}:{mutant.line} {mutant.function} {mutant.kind}: {mutant.was} -> {mutant.becomes}")
        return 0
    print(f"mutate: {len(mutants)} mutants of seed {wishes.seed}")
    if mutants:
        try:
            building.prepare(programs_of(mutants), with_service=not wishes.unit)
            try_all(mutants, wishes, report)
        except (building.BuildError, trial.BaselineError) as error:
            sys.exit(f"mutate: {error}")
    print("\n".join(report.lines()))
    print(f"mutate: seed {wishes.seed}; written to {reports.TEXT.relative_to(building.ROOT)}")
    return 1 if report.total["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
