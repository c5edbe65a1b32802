"""Which workers take which blocks, by the resources that they name to their scheduler.

=========== ====================================================================================
resource    what it says
=========== ====================================================================================
``moeviz-…`` which moeviz the worker has (:mod:`moeviz.engine.workers.versions`)
``GPU``     blocks for CUDA are computed here, so many at once
``CPU``     no GPU: where any worker says so, blocks for processors leave the others alone
``MEMORY``  bytes for blocks
``BLOCKS``  all blocks but those of
``QUICK``   which takes short first blocks alone (:mod:`moeviz.engine.desk`)
=========== ====================================================================================

Workers that name none but the first take every block. There is a place for short first blocks where
one worker names ``QUICK`` and all others ``BLOCKS``, as the workers of this machine do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

BLOCKS, QUICK, GPU, CPU, MEMORY = "BLOCKS", "QUICK", "GPU", "CPU", "MEMORY"


@dataclass(frozen=True)
class Lanes:
    """What a cluster can compute at once on one kind of device.

    Attributes
    ----------
    slots, quick_slots : int
        As of every :class:`~moeviz.engine.dispatch.Place`.
    blocks, quick : mapping of str to float
        The resources that a block asks for.
    memory : float or None
        The most bytes that a block may ask for; None where not all workers say.
    """

    slots: int
    quick_slots: int
    blocks: Mapping[str, float]
    quick: Mapping[str, float]
    memory: float | None = None
    ahead: ClassVar[bool] = True


def lanes(
    workers: Iterable[Mapping[str, Any]],
    device: str,
    also: Iterable[str] = (),
    apart: bool = True,
) -> Lanes:
    """Return what workers can compute at once.

    Parameters
    ----------
    workers : iterable of mapping
        What the scheduler knows of each: ``nthreads`` and ``resources``.
    device : str
        ``"cpu"`` or ``"cuda"``: what blocks run on.
    also : iterable of str
        Resources of which every block asks for one.
    apart : bool
        Whether blocks for processors leave workers with a GPU alone, where there are others.
    """
    workers = list(workers)
    needed = dict.fromkeys(also, 1.0)
    if device == "cuda":
        needed |= {GPU: 1.0}
    elif apart and any({CPU, *needed} <= set(worker["resources"]) for worker in workers):
        needed |= {CPU: 1.0}
    able = [worker for worker in workers if set(needed) <= set(worker["resources"])]
    rooms = [worker["resources"].get(MEMORY) for worker in able]
    memory = None if not rooms or None in rooms else float(max(rooms))
    quick = [worker for worker in able if QUICK in worker["resources"]]
    plain = [worker for worker in able if QUICK not in worker["resources"]]
    if not quick or not plain or any(BLOCKS not in worker["resources"] for worker in plain):
        return Lanes(_threads(able, needed), 0, needed, {}, memory)
    return Lanes(
        _threads(plain, {**needed, BLOCKS: 1.0}),
        _threads(quick, {**needed, QUICK: 1.0}),
        {**needed, BLOCKS: 1.0},
        {**needed, QUICK: 1.0},
        memory,
    )


def _threads(workers: Iterable[Mapping[str, Any]], needed: Mapping[str, float]) -> int:
    """Return how many blocks run at once on workers, of which each needs some resources."""
    return sum(
        int(min(worker["nthreads"], *(worker["resources"][name] for name in needed)))
        if needed
        else int(worker["nthreads"])
        for worker in workers
    )
