"""Two versions: of a study's fields, and of the arithmetic behind its numbers.

A change of the fields (one renamed, one whose default changes) moves the first: links and documents
of earlier versions are migrated. A change of any number that a study computes moves the second: it
is part of every study's identity, so that numbers of two arithmetics never stand side by side; what
an earlier one computed is kept and marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moeviz.errors import SpecificationError

FIELDS_VERSION = 2
"""Version of the fields: their names, and what it means to leave one out."""

NUMBERS_VERSION = 3
"""Version of the arithmetic."""

FIRST_FIELDS = frozenset(
    {
        "routers", "gates", "experts", "output", "dimension", "tau1", "tau2", "power", "top",
        "degree", "hidden", "noise", "classes", "true_atoms", "atoms", "data_router", "data_gate",
        "sparse", "flat", "design", "truth_seed", "candidates", "low", "high", "sizes",
        "replicates", "seed", "estimators", "start", "start_scale", "starts", "box", "max_steps",
        "em_steps", "em_tolerance", "epochs", "rate", "batch", "losses", "gauges", "window_from",
    }
)  # fmt: skip
"""The fields that every study's identity names, also where they do not apply.

A field that came later is left out of the identity where it stands at its default, and need not be
given: a study of before keeps its identity, because the default is what was done then.
"""

READ_AFTERWARDS = frozenset({"statistic", "bars"})
"""The fields that no study's identity names: by them a finished study is only looked at.

Whatever they say, the same losses are computed; so one study serves them all.
"""

Settings = dict[str, Any]


def _from_1(settings: Settings, texts: bool) -> Settings:
    """One gate and one expert became lists of those to compare."""
    renamed = {"gate": "gates", "expert": "experts"}
    return {
        renamed.get(name, name): [value] if name in renamed and not texts else value
        for name, value in settings.items()
    }


MIGRATIONS: Mapping[int, Callable[[Settings, bool], Settings]] = {1: _from_1}
"""From each earlier version of the fields to the next; the flag says whether values are texts."""


def migrate(version: int, settings: Mapping[str, Any], texts: bool = False) -> Settings:
    """Return settings of an earlier version of the fields as those of this one.

    Parameters
    ----------
    version : int
        Theirs.
    settings : mapping
        Fields by name; what is left out stays so.
    texts : bool
        Whether values are texts, as in a link, and not plain data.

    Raises
    ------
    SpecificationError
        If there is no such version.
    """
    if not is_version(version, FIELDS_VERSION):
        raise SpecificationError(
            f"Expected fields of version 1 to {FIELDS_VERSION}, but got those of version "
            f"'{str(version)[:40]}'; a newer laboratory may have written them."
        )
    found = dict(settings)
    for step in range(version, FIELDS_VERSION):
        found = MIGRATIONS[step](found, texts)
    return found


def is_version(value: Any, newest: int) -> bool:
    """Return whether a value is the number of a version up to the newest."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= newest
