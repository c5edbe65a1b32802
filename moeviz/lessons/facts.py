"""Where a lesson's numbers come from: runs and certificates, looked up when it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from moeviz.charts.papers import PAPERS
from moeviz.errors import SpecificationError
from moeviz.lessons.conditions import Fact
from moeviz.lessons.off_line import astray, making_half, off_its_line
from moeviz.lessons.picture_facts import OfCells, OfGates
from moeviz.lessons.results import Results
from moeviz.lessons.training_facts import OfTraining
from moeviz.study.curves import Curve
from moeviz.study.result import Result

__all__ = [
    "CurveKey", "OfCells", "OfClaim", "OfCurve", "OfGates", "OfMap", "OfTraining", "Source",
    "facts_of", "names_of",
]  # fmt: skip


class Source(Protocol):
    """What computes facts."""

    GIVES: ClassVar[tuple[str, ...]]
    """Their names."""

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return facts by name."""


@dataclass(frozen=True)
class CurveKey:
    """What tells a curve of a study from its others; what is empty fits any.

    Attributes
    ----------
    router, loss, gauge, gate, expert, estimator : str
    kind : {"fits", "starts", "unfinished"}
        Of fits; of a protocol's starts, which nobody trained; or what a protocol has left to do.
    """

    router: str = ""
    loss: str = ""
    gauge: str = ""
    gate: str = ""
    expert: str = ""
    estimator: str = ""
    kind: str = "fits"

    def of(self, result: Result) -> Curve:
        """Return the first curve that fits.

        Parameters
        ----------
        result : Result

        Raises
        ------
        SpecificationError
            If the study has no such curve.
        """
        given = {field: name for field, name in vars(self).items() if name}
        for curve in result.curves:
            if given.items() <= names_of(curve).items():
                return curve
        asked = [given[field] for field in _TOLD if field in given]
        raise SpecificationError(
            f"Expected the study {result.spec.name} to have a curve of {self.kind}: "
            f"{', '.join(asked) or 'any'}, but it has none; {_there(result, self.kind)}."
        )


_TOLD = ("router", "gate", "expert", "loss", "gauge", "estimator")


def names_of(curve: Curve) -> dict[str, str]:
    """Return what tells a curve from others, by the attributes of :class:`CurveKey`.

    Parameters
    ----------
    curve : Curve
    """
    reading = curve.reading
    names = (curve.router, curve.gate, curve.expert, reading.loss, reading.gauge, curve.estimator)
    return {**dict(zip(_TOLD, names, strict=True)), "kind": curve.kind}


def _there(result: Result, kind: str) -> str:
    """Return which names the curves of a kind have, field by field."""
    there = [names_of(curve) for curve in result.curves if curve.kind == kind]
    found = {field: dict.fromkeys(names[field] for names in there) for field in _TOLD}
    said = [f"{field} {' or '.join(filter(None, n))}" for field, n in found.items() if any(n)]
    return f"there are: {'; '.join(said)}" if said else "there is none of this kind"


@dataclass(frozen=True)
class OfCurve:
    """What a study's result says of a curve.

    Gives ``slope``, ``low``, ``high``; ``theory``; ``paper`` and ``source``, the slope that a
    paper prints and where; ``from`` and ``to``, the sample sizes; ``sizes``, how many; ``fits`` of
    each; ``more``, the quotient of the sizes, and ``times``, that of the mean errors; ``first``
    and ``last``, these; ``off``, by what factor at most what the slope is of is off its line;
    ``astray``, how many times the geometric mean a mean is at most, and ``few``, of how many fits
    more than half of it comes; ``reach`` and ``seed`` of the truth; ``says``, how it stands to
    theory, and its ``mark``: yes, no, unknown or waiting; ``date``.

    Attributes
    ----------
    study : str
        A preset.
    key : CurveKey
    """

    GIVES: ClassVar[tuple[str, ...]] = (
        "slope", "low", "high", "theory", "paper", "source", "from", "to", "sizes", "fits", "more",
        "times", "first", "last", "off", "astray", "few", "reach", "says", "mark", "seed", "date",
    )  # fmt: skip

    study: str
    key: CurveKey

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return the facts."""
        from moeviz.charts.meter import alone, judged

        kept = results.study(self.study)
        curve = self.key.of(kept.result)
        slope, paper = curve.slope, curve.published
        first, last = (curve.mean[0], curve.mean[-1]) if curve.mean else (None, None)
        truth = next((one for one in kept.result.truth if one.fit == curve.fit), None)
        reach = truth.reach if truth is not None else None
        mark, says = judged(curve, truth, kept.result)
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
            "first": first,
            "last": last,
            "off": off_its_line(curve, str(kept.result.spec["statistic"])),
            "astray": astray(curve),
            "few": making_half(curve),
            "reach": round(reach) if reach is not None and reach < 1e15 else None,
            "says": alone(says),
            "mark": mark,
            "seed": int(kept.result.spec["truth_seed"]),
            "date": kept.date,
        }


@dataclass(frozen=True)
class OfClaim:
    """What the checker says of a paper's sentence.

    Gives ``statement``, ``reference`` and ``paper``; ``says``, and its ``mark``: proved, fails,
    condition or open; ``condition``; ``date``.

    Attributes
    ----------
    claim : str
        Its id in the catalogue.
    """

    GIVES: ClassVar[tuple[str, ...]] = (
        "statement", "reference", "paper", "says", "mark", "condition", "date",
    )  # fmt: skip

    claim: str

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return the facts."""
        from moeviz.symbolic.catalogue import CATALOGUE

        proof = results.claim(self.claim)
        return {
            "statement": proof.statement.removesuffix("."),
            "reference": proof.reference,
            "paper": PAPERS[CATALOGUE.claims[self.claim].paper],
            "says": proof.says,
            "mark": proof.mark,
            "condition": proof.condition or "none",
            "date": proof.date or None,
        }


@dataclass(frozen=True)
class OfMap:
    """What the map of a published figure says.

    Gives ``protocols``, how many were tried; ``together``, at how many of them all printed slopes
    appear; ``starts``, at how many of those the starts alone show them, too; ``judged``, of how
    many it can be said; ``date``.

    Attributes
    ----------
    figure : str
        A preset.
    """

    GIVES: ClassVar[tuple[str, ...]] = ("protocols", "together", "starts", "judged", "date")

    figure: str

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return the facts."""
        from moeviz.study.protocol_region import region

        kept = results.protocol(self.figure)
        found = region(kept.result)
        return {
            "protocols": len(kept.result.cells),
            "together": len(found.together),
            "starts": len(found.starts),
            "judged": found.judged,
            "date": kept.date,
        }


def facts_of(sources: Mapping[str, Source], results: Results) -> dict[str, Fact]:
    """Return all facts of a lesson, each as ``source.name``.

    Parameters
    ----------
    sources : mapping of str to Source
    results : Results
        Where they are looked up.

    Raises
    ------
    SpecificationError
        If a result that is needed is not there, or has not the curve.
    """
    return {
        f"{source}.{name}": value
        for source, made in sources.items()
        for name, value in made.facts(results).items()
    }
