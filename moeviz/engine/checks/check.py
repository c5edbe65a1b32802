"""Checks by name: what one looks like from outside, and the verdicts that are kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import moeviz
from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError, EngineError, StoreError
from moeviz.text import json_text

State = Literal["waiting", "running", "done", "failed", "cancelled"]
Request = Mapping[str, Any]

CLAIM_SECONDS = 10.0
"""How long each test of a claim in the catalogue may take."""

COMPOSED_SECONDS = 30.0
"""How long a composed test may take."""


@dataclass(frozen=True)
class CheckView:
    """A check as it stands.

    Attributes
    ----------
    key : str
        Its name.
    state : str
        One of "waiting", "running", "done", "failed", "cancelled".
    seconds : float
        How long it has been running, or ran.
    limit : float
        How long each of its tests may run.
    verdict : dict or None
        As :func:`moeviz.symbolic.run.run_check` returns it, when done.
    message : str
        Why it failed.
    final : bool
        Whether its verdict stays the same; not where time ran out.
    """

    key: str
    state: State
    seconds: float = 0.0
    limit: float = CLAIM_SECONDS
    verdict: dict[str, Any] | None = None
    message: str = ""
    final: bool = True

    @property
    def active(self) -> bool:
        """Whether it will still change."""
        return self.state in ("waiting", "running")


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return what names the program that decides: version, code and data of its lower floors."""
    digest = hashlib.sha256(moeviz.__version__.encode())
    root = Path(moeviz.__file__).parent
    for floor in ("model", "symbolic"):
        for path in sorted(p for p in (root / floor).rglob("*") if p.suffix in (".py", ".json")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(request: Request) -> str:
    """Return the name of a check: of its request and of the program together.

    Parameters
    ----------
    request : mapping
        JSON-able.
    """
    text = json_text(request, sort_keys=True, compact=True)
    return hashlib.sha256(f"{fingerprint()} {text}".encode()).hexdigest()[:16]


class Verdicts:
    """The verdicts on disk, one file each.

    Parameters
    ----------
    folder : Path
        Made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> CheckView | None:
        """Return a kept check, or None; a damaged file is set aside."""
        path = self._folder / f"{key}.json"
        try:
            verdict = files.unseal(files.read_json(path), path)
        except FileNotFoundError:
            return None
        except DamagedFileError:
            with suppress(StoreError):
                files.set_aside(path)
            return None
        return CheckView(key, "done", float(verdict.get("seconds", 0.0)), verdict=verdict)

    def write(self, key: str, verdict: dict[str, Any]) -> None:
        """Keep a verdict, where the folder can be written to.

        A folder that cannot costs a computation later, not the verdict that stands now.
        """
        try:
            files.write_json(self._folder / f"{key}.json", files.seal(verdict))
        except EngineError:
            return
