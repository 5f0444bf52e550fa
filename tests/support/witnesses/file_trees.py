"""What stands below a directory that a running program may change meanwhile."""

import contextlib
import os
import pathlib


def files_below(directory):
    """The paths of all files below it, sorted; what vanishes while it is looked at is left out.

    Path.rglob raises for a directory that is removed meanwhile.
    """
    return sorted(pathlib.Path(folder, name) for folder, _, names in os.walk(directory) for name in names)


def names_below(directory):
    """The same as names within the directory, such as "folder/file", sorted."""
    return sorted(str(path.relative_to(directory)) for path in files_below(directory))


def files_with(directory, text):
    """Those of the files that hold the bytes of the text."""
    return [path for path in files_below(directory) if text.encode() in _content(path)]


def _content(path):
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes() if path.is_file() else b""
    return b""
