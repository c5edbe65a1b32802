"""The command ``bench``: benchmarks, with peers beside them."""

from __future__ import annotations

import argparse
import sys

from moeviz.cli.printing import print_json


def add_bench(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks (default: all)")
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=bench)


def bench(arguments: argparse.Namespace) -> int:
    """Measure, and print a row for each piece of work.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``names`` and ``json``.

    Raises
    ------
    UnknownNameError
        If there is no such benchmark.
    """
    from moeviz.bench import run_benchmarks

    def begins(name: str) -> None:
        print(f"moeviz: {name} is being measured ...", file=sys.stderr, flush=True)

    rows = run_benchmarks(arguments.names, begins)
    if arguments.json:
        print_json(rows)
        return 0
    for row in rows:
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
        peer = "" if row["peer_seconds"] is None else f" {row['peer_seconds']:.3g} s"
        print(f"{row['name']}: {row['work']}")
        print(f"  ours {row['ours_seconds']:.3g} s, {row['peer']}{peer}, ratio {ratio}")
    return 0
