"""Makes mutants of a source: each is one small change, of the kinds by which promises are broken."""

import dataclasses
import difflib

from source import ASSIGNMENTS

FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
OTHER_CONNECTIVE = {"&&": "||", "||": "&&"}
OTHER_SIGN = {"+": "-", "-": "+", "+=": "-=", "-=": "+="}
# No promise hangs on what is logged, nor on memory that is reserved early.
IDLE_CALLS = {"log", "log_damped", "reserve"}

LOCKS = {"scoped_lock", "shared_lock", "unique_lock", "lock_guard"}
CONTAINER_CALLS = {"append", "clear", "emplace", "emplace_back", "erase", "insert", "insert_or_assign", "pop_back", "pop_front",
                   "push_back", "try_emplace"}


@dataclasses.dataclass(frozen=True)
class Mutant:
    kind: str
    path: str
    line: int
    function: str  # in which it is
    was: str  # the lines that change, each stripped, joined by a space
    becomes: str
    begin: int = dataclasses.field(compare=False)
    end: int = dataclasses.field(compare=False)
    replacement: str = dataclasses.field(compare=False)

    def applied_to(self, text):
        return text[: self.begin] + self.replacement + text[self.end :]

    def diff(self, text):
        changed = self.applied_to(text).splitlines()
        lines = difflib.unified_diff(text.splitlines(), changed, self.path, self.path, n=2, lineterm="")
        return "\n".join(list(lines)[2:])


def mutants_of(source):
    """Returns all mutants of a source in the order of the file."""
    found = [
        mutant
        for operator in (flip, reconnect, change_sign, decide_conditions, drop_statements, swap_statements, return_early)
        for mutant in operator(source)
    ]
    # Some changes come to the same: the first operator that makes one keeps it.
    different = {source.text[: one.begin].rstrip() + one.replacement + source.text[one.end :]: one for one in reversed(found)}
    return sorted(different.values(), key=lambda mutant: (mutant.begin, mutant.kind, mutant.replacement))


def mutant(kind, source, begin, end, replacement):
    """A mutant that replaces a piece of the text."""
    text = source.text
    start = text.rfind("\n", 0, begin) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    return Mutant(kind, source.path, source.line_of(begin), source.function_at(begin), on_one_line(text[start:stop]),
                  on_one_line(text[start:begin] + replacement + text[end:stop]), begin, end, replacement)


def on_one_line(text):
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def replaced_signs(kind, source, others):
    for index, token in enumerate(source.tokens):
        if token.kind == "sign" and token.text in others and source.is_spaced(index):
            yield index, mutant(kind, source, token.begin, token.end, others[token.text])


def flip(source):
    for _, made in replaced_signs("flip", source, FLIPPED):
        yield made


def reconnect(source):
    for _, made in replaced_signs("reconnect", source, OTHER_CONNECTIVE):
        yield made


def change_sign(source):
    """Adds instead of subtracting, and the other way round; texts are only ever joined."""
    for index, made in replaced_signs("sign", source, OTHER_SIGN):
        neighbours = source.tokens[index - 1], source.tokens[index + 1]
        if all(token.kind != "text" for token in neighbours):
            yield made


def decide_conditions(source):
    """Negates the condition of an `if` or a `while`, or makes it never true."""
    for index, token in enumerate(source.tokens[:-1]):
        if token.text not in {"if", "while"} or source.tokens[index + 1].text != "(":
            continue
        opening = index + 1
        closing = source.partner[opening]
        semicolons = [at for at in source.outer(opening + 1, closing - 1) if source.tokens[at].text == ";"]
        first = semicolons[-1] + 1 if semicolons else opening + 1
        begin, end = source.tokens[first].begin, source.tokens[closing].begin
        condition = source.text[begin:end]
        name = declared_name(source, first, closing - 1)
        negated = f"{condition}; !{name}" if name else f"!({condition})"
        if not is_one_equation(source, first, closing - 1):  # flip() negates it
            yield mutant("negate", source, begin, end, negated)
        if condition != "true":
            yield mutant("never", source, begin, end, f"{condition}; false" if name else "false")


def is_one_equation(source, first, last):
    signs = [source.tokens[at].text for at in source.outer(first, last) if source.is_spaced(at)]
    return len(signs) == 1 and signs[0] in {"==", "!="}


def declared_name(source, first, last):
    """Returns the name that a condition declares, or None."""
    outer = list(source.outer(first, last))
    for before, index in zip(outer, outer[1:]):
        if source.tokens[index].text == "=" and source.tokens[before].kind == "word":
            return source.tokens[before].text
    return None


def last_called(source, statement):
    """Returns the name of the function that a statement calls last, or None."""
    outer = [index for index in source.outer(statement.first, statement.last) if index < statement.last]
    called = [source.tokens[index].text for index in outer if source.tokens[index + 1].text == "("]
    return called[-1] if called else None


