"""The command ``jobs prune``: jobs deleted by age and size."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from moeviz.cli.job_choice import kept_of, of_kind, open_store
from moeviz.cli.job_text import line, number_of, plain, size_of
from moeviz.cli.printing import print_json
from moeviz.cli.sizes import bytes_of, days_of, size_in_words
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.engine.listing import Kept


def prune_jobs(arguments: argparse.Namespace) -> int:
    """Delete jobs by age and size, or say which would be deleted.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    SpecificationError
        If neither an age nor a size is given, or one that is none.
    """
    from moeviz.engine.listing import forget

    older = None if arguments.older is None else days_of(arguments.older, "--older")
    most = None if arguments.most is None else bytes_of(arguments.most, "--most")
    if older is None and most is None:
        raise SpecificationError(
            "Expected --older DAYS or --most SIZE, but got neither; say what may go."
        )
    store = open_store(arguments)
    kept = of_kind(kept_of(store), arguments.kind)
    chosen = _outworn(kept, older, most, time.time())
    gone = [job for job in chosen if arguments.yes and forget(store, job)]
    if gone:
        store.shelf.tidy()
    if arguments.json:
        print_json(
            {
                "jobs": [plain(job) for job in chosen],
                "bytes": sum(size_of(job) for job in chosen),
                "deleted": len(gone),
            }
        )
        return 0
    for job in chosen:
        print(line(job))
    room = size_in_words(sum(size_of(job) for job in chosen))
    if arguments.yes:
        print(f"Deleted: {number_of(len(gone))}, {room}.")
    elif chosen:
        print(f"Would be deleted: {number_of(len(chosen))}, {room}; say --yes to do it.")
    else:
        print("Nothing would be deleted.")
    return 0


def _outworn(
    kept: Sequence[Kept], older: float | None, most: float | None, now: float
) -> list[Kept]:
    """Return what may go: never what is being computed, and what rested longest first."""
    resting = [job for job in reversed(kept) if not job.taken]
    total = sum(size_of(job) for job in kept)
    chosen = []
    for job in resting:
        if (older is not None and now - job.written > older) or (most is not None and total > most):
            chosen.append(job)
            total -= size_of(job)
    return chosen
