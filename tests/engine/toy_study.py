"""A study that costs nothing but the time it is told to take, for tests of the engine.

It keeps the engine's side of the bargain in the open: each block is a pure function of the
specification and the block, checks `should_stop`, and leaves a line in a log, so that a test can
count how often a block was computed and by which process.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moeviz.errors import Cancelled, MoevizError, SpecificationError

PRESETS: dict[str, Any] = {}


@dataclass(frozen=True)
class Specification:
    """Blocks of given durations.

    Attributes
    ----------
    seconds : tuple of float
        How long each block takes; their number is the study's.
    seed : int
        Changes the numbers.
    log : str
        File that gets a line ``"<block> <pid> <device>"`` when a block begins; "" for none.
    fail : str
        Block that raises.
    how : str
        How it raises: ``"known"``, ``"unknown"``, ``"json"`` (returns what JSON cannot hold) or
        ``"die"`` (the process ends).
    deaf : bool
        Whether blocks ignore `should_stop`.
    """

    seconds: tuple[float, ...]
    seed: int = 0
    log: str = ""
    fail: str = ""
    how: str = "known"
    deaf: bool = False

    @property
    def hash(self) -> str:
        text = json.dumps(self.to_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"seconds": list(self.seconds)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Specification:
        if set(data) != set(cls.__dataclass_fields__):
            raise SpecificationError("Expected the fields of a toy study; write all of them.")
        return cls(**(data | {"seconds": tuple(data["seconds"])}))


@dataclass(frozen=True)
class Block:
    id: str
    cost: float
    index: int


def split(spec: Specification) -> tuple[Block, ...]:
    return tuple(Block(f"block-{i}", max(s, 1e-3), i) for i, s in enumerate(spec.seconds))


def run_block(
    spec: Specification, block: Block, device: str = "cpu", should_stop: Any = None
) -> dict[str, Any]:
    if spec.log:
        with Path(spec.log).open("a") as log:
            log.write(f"{block.id} {os.getpid()} {device}\n")
    if block.id == spec.fail:
        _fail(spec.how)
        if spec.how == "json":
            return {"value": {1, 2}}
    end = time.monotonic() + spec.seconds[block.index]
    while time.monotonic() < end:
        if should_stop is not None and should_stop() and not spec.deaf:
            raise Cancelled("The block was asked to stop.")
        time.sleep(0.01)
    rng = random.Random(f"{spec.seed} {block.index}")
    return {"block": block.id, "values": [rng.gauss(0, 1) / 3 for _ in range(20)] + [float("nan")]}


def _fail(how: str) -> None:
    if how == "known":
        raise MoevizError("Expected good weather, but it rains; take an umbrella.")
    if how == "unknown":
        raise ZeroDivisionError("deep\n  inside")
    if how == "die":
        os._exit(1)


def assemble(
    spec: Specification, results: dict[str, dict[str, Any]], seconds: float, device: str
) -> dict[str, Any]:
    blocks = [block.id for block in split(spec)]
    return {
        "hash": spec.hash,
        "device": device,
        "complete": all(block in results for block in blocks),
        "values": [results[block]["values"] for block in blocks if block in results],
    }
