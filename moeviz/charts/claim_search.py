"""Claims by words and by symbols: what somebody types, and the claims that mean it, best first."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from moeviz.charts.claim_words import ALSO, GROUPS, group_of
from moeviz.charts.papers import PAPERS
from moeviz.charts.plain import plain_formula, plain_text
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped_summary
from moeviz.symbolic.questions.claims import Claim

_TOKEN = re.compile(r"[a-z0-9](?:\.[0-9]+)+|[a-zα-ω∂‖∑∞≳]+[0-9]*|[0-9]+")
_PLACE = re.compile(r"[a-z0-9]?(?:\.?[0-9]+)+")
"""The number of a theorem, of a definition, of a regime."""

# Words that say nothing of a claim.
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at by can claim claims do does for from if in is it its of on or paper "
        "that the their them this to what when where which who why with",
    )
)
_GREEK = re.findall(r"\w+", "alpha beta gamma epsilon eta lambda mu nu phi sigma tau theta")
_NAMES = dict(zip(_GREEK, "αβγεηλμνφστθ", strict=True))
_NAMED = re.compile(rf"\\?\b({'|'.join(_GREEK)})(?=\b|[_0-9])")

_SAME: Mapping[str, str] = {
    "same": "equal",
    "shared": "equal",
    "identical": "equal",
    "mirror": "reflection",
    "mirrored": "reflection",
    "turn": "rotation",
    "wrong": "fails",
    "false": "fails",
    "refuted": "fails",
    "true": "holds",
    "proved": "holds",
    "fix": "repair",
    "condition": "conditional",
    "network": "ffn",
    "counterexample": "fails",
}
"""Words that mean what another word of the catalogue says."""

_ENDINGS = (
    *("ically", "ations", "ation", "ities", "ity", "ies", "ions", "ion"),
    *("able", "ing", "ied", "ed", "ly", "es", "al", "s", "e", "y"),
)

_ANSWERS = frozenset(["hold", "fail"])

_LONGEST = 200
"""Characters of what is looked for; what is longer is cut."""


@dataclass(frozen=True)
class _Entry:
    """A claim as what can be found: the weight of each term, and which stand side by side."""

    claim: str
    weights: Mapping[str, float]
    pairs: frozenset[tuple[str, str]]


def find_claims(text: str) -> list[str]:
    """Return the claims that a text means, best first.

    Parameters
    ----------
    text : str
        Words, symbols (``β₁``, ``beta_1``), a number of the catalogue (``C7``), a
        place in a paper (``Theorem 4``), a verdict (``fails``), or several of these.

    Returns
    -------
    list of str
        Ids. Those that have all that was asked for come alone, if there are any; else those that
        have most of it. A word that begins like one of the catalogue's counts less than that word.
    """
    asked = text.strip()[:_LONGEST]
    named = [name for name in CATALOGUE.claims if _begins(name, asked)]
    if named or not asked:
        return named
    entries, rarity = _index()
    terms = list(dict.fromkeys(_numbered(list(_terms(asked)), rarity)))
    beside = list(itertools.pairwise(terms))
    found = []
    for place, entry in enumerate(entries):
        hits = [_hit(term, entry.weights) * rarity.get(term, 1.0) for term in terms]
        if any(hits):
            near = sum(pair in entry.pairs for pair in beside) / max(1, len(beside))
            share = sum(map(bool, hits)) / len(terms)
            found.append((share, sum(hits) * (1 + near), -place, entry.claim))
    best = max((share for share, *_ in found), default=0.0)
    kept = [one for one in found if one[0] == best] if best > 0.5 else found
    return [claim for *_, claim in sorted(kept, reverse=True)]


def _begins(name: str, asked: str) -> bool:
    """Return whether a text is a claim's id, or the beginning of one up to a dot."""
    own, text = name.casefold(), asked.casefold()
    return own == text or own.startswith(f"{text.removesuffix('.')}.")


def _hit(term: str, weights: Mapping[str, float]) -> float:
    """Return how much of a claim a term is; a beginning of a word counts half."""
    if term in weights:
        return weights[term]
    if len(term) == 1 and term.isascii():
        return 0.0
    return max((0.5 * w for word, w in weights.items() if word.startswith(term)), default=0.0)


def _numbered(terms: Sequence[str], known: Mapping[str, float]) -> Iterator[str]:
    """Yield terms; a number and the word before it are one, if that is known: ``theorem 4``."""
    places = iter(range(len(terms)))
    for place in places:
        both = " ".join(terms[place : place + 2])
        yield both if both in known else terms[place]
        if both in known:
            next(places, None)


def _terms(text: str) -> Iterator[str]:
    """Yield the terms of a text: stems of words, and symbols with their indices."""
    typed = "$" not in text and not set(text).isdisjoint("\\{^")
    plain = plain_formula(text) if typed else plain_text(text)
    letters = unicodedata.normalize("NFKC", plain).casefold()
    letters = _NAMED.sub(lambda found: _NAMES[found[1]], letters).replace("_", "")
    for word in _TOKEN.findall(letters):
        if word not in _EMPTY:
            yield _stem(_SAME.get(word, word))


def _stem(word: str) -> str:
    """Return a word without its ending."""
    if not word.isascii():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


@lru_cache(maxsize=1)
def _index() -> tuple[tuple[_Entry, ...], Mapping[str, float]]:
    """Return every claim as what can be found, and how rare each term is."""
    entries = tuple(_entry(claim) for claim in CATALOGUE.claims.values())
    seen = Counter(term for entry in entries for term in entry.weights)
    rarity = {term: math.log(1 + len(entries) / count) for term, count in seen.items()}
    return entries, rarity


def _entry(claim: Claim) -> _Entry:
    summary = shipped_summary().get(claim.id)
    group = GROUPS[group_of(claim.id)]
    verdict = "" if summary is None else f"{summary.verdict} {summary.condition}"
    said = "" if summary is None or summary.agrees else "differs from the paper"
    repair = f"repair {claim.repaired}" if claim.repaired else ""
    texts = (
        (5.0, ALSO.get(claim.id, "")),
        (4.0, claim.statement),
        (3.0, group.title),
        (2.0, f"{group.says}. {group.also}"),
        (2.0, claim.reference),
        (2.0, claim.id.replace(".", " ")),
        (1.5, f"{PAPERS[claim.paper]} {claim.words}"),
        (1.5, verdict),
        (1.0, said),
        (1.0, repair),
        (0.5, claim.why),
    )
    weights: dict[str, float] = {}
    pairs: set[tuple[str, str]] = set()
    for weight, text in texts:
        # Of all that is said, a verdict's words count in the verdict alone.
        row = [term for term in _terms(text) if text is verdict or term not in _ANSWERS]
        beside = set(itertools.pairwise(row))
        pairs |= beside
        counted = (f"{word} {number}" for word, number in beside if _PLACE.fullmatch(number))
        for term in (*row, *counted):
            weights[term] = max(weights.get(term, 0.0), weight)
    return _Entry(claim.id, weights, frozenset(pairs))
