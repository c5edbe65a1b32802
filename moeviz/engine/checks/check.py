"""Checks as a kind of job: a request, one block that decides it, the verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

import moeviz
from moeviz.engine import files
from moeviz.engine.errors import DamagedFileError
from moeviz.engine.kind import Kind
from moeviz.text import json_text

CLAIM_SECONDS = 10.0
"""How long each test of a claim in the catalogue may take."""

COMPOSED_SECONDS = 30.0
"""How long a composed test may take."""

LATE = "time limit"
"""Name of a test that ran out of time."""


@dataclass(frozen=True)
class Check:
    """What is to be checked: the specification of one job.

    Attributes
    ----------
    request : mapping
        ``{"claim": id}`` or ``{"compose": {...}}``, JSON-able.
    """

    request: Mapping[str, Any]

    @cached_property
    def hash(self) -> str:
        """Name of the check: of its request and of the program that decides it together."""
        text = json_text(self.request, sort_keys=True, compact=True)
        return hashlib.sha256(f"{fingerprint()} {text}".encode()).hexdigest()[:16]

    @property
    def limit(self) -> float:
        """Seconds that each of its tests may take."""
        return COMPOSED_SECONDS if "compose" in self.request else CLAIM_SECONDS

    def to_json(self) -> dict[str, Any]:
        """Return the request."""
        return dict(self.request)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return what names the program that decides: version, code and data of its lower floors."""
    digest = hashlib.sha256(moeviz.__version__.encode())
    root = Path(moeviz.__file__).parent
    beside = [root / name for name in ("errors.py", "fields.py", "text.py")]
    for floor in ("model", "symbolic"):
        beside += sorted(p for p in (root / floor).rglob("*") if p.suffix in (".py", ".json"))
    # Verdicts that ship decide nothing.
    beside = [path for path in beside if path.parent.name != "verdicts"]
    for path in beside:
        digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class CheckBlock:
    """The one block of a check.

    Attributes
    ----------
    cost : float
        Seconds that each test may take.
    """

    cost: float
    id: ClassVar[str] = "verdict"


class Checks(Kind):
    """Checks as a kind of job.

    A block's result has the "verdict", as :func:`moeviz.symbolic.request.answer.run_check` returns
    it, and "final": whether it stays the same, which it does not where time ran out.
    """

    name = "checks"
    must_keep = False

    def owns(self, spec: Any) -> bool:
        return isinstance(spec, Check)

    def read(self, data: Any) -> Check:
        return Check(dict(data))

    def plan(self, spec: Check) -> Sequence[CheckBlock]:
        return (CheckBlock(spec.limit),)

    def run_block(
        self,
        spec: Check,
        block: CheckBlock,
        device: str,
        should_stop: Callable[[], bool] | None = None,
    ) -> dict[str, Any]:
        from moeviz.symbolic.questions.spot import with_spots
        from moeviz.symbolic.request.answer import verdict_of

        verdict = with_spots(verdict_of(spec.request, should_stop, block.cost))
        return {"verdict": verdict, "final": all(t["name"] != LATE for t in verdict["tests"])}

    def assemble(
        self, spec: Check, results: Mapping[str, dict[str, Any]], seconds: float, device: str
    ) -> dict[str, Any] | None:
        result = results.get(CheckBlock.id)
        return None if result is None else result["verdict"]

    def lasts(self, result: Mapping[str, Any]) -> bool:
        return bool(result["final"])

    def earlier(self, root: Path, spec: Check) -> dict[str, dict[str, Any]]:
        path = root / self.name / f"{spec.hash}.json"
        try:
            verdict = files.unseal(files.read_json(path), path)
        except (FileNotFoundError, DamagedFileError):
            return {}
        return {CheckBlock.id: {"verdict": verdict, "final": True}}
