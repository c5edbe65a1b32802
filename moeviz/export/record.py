"""The record of a lesson as PDF: words as data, set by Typst; nothing in them is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from moeviz.charts.plain import plain_text
from moeviz.errors import printable
from moeviz.export.signs import INSTEAD, unprinted
from moeviz.text import json_text

LONGEST = 1500
"""Letters of one text."""

MOST_ROWS = 20

WHOLE = 1200
"""Letters up to which what belongs to one question stays on one page."""

BREAK = 16
"""Letters after which a word that fits on no line may be broken."""

NOTE = "Every number was looked up in a run or a certificate when this was made."

REPLACED = f"Signs that no font had where it was made stand as {INSTEAD}."

_LONG = re.compile(r"[^\s\u200b-]{%d,}" % (2 * BREAK))  # noqa: UP031
_MARKS = re.compile(r"\*\*|(?<!\w)\*|\*(?!\w)")


def record_pdf(record: Mapping[str, Any]) -> bytes:
    """Return a record as PDF.

    Parameters
    ----------
    record : mapping
        ``title``, ``date``, ``sources``, where the numbers come from, and ``rows``: each with
        ``kind``, ``question``, ``said``, ``right``, ``verdict`` and ``rows``, pairs of a title
        and words. Where ``said`` is empty nothing was answered.
    """
    # Loading it takes a moment that no page needs.
    import typst

    rows: list[dict[str, Any]] = [
        {
            **{name: _plain(str(row[name])) for name in _ROW},
            "rows": [[_plain(title), _plain(words)] for title, words in row["rows"]],
        }
        for row in list(record["rows"])[:MOST_ROWS]
    ]
    for row in rows:
        letters = sum(len(str(words)) for words in (*row.values(), *row["rows"]))
        row["whole"] = letters <= WHOLE
    title, date = _plain(str(record["title"])), _plain(str(record["date"]))
    sources = [_plain(str(each)) for each in record["sources"]]
    said = {"title": title, "date": date, "note": NOTE, "sources": sources, "rows": rows}
    data, system = _printed(said)
    made: bytes = typst.compile(
        Path(__file__).with_name("record.typ").read_bytes(),
        sys_inputs={"data": data},
        ignore_system_fonts=not system,
        format="pdf",
    )
    return made


def _printed(said: Mapping[str, Any]) -> tuple[str, bool]:
    """Return a record as text for Typst, and whether it needs fonts of this machine.

    What no font has is replaced, and the record says so.
    """
    words = "".join(_texts(said))
    if not unprinted(words, system=False):
        return json_text(said), False
    if missing := unprinted(words, system=True):
        table = dict.fromkeys(map(ord, missing), INSTEAD)
        said = {**_translated(said, table), "note": f"{NOTE} {REPLACED}"}
    return json_text(said), True


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, Mapping | list):
        for each in said.values() if isinstance(said, Mapping) else said:
            yield from _texts(each)


def _translated(said: Any, table: Mapping[int, str]) -> Any:
    if isinstance(said, str):
        return said.translate(table)
    if isinstance(said, Mapping):
        return {name: _translated(each, table) for name, each in said.items()}
    return [_translated(each, table) for each in said] if isinstance(said, list) else said


_ROW = ("kind", "question", "said", "right", "verdict")


def _plain(words: str) -> str:
    plain = printable(_MARKS.sub("", plain_text(words)))[:LONGEST]
    return _LONG.sub(lambda found: _broken(found[0]), plain)


def _broken(word: str) -> str:
    return "\u200b".join(word[at : at + BREAK] for at in range(0, len(word), BREAK))
