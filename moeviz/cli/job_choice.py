"""Which of the jobs that a store keeps a command is about."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from moeviz.cli.job_text import number_of
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.engine import Store
    from moeviz.engine.listing import Kept


def open_store(arguments: argparse.Namespace) -> Store:
    """Return the store of the command, which takes in what lies there as folders of files."""
    from moeviz.engine import Store

    store = Store(arguments.store)
    taken = store.take_in_all()
    if taken:
        print(f"moeviz: taken in from folders of files: {number_of(taken)}", file=sys.stderr)
    return store


def kept_of(store: Store) -> list[Kept]:
    """Return what the store keeps of each job, the latest first."""
    from moeviz.engine.listing import kept_jobs

    return kept_jobs(store)


def of_kind(kept: list[Kept], kind: str | None) -> list[Kept]:
    """Return the jobs of a kind, or all; refuse a kind that there is none of."""
    if kind is not None:
        from moeviz.engine.kinds import kind_named

        kind_named(kind)
    return [job for job in kept if kind in (None, job.name.kind)]


def chosen_of(store: Store, arguments: argparse.Namespace) -> Kept:
    """Return the one job that the command names.

    Raises
    ------
    SpecificationError
        If there is none, or more than one.
    """
    found = [
        job
        for job in kept_of(store)
        if job.name.hash.startswith(arguments.job.lower())
        and arguments.device in (None, job.name.device)
    ]
    if not found or not arguments.job:
        raise SpecificationError(
            f"Expected a job that is kept, but none is called '{arguments.job[:40]}'; "
            "`jobs list` names them."
        )
    if len(found) > 1:
        names = ", ".join(f"{job.name.hash} on {job.name.device}" for job in found[:5])
        raise SpecificationError(
            f"Expected one job, but '{arguments.job[:40]}' may be {names}; write more of its name, "
            "or --device."
        )
    return found[0]
