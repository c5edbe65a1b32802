"""How long a class waits for a protocol map: its first colours, and the whole of it.

Every map runs on an empty store, with workers that are ready, as on a server that has been up for
a while. Seconds are the wall clock's and so those of an idle machine only; the peers are what a
class is promised.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from moeviz.bench.work import Row, row
from moeviz.charts.protocol_lessons import foreseen
from moeviz.engine import Engine, Snapshot
from moeviz.engine.protocols.protocols import Protocols
from moeviz.errors import MoevizError
from moeviz.study.presets import LIVE
from moeviz.study.protocol_kept import map_names, named_map
from moeviz.study.protocol_map import ProtocolMap
from moeviz.study.protocol_result import MapResult

FIRST_SECONDS, WHOLE_SECONDS = 5.0, 60.0
"""What is promised of a live map."""

READY_SECONDS, PATIENCE_SECONDS = 60.0, 600.0


def maps_benchmark(names: Sequence[str] | None = None) -> list[Row]:
    """Measure live maps.

    Parameters
    ----------
    names : sequence of str, optional
        Figures' presets; all that have a map.

    Returns
    -------
    list of dict
        Two for each figure: until the first cell has a colour, and until the map is whole. Of the
        second ``work_seconds`` are those of its blocks, each on one core.

    Raises
    ------
    MoevizError
        If a map does not end.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as home, Engine(home, kinds=[Protocols()]) as engine:
        _wait_until_ready(engine)
        for name in map_names() if names is None else names:
            asked = named_map(name, LIVE)
            watch = _Watch(asked, time.perf_counter())
            last = engine.wait(engine.submit(asked), PATIENCE_SECONDS, watch)
            whole = time.perf_counter() - watch.began
            if last.state != "done" or watch.first is None:
                raise MoevizError(f"Expected the map of {name} to end, but it is {last.state}.")
            said = f"{name}, {len(asked.laws) * len(asked.ways)} protocols"
            rows += [
                row("maps", f"{said}, first colour", watch.first, "promised", FIRST_SECONDS),
                row(
                    "maps", f"{said}, whole", whole, "promised", WHOLE_SECONDS,
                    work_seconds=last.result().seconds,
                ),
            ]  # fmt: skip
    return rows


def _wait_until_ready(engine: Engine) -> None:
    end = time.monotonic() + READY_SECONDS
    while not engine.hardware()["ready"]:
        if time.monotonic() > end:
            raise MoevizError(f"Expected workers within {READY_SECONDS:.0f} s, but none are there.")
        time.sleep(0.1)


@dataclass
class _Watch:
    """Notes when the first cell has a colour."""

    asked: ProtocolMap
    began: float
    first: float | None = None

    def __call__(self, snapshot: Snapshot) -> None:
        """Look at a map as it stands."""
        if self.first is None and _coloured(snapshot.result()):
            self.first = time.perf_counter() - self.began


def _coloured(result: MapResult) -> bool:
    """Return whether some cell has a slope, or a prediction that stands for it."""
    return any(
        curve.printed is not None or foreseen(result.asked, curve) is not None
        for cell in result.cells
        for curve in cell.curves
    )
