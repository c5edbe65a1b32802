"""What repairs the claims that fail, in one line each and for a whole paper in a sentence.

All of it is read off the shipped verdicts: which repair the catalogue tries, how that was decided,
under which condition, and, where there is none, which tests were made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.claim_cases import cases_together
from moeviz.charts.plain import plain_text
from moeviz.symbolic.catalogue.shipped import shipped, shipped_summary
from moeviz.text import listed

Plain = Mapping[str, Any]

FAILS, UNDECIDED = "fails", "undecided"

_GAUGE = "first order modulo gauge"

_ASKED: Mapping[str, tuple[str, str]] = {
    _GAUGE: (
        "setting the gauge aside",
        "then no small change of the parameters goes unseen",
    ),
    "second-order cone": (
        "asking only what the proof needs",
        "atoms that crowd one cell cannot spread apart unseen",
    ),
}
"""What a repair does and what it says, by how the name of its test begins."""

BEGINNINGS = ("Repaired by:", "No repair found:", "No repair found", "Nothing to repair:")
"""With what a line begins: the one half of the answer."""

MOST_WAYS = 2
"""Repairs that a sentence about a whole paper names."""

_LONGEST = 100
"""Characters of a repair's own words that a line has room for, before they end at a colon."""

_OF_THE_PROOF = "What "
"""How the statement of a repair begins that asks for what a proof needs, in its own terms."""


def repair_line(verdict: Plain) -> str:
    """Say in one line what repairs a claim, or that nothing that was tried does.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.

    Returns
    -------
    str
        In plain characters; empty for a claim that neither fails nor has a repair.
    """
    return " ".join(filter(None, (_line(verdict), _under([verdict]))))


def repair_lines(claims: Sequence[str]) -> list[list[str]]:
    """Say what repairs those claims of a group that fail: a line for each repair, with its cases.

    Parameters
    ----------
    claims : sequence of str
        Ids of all claims of a group.

    Returns
    -------
    list of [str, str, str]
        A line's cases (empty where it is about all of the group), with which of
        :data:`BEGINNINGS` it begins, and the rest of it. What was repaired comes first; every claim
        that fails is in one of the lines.
    """
    found: dict[str, list[str]] = {}
    verdicts = _failing(claims)
    for name, verdict in verdicts.items():
        found.setdefault(_line(verdict), []).append(name)
    rows = sorted(found.items(), key=lambda row: not repaired(verdicts[row[1][0]]))
    lines: list[list[str]] = []
    for said, names in rows:
        for does, means in _ASKED.values():
            if any(f"({means})" in rest for _, _, rest in lines):
                said = said.replace(f"{does} ({means})", does)  # said once is enough
        under = _under([verdicts[name] for name in names])
        begin, rest = begun(" ".join(filter(None, (said, under))))
        lines.append([cases_together(names, claims), begin, rest])
    return lines


def begun(line: str) -> tuple[str, str]:
    """Return with which of :data:`BEGINNINGS` a line begins, and the rest of it.

    Parameters
    ----------
    line : str
        As :func:`repair_line` returns it, not empty.
    """
    begin = next(words for words in BEGINNINGS if line.startswith(words))
    return begin, line.removeprefix(begin).strip()


def failing_said(claims: Sequence[str], where: str) -> str:
    """Say how many claims fail, and what repairs them.

    Parameters
    ----------
    claims : sequence of str
        Ids.
    where : str
        Where they stand, as ``of the cosine paper``.
    """
    verdicts = _failing(claims).values()
    said = f"{len(verdicts)} of {len(claims)} claims {where} {_fail(len(verdicts))}"
    agreed = sum(one["agrees_with_paper"] for one in verdicts)
    if agreed:
        said += f" ({agreed} as the paper itself says)"
    sound = [one for one in verdicts if repaired(one)]
    ways = Counter(_way(one["repair"]) for one in sound).most_common()
    shown = [f"{way} repairs {number}" for way, number in ways[:MOST_WAYS]]
    others = sum(number for _, number in ways[MOST_WAYS:])
    if others:
        shown.append(f"others repair {others}")
    parts = [", ".join(shown)] if shown else []
    if sound and all(one["repair"]["condition"] for one in sound):
        parts[-1] += ", all under a condition on the atoms"
    left = sum(not repaired(one) and not _as_said(one) for one in verdicts)
    if left:
        parts.append(f"for {left} no repair was found")
    return f"{said}. Repairs: {'; '.join(parts)}." if parts else f"{said}."


