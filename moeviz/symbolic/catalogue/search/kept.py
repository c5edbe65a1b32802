"""Kept searches: what they found, as data that ships with the project.

One JSON file, by the searches' names: families, how far was searched, when, and how long it took.
``python -m moeviz exceptions --keep`` makes it. What is kept is never believed: the families are
decided again whenever their claim is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from moeviz.text import json_text

FILE = "exceptions.json"


def path() -> Path:
    """Return the file of the kept searches."""
    return Path(str(resources.files("moeviz.symbolic.catalogue") / FILE))


@lru_cache(maxsize=1)
def entries() -> dict[str, dict[str, Any]]:
    """Return all kept searches by their digests."""
    try:
        content: dict[str, dict[str, Any]] = json.loads(path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return content


def entry(digest: str) -> dict[str, Any] | None:
    """Return what is kept of a search, or None."""
    return entries().get(digest)


def older(claim: str, question: str) -> dict[str, Any] | None:
    """Return what is kept of a search for the same claim and question, of another definition."""
    for one in entries().values():
        if claim in one["claims"] and one["question"] == question:
            return one
    return None


def keep(found: Mapping[str, Mapping[str, Any]], current: Collection[str]) -> Path:
    """Write searches beside those that are kept.

    Parameters
    ----------
    found : mapping of str to mapping
        By digest: a search's plain data with "claims" and "date".
    current : collection of str
        Digests of all searches to be kept; others are dropped.
    """
    merged = {**entries(), **found}
    content = {digest: merged[digest] for digest in sorted(merged) if digest in current}
    text = "{\n" + ",\n".join(
        f"{json_text(digest)}: {json_text(content[digest], compact=True)}" for digest in content
    )
    file = path()
    partial = file.with_suffix(".partial")
    partial.write_text(text + "\n}\n", "utf-8")
    partial.replace(file)
    entries.cache_clear()
    return file


def never_searched(question: str) -> dict[str, Any]:
    """Return what is said of a search that was never made."""
    return {
        "question": question,
        "words": "not searched for exceptions; `python -m moeviz exceptions` does it",
        "current": False,
    }


def searched(entry: Mapping[str, Any], current: bool, lost: Sequence[str]) -> dict[str, Any]:
    """Return how far a kept search went, in words and numbers.

    Parameters
    ----------
    entry : mapping
        As kept.
    current : bool
        Whether it is of the claim's present definition.
    lost : sequence of str
        Kept families that the present search does not know.
    """
    words = f"{entry['extent']}; searched on {entry['date']} with {entry['tested']:,} tests"
    if entry["left"]:
        words += f"; cut off by its limit: {entry['left']:,} patterns have no answer"
    for key, said in (("undefined", "not defined there"), ("undecided", "not decided")):
        if entry[key]:
            words += f"; {said}: {'; '.join(entry[key])}"
    if entry.get("given_up"):
        words += f" ({entry['given_up']:,} special cases of these were not tried)"
    if not current:
        words += "; older than the claim's definition, so that it may miss families"
    if lost:
        words += f"; no longer known: {'; '.join(lost)}"
    return {
        "question": entry["question"],
        "words": words,
        "current": current,
        **{key: entry[key] for key in NUMBERS},
    }


NUMBERS = ("date", "seconds", "patterns", "tested", "left", "undecided", "undefined")
"""What is said of a kept search beside the words."""
