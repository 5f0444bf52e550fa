"""What a service of a chaos run holds of its machine's memory and descriptors."""

import collections
import contextlib
import os
import pathlib
import re

from chaos.looking import wait_until_empty

# Open files of tables that were read, and connections that are about to end.
MORE_DESCRIPTORS = 150
# The engine's caches grow with what is read.
MORE_MEMORY = 300 << 20
KINDS_SHOWN = 12


def held(annals):
    """The open descriptors, and the resident bytes."""
    process = pathlib.Path(f"/proc/{annals.pid}")
    kilobytes = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())[1]
    return len(list(_descriptors(annals))), int(kilobytes) << 10


def _descriptors(annals):
    """What they lead to, but for the statistics that the engine keeps open of each of its threads."""
    for link in pathlib.Path(f"/proc/{annals.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            target = os.readlink(link)
            if not target.startswith("/proc/"):
                yield target


def kinds_of_descriptors(annals):
    """The most frequent ones: sockets, pipes and so on, and files by their paths."""
    kinds = collections.Counter()
    for target in _descriptors(annals):
        kinds[target.removeprefix(f"{annals.data}/") if target.startswith("/") else target.split(":")[0]] += 1
    return dict(kinds.most_common(KINDS_SHOWN))


def wait_until_back(annals, before):
    """`before` is what the same service held when it had done as much and nothing had gone wrong."""

    def too_much():
        descriptors, memory = held(annals)
        fits = descriptors <= before[0] + MORE_DESCRIPTORS and memory <= before[1] + MORE_MEMORY
        return "" if fits else f"{descriptors} descriptors, {memory} bytes, {kinds_of_descriptors(annals)}"

    expected = f"{annals.directory.name} holds about {before[0]} descriptors and {before[1]} bytes again"
    wait_until_empty(too_much, expected)
