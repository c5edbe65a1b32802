"""Facts of pictures: how far weights move, and what a loss says of two fits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from moeviz.charts.closeness_atoms import KINDS
from moeviz.charts.closeness_words import printed_name
from moeviz.charts.loss_data import loss_of
from moeviz.lessons.conditions import Fact
from moeviz.lessons.pictures import Atoms, Gates
from moeviz.lessons.results import Results
from moeviz.lessons.weights import weights_moved


@dataclass(frozen=True)
class OfGates:
    """How far the weights of two gates move when their vectors do.

    Gives ``left`` and ``right``, the largest movement of a weight over a lattice of the picture;
    ``left_others`` and ``right_others``, that of a weight of an expert whose vector did not move;
    ``left_least``, ``left_most`` and so on, the ends of the sum of weights; ``times``, by which
    the first vector is longer than at the start; ``experts``.

    Attributes
    ----------
    setup : Setup
        Vectors, where they started, and what is added to all.
    """

    GIVES: ClassVar[tuple[str, ...]] = (
        "left", "right", "left_others", "right_others", "left_least", "left_most", "right_least",
        "right_most", "times", "experts",
    )  # fmt: skip

    setup: Gates

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return the facts."""
        found: dict[str, Fact] = {}
        for panel, side in enumerate(("left", "right")):
            moved = weights_moved(self.setup, panel)
            found |= {
                side: moved.most,
                f"{side}_others": moved.others,
                f"{side}_least": moved.least_sum,
                f"{side}_most": moved.most_sum,
            }
        one, began = self.setup.vectors[0], self.setup.start[0]
        found["times"] = math.hypot(*one) / math.hypot(*began)
        found["experts"] = len(self.setup.vectors)
        return found


@dataclass(frozen=True)
class OfCells:
    """What a loss says of two fits.

    Gives ``name`` and ``source`` of the loss; ``first`` and ``second``, its values; ``ratio``, the
    second over the first; ``power``, to which the distance goes in the first fit's largest term;
    ``share``, one over it; ``expected``, 2 to that power.

    Attributes
    ----------
    first, second : Setup
        The picture before and after; the first one's first loss is read.
    """

    GIVES: ClassVar[tuple[str, ...]] = (
        "name", "source", "first", "second", "ratio", "power", "share", "expected",
    )  # fmt: skip

    first: Atoms
    second: Atoms

    def facts(self, results: Results) -> dict[str, Fact]:
        """Return the facts."""
        kind = KINDS[self.first.kind]
        loss = loss_of(self.first.losses[0], self.first.r)
        truth = kind.measure(kind.truth)
        one, other = (
            loss.terms(kind.measure(setup.fit), truth) for setup in (self.first, self.second)
        )
        first, second = (float(terms.total().reshape(-1)[0]) for terms in (one, other))
        rows = [row for row in one.rows() if row["atom"] is not None]
        largest = max(rows, key=lambda row: float(row["value"]), default=None)
        power = float(largest["exponent"]) if largest else None
        return {
            "name": printed_name(loss.name),
            "source": loss.source,
            "first": first,
            "second": second,
            "ratio": second / first if first else None,
            "power": power,
            "share": 1.0 / power if power else None,
            "expected": 2.0**power if power else None,
        }
