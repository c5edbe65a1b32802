"""Kept results: full-size studies that ship with the project, as data.

Each is a JSON file beside this module: the result's own JSON with the date and the device of the
run. ``python -m moeviz keep NAME`` makes one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

from moeviz.study.kept_file import read_kept, write_kept
from moeviz.study.result import Result

FOLDER = "results"

DIGITS = 6
"""Of every number that is kept."""


@dataclass(frozen=True)
class KeptResult:
    """A result that is kept.

    Attributes
    ----------
    date : str
        When it was run, as ISO has it.
    device : str
        Where.
    result : Result
    """

    date: str
    device: str
    result: Result


def kept_folder() -> Path:
    """Return the folder of the kept results."""
    return Path(str(resources.files("moeviz.study") / FOLDER))


@lru_cache(maxsize=1)
def kept_names() -> tuple[str, ...]:
    """Return the presets of which a full-size result is kept."""
    return tuple(sorted(path.stem for path in kept_folder().glob("*.json")))


@lru_cache(maxsize=64)
def kept_result(name: str) -> KeptResult | None:
    """Return the kept result of a preset, or None.

    Parameters
    ----------
    name : str
        A preset's name.

    Raises
    ------
    SpecificationError
        If the file is not one that :func:`keep` wrote.
    """
    if name not in kept_names():
        return None
    date, device, plain = read_kept(kept_folder(), name)
    return KeptResult(date, device, Result.from_json(plain))


def keep(name: str, result: Result, date: str, device: str) -> Path:
    """Write a result into the project's own folder; losses keep six digits.

    The paths of single fits stay out: they are most of a result's bytes, and a study that runs
    has them anew.
    """
    plain = replace(result, paths=()).to_json()
    path = write_kept(kept_folder(), name, plain, date, device, DIGITS)
    kept_names.cache_clear()
    kept_result.cache_clear()
    return path
