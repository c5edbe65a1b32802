"""What every exported file says of its study."""

from __future__ import annotations

from moeviz.charts.notices import older_words
from moeviz.errors import SpecificationError
from moeviz.study import PRESETS, Result, Specification

QUESTION = "How steep will each line be on the log-log plot?"
"""What is asked of a study that is no preset's."""

LONGEST_LINK = 4000
"""Characters of a link; a study's own have a few hundred."""


def title_of(spec: Specification) -> str:
    """Return a study's title: its preset's, or the name that it came with.

    Parameters
    ----------
    spec : Specification
    """
    return PRESETS[spec.name].title if spec.name in PRESETS else spec.name


def question_of(spec: Specification) -> str:
    """Return what a class is asked to predict before the study runs.

    Parameters
    ----------
    spec : Specification
    """
    return PRESETS[spec.name].question if spec.name in PRESETS else QUESTION


def state_of(result: Result) -> str:
    """Say what is known of a result as a whole: that it is not finished, or older.

    Parameters
    ----------
    result : Result
    """
    unfinished = "" if result.complete else "The study was not finished when this was made."
    return " ".join(filter(None, [unfinished, older_words(result.spec)]))


def checked_link(link: str) -> str:
    """Return a link that can be printed.

    Parameters
    ----------
    link : str
        Empty for none.

    Raises
    ------
    SpecificationError
        If it is too long, or holds a character that no link holds.
    """
    if len(link) > LONGEST_LINK:
        raise SpecificationError(
            f"Expected a link of at most {LONGEST_LINK:,} characters, but got {len(link):,}; leave "
            "it out."
        )
    if not link.isprintable() or " " in link:
        raise SpecificationError(
            "Expected a link without spaces and control characters, but got one with; leave it out."
        )
    return link
