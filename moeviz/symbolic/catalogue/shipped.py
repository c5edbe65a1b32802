"""Verdicts of the whole catalogue that ship with the project, as data with version and date.

One JSON file for each claim, which is what :func:`moeviz.symbolic.request.answer.run_check`
returned for it, and one small index of all: answer, date and the claim's definition at that time.
``python -m moeviz verdicts`` makes them, and tests decide every claim again and compare.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.definition import definition
from moeviz.text import json_text

FOLDER = "verdicts"
INDEX = "index.json"

FRESH = "fresh"
NEVER = "not decided yet"
CHANGED = "decided before the claim or the checker changed"


@dataclass(frozen=True)
class Shipped:
    """A verdict that ships with the project.

    Attributes
    ----------
    date : str
        The day on which it was decided, as ISO has it.
    version : str
        What the claim and the checker were then: :func:`definition` of the claim.
    verdict : dict
        As :func:`moeviz.symbolic.request.answer.run_check` returned it. Shared: read it only.
    """

    date: str
    version: str
    verdict: dict[str, Any]


@dataclass(frozen=True)
class Summary:
    """What the index says of a shipped verdict.

    Attributes
    ----------
    date, version : str
        As of :class:`Shipped`.
    verdict : str
        The answer's word.
    condition : str
        What must hold, for an answer under a condition.
    agrees : bool
        Whether it is the paper's answer.
    repaired : str
        The answer's word for the claim's repair; empty where there is none.
    seconds : float
        What deciding it took.
    """

    date: str
    version: str
    verdict: str
    condition: str
    agrees: bool
    repaired: str
    seconds: float


def folder() -> Path:
    """Return the folder of the shipped verdicts."""
    return Path(str(resources.files("moeviz.symbolic.catalogue") / FOLDER))


@lru_cache(maxsize=1)
def index() -> Mapping[str, Summary]:
    """Return what the index says, by the claims' ids, also of claims that changed since."""
    try:
        content = json.loads((folder() / INDEX).read_text("utf-8"))
    except FileNotFoundError:
        content = {}
    found = {name: Summary(**content[name]) for name in CATALOGUE.claims if name in content}
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def shipped_summary() -> Mapping[str, Summary]:
    """Return what the index says of the verdicts that are current, by the claims' ids."""
    return MappingProxyType({name: one for name, one in index().items() if not stale(name)})


@cache
def shipped(claim: str) -> Shipped | None:
    """Return the shipped verdict of a claim, or None where there is none that is current.

    Parameters
    ----------
    claim : str
        Its id.
    """
    if stale(claim):
        return None
    summary = index()[claim]
    return Shipped(summary.date, summary.version, json.loads(_path(claim).read_text("utf-8")))


def stale(claim: str) -> str:
    """Return why the shipped verdict of a claim must not be shown as current; empty if it may.

    Parameters
    ----------
    claim : str
        Its id; one that is not in the catalogue was never decided.
    """
    summary = index().get(claim)
    if summary is None or not _path(claim).is_file():
        return NEVER
    return "" if summary.version == _definition(claim) else CHANGED


@cache
def _definition(claim: str) -> str:
    return definition(CATALOGUE.claims[claim])


def _path(claim: str) -> Path:
    return folder() / f"{claim}.json"


def keep(verdict: Mapping[str, Any], date: str) -> bool:
    """Write a verdict of today's catalogue into the project; drop those of claims that are gone.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.
    date : str
        As ISO has it.

    Returns
    -------
    bool
        Whether it says something else than what was shipped, or is the first of its claim. The
        seconds that it took are not compared, and alone change no file but the index.
    """
    name = str(verdict["id"])
    new = json.loads(json_text(verdict))
    path = _path(name)
    path.parent.mkdir(exist_ok=True)
    old: Any = json.loads(path.read_text("utf-8")) if path.is_file() else None
    changed = timeless(old) != timeless(new)
    if changed:
        old = new
        _write(path, json_text(new, compact=True) + "\n")
    content = {known: asdict(summary) for known, summary in index().items()}
    content[name] = asdict(summary_of(old, date))
    ordered = [known for known in CATALOGUE.claims if known in content]
    lines = (f"{json_text(n)}: {json_text(content[n], compact=True)}" for n in ordered)
    _write(path.parent / INDEX, "{\n" + ",\n".join(lines) + "\n}\n")
    for gone in set(path.parent.glob("*.json")) - {_path(n) for n in content} - {_path("index")}:
        gone.unlink()
    forget()
    return changed


def forget() -> None:
    """Have everything read again, for what was read may have been written since."""
    for read in (index, shipped_summary, shipped, _definition):
        read.cache_clear()


def summary_of(verdict: Mapping[str, Any], date: str) -> Summary:
    """Return what the index says of a verdict.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.
    date : str
        As ISO has it.
    """
    repair = verdict["repair"]
    return Summary(
        date=date,
        version=_definition(verdict["id"]),
        verdict=verdict["verdict"],
        condition=verdict["condition"],
        agrees=verdict["agrees_with_paper"],
        repaired=repair["verdict"] if repair else "",
        seconds=verdict["seconds"],
    )


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def timeless(data: Any) -> Any:
    """Return a verdict without what differs from one time to the next.

    Parameters
    ----------
    data : Any
        Plain data.

    Notes
    -----
    Left out are the seconds that its parts took, and, along a counter-sequence on which the
    function does not move at all, the rounding that was measured in its place.
    """
    if isinstance(data, Mapping):
        noise = {"seconds", "function"} if data.get("exact") is True else {"seconds"}
        return {key: timeless(own) for key, own in data.items() if key not in noise}
    return [timeless(own) for own in data] if isinstance(data, (list, tuple)) else data
