"""The command ``check``: a check of one's own, composed from the fields that the page has."""

from __future__ import annotations

import argparse

from moeviz.cli.printing import print_json
from moeviz.cli.settings import settings
from moeviz.errors import SpecificationError

MOST_SECONDS = 3600.0


def add_check(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a part of the check, such as router=cosine or test=relation",
    )
    parser.add_argument(
        "--limit", type=float, default=30.0, metavar="SECONDS", help="for each test (default: 30)"
    )
    parser.add_argument("--json", action="store_true", help="print plain data")
    parser.set_defaults(run=check)


def check(arguments: argparse.Namespace) -> int:
    """Decide the check that the arguments describe, and print the verdict.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``set``, ``limit`` and ``json``.

    Raises
    ------
    SpecificationError
        If a field or a value is not among the choices, or the limit is out of its range.
    """
    from moeviz.cli.verdict_text import verdict_text
    from moeviz.fields import read_texts
    from moeviz.symbolic.request.selection import CHECK_FIELDS, asked, validated

    if not 1.0 <= arguments.limit <= MOST_SECONDS:
        raise SpecificationError(
            f"Expected 1 to {MOST_SECONDS:,.0f} seconds for --limit, but got {arguments.limit:g}."
        )
    values = validated(read_texts(CHECK_FIELDS.values(), settings(arguments.set)))
    from moeviz.symbolic.request.answer import verdict_of

    verdict = verdict_of({"compose": asked(values)}, limit=arguments.limit).to_json()
    if arguments.json:
        print_json(verdict)
    else:
        print(verdict_text(verdict))
    return 0
