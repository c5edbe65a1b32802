"""The commands on the papers' claims: ``claims`` shows verdicts, ``verdicts`` keeps them."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from moeviz.cli.printing import print_json
from moeviz.errors import SpecificationError
from moeviz.symbolic.questions.meant import meant

USUAL = 0.25
"""Seconds that a claim takes of which nothing is known."""


def add_claims(parser: argparse.ArgumentParser) -> None:
    """Give the command ``claims`` its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    _which(parser)
    parser.add_argument(
        "--live",
        action="store_true",
        help="decide again, instead of showing the verdicts that ship with the project",
    )
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=claims)


def add_verdicts(parser: argparse.ArgumentParser) -> None:
    """Give the command ``verdicts`` its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    _which(parser)
    parser.add_argument("--all", action="store_true", help="also those that are fresh")
    parser.add_argument(
        "--resume", action="store_true", help="pass over what was decided today already"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what it would cost, and end")
    parser.set_defaults(run=verdicts)


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="ID", help="claims (default: all)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")


def claims(arguments: argparse.Namespace) -> int:
    """Print verdicts: those that ship, where they are current, and others decided now.

    As plain data a verdict has "shipped" too: date and version of one that ships, else null.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``names``, ``workers``, ``live`` and ``json``.

    Raises
    ------
    SpecificationError
        If the number of processes is out of its range.
    UnknownNameError
        If an id is not there.
    """
    from moeviz.cli.verdict_text import verdict_text

    within_processes(arguments.workers)
    found = _shown(arguments)
    if arguments.json:
        print_json([{**verdict, "shipped": when} for when, verdict in found])
        return 0
    # Closed also where the reader goes away, so that what still waits is not decided.
    with closing(found):
        for when, verdict in found:
            print(verdict_text(verdict, when), flush=True)
    return 0


_Found = Generator[tuple[Mapping[str, str] | None, Mapping[str, Any]], None, None]
"""When each claim was decided, and by what; None for now; and its verdict."""


def _shown(arguments: argparse.Namespace) -> _Found:
    """Return what to show; no claim is made where it is known which verdicts are current."""
    from moeviz.cli.remembered import Memory, kept_verdict

    # A process that has the catalogue asks that: it may have changed since its files were read.
    if arguments.live or "moeviz.symbolic.catalogue" in sys.modules:
        return _verdicts(_ids(arguments.names), arguments.workers, arguments.live)
    memory = Memory()
    known = memory.recall()
    if known is not None:
        ids = _among(list(known), arguments.names)
        if all(map(known.get, ids)):
            return ((known[name], kept_verdict(name)) for name in ids)
    memory.remember(_current())
    return _verdicts(_ids(arguments.names), arguments.workers, live=False)


def _current() -> dict[str, dict[str, str] | None]:
    """Return of each claim when its verdict that ships was decided, or None where that is old."""
    from moeviz.symbolic.catalogue import CATALOGUE
    from moeviz.symbolic.catalogue.shipped import shipped_summary

    summary = shipped_summary()
    said = {name: {"date": one.date, "version": one.version} for name, one in summary.items()}
    return {name: said.get(name) for name in CATALOGUE.claims}


def _ids(names: Sequence[str]) -> list[str]:
    from moeviz.symbolic.catalogue import CATALOGUE

    return _among(list(CATALOGUE.claims), names)


def _among(known: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the ids that are meant, each once; all where none is named."""
    found = [claim for name in names for claim in meant(known, name)]
    return list(dict.fromkeys(found)) or list(known)


def _verdicts(ids: Sequence[str], workers: int, live: bool) -> _Found:
    """Yield each claim's verdict: the one that ships where it is current, else decided now."""
    from moeviz.symbolic.catalogue.shipped import shipped, stale
    from moeviz.symbolic.request.answer import decide_all

    now = [name for name in ids if live or stale(name)]
    # Without names it would decide them all.
    with contextlib.ExitStack() as stack:
        decided = stack.enter_context(closing(decide_all(now, workers))) if now else iter(())
        for name in ids:
            kept = None if name in now else shipped(name)
            if kept is None:
                yield None, next(decided)
            else:
                yield {"date": kept.date, "version": kept.version}, kept.verdict


def verdicts(arguments: argparse.Namespace) -> int:
    """Decide claims and keep the verdicts in the project, each as soon as it is there.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``names``, ``workers``, ``all``, ``resume`` and ``dry_run``.

    Returns
    -------
    int
        0, or 1 where a test ran out of time; such a verdict is not kept.

    Raises
    ------
    SpecificationError
        If the number of processes is out of its range.
    UnknownNameError
        If an id is not there.
    """
    from moeviz.symbolic.catalogue.shipped import index, keep, stale
    from moeviz.symbolic.request.answer import decide_all

    within_processes(arguments.workers)
    today = datetime.now(UTC).date().isoformat()
    ids, known = _ids(arguments.names), index()
    older = {name: stale(name) for name in ids}
    every = bool(arguments.all or arguments.names)
    done = {n for n in ids if arguments.resume and not older[n] and known[n].date == today}
    wanted = [name for name in ids if (older[name] or every) and name not in done]
    for name in filter(older.get, ids):
        print(f"{name}: {older[name]}")
    cost = sum(known[name].seconds if name in known else USUAL for name in wanted)
    print(f"To decide: {len(wanted)} of {len(ids)} claims, about {cost:.0f} s of one core.")
    if not wanted and not every:
        print("Nothing is stale; `verdicts --all` decides everything again.")
    if arguments.dry_run or not wanted:
        return 0
    late = changed = 0
    with closing(decide_all(wanted, arguments.workers)) as decided:
        for verdict in decided:
            if any("took longer than" in test["condition"] for test in _tests(verdict)):
                late += 1
                print(f"{verdict['id']}: a test ran out of time; not kept", flush=True)
            elif keep(verdict, today):
                changed += 1
                print(f"{verdict['id']}: {verdict['verdict']}, new", flush=True)
    print(
        f"Kept {len(wanted) - late} verdicts of {today}: {changed} are new, the others as before."
    )
    return 1 if late else 0


def _tests(verdict: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    repair = verdict["repair"]
    return [*verdict["tests"], *(repair["tests"] if repair else ())]


def within_processes(workers: int) -> None:
    """Refuse a number of processes that no machine wants.

    Parameters
    ----------
    workers : int

    Raises
    ------
    SpecificationError
        If it is not from 1 to 64.
    """
    if not 1 <= workers <= 64:
        raise SpecificationError(f"Expected 1 to 64 processes for --workers, but got {workers}.")
