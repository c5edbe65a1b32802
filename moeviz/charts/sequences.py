"""Slow sequences: the document of their picture, with a sentence for each step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from moeviz.charts.checker import superscript
from moeviz.charts.walks import power_of_ten
from moeviz.symbolic.catalogue.course import HALVINGS, Course, Fitted, Stage, course

STEP = "step"
"""The handle that is moved along the sequence."""

FIRST_STEP = 2.0
"""Where it stands at first: atoms are far apart, and functions are not."""

LOWEST = -34.0
"""Decades below which a ratio is not drawn."""

LEVEL = 0.01
"""Orders that differ by less are one."""

ROUNDING = 0.1
"""Share by which double precision must be wrong before the sentence speaks of it."""

_NAMES = {
    "beta1_1": "gate β₁₁", "beta1_2": "gate β₁₂", "beta1": "gate β₁", "a_1": "slope a₁",
    "a": "slope a", "b": "intercept b", "A": "gate A", "b_gate": "gate b", "nu": "variance ν",
}  # fmt: skip
"""How parameters are called on axes."""


@lru_cache(maxsize=64)
def sequence_document(name: str, power: int = 2) -> dict[str, Any]:
    """Return the document of a sequence's picture, for the scene ``sequences``. Read it only.

    Parameters
    ----------
    name : str
        One of :data:`moeviz.symbolic.catalogue.walked.SEQUENCES`.
    power : int
        The loss's exponent in crowded cells.
    """
    found = course(name, power)
    paper = found.slow.paper is not None
    along = "n, larger to the right" if paper else "ε, smaller to the right"
    ratio = {**_ratio_panel(found), "names": [along, ""]}
    low, high = ratio["y"]
    return {
        "handles": [
            {
                "id": STEP,
                "name": "",
                "title": along,
                "kind": "point",
                "colour": "text",
                "at": [FIRST_STEP, low + 0.09 * (high - low)],
                "panels": [2],
                "step": HALVINGS[1] - HALVINGS[0],
                "slides": [HALVINGS[0], HALVINGS[-1]],
            }
        ],
        "atoms": _atoms_panel(found),
        "functions": _functions_panel(found),
        "ratio": ratio,
        "truth": [_dot(atom) for atom in found.truth],
        "line": found.line,
        "base": found.function,
        "stages": [
            {
                "halvings": stage.halvings,
                "name": step_name(stage),
                "atoms": [_dot(atom) for atom in stage.atoms],
                "function": [float(f"{value:.7g}") for value in stage.function],
                "numbers": [
                    stage.epsilon, stage.loss, 0.0 if found.exact else stage.change,
                    0.0 if found.exact else stage.ratio, stage.in_double,
                ],
                "level": None if found.exact else _decade(stage.ratio),
                "double": _decade(stage.in_double),
                "gap": gap_words(found, stage),
                "sentence": sentence(found, stage),
            }
            for stage in found.stages
        ],
        "order": order_words(found),
    }  # fmt: skip


def step_name(stage: Stage) -> str:
    """Return where a step stands, as ``ε = 2⁻³`` or ``n = 8``.

    Parameters
    ----------
    stage : Stage
    """
    if stage.n is not None:
        return f"n = {stage.n}"
    return f"ε = 2{_power(-stage.halvings)}"


def order_words(found: Course) -> str:
    """Return how the ratio falls, in a few words.

    Parameters
    ----------
    found : Course
    """
    if found.exact:
        return "0 at every step"
    order = found.function_order - found.loss_order
    if order > LEVEL:
        return f"falls like {_in(_small(found), order)}"
    return "grows" if order < -LEVEL else "levels off"


def gap_words(found: Course, stage: Stage) -> str:
    """Return by how much the function has moved, for the picture's note.

    Parameters
    ----------
    found : Course
    stage : Stage
    """
    return "no difference at all" if found.exact else f"differ by {power_of_ten(stage.change)}"


def sentence(found: Course, stage: Stage) -> str:
    """Say what to notice at a step; numbers stand between stars.

    Parameters
    ----------
    found : Course
    stage : Stage
    """
    far = power_of_ten(stage.distance)
    begin = f"At {step_name(stage)} an atom lies *{far}* from the truth: the loss is "
    begin += f"*{power_of_ten(stage.loss)}*"
    if found.exact:
        return (
            f"{begin}. The function has not moved at all: the ratio is *0* at every step, whatever "
            "the loss's exponent. No amount of data tells the two apart."
        )
    small = _small(found)
    orders = _in(small, found.function_order), _in(small, found.loss_order)
    begin += (
        f", and the function has moved by *{power_of_ten(stage.change)}*, "
        f"*{power_of_ten(stage.ratio)}* of the loss. "
    )
    order = found.function_order - found.loss_order
    goes = "goes to 0" if order > LEVEL else "does not go to 0"
    begin += f"The loss falls like {orders[1]}, the change like {orders[0]}: the ratio {goes}."
    if abs(stage.in_double / stage.ratio - 1) > ROUNDING:
        rough = power_of_ten(stage.in_double) if stage.in_double else "0"
        begin += f" Double precision would say {rough}."
    return begin


def _small(found: Course) -> str:
    return "ε" if found.slow.paper is None else "1/n"


def _in(small: str, order: float) -> str:
    whole = round(order)
    if whole == 1:
        return small
    return f"({small}){_power(whole)}" if "/" in small else f"{small}{_power(whole)}"


def _power(value: float) -> str:
    """Return a power as superscript; halves with a raised point."""
    text = superscript(f"x^{int(value)}")[1:]
    return text if value == int(value) else f"{text}·⁵"


def _decade(value: float) -> float | None:
    return math.log10(value) if value > 0 else None


def _dot(atom: Fitted) -> dict[str, Any]:
    return {"at": atom.at, "weight": atom.weight}


def _atoms_panel(found: Course) -> dict[str, Any]:
    atoms = [*found.truth, *(atom for stage in found.stages for atom in stage.atoms)]
    x, y = (_around([atom.at[axis] for atom in atoms]) for axis in (0, 1))
    return {"x": x, "y": y, "names": [_NAMES[name] for name in found.slow.shown]}


def _functions_panel(found: Course) -> dict[str, Any]:
    seen = [*found.function, *(value for stage in found.stages for value in stage.function)]
    name = "density" if found.slow.along == "y" else "f"
    name = "p₁" if found.slow.mixture.output.name == "categorical" else name
    low, high = _around(seen)
    return {
        "x": [found.line[0], found.line[-1]],
        # Room above for what the curves are called.
        "y": [low, high + 0.3 * (high - low)],
        "names": [
            "y" if found.slow.along == "y" else "x₁" if found.slow.dimension > 1 else "x",
            name,
        ],
    }


def _around(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = max(0.2 * (high - low), 0.05)
    return [low - room, high + room]


def _ratio_panel(found: Course) -> dict[str, Any]:
    levels = [_decade(stage.in_double) for stage in found.stages]
    if not found.exact:
        levels += [_decade(stage.ratio) for stage in found.stages]
    drawn = [level for level in levels if level is not None]
    low, high = math.floor(max(LOWEST, min(drawn))), math.ceil(max(drawn))
    every = max(1, math.ceil((high - low) / 4))
    # Room below for the handle.
    bottom = low - 0.25 * (high - low)
    whole = [stage for stage in found.stages if stage.halvings == int(stage.halvings)]
    return {
        "x": [HALVINGS[0] - 0.5, HALVINGS[-1] + 0.5],
        "y": [bottom, high + 0.05 * (high - low)],
        "ticks": {
            "x": [[stage.halvings, step_name(stage).removeprefix("ε = ")] for stage in whole[1::3]],
            "y": [[p, superscript(f"10^{p}")] for p in range(high, low - 1, -every)],
        },
    }