def repaired(verdict: Plain) -> bool:
    """Return whether the catalogue has a repair of a claim that holds, under a condition or not.

    Parameters
    ----------
    verdict : mapping
        As for :func:`repair_line`.
    """
    repair = verdict["repair"]
    return repair is not None and repair["verdict"] not in (FAILS, UNDECIDED)


def _fail(count: int) -> str:
    return "fails" if count == 1 else "fail"


def _failing(claims: Sequence[str]) -> dict[str, Plain]:
    known = shipped_summary()
    names = [name for name in claims if name in known and known[name].verdict == FAILS]
    kept = {name: shipped(name) for name in names}
    return {name: one.verdict for name, one in kept.items() if one is not None}


def _as_said(verdict: Plain) -> bool:
    """Return whether a claim fails as its paper says, so that nothing is to be repaired."""
    return bool(verdict["agrees_with_paper"]) and verdict["repair"] is None


def _line(verdict: Plain) -> str:
    """Return the line without its condition."""
    repair = verdict["repair"]
    if repair is not None:
        says = _says(repair)
        if repair["verdict"] == UNDECIDED:
            return f"No repair found: whether {says} is enough, is undecided."
        if repair["verdict"] == FAILS:
            where = ", at generic parameters" if _generic(repair["tests"]) else ""
            return f"No repair found: {says} was tried, and fails too{where}."
        return f"Repaired by: {says}."
    if verdict["verdict"] != FAILS:
        return ""
    if _as_said(verdict):
        return "Nothing to repair: the paper too says that this fails."
    return f"No repair found{_searched(verdict)}"


def _says(repair: Plain) -> str:
    """Return what a repair says in plain words."""
    asked, head = _asked(repair), _head(repair)
    if asked is None or not head.startswith(_OF_THE_PROOF):
        return f"“{head}”"
    return f"{asked[0]} ({asked[1]})"


def _way(repair: Plain) -> str:
    """Return what a repair does, in a few words."""
    asked, head = _asked(repair), _head(repair)
    if asked == _ASKED[_GAUGE] or (asked is not None and head.startswith(_OF_THE_PROOF)):
        return asked[0]
    return f"“{head}”"


def _head(repair: Plain) -> str:
    """Return the beginning of a repair's statement, up to its details."""
    text = plain_text(repair["statement"]).split(". ")[0].removesuffix(".")
    own = text.startswith(_OF_THE_PROOF) or len(text) <= _LONGEST
    text = text if own else text.split(": ")[0]
    return text if text.startswith(_OF_THE_PROOF) else text[:1].lower() + text[1:]


def _asked(repair: Plain) -> tuple[str, str] | None:
    name = repair["tests"][0]["name"] if repair["tests"] else ""
    return next((words for begin, words in _ASKED.items() if name.startswith(begin)), None)


def _searched(verdict: Plain) -> str:
    """Say among what no repair was found: what was searched, or which tests speak against it."""
    if verdict["searched"]:
        return f" among {listed([one['words'] for one in verdict['searched']])}."
    against = [test for test in verdict["tests"] if test["verdict"] != test["expected"]]
    if _generic(against):
        return (
            " among conditions that leave out special atoms, for it fails at generic ones. "
            "Nothing else was tried."
        )
    return ": the catalogue tries none."


def _generic(tests: Sequence[Plain]) -> bool:
    """Return whether a test of independence at generic parameters says otherwise."""
    return any(
        test["asks"] == "independence" and not test["special"] and ": " not in test["name"]
        for test in tests
    )


def _under(verdicts: Sequence[Plain]) -> str:
    """Say under which condition repairs hold: what all of them need, and whether some need more."""
    needs = [
        frozenset(filter(None, one["repair"]["condition"].split("; ")))
        for one in verdicts
        if repaired(one)
    ]
    if not any(needs):
        return ""
    shared = frozenset.intersection(*needs)
    first = verdicts[0]["repair"]["condition"].split("; ")
    said = "; ".join(part for part in first if part in shared)
    if not said:
        return "Under a condition on the atoms, another for each case."
    more = "" if all(need == shared for need in needs) else "; some cases need more"
    return f"Condition: {said}{more}."
