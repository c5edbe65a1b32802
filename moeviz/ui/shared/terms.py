"""Running text whose words of the glossary open their meaning: on hover, on focus and on a tap.

Streamlit's markdown has no such thing, so a component draws the text. It marks a word only where a
page says it for the first time; the browser sees to that, for it alone knows what stands on the
page. What the words mean is one file of the app, fetched once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import streamlit as st

from moeviz.charts.glossary import GLOSSARY, glossary_json, split_at_terms
from moeviz.text import json_text
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.datafile import DataFile

MEANINGS = DataFile("glossary", glossary_json)

POINTER = "term:"
"""What the address of a link begins with that stands for a word: ``[cell](term:cell)``."""

Part = str | list[Any]
"""A string, or a list of a kind and what is of that kind, as :func:`drawable` says."""

_terms = declared(__file__, '<div class="moeviz-text"></div>')


def with_terms(markdown: str, *, key: str | None = None, small: bool = False) -> None:
    """Show text as ``st.markdown`` does, with the words of the glossary opening their meaning.

    Words are found by themselves; ``[cell](term:cell)`` points to one that is not. A text that has
    more in it than :func:`drawable` knows, such as formulas, is left to ``st.markdown`` as it is.

    Parameters
    ----------
    markdown : str
        What a user typed goes through :func:`~moeviz.ui.shared.guard.plain` first, as everywhere.
    key : str, optional
        For a text that changes in its place, or that a page shows twice.
    small : bool
        Whether to set it as captions are.
    """
    if not markdown.strip():
        return
    text = _drawn(markdown)
    if text is None:
        st.markdown(_without_pointers(markdown))
        return
    name = hashlib.sha256(markdown.encode()).hexdigest()[:12]
    _terms(
        key=key or f"terms.{name}",
        data={"text": text, "meanings": MEANINGS.path(), "small": small},
    )


def drawable(markdown: str) -> list[list[Any]] | None:
    """Return a text in pieces that can be drawn without reading any markup.

    Parameters
    ----------
    markdown : str
        Paragraphs and lists of points, with words in bold, in italics, as code, as links into the
        app or to other hosts, and with escaped signs.

    Returns
    -------
    list of [kind, parts], or None
        Blocks of the kind ``"p"`` or ``"li"``. A part is a string, ``["b", parts]``,
        ``["i", parts]``, ``["code", words]``, ``["a", words, address]`` or
        ``["term", id, words]``. None if there is anything else in the text.
    """
    if _OTHER.search(markdown):
        return None
    blocks: list[list[Any]] = []
    for paragraph in re.split(r"\n\s*\n", markdown.strip()):
        for kind, words in _lines(paragraph):
            parts = _parts(words)
            if parts is None:
                return None
            blocks.append([kind, parts])
    return blocks


_OTHER = re.compile(
    r"""(?<!\\)\$            # a formula
    | (?<!\\)<[a-zA-Z/!]     # markup
    | (?<!\\)!\[             # a picture
    | (?<![\\\w]):[a-z-]+[\[/]  # Streamlit's own: colours, icons
    | ^\s*(?:\#+\s|>|\||```|~~~|\d+[.)]\s|[*+]\s|-{3,}$|={3,}$)  # headings, quotes, tables, ...
    | (?<![\w\\])_\w[^_]*_(?!\w)  # emphasis by underscores
    | (?<!\\)~~
    """,
    re.VERBOSE | re.MULTILINE,
)
"""What only ``st.markdown`` can draw."""

_INLINE = re.compile(
    r"""\\(?P<escaped>[!-/:-@\[-`{-~])
    | \*\*(?P<b>(?:\\.|[^*\\])+)\*\*
    | \*(?P<i>(?:\\.|[^*\s\\])(?:(?:\\.|[^*\\])*(?:\\.|[^*\s\\]))?)\*
    | `(?P<code>[^`]+)`
    | \[(?P<label>(?:\\.|[^\[\]\\])+)\]\((?P<address>[^()\s]+)\)
    """,
    re.VERBOSE,
)

_ADDRESS = re.compile(r"https?://\S+|[a-z][a-z/-]*(?:\?\S*)?(?:\#\S*)?")
"""Other hosts, and pages of this app."""


def _lines(paragraph: str) -> Iterator[tuple[str, str]]:
    """Yield the points of a list, or the one paragraph."""
    if not paragraph.startswith("- "):
        yield "p", " ".join(paragraph.split())
        return
    for point in re.split(r"\n- ", paragraph[2:]):
        yield "li", " ".join(point.split())


def _parts(text: str) -> list[Part] | None:
    parts: list[Part] = []
    plain, done = "", 0
    for found in _INLINE.finditer(text):
        plain += text[done : found.start()]
        done = found.end()
        if found["escaped"]:
            plain += found["escaped"]
            continue
        part = _part(found)
        if part is None:
            return None
        parts += [*map(_marked, split_at_terms(plain)), part]
        plain = ""
    return [*parts, *map(_marked, split_at_terms(plain + text[done:]))]


def _part(found: re.Match[str]) -> Part | None:
    """Return what stands between signs of markdown; None for an address that is none of ours."""
    for kind in ("b", "i"):
        if found[kind]:
            inner = _parts(found[kind])
            return inner and [kind, inner]
    if found["code"]:
        return ["code", found["code"]]
    label, address = re.sub(r"\\(.)", r"\1", found["label"]), found["address"]
    if address.startswith(POINTER):
        name = address.removeprefix(POINTER)
        return ["term", name, label] if name in GLOSSARY else label
    return ["a", label, address] if _ADDRESS.fullmatch(address) else None


def _marked(piece: str | tuple[str, str]) -> Part:
    return piece if isinstance(piece, str) else ["term", *piece]


@lru_cache(maxsize=512)
def _drawn(markdown: str) -> str | None:
    blocks = drawable(markdown)
    return None if blocks is None else json_text(blocks, compact=True)


def _without_pointers(markdown: str) -> str:
    return re.sub(rf"\[([^\[\]]+)\]\({POINTER}[\w-]+\)", r"\1", markdown)
