"""Selections for checks of one's own: choices, limits, defaults, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES

LIMITS: dict[str, tuple[int, int]] = {
    "dimension": (1, 3),
    "atoms": (1, 3),
    "order": (1, 2),
    "seed": (0, 99),
    "classes": (2, 3),
    "degree": (2, 4),
    "power": (3, 5),
    "hidden": (1, 2),
}
"""Lowest and highest value of the whole numbers."""

TESTS: dict[str, str] = {
    "first-order": "First derivatives of the whole model, modulo its gauge",
    "cone": "Second-order cone: can crowded cells spread out unseen?",
    "pinned": "First derivatives with only the last offset pinned",
    "literal-first": "First derivatives of one term, as a definition lists them",
    "literal-second": "Derivatives of orders 1 and 2 of one term, without the offset",
    "literal-zeroth": "Derivatives of orders 0 to 2 of one term, without the offset",
    "discover": "All relations up to an order, at one atom",
    "relation": "A relation between derivatives that you type",
}
"""Tests by name, in words."""

POINTS: dict[str, str] = {
    "generic": "Generic rational parameters",
    "zero-gate": "First gate zero (sparse regime)",
    "flat-expert": "First expert with slope zero (Regime 2)",
    "same-expert": "All atoms share their expert",
    "same-gate": "All atoms share their gate",
    "opposite-gates": "Second gate opposite to the first",
}
"""Points by name, in words."""

DEFAULTS: dict[str, Any] = {
    "router": "linear",
    "gate": "softmax",
    "expert": "tanh",
    "output": "regression",
    "dimension": 1,
    "atoms": 2,
    "test": "cone",
    "point": "generic",
    "crowded": [1],
    "order": 2,
    "seed": 0,
    "tau1": 0.5,
    "tau2": 0.1,
    "classes": 2,
    "degree": 2,
    "power": 3,
    "hidden": 1,
    "score_formula": "",
    "expert_formula": "",
    "relation": "",
}
"""What a selection holds when it says nothing."""


def options() -> dict[str, Any]:
    """Return the choices: names with titles, limits of numbers, defaults."""
    return {
        "router": {name: SCORES[name].title for name in SCORES},
        "gate": {name: GATES[name].title for name in GATES if not name.startswith("top")},
        "expert": {name: EXPERTS[name].title for name in EXPERTS},
        "output": {name: OUTPUTS[name].title for name in OUTPUTS},
        "test": dict(TESTS),
        "point": dict(POINTS),
        "limits": dict(LIMITS),
        "defaults": dict(DEFAULTS),
    }


def validated(selection: Mapping[str, Any]) -> dict[str, Any]:
    """Return a selection with defaults for what is missing.

    Raises
    ------
    SpecificationError
        If a key or value is not among the choices.
    """
    unknown = sorted(set(selection) - set(DEFAULTS))
    if unknown:
        raise SpecificationError(
            f"Expected the fields {', '.join(DEFAULTS)}, but got '{str(unknown[0])[:40]}'."
        )
    chosen = {**DEFAULTS, **selection}
    lists = options()
    for name in ("router", "gate", "expert", "output", "test", "point"):
        if chosen[name] not in lists[name]:
            raise SpecificationError(
                f"Expected one of {', '.join(lists[name])} for '{name}', but got "
                f"'{str(chosen[name])[:40]}'."
            )
    for name, (low, high) in LIMITS.items():
        value = chosen[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise SpecificationError(
                f"Expected a whole number from {low} to {high} for '{name}', but got "
                f"'{str(value)[:40]}'."
            )
    for name, (lowest, highest) in {"tau1": (0.001, 100.0), "tau2": (0.0, 100.0)}.items():
        value = chosen[name]
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not lowest <= value <= highest
        ):
            raise SpecificationError(
                f"Expected a number from {lowest} to {highest} for '{name}', but got "
                f"'{str(value)[:40]}'."
            )
    cells = chosen["crowded"]
    if (
        not isinstance(cells, list)
        or not all(isinstance(c, int) and not isinstance(c, bool) for c in cells)
        or not cells
        or not set(cells) <= set(range(1, chosen["atoms"] + 1))
    ):
        raise SpecificationError(
            f"Expected cells from 1 to {chosen['atoms']} for 'crowded', but got "
            f"'{str(cells)[:40]}'."
        )
    chosen["crowded"] = sorted(set(cells))
    for name in ("score_formula", "expert_formula", "relation"):
        if not isinstance(chosen[name], str):
            raise SpecificationError(f"Expected text for '{name}'.")
    return chosen
