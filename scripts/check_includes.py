"""Checks that the folders of src depend on each other, and on libraries, only as the tables below allow."""

import pathlib
import re
import sys

SRC = pathlib.Path(__file__).resolve().parent.parent / "src"

# folder -> the folders whose headers it may include besides its own. "" is src itself: main and the composition root.
EVERYTHING = {"", "cli", "config", "crypto", "engine", "events", "files", "health", "http", "io",
              "json", "ops", "tenants", "uuid"}
FOLDERS = {
    "": EVERYTHING,
    "cli": EVERYTHING,
    "config": {"engine", "crypto"},
    "crypto": set(),
    "engine": {"io", "crypto"},
    "events": {"engine", "files", "crypto", "io", "json", "ops", "uuid"},
    "files": {"engine", "io", "crypto", "uuid"},
    "health": {"engine", "files", "ops"},
    "http": {"json", "ops", "crypto", "uuid"},
    "io": set(),
    "json": {"ops"},
    "ops": set(),
    "tenants": {"events", "engine", "files", "crypto", "ops", "uuid"},
    "uuid": set(),
}

# What only the handlers of a domain folder may include.
HANDLERS_ONLY = "http"
HANDLER_FILE = re.compile(r"_handlers\.(h|cc)$")
HANDLER_FOLDERS = {"events", "files", "health", "tenants"}

# What everybody may include, from src itself.
SHARED = {"error.h"}

# library (the beginning of the include) -> the only folders that know it.
LIBRARIES = {
    "boost/beast": {"http"},
    "CLI/": {"cli"},
    "curl/": {"io"},
    "dlfcn.h": {"engine"},
    "openssl/": {"crypto"},
    "pugixml": {"files"},
    "spdlog/": {"ops"},
    "toml++/": {"config"},
    "zlib.h": {"http"},
    "zstd.h": {"engine", "http"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    return path.parts[0] if len(path.parts) > 1 else ""


def problem_with_own(file, included):
    """What is wrong with `#include "included"` in the file; both are relative to src."""
    if not (SRC / included).is_file():
        return "no such header below src (write the path from src)"
    if str(included) in SHARED or folder_of(file) == folder_of(included):
        return None
    allowed = set(FOLDERS[folder_of(file)])
    if folder_of(file) in HANDLER_FOLDERS and HANDLER_FILE.search(file.name):
        allowed.add(HANDLERS_ONLY)
    if folder_of(included) in allowed:
        return None
    return f"{folder_of(file)}/ must not depend on {folder_of(included) or 'the root'}/"


def problem_with_library(file, included):
    for prefix, folders in LIBRARIES.items():
        if included.startswith(prefix) and folder_of(file) not in folders:
            return f"only {', '.join(sorted(folders))}/ may include {prefix}"
    return None


def problems_of(file):
    for number, line in enumerate((SRC / file).read_text().splitlines(), 1):
        if match := INCLUDE.match(line):
            own, included = match[1] == '"', match[2]
            problem = problem_with_library(file, included)
            if own and not problem:
                problem = problem_with_own(file, pathlib.PurePath(included))
            if problem:
                yield f"src/{file}:{number}: {included}: {problem}"


def main():
    problems = []
    for path in sorted(SRC.rglob("*")):
        file = path.relative_to(SRC)
        if path.suffix not in {".h", ".cc"}:
            continue
        if folder_of(file) not in FOLDERS:
            problems.append(f"src/{file}: a folder that scripts/check_includes.py does not know")
        else:
            problems.extend(problems_of(file))
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
