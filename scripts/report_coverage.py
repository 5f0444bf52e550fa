"""Tells, per folder of the sources, the lines and branches that the tests reach: report_coverage.py LCOV ROOT UNREACHED

LCOV is a tracefile as llvm-cov exports it. Lines that no test reaches are written to the file UNREACHED, as ranges with
their text. Errors of the file are raised.
"""

import collections
import itertools
import pathlib
import sys


class Counts:
    """Lines and branches of one folder, and how many of them ran."""

    def __init__(self):
        self.lines = self.lines_reached = self.branches = self.branches_reached = 0

    def add(self, lines, branches):
        self.lines += len(lines)
        self.lines_reached += sum(1 for count in lines.values() if count)
        self.branches += len(branches)
        self.branches_reached += sum(1 for count in branches.values() if count)

    def row(self, name):
        def share(part, whole):
            return f"{100 * part / whole:5.1f} %" if whole else "    –  "

        return (
            f"{name:24} {share(self.lines_reached, self.lines)} of {self.lines:6} lines"
            f"   {share(self.branches_reached, self.branches)} of {self.branches:6} branches"
        )


def read(tracefile):
    """Yields (file, {line: count}, {branch: count}). A template or a lambda is counted once, however often it is built."""
    file, lines, branches = "", {}, {}
    for text in tracefile:
        kind, _, value = text.strip().partition(":")
        if kind == "SF":
            file, lines, branches = value, collections.Counter(), collections.Counter()
        elif kind == "DA":
            line, count = value.split(",")[:2]
            lines[int(line)] += int(count)
        elif kind == "BRDA":
            *branch, count = value.split(",")
            branches[tuple(branch)] += 0 if count == "-" else int(count)
        elif kind == "end_of_record":
            yield file, lines, branches


def ranges(numbers):
    """Yields (first, last) of each run of consecutive numbers."""
    for _, run in itertools.groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in run]
        yield run[0], run[-1]


def main(tracefile, root, unreached):
    sources = pathlib.Path(root) / "src"
    folders, whole = collections.defaultdict(Counts), Counts()
    with open(tracefile, encoding="utf-8") as trace, open(unreached, "w", encoding="utf-8") as out:
        for file, lines, branches in read(trace):
            path = pathlib.Path(file)
            if not path.is_relative_to(sources):
                continue
            name = path.relative_to(sources)
            folder = name.parts[0] if len(name.parts) > 1 else "(top)"
            folders[folder].add(lines, branches)
            whole.add(lines, branches)
            text = path.read_text(encoding="utf-8").splitlines()
            for first, last in ranges(line for line, count in lines.items() if not count):
                out.write(f"src/{name}:{first}" + (f"-{last}" if last > first else "") + "\n")
                out.writelines(f"    {line}\n" for line in text[first - 1 : last])
    for folder in sorted(folders):
        print(folders[folder].row(folder))
    print(whole.row("all"))


if __name__ == "__main__":
    main(*sys.argv[1:])
