"""Every kind of job that a store may hold."""

from __future__ import annotations

from moeviz.engine.checks.check import Checks
from moeviz.engine.errors import EngineError
from moeviz.engine.kind import Kind
from moeviz.engine.protocols.protocols import Protocols
from moeviz.engine.studies.studies import Studies
from moeviz.engine.trainings.trainings import Trainings


def every_kind() -> dict[str, Kind]:
    """Return all kinds by name; none of them loads what it computes with."""
    kinds = (Studies(), Trainings(), Protocols(), Checks())
    return {kind.name: kind for kind in kinds}


def kind_named(name: str) -> Kind:
    """Return the kind of a name.

    Raises
    ------
    EngineError
        If there is none.
    """
    known = every_kind()
    if name not in known:
        raise EngineError(
            f"Expected a job of {', '.join(known)}, but got one of '{name[:40]}'; another version "
            "may know it."
        )
    return known[name]
