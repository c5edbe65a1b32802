"""Which workers take which blocks, by the resources that they name to their scheduler.

The workers of this machine name ``BLOCKS``, and one beside them ``QUICK``: that one takes short
first blocks alone (:mod:`moeviz.engine.desk`). Workers that name neither, at a scheduler elsewhere,
take every block; such a cluster has a quick worker too where one names ``QUICK`` and all others
``BLOCKS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

BLOCKS, QUICK, GPU = "BLOCKS", "QUICK", "GPU"


@dataclass(frozen=True)
class Lanes:
    """What a cluster can compute at once.

    Attributes
    ----------
    slots, quick_slots : int
        As of every :class:`~moeviz.engine.dispatch.Connection`.
    blocks, quick : mapping of str to float
        The resources that a block asks for.
    """

    slots: int
    quick_slots: int
    blocks: Mapping[str, float]
    quick: Mapping[str, float]


def lanes(workers: Iterable[Mapping[str, Any]], device: str) -> Lanes:
    """Return what workers can compute at once.

    Parameters
    ----------
    workers : iterable of mapping
        What the scheduler knows of each: ``nthreads`` and ``resources``.
    device : str
        ``"cpu"`` or ``"cuda"``: what blocks run on.
    """
    needed = {GPU: 1.0} if device == "cuda" else {}
    able = [worker for worker in workers if set(needed) <= set(worker["resources"])]
    quick = [worker for worker in able if QUICK in worker["resources"]]
    plain = [worker for worker in able if QUICK not in worker["resources"]]
    if not quick or not plain or any(BLOCKS not in worker["resources"] for worker in plain):
        return Lanes(max(1, _threads(able, needed)), 0, needed, {})
    return Lanes(
        _threads(plain, {**needed, BLOCKS: 1.0}),
        _threads(quick, {**needed, QUICK: 1.0}),
        {**needed, BLOCKS: 1.0},
        {**needed, QUICK: 1.0},
    )


def _threads(workers: Iterable[Mapping[str, Any]], needed: Mapping[str, float]) -> int:
    """Return how many blocks run at once on workers, of which each needs some resources."""
    return sum(
        int(min(worker["nthreads"], *(worker["resources"][name] for name in needed)))
        if needed
        else int(worker["nthreads"])
        for worker in workers
    )
