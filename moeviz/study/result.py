"""Results: what is known of a study, finished or not, as numbers and facts.

Sentences about a result are made where they are shown (:mod:`moeviz.charts`), so that a result
which is kept says tomorrow what is known tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moeviz.study.curves import Curve
from moeviz.study.fit_report import FitReport
from moeviz.study.paths import FitPath
from moeviz.study.reader import ObjectReader
from moeviz.study.specification import Specification

__all__ = ["Curve", "Result"]


@dataclass(frozen=True)
class Result:
    """A study as far as it has been computed.

    Attributes
    ----------
    spec : Specification
    hash : str
        The study's identity.
    device : str
        Where it was computed.
    seconds : float
        How long by the clock, whatever else the machine did meanwhile: no measure of speed.
    complete : bool
        Whether every block is there.
    truth : tuple of FitReport
        What is known of the fits' truths; of none as long as nothing is known.
    curves : tuple of Curve
        In the plan's order.
    paths : tuple of FitPath
        How one replicate of each fit and size came to its estimate; of none in a result of before
        paths were kept.
    kernels : tuple of str
        Which ways the passes over the samples went, "fused" or "torch"; none in a result of before
        there were two.
    """

    spec: Specification
    hash: str
    device: str
    seconds: float
    complete: bool
    truth: tuple[FitReport, ...]
    curves: tuple[Curve, ...]
    paths: tuple[FitPath, ...] = ()
    kernels: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this result."""
        return {
            "spec": self.spec.to_json(),
            "hash": self.hash,
            "device": self.device,
            "seconds": self.seconds,
            "complete": self.complete,
            "truth": {"fits": [one.to_json() for one in self.truth]} if self.truth else None,
            "curves": [curve.to_json() for curve in self.curves],
            "paths": [path.to_json() for path in self.paths],
            "kernels": list(self.kernels),
        }

    @classmethod
    def from_json(cls, data: Any) -> Result:
        """Return the result in plain data.

        Raises
        ------
        SpecificationError
            If the data are not a result, or not of a study that can be described.
        """
        read = ObjectReader(data, "result")
        spec = Specification.from_json(data.get("spec"))
        truth = read.record("truth").records("fits") if "truth" in read else ()
        return cls(
            spec,
            read.text("hash"),
            read.text("device"),
            read.number("seconds"),
            read.truth("complete"),
            tuple(FitReport.read(one) for one in truth),
            tuple(Curve.read(one, spec) for one in read.records("curves")),
            tuple(map(FitPath.read, read.records("paths"))) if "paths" in read else (),
            read.texts("kernels") if "kernels" in read else (),
        )
