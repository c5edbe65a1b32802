"""Files that a command writes: refused before the work where they could not be written."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection
from pathlib import Path

from moeviz.errors import SpecificationError


def export_endings() -> tuple[str, ...]:
    """Return the endings that ``--export`` knows."""
    from moeviz.export.formats import FORMATS

    return tuple(FORMATS)


def check_target(path: Path, option: str, endings: Collection[str] = ()) -> None:
    """Refuse a path to which nothing could be written.

    Parameters
    ----------
    path : Path
        What the option says.
    option : str
        The option's name, for the message.
    endings : collection of str
        The endings that are known; empty for any.

    Raises
    ------
    SpecificationError
        If the ending is not known, the path is a folder or lies in none, or may not be written.
    """
    if endings and path.suffix not in endings:
        raise SpecificationError(
            f"Expected {option} to end in {', '.join(endings)}, but got '{path.name[:40]}'; "
            "the ending says what is written."
        )
    try:
        if path.is_dir():
            wrong = "it is a folder; name a file in it"
        elif not path.absolute().parent.is_dir():
            wrong = "its folder does not exist; make that first"
        else:
            _touch(path)
            return
    except OSError as error:
        wrong = f"trying gave: {error.strerror}"
    raise SpecificationError(
        f"Expected a file that can be written for {option}, but got '{path.name[:40]}': {wrong}."
    )


def _touch(path: Path) -> None:
    """Open a file as if to write to it, and leave all as it was; pipes are only asked about."""
    existed = path.exists()
    if existed and not path.is_file():
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return
    with path.open("ab"):
        pass
    if not existed:
        path.unlink()


def write(path: Path, content: str | bytes) -> None:
    """Write a file.

    Parameters
    ----------
    path : Path
    content : str or bytes
        A text is written as UTF-8.

    Raises
    ------
    SpecificationError
        If that fails.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.write_bytes(data)
    except OSError as error:
        raise SpecificationError(
            f"Expected a file that can be written, but {path.name} gave: {error.strerror}."
        ) from None
