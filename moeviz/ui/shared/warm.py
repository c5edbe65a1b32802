"""What the server imports and computes before anybody comes, so that no visit waits for it."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from moeviz.later import load
from moeviz.ui.shared.navigation import SECTIONS

TORCH = "torch"

_STORE = ("moeviz.engine.database.base", "moeviz.engine.rows")
"""What the first study that is run or opened needs."""

_BESIDE = ("pandas", "pyarrow")
"""What Streamlit itself imports when a page first needs it."""


async def warm(names: Iterable[str]) -> None:
    """Import modules one after the other, and leave time for visitors.

    One that has a function ``prepare`` computes with it what its page shows at first.

    Parameters
    ----------
    names : iterable of str
        As :func:`used_by_pages` returns them.
    """
    for name in names:
        module = await asyncio.to_thread(load, name)
        prepare = getattr(module, "prepare", None)
        if callable(prepare):
            await asyncio.to_thread(prepare)


def used_by_pages(folder: Path) -> list[str]:
    """Return the names of the modules that the pages' scripts import, in the menu's order.

    The first page needs no PyTorch, the others do: it comes after what the first page imports.

    Parameters
    ----------
    folder : Path
        Where the app's file lies.
    """
    scripts = [folder / path for paths in SECTIONS.values() for path in paths]
    first, *others = (list(_imported(script)) for script in scripts)
    return list(dict.fromkeys([*first, TORCH, *_STORE, *chain.from_iterable(others), *_BESIDE]))


def _imported(script: Path) -> Iterator[str]:
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
