"""Files that are whole or absent: atomic writes, sealed contents, a lock per folder."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from moeviz.engine.errors import DamagedFileError, StoreError
from moeviz.text import json_text

PARTIAL = ".partial"
"""Ending of a file that is still being written."""

DAMAGED = ".damaged"
"""Part of the name of a file that was set aside."""

MOST_HEAD = 4096
"""Bytes of the line that a file of bytes begins with, at most."""

_counter = itertools.count()


def write_json(path: Path, value: Any) -> None:
    """Write `value` so that a reader sees the old file or the new one, never a part.

    Raises
    ------
    StoreError
        If the folder cannot be written to.
    """
    text = json_text(value)
    with _replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises
    ------
    FileNotFoundError
        If there is none.
    DamagedFileError
        If it cannot be read as JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedFileError(
            f"Expected JSON in {path}, but it cannot be read ({error}); delete the file."
        ) from error


def seal(content: Any) -> dict[str, Any]:
    """Wrap JSON-able `content` with a checksum, for :func:`unseal`."""
    return {"sha256": _checksum(content), "content": content}


def unseal(sealed: Any, path: Path | None) -> Any:
    """Return the content of what :func:`seal` wrapped.

    Raises
    ------
    DamagedFileError
        If the checksum is missing or does not fit.
    """
    intact = (
        isinstance(sealed, dict)
        and "content" in sealed
        and sealed.get("sha256") == _checksum(sealed["content"])
    )
    if not intact:
        raise DamagedFileError(
            f"Expected {path or 'a file'} to hold what was written into it, but its checksum does "
            "not fit; delete the file."
        )
    return sealed["content"]


def _checksum(content: Any) -> str:
    # Python writes a float with the digits that read back as the same float, so that the text,
    # and with it the checksum, survives a round trip through the file.
    text = json_text(content, sort_keys=True, compact=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write_bytes(path: Path, name: str, content: bytes) -> None:
    """Write `content` as :func:`write_json` does, behind a line with its name and checksum.

    Raises
    ------
    StoreError
        If the folder cannot be written to.
    """
    head = {"name": name, "sha256": hashlib.sha256(content).hexdigest()}
    with _replacing(path) as partial, partial.open("wb") as file:
        file.write(json_text(head, compact=True).encode() + b"\n")
        file.write(content)


def read_bytes(path: Path, name: str) -> bytes:
    """Read what :func:`write_bytes` wrote under that name.

    Raises
    ------
    FileNotFoundError
        If there is none.
    DamagedFileError
        If the file holds something else.
    """
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline(MOST_HEAD))
            content = file.read()
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedFileError(
            f"Expected {path} to begin with its checksum, but it cannot be read ({error}); delete "
            "the file."
        ) from error
    if head != {"name": name, "sha256": hashlib.sha256(content).hexdigest()}:
        raise DamagedFileError(
            f"Expected {path} to hold what was written into it as {name}, but its checksum does "
            "not fit; delete the file."
        )
    return content


def names(folder: Path) -> set[str]:
    """Return the names of what lies in `folder`; none where it cannot be read."""
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def set_aside(path: Path) -> None:
    """Rename a damaged file, so that it is kept for a look but never read again.

    Raises
    ------
    StoreError
        If the folder cannot be written to.
    """
    with refusing(path), suppress(FileNotFoundError):
        os.replace(path, path.with_name(f"{path.name}{DAMAGED}-{time.time_ns()}"))


def remove(path: Path) -> bool:
    """Delete a file, and return whether there was one.

    Raises
    ------
    StoreError
        If there is one that cannot be deleted.
    """
    # Where nothing can be written, even what is not there cannot be deleted.
    if not os.path.lexists(path):
        return False
    with refusing(path):
        path.unlink(missing_ok=True)
    return True


def sweep(folder: Path) -> None:
    """Delete what a writer that died halfway has left in `folder`.

    Raises
    ------
    StoreError
        If the folder cannot be written to.
    """
    with refusing(folder):
        for partial in folder.glob(f"*{PARTIAL}"):
            partial.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path` alone among all threads and processes; it ends with its holder.

    Raises
    ------
    StoreError
        If the lock cannot be had.
    """
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
    with lock:  # closing the file lets the lock go
        with refusing(path):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a file to be written that then takes the place of `path` at once."""
    partial = path.with_name(f"{path.name}.{os.getpid()}-{next(_counter)}{PARTIAL}")
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield partial
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Turn whatever the file system refuses into one sentence.

    Raises
    ------
    StoreError
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or f"it cannot be ({error.strerror or 'no reason'})"
        raise StoreError(
            f"Expected a folder of finished work that can be written to, but {reason}; who runs "
            "this server can free some space, or point MOEVIZ_HOME to another folder.",
            path,
        ) from error


_REASONS = {
    errno.EROFS: "it has become read-only",
    errno.ENOSPC: "its disk is full",
    errno.EDQUOT: "its share of the disk is used up",
    errno.EACCES: "this program is not allowed to",
    errno.EPERM: "this program is not allowed to",
    errno.ENOTDIR: "a file stands in its place",
    errno.EEXIST: "a file stands in its place",
    errno.EISDIR: "a folder stands in the place of a file",
    errno.ENOENT: "it is gone",
    errno.EIO: "its disk does not answer",
    errno.ENAMETOOLONG: "its name is too long",
}
