"""The maps that the project has, and those that are kept with it.

A kept map is a JSON file in ``maps`` beside this module, with the date, the device and the seconds
that it took; ``python -m moeviz protocols NAME --keep`` makes one. It is of today's map as long as
its hash is; any change of the map, of the figure's study or of the arithmetic makes it stale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from moeviz.estimate.em_rule import EM_RULES
from moeviz.study.kept_file import read_kept, write_kept
from moeviz.study.models import planned_fits
from moeviz.study.presets import FULL, LIVE, PRESETS
from moeviz.study.protocol_map import EM, ProtocolMap, protocol_of
from moeviz.study.protocol_result import MapResult
from moeviz.study.protocol_way import TOLERANCE

FOLDER = "maps"

DIGITS = 4
"""Of every number that is kept."""

SCALES = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
POWERS = (0.0, 0.25, 0.5)
BATCHES = (16, 128, 1024, 0)
SGD_SIZES = (1000, 1534, 2354, 3612, 5541, 8502, 13044, 20014)

EM_SCALES, EM_POWERS = (0.0, 0.1, 1.0), (0.0, 0.25)
LIVE_POWERS = (0.0, 0.5)
COUNT, LIVE_COUNT = 8, 4
"""Sample sizes of a map of EM, between the ends that the figure prints."""

MOST_STEPS = 2000
"""As many iterations as `multinomial` allows (App. D.1)."""


def _held(rule: str, steps: int, tolerance: float = TOLERANCE) -> dict[str, Any]:
    return {"em_rule": rule, "em_tolerance": tolerance, "em_steps": steps}


EM_WAYS = (
    *(_held(rule, MOST_STEPS) for rule in ("mean", "relative", "parameters", "total")),
    _held("mean", MOST_STEPS, 1e-8),
    *(_held("none", steps) for steps in (25, 400, MOST_STEPS)),
)

LIVE_SCALES = (0.0, 0.01, 0.1, 1.0)
LIVE_FEW_SCALES = (0.0, 0.01, 1.0)
"""Where the truth is none of the model's, predictions and starts cost several times as much."""

LIVE_BATCHES = (16, 128, 0)
LIVE_SGD_SIZES = (1000, 2154, 4642, 10000)
LIVE_EM_SCALES = (0.0, 0.01, 0.1, 1.0)
LIVE_EM_WAYS = (_held("mean", 400), _held("relative", 400), _held("none", 100))
REPLICATES = 10


def map_names() -> tuple[str, ...]:
    """Return the presets that have a map: those of figures with printed slopes, in their order."""
    # A study that runs to its end whatever its tolerance is a place on its figure's map.
    return tuple(
        name
        for name, preset in PRESETS.items()
        if preset.published and EM_RULES[str(preset.defaults["em_rule"])].tolerates
    )


@lru_cache(maxsize=64)
def named_map(name: str, size: str = FULL) -> ProtocolMap:
    """Return the map of a figure, in full or as it can be run in front of a class.

    Parameters
    ----------
    name : str
        One of :func:`map_names`.
    size : {"live", "full"}

    Raises
    ------
    SpecificationError
        If there is no such map.
    """
    live = size == LIVE
    ways: tuple[dict[str, Any], ...]
    sizes: tuple[int, ...]
    if protocol_of(name) == EM:
        laws = _laws(LIVE_EM_SCALES, LIVE_POWERS) if live else _laws(EM_SCALES, EM_POWERS)
        sizes, ways = _em_sizes(name, live), LIVE_EM_WAYS if live else EM_WAYS
    else:
        few = LIVE_FEW_SCALES if _misspecified(name) else LIVE_SCALES
        laws = _laws(few, LIVE_POWERS) if live else _laws(SCALES, POWERS)
        sizes = LIVE_SGD_SIZES if live else SGD_SIZES
        ways = tuple({"batch": batch} for batch in (LIVE_BATCHES if live else BATCHES))
    ends = (sizes[0], sizes[-1]) if live else (sizes[0], sizes[len(sizes) // 2], sizes[-1])
    return ProtocolMap.make(name, laws, ways, sizes, REPLICATES, ends)


def _misspecified(name: str) -> bool:
    return any(fit.misspecified for fit in planned_fits(PRESETS[name].defaults))


def _em_sizes(name: str, live: bool) -> tuple[int, ...]:
    """Return sizes with one ratio between them, from the first that a figure prints."""
    printed = PRESETS[name].published[0].sizes
    first, ratio = printed[0], printed[-1] / printed[0]
    count = LIVE_COUNT if live else COUNT
    return tuple(round(first * ratio ** (at / (count - 1))) for at in range(count))


def _laws(scales: Sequence[float], powers: Sequence[float]) -> list[tuple[float, float]]:
    return [(scale, power) for power in powers for scale in scales]


@dataclass(frozen=True)
class KeptMap:
    """A map that is kept.

    Attributes
    ----------
    date, device : str
        When and where it was computed.
    result : MapResult
    """

    date: str
    device: str
    result: MapResult

    @property
    def fresh(self) -> bool:
        """Whether it is of today's map, and whole."""
        return self.result.complete and self.result.hash == named_map(self.result.asked.preset).hash


def maps_folder() -> Path:
    """Return the folder of the kept maps."""
    return Path(str(resources.files("moeviz.study") / FOLDER))


@lru_cache(maxsize=64)
def kept_map(name: str) -> KeptMap | None:
    """Return the kept map of a figure, or None.

    Parameters
    ----------
    name : str
        A preset's name.

    Raises
    ------
    SpecificationError
        If the file is not one that :func:`keep_map` wrote.
    """
    if name not in map_names():
        return None
    if not (maps_folder() / f"{name}.json").exists():
        return None
    date, device, plain = read_kept(maps_folder(), name)
    return KeptMap(date, device, MapResult.from_json(plain))


def keep_map(result: MapResult, date: str, device: str) -> Path:
    """Write a map into the project's own folder; numbers keep four digits.

    Parameters
    ----------
    result : MapResult
    date, device : str
    """
    plain, name = result.to_json(), result.asked.preset
    path = write_kept(maps_folder(), name, plain, date, device, DIGITS)
    kept_map.cache_clear()
    return path
