"""A kind of job whose blocks go on from one another, and cost nothing but a nap."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moeviz.engine.kind import Kind
from moeviz.errors import Cancelled


@dataclass(frozen=True)
class Relay:
    """Runners who each count on from what the runner before left.

    Attributes
    ----------
    teams : int
        Chains.
    runners : int
        Blocks of each chain.
    nap : float
        Seconds that a block takes.
    size : int
        Bytes of a state, about.
    log : str
        File that gets a line ``"<block> <pid> <device>"`` when a block begins; "" for none.
    """

    teams: int
    runners: int
    nap: float = 0.0
    size: int = 100
    log: str = ""

    @property
    def hash(self) -> str:
        text = json.dumps(asdict(self) | {"log": "", "nap": 0}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Leg:
    team: int
    runner: int
    cost: float = 1.0

    @property
    def id(self) -> str:
        return f"{self.team}/{self.runner}"


class Relays(Kind):
    """Relays; workers rehearse one that leaves a line in `rehearsals`, if that is a file."""

    name = "relays"

    def __init__(self, rehearsals: str = "") -> None:
        self.rehearsals = rehearsals

    def rehearsal(self) -> Relay | None:
        return Relay(1, 2, log=self.rehearsals) if self.rehearsals else None

    def owns(self, spec: Any) -> bool:
        return isinstance(spec, Relay)

    def read(self, data: Any) -> Relay:
        return Relay(**data)

    def plan(self, spec: Relay) -> list[Leg]:
        return [Leg(team, runner) for runner in range(spec.runners) for team in range(spec.teams)]

    def before(self, block: Leg) -> str | None:
        return f"{block.team}/{block.runner - 1}" if block.runner else None

    def go_on(
        self,
        spec: Relay,
        block: Leg,
        state: bytes | None,
        device: str,
        should_stop: Callable[[], bool] | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        assert (state is None) == (block.runner == 0)
        if spec.log:
            with Path(spec.log).open("a") as log:
                log.write(f"{block.id} {os.getpid()} {device}\n")
        end = time.monotonic() + spec.nap
        while time.monotonic() < end:
            if should_stop is not None and should_stop():
                raise Cancelled("The block was asked to stop.")
            time.sleep(0.01)
        digest = hashlib.sha256((state or b"") + block.id.encode())
        return {"digest": digest.hexdigest()}, digest.digest() * (spec.size // 32 + 1)

    def run_block(
        self, spec: Relay, block: Leg, device: str, should_stop: Any = None
    ) -> dict[str, Any]:
        return self.go_on(spec, block, None, device, should_stop)[0]

    def assemble(self, spec: Relay, results: Any, seconds: float, device: str) -> dict[str, str]:
        return {block_id: result["digest"] for block_id, result in results.items()}


def undisturbed(spec: Relay) -> dict[str, str]:
    """What every leg finds, run here one after another."""
    kind, found = Relays(), {}
    states: dict[int, bytes | None] = dict.fromkeys(range(spec.teams))
    short = Relay(spec.teams, spec.runners, size=spec.size)
    for leg in kind.plan(short):
        result, states[leg.team] = kind.go_on(short, leg, states[leg.team], "cpu")
        found[leg.id] = result["digest"]
    return found
