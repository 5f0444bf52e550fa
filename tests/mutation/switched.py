"""Puts many mutants of a source into one text, which a variable of the environment chooses from, so that one compilation
does for all of them. What cannot be put so, such as a declaration that is dropped, is left to be compiled alone."""

import dataclasses
import re

VARIABLE = "TEST_MUTANT"
PROLOGUE = f"""#include <cstdlib>
static bool test_mutant(int number) {{
  static const char* const text = std::getenv("{VARIABLE}");
  static const int chosen = text == nullptr ? 0 : std::atoi(text);
  return number == chosen;
}}
"""
WITHIN = {"flip", "reconnect", "sign", "negate", "never"}  # change an expression; the others change statements
ERROR = re.compile(r"^[^\n:]+:(\d+):\d+: (?:fatal )?error:", re.MULTILINE)


@dataclasses.dataclass
class Site:
    """A piece of the text that has variants: a condition, an initializer or a simple statement."""

    begin: int
    end: int
    kind: str  # condition, initializer or statement
    variants: dict = dataclasses.field(default_factory=dict)  # number of a mutant -> the text of the site in it
    missing_in: list = dataclasses.field(default_factory=list)  # mutants in which the statement is not there
    children: list = dataclasses.field(default_factory=list)


class Switched:
    """The text with the mutants that fit in. Their numbers are their places in the list, from 1."""

    def __init__(self, source, mutants):
        self._source = source
        self._mutants = mutants
        self._without = set()

    def included(self):
        """Returns the mutants that are in the text, each with its number."""
        self._plan()
        return {number: self._mutants[number - 1] for number in sorted(self._placed)}

    def text(self):
        """Returns the text. Afterwards leave_out() knows which mutant stands where."""
        self._plan()
        self._lines = []  # (first line, last line, mutants)
        self._out = [PROLOGUE]
        self._line = PROLOGUE.count("\n") + 1
        self._render(0, len(self._source.text), self._roots)
        return "".join(self._out)

    def leave_out(self, compiler_output):
        """Leaves out the mutants in whose lines the compiler found errors. Returns whether there were any."""
        found = set()
        for line in map(int, ERROR.findall(compiler_output)):
            around = [numbers for first, last, numbers in self._lines if first <= line <= last]
            if around:
                found |= set(min(around, key=len))
        self._without |= found
        return bool(found)

    # --- where the mutants stand ---

    def _plan(self):
        sites = sorted(self._sites(), key=lambda site: (site.begin, -site.end))
        self._before = {}  # position -> texts that are inserted there, each with the numbers of its mutants
        self._placed = set()
        self._roots = nested(sites)
        statements = {site.begin: site for site in sites if site.kind == "statement"}
        for number, mutant in enumerate(self._mutants, 1):
            if number not in self._without and self._place(number, mutant, sites, statements):
                self._placed.add(number)

    def _place(self, number, mutant, sites, statements):
        if mutant.kind in WITHIN:
            around = [site for site in sites if site.begin <= mutant.begin and mutant.end <= site.end]
            if not around:
                return False
            site = min(around, key=lambda one: one.end - one.begin)
            text = self._source.text
            site.variants[number] = text[site.begin : mutant.begin] + mutant.replacement + text[mutant.end : site.end]
            return True
        if mutant.kind == "return early":
            self._insert(mutant.begin, number, f"if (::test_mutant({number})) {mutant.replacement}")
            return True
        if mutant.kind == "swap":
            return self._place_swap(number, mutant, statements)
        statements[mutant.begin].missing_in.append(number)
        return True

    def _place_swap(self, number, mutant, statements):
        """Moves one of the two, which must not declare anything."""
        one = next(s for s in self._source.statements if self._source.tokens[s.first].begin == mutant.begin)
        two = next(s for s in self._source.statements if s.first == one.last + 1)
        moved, target = (two, self._source.tokens[one.first].begin) if two.kind != "declaration" else (one, mutant.end)
        begin, end = self._source.tokens[moved.first].begin, self._source.tokens[moved.last].end
        if begin not in statements:
            return False
        statements[begin].missing_in.append(number)
        self._insert(target, number, f"if (::test_mutant({number})) {{ {self._source.text[begin:end]} }}")
        return True

    def _insert(self, position, number, text):
        self._before.setdefault(position, []).append((number, text))

    def _sites(self):
        source = self._source
        for index, token in enumerate(source.tokens[:-1]):
            if token.text in {"if", "while", "for"} and source.tokens[index + 1].text == "(":
                yield from self._condition(index + 1, is_for=token.text == "for")
        for statement in source.statements:
            begin, end = source.tokens[statement.first].begin, source.tokens[statement.last].end
            if statement.kind != "declaration":
                yield Site(begin, end, "statement")
                continue
            equals = [at for at in source.outer(statement.first, statement.last) if source.tokens[at].text == "="]
            if equals:
                yield Site(source.tokens[equals[0] + 1].begin, source.tokens[statement.last].begin, "initializer")

    def _condition(self, opening, is_for):
        source = self._source
        closing = source.partner[opening]
        semicolons = [at for at in source.outer(opening + 1, closing - 1) if source.tokens[at].text == ";"]
        if is_for and len(semicolons) != 2:
            return
        first = semicolons[0 if is_for else -1] + 1 if semicolons else opening + 1
        last = semicolons[1] if is_for else closing
        if first < last and not any(source.tokens[at].text == "=" for at in source.outer(first, last - 1)):
            yield Site(source.tokens[first].begin, source.tokens[last].begin, "condition")

    # --- writing it ---

    def _emit(self, text):
        self._out.append(text)
        self._line += text.count("\n")

    def _emit_variant(self, text, numbers):
        self._emit("\n")
        first = self._line
        self._emit(text)
        self._lines.append((first, self._line, numbers))
        self._emit("\n")

    def _render(self, begin, end, sites):
        """Writes a range with the sites in it, and what is inserted between them."""
        at = begin
        starts = {site.begin: site for site in sites}
        inside = [position for position in self._before if begin <= position < end
                  and not any(site.begin < position < site.end for site in sites)]
        for position in sorted({*starts, *inside}):
            self._emit(self._source.text[at:position])
            at = position
            for number, text in self._before.pop(position, []):
                self._emit_variant(text, [number])
            if position in starts:
                self._render_site(starts[position])
                at = starts[position].end
        self._emit(self._source.text[at:end])

    def _render_site(self, site):
        first = self._line
        if not site.variants and not site.missing_in:
            self._render(site.begin, site.end, site.children)
            return
        if site.kind == "statement":
            missing = "".join(f" && !::test_mutant({number})" for number in site.missing_in)
            self._emit(f"{{ if (true{missing}) {{ ")
            for number, text in site.variants.items():
                self._emit(f"if (::test_mutant({number})) {{")
                self._emit_variant(text, [number])
                self._emit("} else ")
            self._emit("{ ")
            self._render(site.begin, site.end, site.children)
            self._emit(" } } }")
        else:
            cast = "static_cast<bool>" if site.kind == "condition" else ""
            self._emit("(")
            for number, text in site.variants.items():
                self._emit(f"::test_mutant({number}) ? {cast}(")
                self._emit_variant(text, [number])
                self._emit(") : ")
            self._emit(f"{cast}(")
            self._render(site.begin, site.end, site.children)
            self._emit("))")
        self._lines.append((first, self._line, [*site.variants, *site.missing_in]))


def nested(sites):
    """Puts each site into the smallest one around it. Returns those that none is around."""
    roots, opened = [], []
    for site in sites:
        while opened and opened[-1].end <= site.begin:
            opened.pop()
        (opened[-1].children if opened else roots).append(site)
        opened.append(site)
    return roots
