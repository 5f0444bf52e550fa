"""Reads src/layers.txt, which says which folders of src may include which folders and libraries."""

import dataclasses
import pathlib
import re

SRC = pathlib.Path(__file__).resolve().parent.parent / "src"
ROOT = "."  # service.h, adapters.cc and main.cc


@dataclasses.dataclass
class Layers:
    folders: dict[str, list[str]]  # a folder -> those that it may include, in the order of the file
    libraries: list[tuple[list[str], list[str]]]  # beginnings of includes -> the only folders that may have them
    nevers: list[tuple[list[str], list[str]]]  # folders -> those that they must not reach


def read(path=SRC / "layers.txt"):
    """Returns the table. Raises ValueError for a line of unknown kind, and for a folder that may include one not above it."""
    layers = Layers({}, [], [])
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if match := re.fullmatch(r"folder ([^:\s]+):(.*)", line):
            allowed = match[2].split()
            if unknown := [one for one in allowed if one not in layers.folders]:
                raise ValueError(f"layers.txt:{number}: {match[1]} stands above {', '.join(unknown)}")
            layers.folders[match[1]] = allowed
        elif match := re.fullmatch(r"library ([^=]+)=.*?(?<!:):(?!:)([^:]*)", line):
            layers.libraries.append((match[1].split(), match[2].split()))
        elif match := re.fullmatch(r"never ([^:]+):(.*)", line):
            layers.nevers.append((match[1].split(), match[2].split()))
        else:
            raise ValueError(f"layers.txt:{number}: not understood: {line}")
    return layers


def folder_of(file):
    """Returns the folder of a file, both relative to src."""
    return str(pathlib.PurePath(file).parent)
