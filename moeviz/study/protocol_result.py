"""What a protocol map says: each cell's curves read twice, beside its starts and its prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.reader import Numbers, ObjectReader, attributes
from moeviz.study.trusted import trusted_values

Ends = tuple[float, float, float]
"""An estimate with the ends of its interval."""


@dataclass(frozen=True)
class CellCurve:
    """One printed curve as one protocol draws it.

    Attributes
    ----------
    n : tuple of int
        The sizes that are there.
    mean, geometric : tuple of float or None
        Means of the losses, and their geometric means.
    lost : int
        Fits that have no loss.
    printed, own : tuple of three floats, or None
        Slope and interval in the paper's statistic, and in ours (means of logarithms).
    level : tuple of three floats, or None
        Where the paper's statistic's line lies at the map's largest size.
    predicted, shift : tuple of float or None
        The predicted protocol's means at the map's sizes for it, and by what share the cost's
        departure from its quadratic moves them; empty where nothing is predicted.
    spread : tuple of float or None
        The standard deviation of one replicate's loss, as a share of the predicted mean.
    refused : str
        Why it cannot be run here; empty where it can.
    """

    n: tuple[int, ...] = ()
    mean: Numbers = ()
    geometric: Numbers = ()
    lost: int = 0
    printed: Ends | None = None
    own: Ends | None = None
    level: Ends | None = None
    predicted: Numbers = ()
    shift: Numbers = ()
    spread: Numbers = ()
    refused: str = ""

    @property
    def trusted_protocol(self) -> Numbers:
        """The predicted means, None where the recursion does not hold."""
        return trusted_values(self.predicted, self.shift)


@dataclass(frozen=True)
class Cell:
    """A protocol: a start law and a way to go on from there.

    Attributes
    ----------
    law, way : int
        Places in the map.
    curves : tuple of CellCurve
        One for each printed slope.
    """

    law: int
    way: int
    curves: tuple[CellCurve, ...]


@dataclass(frozen=True)
class StartCurve:
    """What the plot would show if nobody had trained.

    Attributes
    ----------
    law, curve : int
    n : tuple of int
    mean : tuple of float or None
        Mean losses of the starts.
    printed, own : tuple of three floats, or None
        Slope and interval in the paper's statistic and in ours.
    """

    law: int
    curve: int
    n: tuple[int, ...]
    mean: Numbers
    printed: Ends | None
    own: Ends | None


@dataclass(frozen=True)
class MapResult:
    """A map with what has been computed of it.

    Attributes
    ----------
    asked : ProtocolMap
    hash : str
        Of the map as it was computed.
    device : str
    seconds : float
        Of all blocks together, each on one core.
    complete : bool
    cells : tuple of Cell
        Way by way within law by law.
    starts : tuple of StartCurve
    """

    asked: ProtocolMap
    hash: str
    device: str
    seconds: float
    complete: bool
    cells: tuple[Cell, ...]
    starts: tuple[StartCurve, ...]

    def start(self, law: int, curve: int) -> StartCurve | None:
        """Return a curve's starts under a law, None while they are missing."""
        return next((s for s in self.starts if (s.law, s.curve) == (law, curve)), None)

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this result."""
        return {
            "map": self.asked.to_json(),
            "hash": self.hash,
            "device": self.device,
            "seconds": self.seconds,
            "complete": self.complete,
            "cells": [
                {"law": c.law, "way": c.way, "curves": [_plain(each) for each in c.curves]}
                for c in self.cells
            ],
            "starts": [_plain(each) for each in self.starts],
        }

    @classmethod
    def from_json(cls, data: Any) -> MapResult:
        """Return the result in plain data.

        Raises
        ------
        SpecificationError
            If the data are none.
        """
        read = ObjectReader(data, "map result")
        return cls(
            ProtocolMap.from_json(data.get("map")),
            read.text("hash"),
            read.text("device"),
            read.number("seconds"),
            read.truth("complete"),
            tuple(
                Cell(c.whole("law"), c.whole("way"), tuple(map(_curve_read, c.records("curves"))))
                for c in read.records("cells")
            ),
            tuple(
                StartCurve(
                    s.whole("law"), s.whole("curve"), s.wholes("n"), s.numbers("mean"),
                    _ends_read(s, "printed"), _ends_read(s, "own"),
                )
                for s in read.records("starts")
            ),
        )  # fmt: skip


def _plain(record: CellCurve | StartCurve) -> dict[str, Any]:
    """Return what a record says; what is empty stays out."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in attributes(record).items()
        if value not in ((), "", None) and (name, value) != ("lost", 0)
    }


def _curve_read(read: ObjectReader) -> CellCurve:
    def numbers(name: str) -> Numbers:
        return read.numbers(name) if name in read else ()

    return CellCurve(
        read.wholes("n") if "n" in read else (),
        numbers("mean"),
        numbers("geometric"),
        read.whole("lost", 0),
        _ends_read(read, "printed"),
        _ends_read(read, "own"),
        _ends_read(read, "level"),
        numbers("predicted"),
        numbers("shift"),
        numbers("spread"),
        read.text("refused", ""),
    )


def _ends_read(read: ObjectReader, name: str) -> Ends | None:
    if name not in read:
        return None
    values = read.numbers(name)
    known = [value for value in values if value is not None]
    return (known[0], known[1], known[2]) if len(known) == len(values) == 3 else None
