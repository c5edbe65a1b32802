"""Where compiled code is kept between processes, and how it is written and read.

A file is its own digest and what it holds, so that half a file, or one that a bad disk has
changed, is no file: the code is compiled anew and written again. Nothing here raises; a folder
that cannot be read or written costs time and never an answer.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

PREFIX = "fused-"
"""How the folders begin; the rest says of which sources the code was made."""

SUFFIX = ".code"
"""How files of compiled code end."""

UNUSED = 7 * 24 * 3600.0
"""Seconds after which other sources' code goes from a place that several versions may share."""

ABANDONED = 3600.0
"""Seconds after which nobody is writing a file any more."""

logger = logging.getLogger(__name__)


def read(name: str) -> bytes | None:
    """Return what was kept under a name, from the first place that has it whole.

    Parameters
    ----------
    name : str
    """
    for folder in folders():
        try:
            content = (folder / f"{name}{SUFFIX}").read_bytes()
        except OSError:
            continue
        digest, body = content[:32], content[32:]
        if hashlib.sha256(body).digest() == digest:
            return body
        _say(f"{folder / name}{SUFFIX} is damaged; it is compiled anew.")
    return None


def write(name: str, content: bytes) -> bool:
    """Keep something under a name in the first place that takes it; return whether one did.

    Parameters
    ----------
    name : str
    content : bytes
    """
    why: OSError | None = None
    for folder in folders():
        part = folder / f"{name}.{uuid.uuid4().hex[:16]}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(hashlib.sha256(content).digest() + content)
            os.replace(part, folder / f"{name}{SUFFIX}")
        except OSError as error:
            why = error
            with suppress(OSError):
                part.unlink()
            continue
        _tidy(folder)
        return True
    if why is not None:
        _say(f"Compiled code cannot be kept ({why}); every process compiles it anew.")
    return False


def folders() -> Iterator[Path]:
    """Yield where the code of today's sources may lie, in the order of preference.

    Their name is made of all sources of this package: whatever changes, the code that was
    compiled before is not found. Nothing is yielded where the sources cannot be read.
    """
    digest = _digest()
    if digest:
        for place in _places():
            yield place / f"{PREFIX}{digest}"


def _places() -> Iterator[Path]:
    if own := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(os.path.expanduser(own))
    yield _beside()
    home = os.environ.get("MOEVIZ_HOME") or "~/.cache/moeviz"
    yield Path(os.path.expanduser(home)) / "compiled"


def _beside() -> Path:
    return Path(__file__).parent / "__pycache__"


@cache
def _digest() -> str:
    try:
        sources = [one.read_bytes() for one in sorted(Path(__file__).parent.glob("*.py"))]
    except OSError:
        sources = []
    return hashlib.sha256(b"\0".join(sources)).hexdigest()[:16] if sources else ""


def _tidy(folder: Path) -> None:
    """Delete the code of other sources, and what stopped processes have left.

    Who runs the code has it in memory.
    """
    place, now = folder.parent, time.time()
    age = 0.0 if place == _beside() else UNUSED
    for other in place.glob(f"{PREFIX}*"):
        if other != folder and _age(other, now) >= age:
            shutil.rmtree(other, ignore_errors=True)
    for part in folder.glob("*.part"):
        if _age(part, now) >= ABANDONED:
            with suppress(OSError):
                part.unlink()


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except OSError:
        return 0.0


@cache
def _say(what: str) -> None:
    """Log a sentence once in a process."""
    logger.warning(what)
