"""The command ``jobs``: what the store keeps, and what can be done with it."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.commands import of_the_store
from moeviz.cli.job_choice import chosen_of, kept_of, of_kind, open_store
from moeviz.cli.job_files import export_job, import_job
from moeviz.cli.job_text import line, plain
from moeviz.cli.printing import print_json
from moeviz.cli.prune import prune_jobs

if TYPE_CHECKING:
    from moeviz.engine.listing import Kept

CANCEL_SECONDS = 10.0
"""How long ``cancel`` waits until the engine that computes a job has heard of it."""


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Give the command its own commands and their arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    add = partial(of_the_store, parser.add_subparsers(required=True, metavar="DO"))

    def one(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
        command.add_argument("job", metavar="JOB", help="its name, or how that begins")
        command.add_argument("--device", choices=("cpu", "cuda"), help="where it is kept on both")
        return command

    listed = add("list", "list what is kept, the latest first", list_jobs)
    listed.add_argument("--kind", help="only studies, checks, trainings or protocols")
    one(add("show", "show one job", show_job))
    one(add("cancel", "have a job stopped, wherever it is computed", cancel_job))
    export = one(add("export", "write a job into one file", export_job, plain=False))
    export.add_argument("file", metavar="FILE", type=Path, nargs="?", help="default: JOB.json")
    taken = add("import", "take the job of a file in", import_job)
    taken.add_argument("file", metavar="FILE", type=Path)
    prune = add("prune", "delete jobs by age and size; without --yes say which", prune_jobs)
    prune.add_argument("--older", metavar="DAYS", help="those that rested as long")
    prune.add_argument("--most", metavar="SIZE", help="those that rested longest, as 500MB or 2GB")
    prune.add_argument("--kind", help="only studies, checks, trainings or protocols")
    prune.add_argument("--yes", action="store_true", help="delete them")


def list_jobs(arguments: argparse.Namespace) -> int:
    """Print a line for each job.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    kept = of_kind(kept_of(open_store(arguments)), arguments.kind)
    if arguments.json:
        print_json([plain(job) for job in kept])
        return 0
    for job in kept:
        print(line(job))
    if not kept:
        print("Nothing is kept.")
    return 0


def show_job(arguments: argparse.Namespace) -> int:
    """Print what is known of a job.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    store = open_store(arguments)
    job = chosen_of(store, arguments)
    from moeviz.engine.folder import Folder

    specification = Folder(job.name, store.root, store.shelf).read_specification()
    total = _total(job, specification)
    if arguments.json:
        print_json({**plain(job), "total": total, "specification": specification})
        return 0
    print(line(job))
    print(f"  {job.message}")
    print(f"  {job.blocks} of {total if total is not None else 'unknown'} blocks, ", end="")
    print(f"{job.record.seconds if job.record else 0:.1f} s, on {job.name.device}")
    if job.record is not None and job.record.owner is not None:
        owner = job.record.owner
        lives = "alive" if job.taken else "not computing it any more"
        print(f"  last computed by process {owner.pid} of {owner.host}, {lives}")
    if job.wishes:
        print(f"  wanted by {job.wishes} visitors")
    return 0


def cancel_job(arguments: argparse.Namespace) -> int:
    """Ask the engine that computes a job to stop, and say how that ended.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    store = open_store(arguments)
    job = chosen_of(store, arguments)
    from moeviz.engine.folder import Folder

    folder = Folder(job.name, store.root, store.shelf)
    asked = job.taken
    if asked:
        folder.ask_cancel("command")
    end = time.monotonic() + CANCEL_SECONDS
    while job.taken and time.monotonic() < end:
        time.sleep(0.2)
        job = chosen_of(store, arguments)
    if arguments.json:
        print_json({**plain(job), "asked": asked})
    elif not asked:
        print(f"{job.name.hash} is not being computed: {job.state}.")
    elif job.taken:
        print(f"{job.name.hash} was asked to stop, and has not answered yet.")
    else:
        print(f"{job.name.hash}: {job.state}. {job.message}")
    return 0


def _total(job: Kept, specification: Any) -> int | None:
    """Return how many blocks the whole job has; None where its specification cannot be read."""
    from moeviz.engine.kinds import kind_named
    from moeviz.errors import MoevizError

    try:
        kind = kind_named(job.name.kind)
        return len(kind.plan(kind.read(specification)))
    except (MoevizError, AttributeError, KeyError, TypeError, ValueError):
        return None
