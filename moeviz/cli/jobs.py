"""The command ``jobs``: what the store keeps, and what can be done with it."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moeviz.cli.commands import of_the_store
from moeviz.cli.files import check_target, write
from moeviz.cli.printing import print_json
from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from moeviz.engine import Store
    from moeviz.engine.listing import Kept

CANCEL_SECONDS = 10.0
"""How long ``cancel`` waits until the engine that computes a job has heard of it."""

DAY = 86_400.0

UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "B": 1.0}


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
    kept = _of_kind(_kept(_store(arguments)), arguments.kind)
    if arguments.json:
        print_json([_plain(job) for job in kept])
        return 0
    for job in kept:
        print(_line(job))
    if not kept:
        print("Nothing is kept.")
    return 0


def show_job(arguments: argparse.Namespace) -> int:
    """Print what is known of a job.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    store = _store(arguments)
    job = _chosen(store, arguments)
    from moeviz.engine.folder import Folder

    specification = Folder(job.name, store.root, store.shelf).read_specification()
    total = _total(job, specification)
    if arguments.json:
        print_json({**_plain(job), "total": total, "specification": specification})
        return 0
    print(_line(job))
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
    store = _store(arguments)
    job = _chosen(store, arguments)
    from moeviz.engine.folder import Folder

    folder = Folder(job.name, store.root, store.shelf)
    asked = job.taken
    if asked:
        folder.ask_cancel("command")
    end = time.monotonic() + CANCEL_SECONDS
    while job.taken and time.monotonic() < end:
        time.sleep(0.2)
        job = _chosen(store, arguments)
    if arguments.json:
        print_json({**_plain(job), "asked": asked})
    elif not asked:
        print(f"{job.name.hash} is not being computed: {job.state}.")
    elif job.taken:
        print(f"{job.name.hash} was asked to stop, and has not answered yet.")
    else:
        print(f"{job.name.hash}: {job.state}. {job.message}")
    return 0


def export_job(arguments: argparse.Namespace) -> int:
    """Write a job into a file.

    Parameters
    ----------
    arguments : argparse.Namespace
    """
    from moeviz.engine import archive

    store = _store(arguments)
    job = _chosen(store, arguments)
    path = arguments.file or Path(f"{job.name.hash}.json")
    check_target(path, "the file")
    content = archive.export_job(store, job)
    write(path, content)
    print(f"{path}: {job.name.kind} {job.name.hash}, {job.blocks} blocks, {len(content):,} bytes")
    return 0


def import_job(arguments: argparse.Namespace) -> int:
    """Take the job of a file in.

    Parameters
    ----------
    arguments : argparse.Namespace

    Raises
    ------
    MoevizError
        If the file cannot be read, or anything in it is not as it was written.
    """
    from moeviz.engine import archive

    try:
        with arguments.file.open("rb") as file:
            content = file.read(archive.MOST_BYTES + 1)
    except OSError as error:
        raise SpecificationError(
            f"Expected a file that can be read, but {arguments.file.name} gave: {error.strerror}."
        ) from None
    export = archive.read_export(content)
    name, new = archive.import_job(_store(arguments), export)
    if arguments.json:
        print_json(
            {
                "kind": name.kind, "hash": name.hash, "device": name.device, "new": new,
                "blocks": len(export.results), "total": export.total,
                "versions": dict(export.versions),
            }
        )  # fmt: skip
        return 0
    print(
        f"{name.kind} {name.hash} on {name.device}: {len(export.results)} of {export.total} "
        f"blocks, {new} of them new here"
    )
    return 0


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

    older = None if arguments.older is None else _days(arguments.older)
    most = None if arguments.most is None else bytes_of(arguments.most, "--most")
    if older is None and most is None:
        raise SpecificationError(
            "Expected --older DAYS or --most SIZE, but got neither; say what may go."
        )
    store = _store(arguments)
    kept = _of_kind(_kept(store), arguments.kind)
    chosen = _outworn(kept, older, most, time.time())
    gone = [job for job in chosen if arguments.yes and forget(store, job)]
    if gone:
        store.shelf.tidy()
    if arguments.json:
        print_json(
            {
                "jobs": [_plain(job) for job in chosen],
                "bytes": sum(_size(job) for job in chosen),
                "deleted": len(gone),
            }
        )
        return 0
    for job in chosen:
        print(_line(job))
    room = _room(sum(_size(job) for job in chosen))
    if arguments.yes:
        print(f"Deleted: {_number_of(gone)}, {room}.")
    elif chosen:
        print(f"Would be deleted: {_number_of(chosen)}, {room}; say --yes to do it.")
    else:
        print("Nothing would be deleted.")
    return 0


