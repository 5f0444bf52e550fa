"""Draws the picture of src/layers.txt into docs/architecture.md: a row for each level, top down, with the arrows
that are not implied by others.

usage: draw_layers.py [--check]     --check writes nothing and fails if the picture is not current
"""

import sys

import layers as table

PAGE = table.SRC.parent / "docs" / "architecture.md"
BEGIN, END = "<!-- drawn from src/layers.txt by scripts/draw_layers.py -->\n", "<!-- end of the drawing -->\n"
ROOT_NAME = "(root)"


def reached(folders, start):
    """All folders below one, through any number of arrows."""
    below = set(folders[start])
    for lower in folders[start]:
        below |= reached(folders, lower)
    return below


def arrows(folders, folder):
    """The folders that it may include and that none of the others brings along, in the order of the file from above."""
    allowed = folders[folder]
    implied = set().union(*(reached(folders, lower) for lower in allowed)) if allowed else set()
    return [lower for lower in reversed(list(folders)) if lower in allowed and lower not in implied]


def level(folders, folder):
    return 1 + max((level(folders, lower) for lower in folders[folder]), default=0)


def name(folder):
    return ROOT_NAME if folder == table.ROOT else folder


def draw(folders):
    width = max(len(name(folder)) for folder in folders)
    rows = {}
    for folder in folders:
        rows.setdefault(level(folders, folder), []).append(folder)
    lines = []
    for number in sorted(rows, reverse=True):
        for folder in rows[number]:
            targets = ", ".join(name(lower) for lower in arrows(folders, folder))
            lines.append(f"{number:>3}  {name(folder):<{width}}  {'──▶ ' + targets if targets else ''}".rstrip())
        lines.append("")
    return "```\n" + "\n".join(lines[:-1]) + "\n```\n"


def main():
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    drawn = before + BEGIN + draw(table.read().folders) + END + after
    if drawn == text:
        return 0
    if "--check" in sys.argv[1:]:
        print("docs/architecture.md: the picture does not match src/layers.txt: run scripts/draw_layers.py")
        return 1
    PAGE.write_text(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
