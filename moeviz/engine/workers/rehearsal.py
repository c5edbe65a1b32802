"""What a worker does beforehand, so that its first block is as fast as the next."""

from __future__ import annotations

import logging

from moeviz.engine.workers.packing import unpack

BLOCKS = 3
"""Blocks that are run to get warm; small ones, since studies begin with those."""

logger = logging.getLogger(__name__)

_DONE: set[tuple[bytes, str]] = set()
"""What this process has rehearsed, or the one that it was forked from."""


def rehearse(kind: bytes, device: str) -> None:
    """Run the first blocks of a kind's rehearsal once, for what a first run costs.

    That is importing, loading kernels, filling caches. A process that was forked from one that has
    rehearsed has nothing left to do.

    Parameters
    ----------
    kind : bytes
        The kind, by :func:`~moeviz.engine.workers.packing.pack`.
    device : str
        ``"cpu"`` or ``"cuda"``.
    """
    if (kind, device) in _DONE:
        return
    try:
        (what,) = unpack(kind)
        spec = what.rehearsal()
        blocks = what.plan(spec) if spec is not None else ()
        for block in [block for block in blocks if what.before(block) is None][:BLOCKS]:
            what.run_block(spec, block, device)
        _DONE.add((kind, device))
    except Exception:
        # A worker that is merely cold still computes; a study that is broken will say so in its
        # first block, where somebody reads it.
        logger.exception("The warm-up failed")


def compile_rest() -> None:
    """Load the compiled passes that a rehearsal does not run, or compile them once and for all."""
    from moeviz.model.fused.ready import make_ready

    make_ready()
