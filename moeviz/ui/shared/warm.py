"""What the server imports and computes before anybody comes, so that no visit waits for it."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from moeviz.ui.shared.navigation import SECTIONS

_BESIDE = ("pandas", "pyarrow")
"""What Streamlit itself imports when a page first needs it."""


async def warm(folder: Path) -> None:
    """Import what the pages import, in the order of the menu, and leave time for visitors.

    PyTorch is here already: the server's own modules import it, so that it is no visit that waits
    for it, but the start of the server. A module that has a function ``prepare`` computes with it
    what its page shows at first.

    Parameters
    ----------
    folder : Path
        Where the app's file lies.
    """
    for name in used_by_pages(folder):
        module = await asyncio.to_thread(import_module, name)
        prepare = getattr(module, "prepare", None)
        if callable(prepare):
            await asyncio.to_thread(prepare)


def used_by_pages(folder: Path) -> list[str]:
    """Return the names of the modules that the pages' scripts import, each once.

    Parameters
    ----------
    folder : Path
        Where the app's file lies.
    """
    scripts = [folder / path for paths in SECTIONS.values() for path in paths]
    found = [name for script in scripts for name in _imported(script)]
    return list(dict.fromkeys([*found, *_BESIDE]))


def _imported(script: Path) -> Iterator[str]:
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
