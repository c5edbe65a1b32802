"""The errors of moeviz: one small family under one base class.

Every message is one sentence that says what was expected, what came, and what to do.
"""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return a text of which every character can be written anywhere.

    Messages repeat what somebody typed. Half characters, control characters and marks that turn
    the direction of writing are put into sight as U+FFFD.

    Parameters
    ----------
    text : str
    """
    if text.isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C" and c not in "\n\t" else c
        for c in text
    )


class MoevizError(Exception):
    """Base of every error that moeviz raises on purpose."""

    def __str__(self) -> str:
        return printable(super().__str__())


class SpecificationError(MoevizError):
    """A study was described in a way that cannot be run."""


class LimitError(SpecificationError):
    """A study is well formed but larger than this laboratory runs."""


class UnknownNameError(SpecificationError):
    """A name is not in the registry it was looked up in."""


class ShapeError(MoevizError):
    """Tensors do not fit together."""


class InformationError(MoevizError):
    """Data of a design cannot show some direction that is no gauge."""


class Cancelled(MoevizError):
    """Somebody asked the work to stop before it was finished."""


class FormulaError(SpecificationError):
    """A formula is not one that this laboratory reads."""
