"""Finds the folders of src that a unit test reaches, so that nothing else has to be built for it."""

import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import layers  # noqa: E402

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


@functools.cache
def folders(target):
    """Returns the folders whose libraries a program like unit_journal is linked with."""
    pending = list((ROOT / "tests" / "unit" / target.removeprefix("unit_")).rglob("*.cc"))
    seen = set(pending)
    found = set()
    while pending:
        for name in INCLUDE.findall(pending.pop().read_text()):
            for base in ("src", "tests"):
                header = ROOT / base / name
                if header not in seen and header.is_file():
                    seen.add(header)
                    pending.append(header)
                    if base == "src" and "/" in name:
                        found.add(layers.folder_of(name))
    return with_all_below(found)


def with_all_below(found):
    """Returns the folders and all that their sources may include."""
    allowed = layers.read().folders
    pending = list(found)
    while pending:
        for lower in allowed[pending.pop()]:
            if lower not in found:
                found.add(lower)
                pending.append(lower)
    return found
