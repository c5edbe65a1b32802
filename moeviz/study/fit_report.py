"""What is known of one fit's truth, and of what its fits are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moeviz.study.reader import ObjectReader, Rows, attributes, plain


@dataclass(frozen=True)
class Approximation:
    """The best approximation of a truth by a model that does not contain it.

    Attributes
    ----------
    columns : tuple of str
        Names of an atom's parameters.
    atoms : tuple of tuple of float
        One row per fitted expert.
    distance, error, other_optima : float or None
        As in :class:`~moeviz.study.projection.Projection`; None for what is no number.
    converged : bool
        Whether the search for it ended by itself.
    """

    columns: tuple[str, ...]
    atoms: Rows
    distance: float | None
    error: float | None
    other_optima: float | None
    converged: bool

    @classmethod
    def read(cls, data: ObjectReader) -> Approximation:
        """Return what a JSON object says."""
        return cls(
            data.texts("columns"),
            data.rows("atoms"),
            data.maybe("distance"),
            data.maybe("error"),
            data.maybe("other_optima"),
            data.truth("converged"),
        )


@dataclass(frozen=True)
class FitReport:
    """What is known of one fit's truth.

    Attributes
    ----------
    fit : int
        The fit's place in the study.
    name : str
        What it is called.
    columns : tuple of str
        Names of an atom's parameters.
    truth : tuple of tuple of float
        One row per true expert.
    reach : float or None
        Samples after which the rate can be seen; None for no end, and where it is not defined.
    null, gauge : int or None
        Null directions of the information, and how many are declared as gauge; None where the
        information is not defined.
    projection : Approximation or None
        What the fits are held against, where that is not the truth.
    """

    fit: int
    name: str
    columns: tuple[str, ...]
    truth: Rows
    reach: float | None
    null: int | None
    gauge: int | None
    projection: Approximation | None

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`read` turns back into this report."""
        return {
            "fit": self.fit,
            "name": self.name,
            "columns": list(self.columns),
            "atoms": [list(atom) for atom in self.truth],
            "reach": self.reach,
            "null_directions": self.null,
            "gauge_directions": self.gauge,
            "projection": None if self.projection is None else plain(attributes(self.projection)),
        }

    @classmethod
    def read(cls, data: ObjectReader) -> FitReport:
        """Return what a JSON object says."""
        defined = "null_directions" in data
        return cls(
            data.whole("fit"),
            data.text("name"),
            data.texts("columns"),
            data.rows("atoms"),
            data.maybe("reach"),
            data.whole("null_directions") if defined else None,
            data.whole("gauge_directions") if defined else None,
            Approximation.read(data.record("projection")) if "projection" in data else None,
        )
