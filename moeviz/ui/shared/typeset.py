"""Text with mathematics in it, for markdown."""

from __future__ import annotations

import re

from moeviz.charts.certified import typeset_words
from moeviz.ui.shared.guard import plain

_FRACTION = re.compile(r"\\t?frac\{(\d+)\}\{(\d+)\}|(?<![\d{])(\d{9,})(?![\d}])")

_MOST_DIGITS = 8


def shortened(latex: str) -> tuple[str, dict[str, str]]:
    """Return LaTeX with names for numbers that no line has room for, and those numbers.

    Parameters
    ----------
    latex : str

    Returns
    -------
    str
        With kappa_1, kappa_2, ... for long numbers, in the order in which they appear.
    dict
        From such a name, as plain characters, to its number.
    """
    found: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        above, below, whole = match.groups()
        if whole is None and max(len(above), len(below)) <= _MOST_DIGITS:
            return match[0]
        number = whole or f"{above}/{below}"
        for known, value in found.items():
            if value == number:
                return rf"\kappa_{{{known[1:]}}}"
        found[f"κ{len(found) + 1}"] = number
        return rf"\kappa_{{{len(found)}}}"

    return _FRACTION.sub(name, latex), found


def mixed(text: str) -> str:
    """Return words for markdown: what stands between dollars is typeset, and names and intervals.

    Parameters
    ----------
    text : str
    """
    parts = typeset_words(text).split("$")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(
        _formula(part) if number % 2 else _letters(part) for number, part in enumerate(parts)
    )


def formula(latex: str) -> str:
    """Return LaTeX for markdown, in display size but free to break between its terms.

    Parameters
    ----------
    latex : str
    """
    return rf"$\displaystyle {shortened(latex)[0].strip()}$"


def _formula(latex: str) -> str:
    # A list of formulas may break after each comma; one formula between dollars may not.
    pieces = shortened(latex)[0].split(r",\ ")
    return ", ".join(f"${piece.strip()}$" for piece in pieces if piece.strip())


def _letters(text: str) -> str:
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return f"{lead}{plain(text)}{trail}"
