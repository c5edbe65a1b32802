"""What the shipped verdicts say of the claims that a rate rests on.

The one place that reads the checker's index for the rates, so that neither table nor page knows
how verdicts are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import Summary, shipped_summary

PROVED, FAILS, CONDITION, OPEN, NONE = "proved", "fails", "condition", "open", "none"

MARKS: Mapping[str, tuple[str, str]] = {
    PROVED: ("✓", "proved"),
    FAILS: ("✗", "fails as printed"),
    CONDITION: ("◐", "holds under a condition"),
    OPEN: ("○", "not decided"),
    NONE: ("", "no claim of the checker"),
}
"""The checker's marks: a glyph, and what it says."""

_WORST = (FAILS, CONDITION, OPEN, PROVED)


@dataclass(frozen=True)
class Proof:
    """What the checker says of one claim of a paper.

    Attributes
    ----------
    claim, reference, statement : str
        Its id, where the paper has it, and what it says.
    mark : str
        Of the paper's sentence, one of :data:`MARKS`: a sentence that says no is proved by a
        refutation.
    verdict, condition, repaired : str
        The checker's own words; empty where there is nothing to say.
    date : str
        When it was decided, as ISO has it.
    """

    claim: str
    reference: str
    statement: str
    mark: str
    verdict: str
    condition: str
    repaired: str
    date: str

    @property
    def says(self) -> str:
        """Mark, condition and what comes of a repair, as one half of a sentence."""
        said = MARKS[self.mark][1]
        if self.condition:
            said = f"{said}: {self.condition}"
        if not self.repaired:
            return said
        too = " too" if self.mark == FAILS and self.repaired == "fails" else ""
        verdict = "is not decided" if self.repaired == "undecided" else self.repaired
        return f"{said}; repaired, it {verdict}{too}"


def proofs(claims: Sequence[str]) -> tuple[Proof, ...]:
    """Return what the checker says of some claims.

    Parameters
    ----------
    claims : sequence of str
        Their ids in the catalogue.
    """
    shipped = shipped_summary()
    return tuple(proof_of(name, shipped.get(name)) for name in claims)


def mark_of(found: Sequence[Proof]) -> str:
    """Return the mark of several claims together: that of the one that stands worst.

    Parameters
    ----------
    found : sequence of Proof
    """
    marks = {proof.mark for proof in found}
    return next((mark for mark in _WORST if mark in marks), NONE)


def proof_of(name: str, summary: Summary | None) -> Proof:
    """Return what a verdict says of one claim.

    Parameters
    ----------
    name : str
        The claim's id.
    summary : Summary or None
        None where nothing is decided.
    """
    claim = CATALOGUE.claims[name]
    if summary is None:
        return Proof(name, claim.reference, claim.statement, OPEN, "", "", "", "")
    return Proof(
        name,
        claim.reference,
        claim.statement,
        _mark(summary.verdict, summary.agrees),
        summary.verdict,
        summary.condition,
        summary.repaired,
        summary.date,
    )


def _mark(verdict: str, agrees: bool) -> str:
    if agrees:
        return PROVED
    if verdict == "undecided":
        return OPEN
    return CONDITION if verdict.startswith("holds") else FAILS
