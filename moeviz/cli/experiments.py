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
        "--markdown", action="store_true", help="print the tables of the documentation (default)"
    )
    parser.set_defaults(run=experiments)


def experiments(arguments: argparse.Namespace) -> int:
    """Print what the papers print of their simulations, and ours beside it.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``json``.
    """
    from moeviz.charts.experiments import experiments_json, experiments_markdown

    if arguments.json:
        print_json(experiments_json())
    else:
        print(experiments_markdown(), end="")
    return 0
