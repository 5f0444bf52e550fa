"""Random JSON texts, with all the liberties that JSON allows."""

import json

CHARACTERS = [
    *"aZ09 _'`;%$/{}[]:,-",
    "\u00e9", "ß", "Ж", "日", "\u2028", "\u200f", "\ufeff", "\uffff", "\ue000", "🎉", "\U0010ffff", "\x7f", "\u0301",
]  # fmt: skip
ESCAPES = [
    r"\"", r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\u0000", r"\u001F", r"\u00e9", r"\uD83C\uDF89", r"\ufffd",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615",
    "18446744073709551616", "1234567890123456789012345678901234567890", "0.1", "-0.0", "1.10", "1e5", "1E+2", "2e-7",
    "3.141592653589793238462643383279", "1e308", "1e400", "5e-324", "1e-400", "9007199254740993",
    "100000000000000000000.5",
]  # fmt: skip
SQL = ["'); DROP TABLE events; --", "{record_id:UInt64}", "\\N", "' OR ''='", "`", "/*", "?", "%s", "\\'"]


def string(choose):
    """A JSON string as it stands in a text."""
    kind = choose.random()
    if kind < 0.1:
        return json.dumps(choose.choice(SQL))
    pieces = (choose.choice(ESCAPES if choose.random() < 0.2 else CHARACTERS) for _ in range(choose.randrange(12)))
    return '"' + "".join(pieces) + '"'


def value(choose, space, depth=5):
    """A JSON value; between its tokens stands what `space` is made of, in any number."""
    kind = choose.random()
    if depth == 0 or kind < 0.2:
        return choose.choice([string(choose), choose.choice(NUMBERS), "true", "false", "null", "{}", "[]"])

    def blank():
        return "".join(choose.choice(space) for _ in range(choose.randrange(3)))

    items = [value(choose, space, depth - 1) for _ in range(choose.randrange(4))]
    if kind < 0.6:
        return "[" + ",".join(f"{blank()}{item}{blank()}" for item in items) + "]"
    return "{" + ",".join(f"{blank()}{string(choose)}{blank()}:{blank()}{item}{blank()}" for item in items) + "}"


def nested(depth):
    """Arrays and objects in turn."""
    half = depth // 2
    return '[{"a":' * half + "1" + "}]" * half


def large(choose, size):
    """A string of about `size` bytes."""
    piece = string(choose)[1:-1] + "xyz"
    return '"' + piece * (size // len(piece.encode())) + '"'
