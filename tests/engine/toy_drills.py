"""A kind of job beside the studies, as short as one can be."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from toy_study import Block

from moeviz.engine.kind import Kind


@dataclass(frozen=True)
class Drill:
    """Count to a number, a block for each step."""

    turns: int

    @property
    def hash(self) -> str:
        return hashlib.sha256(f"drill {self.turns}".encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Drills(Kind):
    name = "drills"

    def owns(self, spec: Any) -> bool:
        return isinstance(spec, Drill)

    def read(self, data: Any) -> Drill:
        return Drill(**data)

    def plan(self, spec: Drill) -> list[Block]:
        return [Block(f"turn-{n}", 1.0, n) for n in range(spec.turns)]

    def run_block(
        self, spec: Drill, block: Block, device: str, should_stop: Any = None
    ) -> dict[str, Any]:
        return {"turn": block.index}

    def assemble(self, spec: Drill, results: Any, seconds: float, device: str) -> list[int]:
        return [result["turn"] for result in results.values()]
