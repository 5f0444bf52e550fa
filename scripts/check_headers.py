"""Checks that every header of src compiles alone: it includes all that it uses and does not rely on the precompiled header.

usage: check_headers.py build/release/compile_commands.json
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

SRC = pathlib.Path(__file__).resolve().parent.parent / "src"


def flags_of(entry):
    """Returns the include paths, definitions and warnings of a compile command, without sources, outputs and precompiled headers."""
    words = shlex.split(entry["command"])
    keep = ("-I", "-D", "-W", "-std=", "-f")
    flags = [words[0]]
    for word, following in zip(words[1:], words[2:] + [""]):
        if word == "-isystem":
            flags += [word, following]
        elif word.startswith(keep) and word != "-Winvalid-pch":
            flags.append(word)
    return flags


def complaint_about(header, flags):
    command = [*flags, "-fsyntax-only", "-Wno-pragma-once-outside-header", "-x", "c++", str(header)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stderr or "failed without a word" if result.returncode else ""


def main():
    entries = json.loads(pathlib.Path(sys.argv[1]).read_text())
    # A source anywhere else in src will do for a header whose folder has none.
    sources = {pathlib.Path(entry["file"]).parent: entry for entry in entries if entry["file"].startswith(f"{SRC}/")}
    headers = sorted(path for path in SRC.rglob("*.h") if path.name != "precompiled.h")
    flags = [flags_of(sources.get(header.parent) or next(iter(sources.values()))) for header in headers]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = [text for text in pool.map(complaint_about, headers, flags) if text]
    print("\n".join(complaints), end="")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
