"""Which blocks a protocol map has: coarse to fine, what needs no fit first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from moeviz.errors import SpecificationError
from moeviz.study.plan import split as split_study
from moeviz.study.protocol_map import SGD, ProtocolMap
from moeviz.study.specification import Specification

PREDICTION_SECONDS = 0.3
"""What it takes to predict a curve at one sample size, roughly, in seconds of one core."""

START_SECONDS = 0.02


@dataclass(frozen=True)
class MapBlock:
    """A piece of a map.

    Attributes
    ----------
    id : str
        Safe as a file name.
    kind : {"starts", "predicted", "fits"}
    cost : float
        Estimated seconds of one core.
    law : int
        Place of the law of its starts.
    way : int or None
        Place of the way; None for all.
    n : int
        Sample size; 0 for all.
    """

    id: str
    kind: str
    cost: float
    law: int
    way: int | None = None
    n: int = 0


@lru_cache(maxsize=64)
def split_map(asked: ProtocolMap) -> tuple[MapBlock, ...]:
    """Return a map's blocks in the order in which they should run: coarse to fine.

    First comes what needs no fit, so that all cells have a colour soon; the cells' fits follow,
    corners and middles first.

    Parameters
    ----------
    asked : ProtocolMap
    """
    return tuple(_blocks(asked))


def spread_order(count: int) -> list[int]:
    """Return 0 to count - 1 so that each beginning is spread over the whole: ends first.

    Parameters
    ----------
    count : int
    """
    order, gap = [0, *([count - 1] if count > 1 else [])], count - 1
    while gap > 1:
        gap = -(-gap // 2)
        order += [at for at in range(0, count, gap) if at not in order]
    return order


def cells(asked: ProtocolMap) -> list[tuple[int, int]]:
    """Return the places (law, way) of a map's cells, coarse to fine.

    Parameters
    ----------
    asked : ProtocolMap
    """
    rank = {at: place for place, at in enumerate(spread_order(len(asked.laws)))}
    other = {at: place for place, at in enumerate(spread_order(len(asked.ways)))}
    every = [(law, way) for law in rank for way in other]
    return sorted(every, key=lambda at: (max(rank[at[0]], other[at[1]]), rank[at[0]], other[at[1]]))


def _blocks(asked: ProtocolMap) -> Iterator[MapBlock]:
    curves, order = len(asked.published), cells(asked)
    laws = list(dict.fromkeys(law for law, _ in order))
    told: set[int] = set()
    for law, way in order:
        if law not in told:
            told.add(law)
            cost = START_SECONDS * curves * len(asked.sizes)
            yield MapBlock(f"starts-l{law}", "starts", cost, law)
        if asked.predicted:
            cost = PREDICTION_SECONDS * curves * len(asked.predicted)
            yield MapBlock(f"predicted-l{law}-w{way}", "predicted", cost, law, way)
    if asked.protocol == SGD:
        for law, way in order:
            for n in asked.sizes:
                yield MapBlock(
                    f"fits-l{law}-w{way}-n{n}", "fits", _seconds(asked, way, n), law, way, n
                )
    else:
        for n in asked.sizes:
            for law in laws:
                cost = max(_seconds(asked, way, n) for way in range(len(asked.ways)))
                yield MapBlock(f"fits-l{law}-n{n}", "fits", cost, law, None, n)


def _any(asked: ProtocolMap, way: int) -> Specification:
    """Return some study that is run in a way."""
    for law in reversed(asked.laws):
        for curve in range(len(asked.published)):
            found = asked.study(curve, law, asked.ways[way])
            if isinstance(found, Specification):
                return found
    raise SpecificationError(
        f"Expected a map of which some start can be run in each way, but none can: "
        f"{asked.study(0, asked.laws[-1], asked.ways[way])}"
    )


@lru_cache(maxsize=1024)
def _seconds(asked: ProtocolMap, way: int, n: int) -> float:
    """Return the estimated seconds of one core of all curves' fits at a size."""
    blocks = split_study(_any(asked, way))
    each = sum(block.cost for block in blocks if block.kind == "fits" and block.n == n)
    return len(asked.published) * each
