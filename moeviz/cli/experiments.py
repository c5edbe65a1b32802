"""The command ``experiments``: the published simulations beside ours, from what is kept."""

from __future__ import annotations

import argparse

from moeviz.cli.printing import print_json


def add_experiments(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print plain data")
    how.add_argument(
        "--markdown",
        action="store_true",
        help="print the tables alone, as the documentation has them",
    )
    parser.set_defaults(run=experiments)


def experiments(arguments: argparse.Namespace) -> int:
    """Print what the papers print of their simulations, and ours beside it.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``json`` and ``markdown``.
    """
    from moeviz.charts.experiments import KEY, experiments_json, experiments_markdown

    if arguments.json:
        print_json(experiments_json())
        return 0
    if not arguments.markdown:
        print(KEY)
    print(experiments_markdown(), end="")
    return 0
