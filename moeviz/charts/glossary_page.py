"""The glossary as text: a word for a terminal, all words as a page of the documentation."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from moeviz.charts.glossary import GLOSSARY, GROUPS, Term


def term_text(term: Term) -> str:
    """Return a word with its meaning on a few lines, for a terminal.

    Parameters
    ----------
    term : Term
    """
    symbol = f"  {term.symbol}" if term.symbol else ""
    lines = [f"{term.title}{symbol}", f"  {term.says}", f"  {term.more}"]
    if term.near:
        lines.append(f"  See also: {', '.join(GLOSSARY[name].title for name in term.near)}.")
    lines += [f"  Papers: {term.source}."] if term.source else []
    lines += [f"  Read on: docs/{term.docs}"] if term.docs else []
    return "\n".join(lines)


def glossary_markdown() -> str:
    """Return ``docs/glossary.md``, which is kept as this writes it."""
    lines = [
        "# Glossary",
        "",
        _wrapped(
            "The words of the project, with their symbols. The pages open them where they are "
            "underlined with dots, and `python -m moeviz glossary WORD` prints one. This page is "
            "made from `moeviz/charts/glossary.toml` by `python -m moeviz glossary --markdown`; "
            "change the words there. Shapes, and the names in the code, are in "
            "[notation](notation.md), which also says which papers the keys stand for."
        ),
    ]
    for group, title in GROUPS.items():
        lines += ["", f"## {title}"]
        for term in GLOSSARY.values():
            if term.group == group:
                lines += ["", f"### {term.title}", "", *_entry(term)]
    return "\n".join(lines) + "\n"


def _entry(term: Term) -> Iterator[str]:
    symbol = f"`{term.symbol}` – " if term.symbol else ""
    yield _wrapped(f"{symbol}{_as_they_are(term.says)} {_as_they_are(term.more)}")
    also = ", ".join(f"[{GLOSSARY[n].title}](#{anchor(GLOSSARY[n].title)})" for n in term.near)
    more = f"[{term.docs.partition('#')[0]}]({term.docs})" if term.docs else ""
    ways = [
        f"See also {also}." if also else "",
        f"More in {more}." if more else "",
        f"Papers: {_as_they_are(term.source)}." if term.source else "",
    ]
    if any(ways):
        yield ""
        yield _wrapped(" ".join(filter(None, ways)))


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def anchor(heading: str) -> str:
    """Return the name under which a heading of a documentation page is linked.

    Parameters
    ----------
    heading : str
        Without the signs before it.
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _as_they_are(words: str) -> str:
    """Return words in which markdown finds nothing to set otherwise."""
    return re.sub(r"([*_|<\\])", r"\\\1", words)
