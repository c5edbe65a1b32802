"""What visitors have asked for, as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.engine.name import Name
from moeviz.engine.snapshot import ACTIVE
from moeviz.engine.store import Store

MOST = 100
"""Jobs in a list."""


@dataclass(frozen=True)
class Asked:
    """A job that somebody has asked for.

    Attributes
    ----------
    name : Name
        What it is called.
    at : float
        When it was asked for, or last changed, in seconds since the epoch.
    wanted : bool
        Whether the visitor wants it still; of all visitors' jobs, whether anybody does.
    state : str or None
        Where its computing stood when that was last written; None where it was never begun.
    seconds : float
        Spent computing it.
    wishes : int
        How many visitors want it; 0 where that was not asked for.
    message : str
        What was last said of it.
    """

    name: Name
    at: float
    wanted: bool
    state: str | None
    seconds: float
    wishes: int = 0
    message: str = ""


def asked_for(store: Store, visitor: str, most: int = MOST) -> list[Asked]:
    """Return what a visitor has asked for, the latest first.

    Parameters
    ----------
    store : Store
    visitor : str
    most : int
        How many are listed.

    Raises
    ------
    StoreError
        If the store cannot be read, or does not answer within a moment.
    """
    nothing: list[dict[str, Any]] = []
    found = store.shelf.briefly(
        lambda: store.shelf.read(lambda rows, c: rows.visitors.asked_by(c, visitor, most), nothing)
    )
    return [_asked(row, row["since"], row["ended"] is None) for row in found]


def latest(store: Store, most: int = MOST) -> list[Asked]:
    """Return jobs of all visitors: those that are computed first, then the latest.

    Parameters
    ----------
    store : Store
    most : int
        How many are listed.

    Raises
    ------
    StoreError
        If the store cannot be read, or does not answer within a moment.
    """
    nothing: list[dict[str, Any]] = []
    found = store.shelf.briefly(
        lambda: store.shelf.read(
            lambda rows, c: rows.visitors.latest_jobs(c, ACTIVE, most), nothing
        )
    )
    return [_asked(row, row["beat"] or 0.0, row["wanted"] > 0, row["wanted"]) for row in found]


def forget_visitor(store: Store, visitor: str) -> int:
    """Delete a visitor, their wishes and their places in lessons; what was computed stays.

    Parameters
    ----------
    store : Store
    visitor : str

    Returns
    -------
    int
        How many wishes that were.

    Raises
    ------
    StoreError
        If the store cannot be written to.
    """
    return store.shelf.write_briefly(lambda rows, c: int(rows.visitors.forget(c, visitor)))


def _asked(row: Mapping[str, Any], at: float, wanted: bool, wishes: int = 0) -> Asked:
    name = Name(row["kind"], row["hash"], row["device"])
    return Asked(
        name, at, wanted, row["state"], row["seconds"] or 0.0, wishes, row["message"] or ""
    )
