"""Writes down what became of the mutants: a table, and each survivor with its diff."""

import collections
import json

import building
import known

TEXT = building.BUILD / "report.md"
SURVIVORS = building.BUILD / "survivors.json"
COLUMNS = ("made", "equivalent", "tried", "not compiled", "killed", "survived")


class Report:
    def __init__(self):
        self._counts = collections.defaultdict(collections.Counter)
        self._survivors = []
        self._outdated = []

    def made(self, path, number, equivalent):
        self._counts[path].update({"made": number, "equivalent": equivalent})

    def outdated(self, keys):
        self._outdated += keys

    def tried(self, mutant, outcome, text):
        self._counts[mutant.path].update({"tried": 1, outcome.kind: 1})
        if outcome.kind == "survived":
            self._survivors.append((mutant, mutant.diff(text)))

    @property
    def total(self):
        return sum(self._counts.values(), collections.Counter())

    def lines(self):
        width = max(map(len, self._counts), default=0)
        rows = [*sorted(self._counts.items()), ("total", self.total)]
        yield f"| {'file':{width}} | {' | '.join(COLUMNS)} |"
        yield f"|{'-' * (width + 2)}|{'|'.join('-' * (len(column) + 1) + ':' for column in COLUMNS)}|"
        for path, counts in rows:
            yield f"| {path:{width}} | {' | '.join(f'{counts[column]:{len(column)}}' for column in COLUMNS)} |"
        for mutant, diff in sorted(self._survivors, key=lambda one: (one[0].path, one[0].line)):
            yield f"\n{mutant.path}:{mutant.line} survived ({mutant.kind})\n```diff\n{diff}\n```"
        for path, _, was, becomes in self._outdated:
            yield f"\nequivalent.toml lists what is no mutant of {path} any more: {was} -> {becomes}"

    def write(self):
        TEXT.write_text("\n".join(self.lines()) + "\n")
        SURVIVORS.write_text(json.dumps([known.key_of(mutant) for mutant, _ in self._survivors], indent=1) + "\n")


def last_survivors():
    """Returns the keys of those that survived in the run before."""
    return {tuple(key) for key in json.loads(SURVIVORS.read_text())}
