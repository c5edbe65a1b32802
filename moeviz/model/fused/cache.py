"""Where compiled code is kept: beside Python's own, or in the laboratory's folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numba

PREFIX = "fused-"
"""How the folders begin; the rest says of which sources the code was made."""


@cache
def cached() -> bool:
    """Say where compiled code is kept, and return whether there is such a place.

    numba looks at the time of a function's own file alone; a change of what it calls would go
    unseen. So the folder's name is made of all sources of this package. A place that
    ``NUMBA_CACHE_DIR`` names comes first.
    """
    if os.environ.get("NUMBA_CACHE_DIR"):
        return True
    name = PREFIX + _digest()
    for place in _places():
        folder = place / name
        if _writable(folder):
            _clear(place, name)
            numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
            return True
    return False


def _places() -> Iterator[Path]:
    yield Path(__file__).parent / "__pycache__"
    home = os.environ.get("MOEVIZ_HOME") or "~/.cache/moeviz"
    yield Path(os.path.expanduser(home)) / "compiled"


def _digest() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _clear(place: Path, name: str) -> None:
    """Delete the code of other sources; who runs it has it in memory."""
    for folder in place.glob(f"{PREFIX}*"):
        if folder.name != name:
            shutil.rmtree(folder, ignore_errors=True)
