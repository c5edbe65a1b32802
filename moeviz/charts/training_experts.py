"""How experts look where tokens are coloured by them: colours, tints behind letters, marks."""

from __future__ import annotations

from typing import Any

from moeviz.charts.palette import Theme, contrast

READABLE = 4.5
"""The least contrast of a letter on the tint behind it (WCAG 2.2, 1.4.3)."""

LEVELS = 6
"""Tints of one colour."""

PALEST, FULLEST = 0.24, 0.62
"""Shares of an expert's colour in the tint behind a letter: of a small weight, of a whole one."""

MARKS = ("1111", "1100", "0110", "1001", "1010", "0100", "0011", "1101", "0001")
"""Which quarters of the line below a letter are drawn: told apart without colour."""


def expert_looks(theme: Theme) -> dict[str, Any]:
    """Return colours, tints and marks; those of expert i at the place i, in turn.

    Of the first 72 experts no two have both colour and mark in common.

    Parameters
    ----------
    theme : Theme

    Returns
    -------
    dict
        ``colours``; ``tints``, for each colour what stands behind a letter, from the smallest
        weight to the largest; ``marks``, such as :data:`MARKS`.
    """
    return {
        "colours": list(theme.experts),
        "tints": [_tints(colour, theme) for colour in theme.experts],
        "marks": list(MARKS),
    }


def _tints(colour: str, theme: Theme) -> list[str]:
    """Mix a colour into the ground, never so much that a letter could not be read on it."""
    most = FULLEST
    while contrast(theme.text, mixed(theme.ground, colour, most)) < READABLE:
        most -= 0.02
    step = (most - PALEST) / (LEVELS - 1)
    return [mixed(theme.ground, colour, PALEST + step * level) for level in range(LEVELS)]


def mixed(ground: str, colour: str, share: float) -> str:
    """Return a ground with a share of a colour in it.

    Parameters
    ----------
    ground, colour : str
        As ``#rrggbb``.
    share : float
        From 0 to 1.
    """
    pairs = ((int(ground[at : at + 2], 16), int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)
