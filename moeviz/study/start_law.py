r"""The law by which near-truth starts scatter: :math:`\sigma_0 n^{-p}` in some unit.

A start that comes closer as n grows plants a slope of its own: of a protocol that hardly moves, the
loss falls as its starts do. Whether it lies near depends on the unit, too: one step for every
coordinate is small beside experts of size 1 and large beside gates of size 0.01.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from moeviz.fields import Field, Values
from moeviz.model.measure import Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

NEAR = "near-truth"
ABSOLUTE, BLOCK = "absolute", "block"
SPLIT, TRUE = "split", "true"


@dataclass(frozen=True)
class StartLaw:
    """How near-truth starts scatter.

    Attributes
    ----------
    scale : float
        sigma_0; 0 starts at the truth.
    power : float
        p.
    unit : {"absolute", "block"}
        Of the scale: 1 in every coordinate, or each block's own spread in what starts lie around.
    weight : {"split", "true"}
        What fitted atoms that start at one true atom have of its weight: a share, or all of it.
    """

    scale: float
    power: float = 0.0
    unit: str = ABSOLUTE
    weight: str = SPLIT

    @property
    def split(self) -> bool:
        """Whether atoms that start at one true atom share its weight."""
        return self.weight == SPLIT

    def spread(self, n: int) -> float:
        """Return the standard deviation of a start's step at sample size n, in its unit."""
        return float(self.scale * n**-self.power)

    def steps(self, n: int, center: Array, layout: Layout, scalars: int = 0) -> float | Array:
        """Return each coordinate's standard deviation: one number, or of each column.

        Parameters
        ----------
        n : int
            Sample size.
        center : array, shape (K*, W)
            What starts lie around.
        layout : Layout
        scalars : int
            How many of the last columns are moved by a factor, which has a unit of its own.

        Returns
        -------
        float or array, shape (W,)
        """
        if self.unit == ABSOLUTE:
            return self.spread(n)
        return self.spread(n) * block_spreads(center, layout, scalars)

    def words(self, crowded: bool, place: str = "the truth") -> str:
        """Return where fits start, in words.

        Parameters
        ----------
        crowded : bool
            Whether more atoms are fitted than are true, so that some share a true one.
        place : str
            What starts lie around.
        """
        whole = ", each atom with all of its truth's weight" if crowded and not self.split else ""
        if not self.scale:
            return f"starts at {place}{whole}"
        falls = f"·n^(−{self.power:g})" if self.power else ""
        unit = " of each block's spread in the truth" if self.unit == BLOCK else ""
        return f"starts near {place} (scale {self.scale:g}{falls}{unit}){whole}"


def start_law(values: Mapping[str, Any]) -> StartLaw:
    """Return the law that a study's fields name."""
    return StartLaw(
        values["start_scale"], values["start_power"], values["start_unit"], values["start_weight"]
    )


def block_spreads(center: Array, layout: Layout, scalars: int = 0) -> Array:
    """Return each block's standard deviation over its entries in all atoms, by column.

    Parameters
    ----------
    center : array, shape (K, W)
    layout : Layout
        Whose named parts are the blocks; offsets are one, too.
    scalars : int
        How many of the last columns count as 1, because they are moved by a factor.

    Returns
    -------
    array, shape (W,)
        0 in a block whose entries are all equal.
    """
    spreads, first = np.empty(layout.width), 0
    gates = [part.width for part in layout.gate_parts]
    for width in (*gates, 1, *(part.width for part in layout.expert_parts)):
        spreads[first : first + width] = center[:, first : first + width].std()
        first += width
    if scalars:
        spreads[-scalars:] = 1.0
    return spreads


def _near(values: Values) -> bool:
    return bool(values["start"] == NEAR)


def _scattered(values: Values) -> bool:
    return _near(values) and values["start_scale"] > 0


def _crowded(values: Values) -> bool:
    return _near(values) and values["atoms"] > values["true_atoms"]


def start_fields(group: str) -> Iterator[Field]:
    """Yield the fields that say where fits start, under a heading."""
    yield Field(
        "start",
        "Start of the fits",
        "",
        "choice",
        NEAR,
        choices=(NEAR, "random"),
        help="Near the truth, as the cosine and the multinomial paper do, or knowing nothing of "
        "it. The sigmoid paper does not say.",
        group=group,
    )
    yield Field(
        "start_scale",
        "Distance of near-truth starts",
        r"\sigma_0",
        "float",
        0.1,
        0.0,
        5.0,
        help="Standard deviation of each coordinate's step away from the truth; 0 starts there. "
        "No paper says its own.",
        group=group,
        applies=_near,
    )
    yield Field(
        "start_power",
        "Power of n by which starts come closer",
        "p",
        "float",
        0.0,
        0.0,
        2.0,
        help="The distance of starts is its scale times n to the power -p. With 0 it is the same "
        "at every n; any other plants a slope of its own. No paper says its own.",
        group=group,
        applies=_scattered,
    )
    yield Field(
        "start_unit",
        "Unit of the distance of starts",
        "",
        "choice",
        ABSOLUTE,
        choices=(ABSOLUTE, BLOCK),
        help="'absolute': the same step in every coordinate. 'block': relative to each block's "
        "own standard deviation over its entries in the truth, so that small gates take small "
        "steps; a block whose entries are all equal takes none.",
        group=group,
        applies=_scattered,
    )
    yield Field(
        "start_weight",
        "Weight of atoms that start at one true atom",
        "",
        "choice",
        SPLIT,
        choices=(SPLIT, TRUE),
        help="'split': they share its weight, so that the start without a step is the truth. "
        "'true': each has all of it, for it starts with its truth's own values.",
        group=group,
        applies=_crowded,
    )
