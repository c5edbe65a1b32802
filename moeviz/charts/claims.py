"""The catalogue of claims as a map, a search in it, and what it says of a table of rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.claim_cases import case_of
from moeviz.charts.claim_repairs import failing_said, repair_lines
from moeviz.charts.claim_search import find_claims
from moeviz.charts.claim_sides import sides
from moeviz.charts.claim_words import GROUPS, SILENT, group_of
from moeviz.charts.papers import PAPERS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.of_rates import claims_of
from moeviz.symbolic.catalogue.shipped import Summary, shipped_summary

__all__ = ["claims_map", "claims_of", "find_claims", "grouped", "sides", "verdict_key"]

_WORDS: Mapping[str, str] = {
    "holds": "holds",
    "fails": "fails",
    "holds under a condition": "condition",
    "undecided": "undecided",
}

_COUNTED: Mapping[str, tuple[str, str]] = {
    "holds": ("holds", "hold"),
    "condition": ("holds under a condition", "hold under a condition"),
    "fails": ("fails", "fail"),
    "undecided": ("is undecided", "are undecided"),
}


def claims_map() -> dict[str, Any]:
    """Return the whole catalogue as columns of tiles, in plain data.

    Returns
    -------
    dict
        "papers": for each its "paper" (the key), "title", "tiles", "counts" and "said". A tile is a
        group of claims: "id", "title", "claims" (ids), "cases" (what tells each from the others, in
        words), "verdicts" and "differs" (of each claim; whether its paper says otherwise),
        "verdict" ("holds", "fails", "condition", "undecided" or "mixed"), "agrees" with the paper
        ("yes", "no", "partly" or "silent"), "words", which say what is claimed and what is so, and
        "repairs", which say what repairs those that fail. "counts" and "said": how many claims are
        of each of :data:`KINDS`, and a sentence about them; also of all papers together. "decided":
        the first and the last day on which one of the verdicts was decided, each once; none where
        nothing current ships.

    Notes
    -----
    A claim without a current verdict counts as undecided.
    """
    summary = shipped_summary()
    days = sorted({one.date for one in summary.values()})
    papers: list[dict[str, Any]] = [
        {
            "paper": paper,
            "title": title,
            "tiles": [
                _tile(group, names, summary)
                for group, (of, names) in grouped().items()
                if of == paper
            ],
        }
        for paper, title in PAPERS.items()
    ]
    for paper in papers:
        paper |= _told(paper["tiles"], f"of the {paper['title'].lower()}")
    every = [tile for paper in papers for tile in paper["tiles"]]
    decided = list(dict.fromkeys((*days[:1], *days[-1:])))
    return {"papers": papers, "decided": decided, **_told(every, "of all papers")}


KINDS = ("fails", "condition", "differs")
"""Kinds of claims that somebody may look for: by their verdict, or by who says otherwise."""


def _told(tiles: Sequence[Mapping[str, Any]], where: str) -> dict[str, Any]:
    """Return how many claims are of each kind, and a sentence about those of each kind."""
    names = [name for tile in tiles for name in tile["claims"]]
    verdicts = Counter(one for tile in tiles for one in tile["verdicts"])
    counts = {
        "fails": verdicts["fails"],
        "condition": verdicts["condition"],
        "differs": sum(sum(tile["differs"]) for tile in tiles),
    }
    total = f"of {len(names)} claims {where}"
    condition, differs = counts["condition"], counts["differs"]
    said = {
        "fails": failing_said(names, where),
        "condition": f"{condition} {total} {_COUNTED['condition'][condition != 1]}.",
        "differs": f"{differs} {total} {'is' if differs == 1 else 'are'} not so as the paper says.",
    }
    return {"counts": counts, "said": said}


def grouped() -> dict[str, tuple[str, list[str]]]:
    """Return the paper and the claims of each group, in the order of the catalogue's numbers."""
    found: dict[str, tuple[str, list[str]]] = {}
    for claim in CATALOGUE.claims.values():
        found.setdefault(group_of(claim.id), (claim.paper, []))[1].append(claim.id)
    return {group: found[group] for group in GROUPS if group in found}


def _tile(group: str, names: Sequence[str], summary: Mapping[str, Summary]) -> dict[str, Any]:
    found = [summary[name] for name in names if name in summary]
    verdicts = [verdict_key(summary.get(name)) for name in names]
    counts = Counter(verdicts)
    agreeing = sum(one.agrees for one in found)
    if group in SILENT or not found:
        agrees = "silent"
    else:
        agrees = {0: "no", len(names): "yes"}.get(agreeing, "partly")
    return {
        "id": group,
        "title": GROUPS[group].title,
        "claims": list(names),
        "cases": [case_of(name) for name in names],
        "verdicts": verdicts,
        "differs": [name in summary and not summary[name].agrees for name in names],
        "repairs": repair_lines(names),
        "verdict": verdicts[0] if len(counts) == 1 else "mixed",
        "agrees": agrees,
        "words": f"{GROUPS[group].says}. {_counted(counts)}",
    }


def verdict_key(summary: Summary | None) -> str:
    """Return a verdict in one word: "holds", "fails", "condition" or "undecided".

    Parameters
    ----------
    summary : Summary or None
        None for a claim without a current verdict.
    """
    return "undecided" if summary is None else _WORDS[summary.verdict]


def _counted(counts: Mapping[str, int]) -> str:
    """Say how many of a group hold."""
    total = sum(counts.values())
    if len(counts) == 1:
        key = next(iter(counts))
        if total == 1:
            return f"It {_COUNTED[key][0]}."
        return f"{'Both' if total == 2 else f'All {total}'} {_COUNTED[key][1]}."
    said = [
        f"{counts[key]} {words[counts[key] > 1]}"
        for key, words in _COUNTED.items()
        if key in counts
    ]
    return f"Of {total}, {', '.join(said[:-1])} and {said[-1]}."
