"""Results of training that nobody ran: records whose numbers are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moeviz.train.plan import Run, plan
from moeviz.train.result import TrainingResult, assemble
from moeviz.train.specification import Training

TINY: dict[str, Any] = {
    "steps": 12, "points": 3, "batch": 4, "context": 16, "width": 16, "heads": 2, "hidden": 8,
    "experts": 4, "top": 2, "projection": 4, "omega": 0.4,
}  # fmt: skip
TEXT = ("the quick brown fox jumps over the lazy dog. " * 80).encode()


def record(spec: Training, run: Run, number: int, loss: float | None) -> dict[str, Any]:
    """A checkpoint's record with a given loss, and an accuracy of one less it."""
    told = None if loss is None else 1.0 - loss
    layer = {"agreement": 0.5, "change": None, "load": [0.25] * 4, "rank_down": 0.1}
    digits = spec["task"] == "digits"
    return {
        "step": spec.steps_at[number],
        "train": [loss, loss],
        "held_out": loss,
        "accuracy": told if digits else None,
        "validation": {"loss": loss, "accuracy": told} if digits else None,
        "competed": [1, 0] if spec.methods[run.method].competes else None,
        "learned_per_second": 100.0 + run.seed,
        "asked_per_second": 200.0,
        "look": None if loss is None else {"loss": loss, "layers": [layer, layer]},
    }


def made(
    loss: Callable[[Run, int], float | None],
    name: str = "test",
    only: Callable[[Run, int], bool] = lambda run, number: True,
    **fields: Any,
) -> TrainingResult:
    """A comparison whose losses are given, as far as `only` says that they are there."""
    own = None if fields.get("task", "language") != "language" else TEXT
    spec = Training.make(name, {**TINY, **fields}, own)
    records: Mapping[str, Any] = {
        each.id: record(spec, each.run, each.number, loss(each.run, each.number))
        for each in plan(spec)
        if only(each.run, each.number)
    }
    return assemble(spec, records, 1.0, "cpu")