def is_idle(source, statement):
    return last_called(source, statement) in IDLE_CALLS


def drop_statements(source):
    for statement in source.statements:
        if statement.kind not in {"call", "assignment"} or is_idle(source, statement):
            continue
        if source.is_condition_end(statement.first - 1):  # a condition that is never true comes to the same
            continue
        kind = "drop await" if source.tokens[statement.first].text == "co_await" else f"drop {statement.kind}"
        yield mutant(kind, source, source.tokens[statement.first].begin, source.tokens[statement.last].end, ";")


def swap_statements(source):
    following = {statement.first: statement for statement in source.statements}
    for one in source.statements:
        two = following.get(one.last + 1)
        if not two or not may_be_swapped(source, one, two):
            continue
        begin, end = source.tokens[one.first].begin, source.tokens[two.last].end
        first, second = (source.text[source.tokens[s.first].begin : source.tokens[s.last].end] for s in (one, two))
        between = source.text[source.tokens[one.last].end : source.tokens[two.first].begin]
        yield mutant("swap", source, begin, end, second + between + first)


def may_be_swapped(source, one, two):
    if "jump" in {one.kind, two.kind} or not {"call", "assignment"} & {one.kind, two.kind}:
        return False
    if is_idle(source, one) or is_idle(source, two):
        return False
    if source.column_of(one.first) != source.column_of(two.first):
        return False
    # Only a sanitizer sees what is done just before a lock or just after it.
    if LOCKS & {*source.words(one.first, one.last), *source.words(two.first, two.last)}:
        return False
    if is_local(source, one) and is_local(source, two) and not depend_on_each_other(source, one, two):
        return False
    # A name cannot be used before it is declared.
    return one.kind != "declaration" or not declared_by(source, one) & set(source.words(two.first, two.last))


def is_local(source, statement):
    """Returns whether a statement changes one object in memory only, as far as its look tells."""
    return statement.kind == "assignment" or (statement.kind == "call" and last_called(source, statement) in CONTAINER_CALLS)


def depend_on_each_other(source, one, two):
    """Returns whether one of two local statements mentions the object that the other changes."""
    first, second = (" ".join(source.words(s.first, s.last)) for s in (one, two))
    return changed_by(source, one) in second or changed_by(source, two) in first


def changed_by(source, statement):
    """Returns the object that a local statement changes: what is left of the assignment, or of the call."""
    outer = list(source.outer(statement.first, statement.last))
    texts = [source.tokens[index].text for index in outer]
    if texts[0] in {"++", "--"}:
        return " ".join(source.words(statement.first + 1, statement.last - 1))
    if statement.kind == "assignment":
        end = next((at for at, text in enumerate(texts) if text in ASSIGNMENTS | {"++", "--"}), len(texts))
    else:
        end = max(at for at, text in enumerate(texts) if text in CONTAINER_CALLS) - 1
    return " ".join(source.words(statement.first, outer[end] - 1))


def declared_by(source, declaration):
    """Returns the words that may be the names of a declaration: those before its initializer."""
    names = set()
    for index in source.outer(declaration.first, declaration.last):
        if source.tokens[index].text == "=":
            break
        if source.tokens[index].kind == "word":
            names.add(source.tokens[index].text)
        if source.tokens[index].text == "[":
            names.update(source.words(index + 1, source.partner[index] - 1))
    return names - {"const", "auto", "std"}


def return_early(source):
    """Leaves a function that returns nothing before one of the steps of its body."""
    for opening, token in enumerate(source.tokens):
        jump = jump_of(source, opening) if token.text == "{" and opening in source.partner else None
        if not jump:
            continue
        for index in range(opening + 2, source.partner[opening]):
            if source.enclosing[index] == opening and begins_step(source, index) and not is_last_step(source, index):
                begin = source.tokens[index].begin
                yield mutant("return early", source, begin, begin, f"{jump} ")


def begins_step(source, index):
    return (source.tokens[index - 1].text in {";", "}"} and source.tokens[index].text not in {"else", "catch", "}", ";"}
            and source.line_of(source.tokens[index - 1].end) != source.line_of(source.tokens[index].begin))


def is_last_step(source, index):
    """Returns whether a simple statement ends the body: to drop it comes to the same as to return before it."""
    return any(statement.first == index and source.tokens[statement.last + 1].text == "}" and statement.kind != "jump"
               for statement in source.statements)


def jump_of(source, opening):
    """Returns how one leaves the function whose body begins with that brace, or None for what is no such function."""
    header = source.header_of(opening)
    if "(" not in header or source.column_of(opening - len(header)) != 0 or header[0] == "namespace":
        return None
    result = header[: header.index("(")]
    if "awaitable" in result and result[result.index("awaitable") + 1 :][:3] == ["<", "void", ">"]:
        return "co_return;"
    return "return;" if "void" in result and "awaitable" not in result else None
