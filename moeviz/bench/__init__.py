"""Benchmarks: our speed and a peer's on the same data, to the same result, in one run.

Machines are noisy and differ, so what counts is the ratio. Each row says what was done, how long
we took, how long the peer took, and the peer's time divided by ours. Seconds are processor time, of
the slowest process where several share the work; other programs on the machine disturb it least. A
floor's row times, as the peer, one part of our work alone: the work cannot be faster than that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from moeviz.bench.changes import PAGES, changes_benchmark
from moeviz.bench.crowd import crowd_benchmark
from moeviz.bench.drags import drags_benchmark
from moeviz.bench.em import em_benchmark
from moeviz.bench.fair import fair_benchmark
from moeviz.bench.gpu import gpu_benchmark
from moeviz.bench.least_squares import least_squares_benchmark
from moeviz.bench.maps import maps_benchmark
from moeviz.bench.moe import moe_benchmark
from moeviz.bench.pages import pages_benchmark
from moeviz.bench.paint import paint_benchmark
from moeviz.bench.room import room_benchmark
from moeviz.bench.scale import scale_benchmark
from moeviz.bench.sgd import sgd_benchmark
from moeviz.bench.slopes import slopes_benchmark
from moeviz.bench.start import start_benchmark
from moeviz.bench.starts import starts_benchmark
from moeviz.bench.store import store_benchmark
from moeviz.bench.work import Row
from moeviz.model.registry import Registry

__all__ = ["BENCHMARKS", "Row", "run_benchmarks"]

BENCHMARKS: Registry[Callable[[], list[Row]]] = Registry("benchmark")
BENCHMARKS.add("least-squares", least_squares_benchmark)
BENCHMARKS.add("em", em_benchmark)
BENCHMARKS.add("scale", scale_benchmark)
BENCHMARKS.add("sgd", sgd_benchmark)
BENCHMARKS.add("starts", starts_benchmark)
BENCHMARKS.add("starts-over", partial(starts_benchmark, ("cosine-over",)))
BENCHMARKS.add("slopes", slopes_benchmark)
BENCHMARKS.add("gpu", gpu_benchmark)
BENCHMARKS.add("maps", maps_benchmark)
BENCHMARKS.add("moe", moe_benchmark)
BENCHMARKS.add("pages", pages_benchmark)
BENCHMARKS.add("drags", drags_benchmark)
BENCHMARKS.add("crowd", crowd_benchmark)
BENCHMARKS.add("fair", fair_benchmark)
BENCHMARKS.add("paint", paint_benchmark)
BENCHMARKS.add("start", start_benchmark)
BENCHMARKS.add("room", room_benchmark)
BENCHMARKS.add("store", store_benchmark)
for _name in PAGES:
    BENCHMARKS.add(_name, partial(changes_benchmark, _name))


def run_benchmarks(
    names: Sequence[str], begins: Callable[[str], None] = lambda name: None
) -> list[Row]:
    """Run benchmarks by name.

    Parameters
    ----------
    names : sequence of str
    begins : callable
        Called with the name of each as it starts; some take minutes.

    Returns
    -------
    list of dict
        Rows ``{name, work, ours_seconds, peer, peer_seconds, ratio, ...}``; the peer's numbers
        are None where it is not installed.

    Raises
    ------
    UnknownNameError
        If a name is not that of a benchmark.
    """
    chosen = {name: BENCHMARKS[name] for name in names}
    rows: list[Row] = []
    for name, benchmark in chosen.items():
        begins(name)
        rows += benchmark()
    return rows
