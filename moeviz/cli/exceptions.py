"""The command ``exceptions``: the search for parameters at which claims fail."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from moeviz.cli.claims import within_processes
from moeviz.cli.printing import print_json
from moeviz.errors import SpecificationError


def add_exceptions(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument("names", nargs="*", metavar="ID", help="claims (default: all)")
    parser.add_argument(
        "--limit", type=float, default=1200.0, metavar="SECONDS", help="for all (default: 1200)"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the kept searches that were cut off"
    )
    parser.add_argument("--keep", action="store_true", help="keep what is found in the project")
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=exceptions)


def exceptions(arguments: argparse.Namespace) -> int:
    """Search for exceptions; what an interrupt or the limit leaves open is said and kept.

    Parameters
    ----------
    arguments : argparse.Namespace

    Returns
    -------
    int
        0, or 130 where it was interrupted.

    Raises
    ------
    SpecificationError
        If the number of processes or the limit is out of its range.
    UnknownNameError
        If an id is not there.
    """
    from moeviz.cli.verdict_text import search_text
    from moeviz.symbolic.catalogue.exceptions import keep_searches, search_all

    within_processes(arguments.workers)
    if not 1 <= arguments.limit <= 86_400:
        raise SpecificationError(
            f"Expected 1 to 86,400 seconds for --limit, but got {arguments.limit:g}."
        )
    if arguments.keep:
        what = f"{arguments.limit:,.0f} s on {arguments.workers} processes"
        print(f"moeviz: all searches together take at most {what}.", file=sys.stderr, flush=True)
    found: list[dict[str, Any]] = []
    interrupted = False
    try:
        for one in search_all(
            arguments.names, arguments.limit, arguments.workers, arguments.resume
        ):
            found.append(one)
            if arguments.keep:
                keep_searches([one])
            if not arguments.json:
                print(search_text(one), flush=True)
    except KeyboardInterrupt:
        interrupted = True
    if arguments.json:
        print_json(found)
    if not found and not interrupted:
        print("moeviz: every search asked for is kept and complete.", file=sys.stderr)
    if interrupted:
        print(
            f"moeviz: interrupted with {len(found)} searches done or begun; the others have no "
            "answer. With --keep, --resume goes on.",
            file=sys.stderr,
        )
    return 130 if interrupted else 0
