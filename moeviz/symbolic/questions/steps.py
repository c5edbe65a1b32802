"""The steps of a decision on a family, in plain words."""

from __future__ import annotations

from moeviz.symbolic.certificates.report import Step
from moeviz.symbolic.certificates.types import Certificate
from moeviz.symbolic.certificates.writing import relation_latex
from moeviz.symbolic.kernel.cone import Spread
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.relations import Relations


def family_steps(family: Family) -> tuple[Step, ...]:
    """Return the first steps: derivatives, and the tower they live in."""
    labels = ",\\ ".join(m.label for m in family.members[:12])
    more = f", and {len(family) - 12} more" if len(family) > 12 else ""
    ground = family.pieces[0].ground if family.pieces else None
    lines = [f"{len(family)} functions: ${labels}${more}."]
    names = [] if ground is None else [b.name for b in ground.basics]
    tower: tuple[str, ...] = (
        f"At the point every function is a polynomial over the rationals in {len(names)} basics: "
        + ", ".join(names[:14])
        + (" and more." if len(names) > 14 else "."),
    )
    pieces = len(family.pieces)
    if pieces > 1:
        tower += (
            f"There are {pieces} pieces: regions between kinks, point masses on them, classes.",
        )
    steps = Step("Form the derivatives", tuple(lines)), Step("Write the tower", tower)
    words = family.domain.words
    return (Step("Where it is asked", (f"{words}.",)), *steps) if words else steps


def matrix_step(family: Family, found: Relations) -> Step:
    """Return the step that solves for all relations."""
    return Step(
        "Solve exactly",
        (
            f"The matrix of values has {len(family)} columns and rank {len(found.pivots)}: "
            f"{len(found.basis)} independent relations, each of which substitutes back to zero.",
        ),
    )


def enclosure_words(found: Relations) -> str:
    """Return how the members that are left were shown to be independent."""
    if found.witness is None:
        return "No member is left."
    return (
        f"At {len(found.witness.points)} rational points the determinant of their values is "
        f"{found.witness.determinant}, computed with {found.witness.bits} bits: not zero."
    )


def why_undecided(found: Relations) -> str:
    """Return what is missing for a decision."""
    if found.unproved:
        return "a numerical relation did not substitute back to zero symbolically"
    if found.witness is None:
        return "no enclosure of the determinant excluded zero"
    return "no exact matrix was found for the second-order condition"


def spread_words(family: Family, answer: Spread, certificate: Certificate) -> tuple[str, ...]:
    """Return what a counter-sequence's certificate says."""
    sequence = certificate["sequence"]
    return (
        f"${relation_latex(family, answer.vector)} = 0$",
        f"The matrix M has rank {sum(answer.ranks)}: {sum(answer.ranks) + 1} fitted atoms are "
        "enough.",
        f"Along the sequence the function moves like epsilon^{sequence['function order']}, the "
        f"loss like epsilon^{sequence['loss order']}.",
    )
