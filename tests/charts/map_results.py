"""Protocol maps with slopes that a test says, no fit behind them."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_result import Cell, CellCurve, MapResult, StartCurve

PAIR = ProtocolMap.make(
    "sigmoid-fig2b",
    [(0.0, 0.0), (0.1, 0.0), (0.1, 0.5)],
    [{"batch": 0}, {"batch": 32}],
    (1000, 10000),
    4,
    (1000, 10000),
)
SINGLE = ProtocolMap.make(
    "multinomial-fig2a",
    [(0.1, 0.0)],
    [
        {"em_rule": "mean", "em_tolerance": 1e-6, "em_steps": 20},
        {"em_rule": "none", "em_tolerance": 1e-6, "em_steps": 20},
    ],
    (10000, 100000),
    4,
    (10000, 100000),
)


def curve(slope: float | None, width: float = 0.1, level: float = 1.0) -> CellCurve:
    if slope is None:
        return CellCurve()
    ends = (slope, slope - width / 2, slope + width / 2)
    losses = (1.0, 10.0**slope)
    return CellCurve(
        (1000, 10000), losses, losses, 0, ends, ends, (level, level, level), losses, (0.0, 0.0)
    )


def made(
    asked: ProtocolMap, cells: Sequence[Sequence[CellCurve]], start: float = 0.0, whole: bool = True
) -> MapResult:
    """Return a map whose cells, way by way within law by law, have these curves."""
    places = [(a, b) for a in range(len(asked.laws)) for b in range(len(asked.ways))]
    found = [Cell(*at, tuple(curves)) for at, curves in zip(places, cells, strict=True)]
    ends = (start, start - 0.01, start + 0.01)
    starts = [
        StartCurve(law, at, asked.sizes, (1.0, 10.0**start), ends, ends)
        for law in range(len(asked.laws))
        for at in range(len(asked.published))
        if asked.laws[law].scale
    ]
    return MapResult(asked, asked.hash, "cpu", 60.0, whole, tuple(found), tuple(starts))