def _outworn(
    kept: Sequence[Kept], older: float | None, most: float | None, now: float
) -> list[Kept]:
    """Return what may go: never what is being computed, and what rested longest first."""
    resting = [job for job in reversed(kept) if not job.taken]
    total = sum(_size(job) for job in kept)
    chosen = []
    for job in resting:
        if (older is not None and now - job.written > older) or (most is not None and total > most):
            chosen.append(job)
            total -= _size(job)
    return chosen


def _store(arguments: argparse.Namespace) -> Store:
    from moeviz.engine import Store

    store = Store(arguments.store)
    taken = store.take_in_all()
    if taken:
        number = "1 job" if taken == 1 else f"{taken} jobs"
        print(f"moeviz: taken in from folders of files: {number}", file=sys.stderr)
    return store


def _kept(store: Store) -> list[Kept]:
    from moeviz.engine.listing import kept_jobs

    return kept_jobs(store)


def _of_kind(kept: list[Kept], kind: str | None) -> list[Kept]:
    if kind is not None:
        from moeviz.engine.kinds import kind_named

        kind_named(kind)
    return [job for job in kept if kind in (None, job.name.kind)]


def _chosen(store: Store, arguments: argparse.Namespace) -> Kept:
    found = [
        job
        for job in _kept(store)
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


def _total(job: Kept, specification: Any) -> int | None:
    """Return how many blocks the whole job has; None where its specification cannot be read."""
    from moeviz.engine.kinds import kind_named
    from moeviz.errors import MoevizError

    try:
        kind = kind_named(job.name.kind)
        return len(kind.plan(kind.read(specification)))
    except (MoevizError, AttributeError, KeyError, TypeError, ValueError):
        return None


def _plain(job: Kept) -> dict[str, Any]:
    owner = job.record.owner if job.record else None
    return {
        "kind": job.name.kind, "hash": job.name.hash, "device": job.name.device,
        "label": job.label, "state": job.state, "message": job.message,
        "version": job.record.version if job.record else 0,
        "seconds": job.record.seconds if job.record else 0.0,
        "blocks": job.blocks, "bytes": job.size, "states_bytes": job.left,
        "wishes": job.wishes, "written": job.written,
        "owner": None if owner is None else {"host": owner.host, "pid": owner.pid},
    }  # fmt: skip


def _line(job: Kept) -> str:
    when = datetime.fromtimestamp(job.written).strftime("%Y-%m-%d %H:%M")
    return (
        f"{job.name.hash}  {job.name.kind:9s} {job.name.device:4s} {job.state:11s} {when}  "
        f"{job.blocks:5d} blocks {_room(_size(job)):>9s}  {job.label}"
    ).rstrip()


def _size(job: Kept) -> int:
    return job.size + job.left


def _number_of(jobs: Sequence[Kept]) -> str:
    return f"{len(jobs)} job{'' if len(jobs) == 1 else 's'}"


def _room(size: float) -> str:
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size / 1e3:.0f} KB"


def _days(text: str) -> float:
    days = _number(text)
    if days is None:
        raise SpecificationError(f"Expected a number of days for --older, but got '{text[:20]}'.")
    return days * DAY


def bytes_of(text: str, option: str) -> float:
    """Return the bytes that a word such as 2GB says.

    Parameters
    ----------
    text, option : str
        The word, and which option it was given for.

    Raises
    ------
    SpecificationError
        If it says no size.
    """
    for unit, bytes_ in UNITS.items():
        if text.upper().endswith(unit):
            number = _number(text[: -len(unit)])
            if number is not None:
                return number * bytes_
            break
    raise SpecificationError(
        f"Expected a size as 500MB or 2GB for {option}, but got '{text[:20]}'; write it so."
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
