"""Commands of a command that work on the store."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def of_the_store(
    commands: Any,
    name: str,
    words: str,
    run: Callable[[argparse.Namespace], int],
    plain: bool = True,
) -> argparse.ArgumentParser:
    """Add a command that works on the store, and return its parser.

    Parameters
    ----------
    commands : argparse's special action
        What ``add_subparsers`` returned.
    name, words : str
        Its name, and what it does.
    run : callable
        Does it, and returns the exit status.
    plain : bool
        Whether it can print plain data (``--json``).
    """
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=words[:1].upper() + words[1:]
    )
    command.add_argument("--store", type=Path, help="folder of finished work")
    if plain:
        command.add_argument("--json", action="store_true", help="print plain data")
    command.set_defaults(run=run)
    return command
