"""What a lesson's words may hold: plain markdown, facts in places, links to pages of this app."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from moeviz.errors import SpecificationError
from moeviz.lessons.conditions import short
from moeviz.lessons.filled import PLACE
from moeviz.lessons.pictures import link_of
from moeviz.text import nearest

PAGES = {
    "": "Home", "gates": "Gates", "attention": "Attention", "cells": "Cells",
    "information": "Information and reach", "sequences": "Slow sequences", "fit": "One fit",
    "convergence": "Convergence lab", "rates": "Rates", "protocols": "Protocols",
    "checker": "Symbolic checker", "train": "Sparse experts", "lessons": "Lessons",
}  # fmt: skip
"""Pages by their addresses, to which a lesson may lead."""

LONGEST = 2000
MOST_PLACES = 40
"""Of facts in one text."""

_REFUSED = (
    (re.compile(r"<[A-Za-z/!?]|&#?\w+;"), "Expected words without HTML"),
    (re.compile(r"!\["), "Expected words without pictures; a block look shows one"),
    (re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://|\bwww\.|\bmailto:"), "Expected no address elsewhere"),
    (re.compile(r"(?m)^\s*\[[^\]]*\]:"), "Expected a link as [words](page)"),
    (re.compile(r"\]\s*\["), "Expected a link as [words](page)"),
    (re.compile(r"(?i)\\(href|url|includegraphics|html\w+|def|input|require)\b"),
     "Expected a formula without commands of its own"),
    (re.compile(r":material/|:streamlit:"), "Expected words without icons"),
)  # fmt: skip
_LINK = re.compile(r"\]\(\s*([^)\s]*)[^)]*\)")
_BRACE = re.compile(r"\{[^{}\n]*\}?")
_TEX = re.compile(r"\$[^$\n]+\$")


def checked_words(words: str, known: Collection[str], longest: int = LONGEST) -> str:
    """Return words that may be shown.

    Parameters
    ----------
    words : str
    known : collection of str
        Facts that they may name.
    longest : int
        Letters.

    Raises
    ------
    SpecificationError
        If they hold something else.
    """
    if len(words) > longest:
        raise SpecificationError(f"Expected at most {longest} letters, but got {len(words)}.")
    for pattern, sentence in _REFUSED:
        if found := pattern.search(words):
            raise SpecificationError(f"{sentence}, but got '{short(found[0])}'.")
    for target in _LINK.findall(words):
        checked_target(target)
    names = list(places(words))
    if len(names) > MOST_PLACES:
        raise SpecificationError(f"Expected at most {MOST_PLACES} facts in one text.")
    for name in names:
        if name not in known:
            raise SpecificationError(
                f"Expected a fact of this lesson, but got '{{{short(name)}}}'; "
                f"{_near(name, known)}."
            )
    rest = _TEX.sub("", PLACE.sub("", words))
    if wrong := _BRACE.search(rest):
        raise SpecificationError(
            f"Expected {{source.fact}} or {{source.fact:2}} in braces, but got '{short(wrong[0])}'."
        )
    return words


def places(words: str) -> Iterator[str]:
    """Yield the names of the facts that stand in a text.

    Parameters
    ----------
    words : str
    """
    return (found[1] for found in PLACE.finditer(words))


def checked_target(target: str) -> tuple[str, dict[str, str]]:
    """Return the page and the parameters to which a link leads.

    Parameters
    ----------
    target : str
        As ``cells`` or ``gates?experts=3``.

    Raises
    ------
    SpecificationError
        If it leads elsewhere.
    """
    page, _, link = target.partition("?")
    return checked_page(page.removeprefix("/")), link_of(link)


def checked_page(page: str) -> str:
    """Return the address of a page.

    Parameters
    ----------
    page : str

    Raises
    ------
    SpecificationError
        If there is no such page.
    """
    if page not in PAGES:
        raise SpecificationError(
            f"Expected a page of this app ({', '.join(filter(None, PAGES))}), but got "
            f"'{short(page)}'."
        )
    return page


def _near(name: str, known: Collection[str]) -> str:
    own = sorted(each for each in known if each.partition(".")[0] == name.partition(".")[0])
    return f"known are {nearest(own or sorted(known), name)}" if known else "it names no facts"
