"""Tells, per folder of the sources, the lines and branches that the tests reach:
report_coverage.py LINES BRANCHES ROOT UNREACHED

LINES is a tracefile in the format of lcov, BRANCHES is JSON, both as llvm-cov exports them: only the first counts lines,
only the second knows where in a line a condition stands. The file UNREACHED gets what no test reaches, file by file: lines
as ranges with their text, and conditions that were never true or never false. Errors of the files are raised.
"""

import collections
import itertools
import json
import pathlib
import sys


class Counts:
    """Lines and branches of one folder, and how many of them ran."""

    def __init__(self):
        self.lines = self.lines_reached = self.branches = self.branches_reached = 0

    def add(self, lines, conditions):
        self.lines += len(lines)
        self.lines_reached += sum(1 for count in lines.values() if count)
        self.branches += 2 * len(conditions)
        self.branches_reached += sum(1 for counts in conditions.values() for count in counts if count)

    def row(self, name):
        def share(part, whole):
            return f"{100 * part / whole:5.1f} %" if whole else "    –  "

        return (
            f"{name:24} {share(self.lines_reached, self.lines)} of {self.lines:6} lines"
            f"   {share(self.branches_reached, self.branches)} of {self.branches:6} branches"
        )


def read_lines(tracefile):
    """Returns {file: {line: count}}."""
    files, lines = {}, {}
    for text in tracefile:
        kind, _, value = text.strip().partition(":")
        if kind == "SF":
            lines = files.setdefault(value, collections.Counter())
        elif kind == "DA":
            line, count = value.split(",")[:2]
            lines[int(line)] += int(count)
    return files


def read_conditions(exported):
    """Returns {file: {place: [times true, times false]}}. A template is counted once, however often it is built."""
    files = collections.defaultdict(dict)
    for file in exported["data"][0]["files"]:
        for *place, true, false, _, _, _ in file["branches"]:
            counts = files[file["filename"]].setdefault(tuple(place), [0, 0])
            counts[0] += true
            counts[1] += false
    return files


def ranges(numbers):
    """Yields (first, last) of each run of consecutive numbers."""
    for _, run in itertools.groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in run]
        yield run[0], run[-1]


def text_at(text, place):
    """Returns the text of a condition on one line. `place` counts columns in bytes, from one."""
    first_line, first, last_line, last = place
    rows = [row.encode() for row in text[first_line - 1 : last_line]]
    rows[-1] = rows[-1][: last - 1]
    rows[0] = rows[0][first - 1 :]
    return " ".join(row.decode().strip() for row in rows)


def write_unreached(out, name, text, lines, conditions):
    for first, last in ranges(line for line, count in lines.items() if not count):
        out.write(f"{name}:{first}" + (f"-{last}" if last > first else "") + "\n")
        out.writelines(f"    {line}\n" for line in text[first - 1 : last])
    for place, counts in sorted(conditions.items()):
        # Of a condition that never ran, the lines above say so.
        if any(counts) and not all(counts):
            out.write(f"{name}:{place[0]} never {'false' if counts[0] else 'true'}: {text_at(text, place)}\n")


def main(tracefile, exported, root, unreached):
    sources = pathlib.Path(root) / "src"
    with open(tracefile, encoding="utf-8") as trace:
        lines_of = read_lines(trace)
    with open(exported, encoding="utf-8") as branches:
        conditions_of = read_conditions(json.load(branches))
    folders, whole = collections.defaultdict(Counts), Counts()
    with open(unreached, "w", encoding="utf-8") as out:
        for file, lines in sorted(lines_of.items()):
            path, conditions = pathlib.Path(file), conditions_of.get(file, {})
            if not path.is_relative_to(sources):
                continue
            name = path.relative_to(sources)
            folder = name.parts[0] if len(name.parts) > 1 else "(top)"
            for counts in (folders[folder], whole):
                counts.add(lines, conditions)
            text = path.read_text(encoding="utf-8").splitlines()
            write_unreached(out, path.relative_to(root), text, lines, conditions)
    for folder in sorted(folders):
        print(folders[folder].row(folder))
    print(whole.row("all"))


if __name__ == "__main__":
    main(*sys.argv[1:])
