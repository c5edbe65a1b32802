"""Protocol maps: a published figure over start laws and ways to run its protocol, as frozen data.

No paper of a slope figure says all of its protocol. A map runs the figure's study at each of many:
starts of spread sigma_0 n^(-p) times batches for gradient descent, or ends of
expectation-maximisation. Where the printed slopes appear says what would have to be true.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.presets import PRESETS, Published
from moeviz.study.protocol_way import Law, Way
from moeviz.study.reader import ObjectReader
from moeviz.study.specification import Specification
from moeviz.study.versions import NUMBERS_VERSION
from moeviz.text import check_text, json_text

VERSION = 1
"""Of how a map is read off its losses; part of its identity."""

MOST_CELLS, MOST_SIZES = 400, 20

EM, SGD = "em", "sgd"


@dataclass(frozen=True)
class ProtocolMap:
    """Everything that decides a map's numbers, up to the device. Build one with :meth:`make`.

    Attributes
    ----------
    preset : str
        The study that repeats the figure.
    laws : tuple of Law
    ways : tuple of Way
        A cell of the map is a law and a way.
    sizes, predicted : tuple of int
        Sample sizes; and those at which the predicted protocol is drawn.
    replicates : int
        Data sets at each size.
    numbers : int
        Version of the arithmetic.
    """

    preset: str
    laws: tuple[Law, ...]
    ways: tuple[Way, ...]
    sizes: tuple[int, ...]
    predicted: tuple[int, ...]
    replicates: int
    numbers: int = NUMBERS_VERSION

    @classmethod
    def make(
        cls,
        preset: str,
        laws: Sequence[tuple[float, float]],
        ways: Sequence[Mapping[str, Value]],
        sizes: Sequence[int],
        replicates: int,
        predicted: Sequence[int] = (),
    ) -> ProtocolMap:
        """Check what is asked for and return the map.

        Raises
        ------
        SpecificationError
            If there is no such slope figure, the map is too large or empty, or no cell of it can
            be run.
        UnknownNameError
            If there is no such preset.
        """
        if not PRESETS[preset].published:
            raise SpecificationError(
                f"Expected a study of a figure with printed slopes, but '{preset[:40]}' has none."
            )
        unique = dict.fromkeys(Law(scale, power if scale else 0.0) for scale, power in laws)
        made = cls(
            preset,
            tuple(unique),
            tuple(dict.fromkeys(Way(tuple(sorted(way.items()))) for way in ways)),
            tuple(sorted(set(sizes))),
            tuple(sorted(set(predicted))),
            replicates,
        )
        count = len(made.laws) * len(made.ways)
        if not 0 < count <= MOST_CELLS or not 2 <= len(made.sizes) <= MOST_SIZES:
            raise SpecificationError(
                f"Expected a map of 1 to {MOST_CELLS} cells over 2 to {MOST_SIZES} sample sizes, "
                f"but got {count} and {len(made.sizes)}."
            )
        if all(isinstance(made.base(curve), str) for curve in range(len(made.published))):
            raise SpecificationError(f"Expected a map of which some cell runs: {made.base(0)}")
        return made

    @property
    def published(self) -> tuple[Published, ...]:
        """The printed slopes of the figure: the map's curves, in their order."""
        return PRESETS[self.preset].published

    @property
    def protocol(self) -> str:
        """The estimator that the paper ran, or that stands in for it."""
        return protocol_of(self.preset)

    def study(
        self, curve: int, law: Law, way: Way, sizes: Sequence[int] = ()
    ) -> Specification | str:
        """Return the study of one curve in one cell, or why it cannot be run.

        Parameters
        ----------
        curve : int
            Place in :attr:`published`.
        law : Law
        way : Way
        sizes : sequence of int
            Sample sizes; by default the map's.
        """
        return _study(self, curve, law, way, tuple(sizes or self.sizes))

    def base(self, curve: int) -> Specification | str:
        """Return the first study of a curve that can be run, or why none can."""
        found: Specification | str = "nothing was asked for"
        for law in self.laws:
            for way in self.ways:
                found = self.study(curve, law, way)
                if isinstance(found, Specification):
                    return found
        return found

    @cached_property
    def hash(self) -> str:
        """The identity: 16 hexadecimal digits of what is asked for and of the studies behind it."""
        base = [self.base(curve) for curve in range(len(self.published))]
        content = {
            "map": VERSION,
            **self.to_json(),
            "studies": [each.hash if isinstance(each, Specification) else each for each in base],
        }
        return hashlib.sha256(json_text(content, sort_keys=True).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this map."""
        return {
            "preset": self.preset,
            "laws": [[law.scale, law.power] for law in self.laws],
            "ways": [way.fields for way in self.ways],
            "sizes": list(self.sizes),
            "predicted": list(self.predicted),
            "replicates": self.replicates,
            "numbers": self.numbers,
        }

    @classmethod
    def from_json(cls, data: Any) -> ProtocolMap:
        """Return the map in plain data.

        Raises
        ------
        SpecificationError
            If the data are not a map, or not one of today's arithmetic.
        """
        read = ObjectReader(data, "map")
        if read.whole("numbers") != NUMBERS_VERSION:
            raise SpecificationError(
                f"Expected a map of arithmetic {NUMBERS_VERSION}, but got {read.whole('numbers')}; "
                "compute it anew."
            )
        ways = data.get("ways")
        if not isinstance(ways, list) or not all(isinstance(way, dict) for way in ways):
            raise SpecificationError("Expected a list of ways to run a protocol in map.ways.")
        rows = read.rows("laws")
        laws = [(row[0], row[1]) for row in rows if len(row) == 2]
        known = [(a, b) for a, b in laws if a is not None and b is not None]
        if len(known) != len(rows):
            raise SpecificationError("Expected scale and power of each law in map.laws.")
        return cls.make(
            check_text(read.text("preset")),
            known,
            ways,
            read.wholes("sizes"),
            read.whole("replicates"),
            read.wholes("predicted"),
        )


def protocol_of(preset: str) -> str:
    """Return the estimator that a figure's paper ran: of the study's, the published protocol."""
    chosen = PRESETS[preset].defaults["estimators"]
    names = chosen if isinstance(chosen, tuple) else ()
    found = [str(name) for name in names if ESTIMATORS[str(name)].published]
    if not found:
        raise SpecificationError(
            f"Expected a study that runs a published protocol, but '{preset}' runs none."
        )
    return found[0]


@lru_cache(maxsize=4096)
def _study(
    asked: ProtocolMap, curve: int, law: Law, way: Way, sizes: tuple[int, ...]
) -> Specification | str:
    preset, one = PRESETS[asked.preset], asked.published[curve]
    named = (("routers", one.router), ("gates", one.gate), ("experts", one.expert))
    values: dict[str, Any] = {
        "estimators": (protocol_of(asked.preset),),
        "sizes": sizes,
        "replicates": asked.replicates,
        **{field: (name,) for field, name in named if name},
        **law.fields,
        **way.fields,
    }
    try:
        return preset.build(values)
    except SpecificationError as error:
        return str(error)
