"""The command ``glossary``: what the words mean."""

from __future__ import annotations

import argparse

from moeviz.cli.printing import print_json


def add_glossary(parser: argparse.ArgumentParser) -> None:
    """Give the command its arguments.

    Parameters
    ----------
    parser : argparse.ArgumentParser
        The command's own.
    """
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="a word, which may be several, as `mixing measure` (default: all)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print plain data")
    how.add_argument("--markdown", action="store_true", help="print the page of the documentation")
    parser.set_defaults(run=glossary)


def glossary(arguments: argparse.Namespace) -> int:
    """Print a word with its meaning, or all of them.

    Parameters
    ----------
    arguments : argparse.Namespace
        With ``words``, which are one name of several words, ``json`` and ``markdown``.

    Raises
    ------
    UnknownNameError
        If there is no such word.
    """
    from moeviz.charts.glossary import GLOSSARY, find_term, glossary_json
    from moeviz.charts.glossary_page import glossary_markdown, term_text

    chosen = [find_term(" ".join(arguments.words))] if arguments.words else [*GLOSSARY.values()]
    if arguments.json:
        names = {term.id for term in chosen}
        print_json([one for one in glossary_json() if one["id"] in names])
    elif arguments.markdown:
        print(glossary_markdown(), end="")
    else:
        print("\n\n".join(map(term_text, chosen)))
    return 0
