"""By which number a comparison is decided."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.train.specification import Training
from moeviz.train.tasks import TASKS, Digits

HELD_OUT, ACCURACY, VALIDATION, LEARNED = "held_out", "accuracy", "validation", "train"
CURVES = (HELD_OUT, ACCURACY, VALIDATION, LEARNED)
"""What can be drawn along the steps."""


DIAGNOSTICS = (
    "change", "agreement", "use_entropy", "weight_entropy", "score_norm", "similarity",
    "rank_down",
)  # fmt: skip
"""What is one number for each layer at each checkpoint."""

TRUTHS = ("agreement", "first", "information", "most")
"""What is one more where the true gate is known; read as ``truth.agreement`` and so on."""

TRUE_GATE = "truth.agreement"
"""The share of a token's experts that are those of the truth."""

IDLE = "idle"
"""How many experts lie idle; read of the shares of a layer that was looked at."""

IDLE_SHARE = 0.1
"""An expert with less than this part of an equal share of all assignments lies idle."""

SPEEDS = ("learned_per_second", "asked_per_second")
"""Tokens in a second while learning, and while answering alone."""

FINAL = "final"


@dataclass(frozen=True)
class Measure:
    """What a method's final number is.

    Attributes
    ----------
    what : str
        Which of a record's numbers it is read from.
    name, unit : str
        For people.
    lower_is_better : bool
    """

    what: str
    name: str
    unit: str
    lower_is_better: bool


def measure_of(spec: Training) -> Measure:
    """Return by which number a comparison's methods are compared."""
    if spec["task"] == Digits.name:
        return Measure(ACCURACY, "accuracy under the rotation left out", "share of digits", False)
    return Measure(HELD_OUT, "loss on what is held out", TASKS[spec["task"]].unit, True)
