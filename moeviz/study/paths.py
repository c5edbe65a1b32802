"""Paths in a result: how one replicate of each fit and sample size came from start to estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.study.reader import Numbers, ObjectReader, Rows, attributes, plain


@dataclass(frozen=True)
class FitPath:
    """The way of one fit.

    Attributes
    ----------
    fit : int
        The fit's place in the study.
    n, replicate : int
        Sample size, and which data set of that size.
    start : int
        Which of its starts won, from 0.
    steps : tuple of int
        Ascending, from 0; some of the steps, always the first and the last.
    cost : tuple of float or None
        The cost per observation at each: squared residual, or deviance.
    theta : tuple of tuple of float
        The parameter vector at each: atom after atom, as the fitted model's layout has it.
    """

    fit: int
    n: int
    replicate: int
    start: int
    steps: tuple[int, ...]
    cost: Numbers
    theta: Rows

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`read` turns back into this path."""
        return {name: plain(value) for name, value in attributes(self).items()}

    @classmethod
    def read(cls, data: ObjectReader) -> FitPath:
        """Return what a JSON object says."""
        return cls(
            data.whole("fit"),
            data.whole("n"),
            data.whole("replicate"),
            data.whole("start"),
            data.wholes("steps"),
            data.numbers("cost"),
            data.rows("theta"),
        )


def paths_of(found: Mapping[int, Mapping[int, list[Mapping[str, Any]]]]) -> tuple[FitPath, ...]:
    """Return the paths that blocks kept, by fit and sample size.

    Parameters
    ----------
    found : mapping of int to mapping of int to list of dict
        Results of blocks of fits, by fit, then by sample size.
    """
    return tuple(
        FitPath(
            fit,
            n,
            part["first"],
            part["path"]["start"],
            tuple(part["path"]["steps"]),
            tuple(part["path"]["cost"]),
            tuple(tuple(row) for row in part["path"]["theta"]),
        )
        for fit, sizes in sorted(found.items())
        for n, parts in sorted(sizes.items())
        for part in parts
        if part.get("path")
    )
