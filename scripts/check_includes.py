"""Checks every #include of src against src/layers.txt, and the size of its folders.

- A folder includes only the folders that its line permits, and a library is included only by the folders that its line names.
- A `never` line forbids indirect includes too: it is checked through any number of headers.
- A folder has at most 16 rooms; a header and its source count as one room.
"""

import collections
import pathlib
import re
import sys

import layers as table

SRC = table.SRC
MAX_ROOMS = 16
SHARED = {"error.h"}  # everybody may include it
MAIN = pathlib.PurePath("main.cc")  # stands above all folders

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes_of(file):
    """Yields (line number, whether the header is ours, its path) for each #include."""
    for number, line in enumerate((SRC / file).read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1] == '"', match[2]


def problem_with_own(layers, file, included):
    if not (SRC / included).is_file():
        return "no such header below src (write the path from src)"
    user, used = table.folder_of(file), table.folder_of(included)
    if included in SHARED or user == used or used in layers.folders[user]:
        return None
    return f"{user} must not include {used} (src/layers.txt)"


def problem_with_library(layers, file, included):
    for prefixes, folders in layers.libraries:
        if included.startswith(tuple(prefixes)) and table.folder_of(file) not in folders:
            return f"only {', '.join(folders)} may include {' '.join(prefixes)} (src/layers.txt)"
    return None


def problems_of(layers, file):
    if table.folder_of(file) not in layers.folders:
        yield f"src/{file}: a folder that src/layers.txt does not name"
        return
    for number, ours, included in includes_of(file):
        check = problem_with_own if ours else problem_with_library
        if problem := check(layers, file, included):
            yield f"src/{file}:{number}: {included}: {problem}"


def reached_from(file, headers):
    """Returns the headers that a file includes, directly or not, each with the path of includes that leads to it."""
    ways = {file: [file]}
    queue = collections.deque([file])
    while queue:
        current = queue.popleft()
        for included in headers[current]:
            if included not in ways:
                ways[included] = ways[current] + [included]
                queue.append(included)
    return ways


def broken_nevers(layers, files):
    headers = {str(file): [name for _, ours, name in includes_of(file) if ours] for file in files}
    for file in headers:
        forbidden = {used for users, useds in layers.nevers if table.folder_of(file) in users for used in useds}
        for reached, way in reached_from(file, headers).items():
            if table.folder_of(reached) in forbidden:
                yield f"src/{file}: must never reach {table.folder_of(reached)}: {' -> '.join(way)}"


def crowded(files):
    rooms = collections.defaultdict(set)
    for file in files:
        rooms[table.folder_of(file)].add(file.stem)
    for folder, names in sorted(rooms.items()):
        if len(names) > MAX_ROOMS:
            yield f"src/{folder}: {len(names)} rooms, more than {MAX_ROOMS}: divide it by the words inside it"


def main():
    try:
        layers = table.read()
    except ValueError as error:
        print(error)
        return 1
    files = sorted(path.relative_to(SRC) for path in SRC.rglob("*") if path.suffix in {".h", ".cc"})
    files.remove(MAIN)
    problems = [problem for file in files for problem in problems_of(layers, file)]
    if not problems:
        problems.extend(broken_nevers(layers, files))
    problems.extend(crowded(files))
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
