"""Cuts a C++ source into tokens and finds its statements, as far as making mutants needs it.

It relies on clang-format: a binary operator has a space on either side, an angle bracket or a reference has not.
"""

import bisect
import dataclasses
import functools
import re

# Comments and lines of the preprocessor are matched too, so that nothing inside them is taken for code.
TOKEN = re.compile(
    r"""(?P<skipped>//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*)
      | (?P<text>(?:u8|[uUL])?R"(?P<fence>[^(\s]*)\(.*?\)(?P=fence)"
               | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*"
               | '(?:\\.|[^'\\\n])+')
      | (?P<number>\.?[0-9](?:'?[0-9A-Za-z_.]|(?<=[eEpP])[+-])*)
      | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
      | (?P<sign><=>|<<=|>>=|->\*|\.\.\.|::|->|\+\+|--|<<|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
CLOSERS = {"(": ")", "[": "]", "{": "}"}
JUMPS = {"return", "co_return", "throw", "break", "continue", "goto"}
# A statement that begins so is compound, or declares something.
OTHER_BEGINNINGS = {"if", "for", "while", "do", "switch", "else", "try", "catch", "case", "default", "namespace", "class",
                    "struct", "enum", "union", "template", "public", "private", "protected", "friend", "extern"}
DECLARING = {"auto", "const", "constexpr", "static", "using", "typedef", "static_assert", "unsigned", "thread_local"}
ASSIGNMENTS = {"=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>="}
# After the brace that closes an initializer or a lambda, the statement goes on with one of these.
AFTER_INITIALIZER = {";", ",", ".", "(", "->", "?", ":", "&&", "||", "==", "!=", "+", "-", "<", ">"}


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str  # text (a string or a character), number, word or sign
    text: str
    begin: int
    end: int


@dataclasses.dataclass(frozen=True)
class Statement:
    """A simple statement: the tokens from `first` to the semicolon `last`."""

    first: int
    last: int
    kind: str  # call, assignment, jump or declaration


class Source:
    """One file: its text, its tokens, the brackets that belong together, and its statements."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.tokens = [
            Token(match.lastgroup if match.lastgroup != "fence" else "text", match[0], match.start(), match.end())
            for match in TOKEN.finditer(text)
            if not match["skipped"] and not match[0].isspace()
        ]
        self._line_starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self.partner, self.enclosing = self._brackets()

    def line_of(self, position):
        """Returns the number of a line, from 1."""
        return bisect.bisect_right(self._line_starts, position)

    def column_of(self, index):
        begin = self.tokens[index].begin
        return begin - self._line_starts[self.line_of(begin) - 1]

    def is_spaced(self, index):
        """Returns whether a space or the end of a line stands on either side of a token."""
        token = self.tokens[index]
        return self.text[token.begin - 1 : token.begin].isspace() and self.text[token.end : token.end + 1].isspace()

    def words(self, first, last):
        return [self.tokens[index].text for index in range(first, last + 1)]

    def header_of(self, opening):
        """Returns the words before a brace that opens a body: the head of a function, a class or a namespace."""
        start = opening
        while start > 0 and self.tokens[start - 1].text not in {";", "}", "{"}:
            start -= 1
        return self.words(start, opening - 1)

    def function_at(self, position):
        """Returns the name of the function around a position, such as Journal::write, or an empty text."""
        index = bisect.bisect_left(self.tokens, position, key=lambda token: token.begin)
        around, opening = [], self.enclosing[min(index, len(self.tokens) - 1)]
        while opening >= 0:
            around.append(opening)
            opening = self.enclosing[opening]
        for opening in reversed(around):
            header = self.header_of(opening) if self.tokens[opening].text == "{" else []
            if "(" in header:
                name = header[: header.index("(")]
                start = len(name) - 1
                while start >= 2 and name[start - 1] == "::":
                    start -= 2
                return "".join(name[start:])
        return ""

    def _brackets(self):
        """Returns for each bracket its partner, and for each token the bracket that encloses it (-1: none does)."""
        partner, enclosing, opened = {}, [], []
        for index, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in CLOSERS.values() and opened:
                partner[opened[-1]] = index
                partner[index] = opened.pop()
            enclosing.append(opened[-1] if opened else -1)
            if token.kind == "sign" and token.text in CLOSERS:
                opened.append(index)
        return partner, enclosing

    def is_condition_end(self, index):
        """Returns whether a token is the parenthesis after which the body of an `if` or a loop stands."""
        if self.tokens[index].text != ")" or index not in self.partner:
            return False
        before = self.partner[index] - 1
        return self.tokens[before].text in {"if", "while", "for", "constexpr"}

    def begins_statement(self, index):
        around = self.enclosing[index]
        if around < 0 or self.tokens[around].text != "{" or index == 0:
            return False
        before = self.tokens[index - 1].text
        return before in {";", "{", "}", "else"} or self.is_condition_end(index - 1)

    @functools.cached_property
    def statements(self):
        """The simple statements of all function bodies, in order."""
        found = [self._statement(index) for index in range(len(self.tokens)) if self.begins_statement(index)]
        return [statement for statement in found if statement]

    def _statement(self, first):
        word = self.tokens[first]
        if word.text in OTHER_BEGINNINGS or word.text in {"}", ";", "{"}:
            return None
        last = self._end_of_statement(first)
        if last is None:
            return None
        return Statement(first, last, self._kind(first, last))

    def _end_of_statement(self, first):
        index = first
        while index < len(self.tokens):
            text = self.tokens[index].text
            if self.tokens[index].kind == "sign":
                if text == ";":
                    return index
                if text in CLOSERS.values():
                    return None
                if text in CLOSERS:
                    if index not in self.partner:
                        return None
                    index = self.partner[index]
                    if text == "{" and self.tokens[index + 1].text not in AFTER_INITIALIZER:
                        return None
            index += 1
        return None

    def outer(self, first, last):
        """Yields the tokens of a range that no bracket within it encloses."""
        index = first
        while index <= last:
            yield index
            if self.tokens[index].text in CLOSERS and index in self.partner:
                index = self.partner[index]
            index += 1

    def _kind(self, first, last):
        if self.tokens[first].text in JUMPS:
            return "jump"
        if self.tokens[first].text in DECLARING or self.tokens[last - 1].text in {"delete", "default"}:
            return "declaration"
        outer = [self.tokens[index] for index in self.outer(first, last)]
        signs = {token.text for token in outer if token.kind == "sign"}
        start = 1 if outer[0].text in {"co_await", "delete"} else 0
        declares = any(
            (before.kind == "word" or before.text in {">", "&", "*"}) and token.kind == "word"
            for before, token in zip(outer[start:], outer[start + 1 :])
            if before.text not in {"co_await", "delete"}
        )
        if signs & ASSIGNMENTS:
            left = outer[: next(n for n, token in enumerate(outer) if token.text in ASSIGNMENTS)]
            two_words = any(
                (before.kind == "word" or before.text in {">", "&", "*"}) and token.kind == "word"
                for before, token in zip(left, left[1:])
            )
            return "declaration" if two_words else "assignment"
        if declares:
            return "declaration"
        if signs & {"++", "--"}:
            return "assignment"
        return "call" if self.tokens[last - 1].text == ")" else "declaration"
