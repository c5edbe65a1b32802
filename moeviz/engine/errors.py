"""Errors of the engine floor."""

from __future__ import annotations

import re
from pathlib import Path

from moeviz.errors import MoevizError

_FOLDERS = re.compile(r"(?<![^\s'\"(\[<])(?:[\\/][^\\/\s'\":,;()]+){2,}(?=[\\/])[\\/]")


class EngineError(MoevizError):
    """The machinery that runs studies cannot do what was asked of it."""


class UnknownJobError(EngineError):
    """Neither this process nor the store knows a job of that name."""


class StoreError(EngineError):
    """The folder that holds finished blocks cannot be used.

    Parameters
    ----------
    message : str
        One sentence. Visitors see it, so it does not say where the folder is.
    path : Path or str, optional
        What could not be used; for the log and the command line.
    """

    def __init__(self, message: str, path: Path | str | None = None) -> None:
        super().__init__(message)
        self.path = path


class DamagedFileError(StoreError):
    """A stored file does not hold what was written into it."""


class LostStoreError(StoreError):
    """The database refuses for a passing reason; trying again may help."""


def unreachable(place: str | Path) -> LostStoreError:
    """Return what to say of a server that does not answer.

    Parameters
    ----------
    place : str or Path
        Where the database is, without a password.
    """
    return LostStoreError(
        "Expected the database of finished work to answer, but it does not; who runs this server "
        "can start it again, or point MOEVIZ_STORE to another.",
        place,
    )


def told(error: BaseException) -> str:
    """Return what an error that nobody expected says, without the folders that it names.

    Visitors see it; where a server keeps its files is none of their business.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    str
        One line, possibly empty.
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _FOLDERS.sub("", " ".join(str(error).split()))[:300]
