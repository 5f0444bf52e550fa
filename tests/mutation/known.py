"""Reads the mutants that are known to change nothing that anybody could see: equivalent.toml."""

import pathlib
import tomllib

FILE = pathlib.Path(__file__).parent / "equivalent.toml"


class Known:
    def __init__(self, path=FILE):
        self._reasons = {}
        for entry in tomllib.loads(path.read_text()).get("equivalent", []):
            key = entry["file"], entry["in"], entry["was"], entry["becomes"]
            if key in self._reasons:
                raise ValueError(f"equivalent.toml: twice: {key}")
            if not entry["because"].strip():
                raise ValueError(f"equivalent.toml: without a reason: {key}")
            self._reasons[key] = entry["because"]

    def __contains__(self, mutant):
        return key_of(mutant) in self._reasons

    def outdated(self, path, mutants):
        """Returns what is listed for a file and is none of its mutants any more."""
        made = {key_of(mutant) for mutant in mutants}
        return [key for key in self._reasons if key[0] == path and key not in made]


def key_of(mutant):
    return mutant.path, mutant.function, mutant.was, mutant.becomes
