"""The project's words and what they mean, from one file; and where they stand in a text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from moeviz.errors import UnknownNameError

_FILE = Path(__file__).with_name("glossary.toml")

GROUPS: Mapping[str, str] = {
    "model": "The model",
    "setting": "What is fitted to what",
    "fit": "How it is fitted",
    "measure": "How far off a fit is",
    "train": "While networks learn",
    "theory": "What theory says",
    "check": "What the checker says",
}
"""Titles of the groups of words, in order."""


@dataclass(frozen=True)
class Term:
    """A word of the glossary.

    Attributes
    ----------
    id, group, title : str
        Its name in texts that point to it, its group's, and what it is called.
    symbol : str
        How it is written in formulas; empty for a word without a symbol.
    forms : tuple of str
        How it stands in running text.
    says, more : str
        One plain sentence, and the detail.
    near : tuple of str
        Ids of related words.
    docs : str
        A page of the documentation with a heading's anchor, as ``convergence.md#the-gauge``, or "".
    page, look : str
        An address of the app where it is seen, and what a link to it says; empty for none.
    source : str
        Where the papers define it, as ``cosine eq. 5``; empty where they do not.
    """

    id: str
    group: str
    title: str
    symbol: str
    forms: tuple[str, ...]
    says: str
    more: str
    near: tuple[str, ...]
    docs: str
    page: str
    look: str
    source: str


def _read() -> Iterator[Term]:
    groups = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    for group in GROUPS:
        for name, said in groups[group].items():
            yield Term(
                id=name,
                group=group,
                title=said["title"],
                symbol=said.get("symbol", ""),
                forms=tuple(said.get("forms", [said["title"]])),
                says=said["says"],
                more=said["more"],
                near=tuple(said.get("near", ())),
                docs=said.get("docs", ""),
                page=said.get("page", ""),
                look=said.get("try", ""),
                source=said.get("source", ""),
            )


GLOSSARY: Mapping[str, Term] = MappingProxyType({term.id: term for term in _read()})
"""All words by their ids, group by group, in the order of the file."""


def find_term(words: str) -> Term:
    """Return the word that somebody asks for.

    Parameters
    ----------
    words : str
        An id, a title or a form, in capitals or not.

    Raises
    ------
    UnknownNameError
        If the glossary has no such word.
    """
    asked = " ".join(words.lower().split())
    for term in GLOSSARY.values():
        if asked in {each.lower() for each in (term.id, term.title, *term.forms)}:
            return term
    near = [
        t.title
        for t in GLOSSARY.values()
        if asked and asked in f"{t.title} {t.says} {t.more}".lower()
    ]
    known = f"near it are {', '.join(near)}" if near else f"known are {', '.join(GLOSSARY)}"
    raise UnknownNameError(f"Expected a word of the glossary, but got '{asked[:40]}'; {known}.")


def split_at_terms(text: str) -> list[str | tuple[str, str]]:
    """Return a text in pieces, those that are words of the glossary apart.

    Parameters
    ----------
    text : str
        Plain words. The longest form counts, whole words only, each word of the glossary once.

    Returns
    -------
    list of str or (str, str)
        Joined, the strings and the second entries of the pairs are the text; a pair's first entry
        is the id of a :class:`Term`.
    """
    pieces: list[str | tuple[str, str]] = []
    seen: set[str] = set()
    done = 0
    pattern, ids = _pattern()
    for found in pattern.finditer(text):
        name = ids[_spelt(found[0])]
        if name in seen:
            continue
        seen.add(name)
        if text[done : found.start()]:
            pieces.append(text[done : found.start()])
        pieces.append((name, found[0]))
        done = found.end()
    return [*pieces, text[done:]] if text[done:] else pieces


@cache
def _pattern() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return what finds every form, longest first, and the ids by forms as they are spelt."""
    ids = {_spelt(form): term.id for term in GLOSSARY.values() for form in term.forms}
    forms = sorted({form for t in GLOSSARY.values() for form in t.forms}, key=len, reverse=True)
    any_form = "|".join(map(_either_case, forms))
    return re.compile(rf"(?<![\w-])(?:{any_form})(?![\w-])"), ids


def _either_case(form: str) -> str:
    """Return the pattern of a form; one without capitals may begin a sentence."""
    first, rest = form[0], re.escape(form[1:])
    return f"[{first}{first.upper()}]{rest}" if form == form.lower() else re.escape(form)


def _spelt(form: str) -> str:
    return form.lower()


def glossary_json() -> list[dict[str, Any]]:
    """Return all words as plain data."""
    return [
        {
            "id": term.id,
            "group": GROUPS[term.group],
            "title": term.title,
            "symbol": term.symbol,
            "says": term.says,
            "more": term.more,
            "near": list(term.near),
            "docs": term.docs,
            "page": term.page,
            "look": term.look,
            "source": term.source,
        }
        for term in GLOSSARY.values()
    ]
