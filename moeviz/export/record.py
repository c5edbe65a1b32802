"""The record of a lesson as PDF: words as data, set by Typst; nothing in them is read as markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moeviz.charts.plain import plain_text
from moeviz.errors import printable
from moeviz.text import json_text

LONGEST = 1500
"""Letters of one text."""

MOST_ROWS = 20

NOTE = "Every number was looked up in a run or a certificate when this was made."

_MARKS = re.compile(r"\*\*|(?<!\w)\*|\*(?!\w)")


def record_pdf(record: Mapping[str, Any]) -> bytes:
    """Return a record as PDF.

    Parameters
    ----------
    record : mapping
        ``title``, ``date`` and ``rows``: each with ``kind``, ``question``, ``said``, ``right``,
        ``verdict`` and ``rows``, pairs of a title and words.
    """
    # Loading it takes a moment that no page needs.
    import typst

    rows = [
        {
            **{name: _plain(str(row[name])) for name in _ROW},
            "rows": [[_plain(title), _plain(words)] for title, words in row["rows"]],
        }
        for row in list(record["rows"])[:MOST_ROWS]
    ]
    title, date = _plain(str(record["title"])), _plain(str(record["date"]))
    data = {"title": title, "date": date, "note": NOTE, "rows": rows}
    made: bytes = typst.compile(
        Path(__file__).with_name("record.typ").read_bytes(),
        sys_inputs={"data": json_text(data)},
        ignore_system_fonts=True,
        format="pdf",
    )
    return made


_ROW = ("kind", "question", "said", "right", "verdict")


def _plain(words: str) -> str:
    return printable(_MARKS.sub("", plain_text(words)))[:LONGEST]
