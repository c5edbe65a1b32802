"""A tiny study beside long ones, one with long blocks, and many tiny ones: when it is served.

All are visitors of one engine with a worker process per core. Seconds are the clock's, from the
moment at which the tiny study is submitted.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from moeviz.bench.work import Row, row
from moeviz.engine import Engine, Snapshot
from moeviz.study import PRESETS, Specification, split

AHEAD_SECONDS = 8.0
"""How long the others have been at it when the tiny study comes."""

PATIENCE = 60.0
"""After so many seconds nobody waits for an end any more."""

LOOK_SECONDS = 0.01

TINY = 40


@dataclass(frozen=True)
class Scene:
    """What is under way when a tiny study comes.

    Attributes
    ----------
    words : str
        Says it.
    others : sequence of Specification
        Each of a visitor of its own.
    ahead : float
        Seconds that they have been at it.
    """

    words: str
    others: Sequence[Specification]
    ahead: float = AHEAD_SECONDS


def scenes() -> list[Scene]:
    """Return what a tiny study is measured behind."""
    long = [PRESETS["cosine-over"].build({"seed": seed}) for seed in (1, 2)]
    wide = PRESETS["multinomial-fig2b-end"].build({"sizes": (100_000,), "replicates": 40})
    longest = max(block.cost for block in split(wide))
    return [
        Scene("no other", []),
        Scene("a long one, cosine-over", long[:1]),
        Scene("two long ones, cosine-over with two seeds", long),
        Scene(
            f"one with long blocks, multinomial-fig2b-end at n = 10⁵ (up to {longest:.0f} s each)",
            [wide],
        ),
        Scene(f"{TINY} tiny ones of as many visitors", [tiny(100 + n) for n in range(TINY)], 0.0),
    ]


def tiny(seed: int) -> Specification:
    """Return the study whose point somebody waits for."""
    return PRESETS["lab"].build({"seed": seed})


def fair_benchmark() -> list[Row]:
    """Measure when a tiny study shows its first point and its end.

    Returns
    -------
    list of dict
        Two rows for each scene.

    Raises
    ------
    EngineError
        If a study cannot be submitted.
    """
    rows: list[Row] = []
    for number, scene in enumerate(scenes()):
        # A store and workers of its own: nothing is left of the scene before.
        with tempfile.TemporaryDirectory() as home, Engine(home) as engine:
            engine.wait(engine.submit(tiny(9)))
            first, end = _served(engine, scene, tiny(20 + number))
        rows += [_row(scene, "first point", first), _row(scene, "end", end)]
    return rows


def _served(engine: Engine, scene: Scene, spec: Specification) -> tuple[float, float]:
    """Return the seconds to the first point and to the end of a study, infinite beyond patience."""
    for number, other in enumerate(scene.others):
        engine.submit(other, f"visitor {number}")
    time.sleep(scene.ahead)
    began = time.perf_counter()
    job = engine.submit(spec, "newcomer")
    times: list[float] = []
    for reached in (_has_point, _has_ended):
        while not reached(engine.look(job)) and time.perf_counter() - began < PATIENCE:
            time.sleep(LOOK_SECONDS)
        took = time.perf_counter() - began
        times.append(took if took < PATIENCE else float("inf"))
    for other in scene.others:
        engine.cancel(other)
    engine.cancel(job)
    return times[0], times[1]


def _has_point(snapshot: Snapshot) -> bool:
    return snapshot.done > 0


def _has_ended(snapshot: Snapshot) -> bool:
    return not snapshot.active


def _row(scene: Scene, what: str, seconds: float) -> Row:
    late = seconds == float("inf")
    words = f"a tiny study behind {scene.words}: {what}"
    if late:
        words += f", not within {PATIENCE:g} s"
    return row("fair", words, PATIENCE if late else seconds, "no peer", None)
