"""Where a lesson's numbers come from: kept results, proofs, and the formulas of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from moeviz.charts.closeness_atoms import KINDS, Atom
from moeviz.charts.closeness_words import printed_name
from moeviz.charts.gates import Setup
from moeviz.charts.gates_formula import movement
from moeviz.charts.loss_data import loss_of
from moeviz.charts.proofs import proofs
from moeviz.errors import SpecificationError
from moeviz.study.kept import KeptResult
from moeviz.study.result import Curve, Result

Fact = float | int | str | None
"""None: there is no such number."""

Find = Callable[[str], KeptResult | None]
"""From a preset's name to its kept result."""


class Source(Protocol):
    """What computes facts."""

    def facts(self, find: Find) -> dict[str, Fact]:
        """Return facts by name."""


@dataclass(frozen=True)
class CurveKey:
    """What tells a curve of a study from its others.

    Attributes
    ----------
    router, loss, gauge : str
    expert : str or None
        Needed where a study has several.
    """

    router: str
    loss: str
    gauge: str
    expert: str | None = None

    def of(self, result: Result) -> Curve:
        """Return the curve.

        Parameters
        ----------
        result : Result

        Raises
        ------
        SpecificationError
            If the study has no such curve.
        """
        for curve in result.curves:
            found = curve.router, curve.reading.loss, curve.reading.gauge
            fits = found == (self.router, self.loss, self.gauge) and curve.trained
            if fits and self.expert in (None, curve.expert):
                return curve
        raise SpecificationError(
            f"Expected the study {result.spec.name} to have a curve {self.router}, {self.loss}, "
            f"{self.gauge}, but it has none; another kept result, or another lesson, has one."
        )


def kept_of(preset: str, find: Find) -> KeptResult:
    """Return a kept result that a lesson needs.

    Parameters
    ----------
    preset : str
    find : callable

    Raises
    ------
    SpecificationError
        If none is kept.
    """
    kept = find(preset)
    if kept is None:
        raise SpecificationError(
            f"Expected a kept result of the study {preset}, but there is none; "
            f"'python -m moeviz keep {preset}' makes one."
        )
    return kept


@dataclass(frozen=True)
class OfCurve:
    """What a kept result says of a curve.

    Gives ``slope``, ``low``, ``high``; ``theory``; ``paper`` and ``source``, the slope that a
    paper prints and where; ``from`` and ``to``, the sample sizes; ``sizes``, how many; ``fits`` of
    each; ``more``, the quotient of the sizes, and ``times``, that of the mean errors; ``date``.

    Attributes
    ----------
    preset : str
    key : CurveKey
    """

    preset: str
    key: CurveKey

    def facts(self, find: Find) -> dict[str, Fact]:
        """Return the facts."""
        kept = kept_of(self.preset, find)
        curve = self.key.of(kept.result)
        slope, paper = curve.slope, curve.published
        first, last = (curve.mean[0], curve.mean[-1]) if curve.mean else (None, None)
        return {
            "slope": slope.estimate if slope else None,
            "low": slope.low if slope else None,
            "high": slope.high if slope else None,
            "theory": curve.claim.exponent,
            "paper": paper.slope if paper else None,
            "source": paper.source if paper else None,
            "from": curve.n[0] if curve.n else None,
            "to": curve.n[-1] if curve.n else None,
            "sizes": len(curve.n),
            "fits": len(curve.loss[0]) if curve.loss else None,
            "more": curve.n[-1] / curve.n[0] if curve.n else None,
            "times": first / last if first and last else None,
            "date": kept.date,
        }


@dataclass(frozen=True)
class OfGates:
    """How far the weights of two gates move when their vectors do.

    Gives ``left`` and ``right``, the largest movement of a weight over a lattice of the picture;
    ``times``, by which the first vector is longer than at the start; ``experts``.

    Attributes
    ----------
    setup : Setup
        Vectors, and where they started.
    """

    setup: Setup

    def facts(self, find: Find) -> dict[str, Fact]:
        """Return the facts."""
        one, began = self.setup.vectors[0], self.setup.start[0]
        length = (one[0] ** 2 + one[1] ** 2) ** 0.5 / (began[0] ** 2 + began[1] ** 2) ** 0.5
        experts = len(self.setup.vectors)
        return {
            "left": movement(self.setup, 0),
            "right": movement(self.setup, 1),
            "times": length,
            "experts": experts,
        }


@dataclass(frozen=True)
class OfLoss:
    """What a loss says of two fits.

    Gives ``name`` and ``source`` of the loss; ``first`` and ``second``, its values; ``ratio``, the
    second over the first; ``power``, to which the distance goes in the first fit's largest term;
    ``share``, one over it; ``expected``, 2 to that power.

    Attributes
    ----------
    kind : str
        Of the atoms.
    loss : str
    first, second : tuple of Atom
    r : float
        The power of a family of losses.
    """

    kind: str
    loss: str
    first: tuple[Atom, ...]
    second: tuple[Atom, ...]
    r: float = 2.0

    def facts(self, find: Find) -> dict[str, Fact]:
        """Return the facts."""
        kind, loss = KINDS[self.kind], loss_of(self.loss, self.r)
        truth = kind.measure(kind.truth)
        one, other = (loss.terms(kind.measure(fit), truth) for fit in (self.first, self.second))
        first, second = (float(terms.total().reshape(-1)[0]) for terms in (one, other))
        rows = [row for row in one.rows() if row["atom"] is not None]
        largest = max(rows, key=lambda row: float(row["value"]), default=None)
        power = float(largest["exponent"]) if largest else None
        return {
            "name": printed_name(loss.name),
            "source": loss.source,
            "first": first,
            "second": second,
            "ratio": second / first if first else None,
            "power": power,
            "share": 1.0 / power if power else None,
            "expected": 2.0**power if power else None,
        }


@dataclass(frozen=True)
class OfClaim:
    """What the checker says of a paper's sentence, as it ships.

    Gives ``statement``, ``reference``, ``says``, ``mark`` and ``date``.

    Attributes
    ----------
    claim : str
        Its id in the catalogue.
    """

    claim: str

    def facts(self, find: Find) -> dict[str, Fact]:
        """Return the facts."""
        (proof,) = proofs([self.claim])
        return {
            "statement": proof.statement.removesuffix("."),
            "reference": proof.reference,
            "says": proof.says,
            "mark": proof.mark,
            "date": proof.date or None,
        }


def facts_of(sources: Mapping[str, Source], find: Find) -> dict[str, Fact]:
    """Return all facts of a lesson, each as ``source.name``.

    Parameters
    ----------
    sources : mapping of str to Source
    find : callable
        From a preset's name to its kept result.

    Raises
    ------
    SpecificationError
        If a kept result that is needed is not there, or has not the curve.
    """
    return {
        f"{source}.{name}": value
        for source, made in sources.items()
        for name, value in made.facts(find).items()
    }
