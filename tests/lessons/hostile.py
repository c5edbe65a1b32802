"""Lesson files as somebody might send them who means no good, or whose editor broke them."""

from __future__ import annotations

import random
from collections.abc import Iterator

PIECES = (
    "<script>alert(1)</script>",
    "![x](https://example.org/x.png)",
    "[x](https://example.org)",
    "[x](javascript:alert(1))",
    "{__class__.__mro__}",
    "{all.slope.real}",
    "{all.slope!r}",
    "{0}",
    'when = "__import__(\'os\').system(\'true\')"',
    'when = "1 == 1 or 2"',
    'question = "' + "x" * 900 + '"',
    "[" * 80,
    "a = " + "[" * 40 + "]" * 40,
    "a." * 200 + "b = 1",
    "x = 1e999999",
    "x = " + "9" * 400,
    "```look",
    "```python\nprint(1)\n```",
    "+++",
    "## ",
    "## Look {#look}",
    "\u202e\u200b",
    "\x00",
    "$\\href{https://example.org}{x}$",
    "<img src=x onerror=alert(1)>",
    "# One",
    "page = \"../../etc/passwd\"",
    "study = \"no-such-study\"",
    "live = \"yes\"",
    "minutes = 99999999999999999999",
)  # fmt: skip


def mutated(texts: list[str], count: int, seed: int) -> Iterator[str]:
    """Yield files, each a sound one to which one to three things were done."""
    draw = random.Random(seed)
    for _ in range(count):
        lines = draw.choice(texts).split("\n")
        for _ in range(draw.randint(1, 3)):
            lines = _once(lines, draw) or [""]
        yield "\n".join(lines)


def _once(lines: list[str], draw: random.Random) -> list[str]:
    at = draw.randrange(len(lines))
    way = draw.randrange(8)
    if way == 0:
        return [*lines[:at], *lines[at + 1 :]]
    if way == 1:
        return [*lines[:at], draw.choice(PIECES), *lines[at:]]
    if way == 2:
        line = lines[at] or "x"
        place = draw.randrange(len(line))
        return [
            *lines[:at],
            line[:place] + draw.choice('"{}[]=`#$<\\') + line[place:],
            *lines[at + 1 :],
        ]
    if way == 3:
        return lines[:at]
    if way == 4:
        return [*lines[:at], *lines[at:], *lines[at : at + 30]]
    if way == 5:
        return [*lines[:at], lines[at].replace('"', "'", 1), *lines[at + 1 :]]
    if way == 6:
        return [*lines[:at], lines[at][::-1], *lines[at + 1 :]]
    return [*lines[:at], lines[at] + draw.choice(PIECES), *lines[at + 1 :]]
