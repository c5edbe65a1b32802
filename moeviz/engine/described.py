"""What describes a job: its name, its kind, and the specification that the store keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moeviz.engine.errors import EngineError, UnknownJobError, told
from moeviz.engine.folder import Folder
from moeviz.engine.kind import Kind, Specification
from moeviz.errors import MoevizError


def name_of(wanted: str | Specification) -> str:
    """Return a job's name, be it asked for by that or by what describes it."""
    return wanted if isinstance(wanted, str) else wanted.hash


def kind_of(kinds: Sequence[Kind], spec: Any) -> Kind:
    """Return which of some kinds of job a specification is of.

    Raises
    ------
    EngineError
        If it is of none.
    """
    kind = next((kind for kind in kinds if kind.owns(spec)), None)
    if kind is None:
        raise EngineError(
            f"Expected a job of {' or '.join(kind.name for kind in kinds)}, but got "
            f"{type(spec).__name__}; submit it to an engine of its kind."
        )
    return kind


def kept_specification(kind: Kind, job_id: str, folder: Folder) -> Any:
    """Return the specification that is kept of a job.

    Raises
    ------
    UnknownJobError
        If it is not whole.
    """
    try:
        spec = kind.read(folder.read_specification())
        if spec.hash == job_id:
            return spec
        reason = f"it is that of job {spec.hash}"
    except (MoevizError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = told(error)
    raise UnknownJobError(
        f"Expected the kept specification of job {job_id} to be whole, but {reason}; "
        "submit it again."
    )
