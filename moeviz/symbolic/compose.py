"""Checks of one's own: a model, a point and a test, chosen from lists with limits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from moeviz.errors import LimitError, SpecificationError
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES, Mixture
from moeviz.symbolic import checks
from moeviz.symbolic.catalogue.parts import (
    Design,
    cone,
    first,
    first_order,
    literal,
    model,
    moving,
    pinned,
)
from moeviz.symbolic.claims import Check, Claim, Stop
from moeviz.symbolic.custom import FormulaExpert, FormulaScore
from moeviz.symbolic.discovery import discover
from moeviz.symbolic.families import term
from moeviz.symbolic.ground import Log, Number
from moeviz.symbolic.report import Answer, Test
from moeviz.symbolic.typed import check_relation, read_terms

LARGEST_FAMILY = 160
"""Functions in a family; more would take longer than a class waits."""

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


def compose(selection: Mapping[str, Any]) -> Claim:
    """Return the claim that a selection describes.

    Parameters
    ----------
    selection : mapping
        Keys of :data:`DEFAULTS`; what is missing has its default.

    Raises
    ------
    SpecificationError
        If a key or value is not among the choices.
    LimitError
        If the family would be too large.
    """
    chosen = _validated(selection)
    mixture = _mixture(chosen)
    smallest = mixture.score.smallest_dimension
    if chosen["dimension"] < smallest:
        raise SpecificationError(
            f"Expected at least {smallest} inputs for the {mixture.score.title}, but got "
            f"{chosen['dimension']}; raise the dimension."
        )
    specials, share = _special(chosen)
    design = Design(mixture, chosen["dimension"], specials, share)
    _within_limits(design, chosen)
    check = _check(chosen, design)
    digest = hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:10]
    words = (
        f"{mixture.score.title}, {mixture.gate.title}, {mixture.expert.title}, "
        f"{mixture.output.title}, d = {chosen['dimension']}, {chosen['atoms']} atoms"
    )
    return Claim(
        f"own.{digest}",
        "",
        "composed",
        f"{TESTS[chosen['test']]}: {words}; {POINTS[chosen['point']]}.",
        Answer.UNDECIDED,
        "No paper is asked.",
        (check,),
        why="A relation that fails the second-order cone slows over-specified parameters down; one "
        "of first order makes them invisible.",
    )


def _mixture(chosen: Mapping[str, Any]) -> Mixture:
    """Return the model; formulas of one's own may be any that can be typed."""
    score: Any = chosen["router"]
    expert: Any = chosen["expert"]
    if score == "custom":
        score = FormulaScore(chosen["score_formula"] or "dot(b,x)")
        score.parts(chosen["dimension"])
    if expert == "custom":
        expert = FormulaExpert(chosen["expert_formula"] or "s1*tanh(t)")
        expert.parts(chosen["dimension"])
    return model(
        score,
        chosen["gate"],
        expert,
        chosen["output"],
        **{k: chosen[k] for k in ("tau1", "tau2", "classes", "degree", "power", "hidden")},
    )


def _validated(selection: Mapping[str, Any]) -> dict[str, Any]:
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


def _special(chosen: Mapping[str, Any]) -> tuple[tuple[dict[str, Number], ...], tuple[str, ...]]:
    """Return the atoms' special values and what they share."""
    count = chosen["atoms"]
    specials: list[dict[str, Number]] = [{} for _ in range(count)]
    gate = ("A", "b_gate", "beta1", "u")
    match chosen["point"]:
        case "zero-gate":
            specials[0] = dict.fromkeys(gate, 0)
            if chosen["gate"] == "sigmoid" and chosen["test"] == "cone":
                specials[0]["c"] = Log(Fraction(1, 3))
        case "flat-expert":
            specials[0] = dict.fromkeys(("a", "a_1", "a_2"), 0)
        case "same-expert":
            return tuple(specials), ("a", "b", "lambda", "a_1", "a_2", "b_1", "b_2", "W2", "nu")
        case "same-gate":
            return tuple(specials), gate
        case "opposite-gates":
            log = Fraction(3, 2)
            for i, special in enumerate(specials):
                special["c"] = Log(log if i % 2 == 0 else 1 / log)
            return tuple(specials), tuple(f"-{name}" for name in gate)
    return tuple(specials), ()


def _within_limits(design: Design, chosen: Mapping[str, Any]) -> None:
    atom = design.atom
    moving_count, count = len(atom.moving), chosen["atoms"]
    second = moving_count * (moving_count + 1) // 2
    size = {
        "first-order": count * (moving_count + 1),
        "pinned": count * (moving_count + 1),
        "literal-first": count * (moving_count + 1),
        "cone": count * (moving_count + 1) + len(chosen["crowded"]) * second,
        "relation": 1,
        "discover": 1 + moving_count + (second if chosen["order"] > 1 else 0),
    }.get(chosen["test"], count * (1 + moving_count + second))
    if size > LARGEST_FAMILY:
        raise LimitError(
            f"Expected a family of at most {LARGEST_FAMILY} functions, but this one has {size}; "
            f"take fewer inputs, atoms or crowded cells."
        )


def _check(chosen: Mapping[str, Any], design: Design) -> Check:
    name = TESTS[chosen["test"]]
    match chosen["test"]:
        case "first-order":
            return first_order(design)
        case "pinned":
            return pinned(name, design)
        case "cone":
            return cone(design, tuple(c - 1 for c in chosen["crowded"]))
        case "relation":
            return _typed(design, chosen["relation"])
        case "literal-first":
            return literal(name, design, first)
        case "literal-second":
            return literal(name, design, moving(1, 2))
        case "literal-zeroth":
            return literal(name, design, moving(0, 2))
        case _:
            return Check(_discovery(design, chosen["order"]))


def _typed(design: Design, text: str) -> Check:
    atom = design.atom
    read_terms(text, atom)  # a text that cannot be read is refused here, before anything runs
    point = design.points(atom)[0]
    return Check(lambda should_stop: check_relation(text, atom, point, should_stop))


def _discovery(design: Design, order: int) -> Callable[[Stop], Test]:
    def decide(should_stop: Stop) -> Test:
        atom = design.atom
        return discover(
            term(atom),
            atom.inputs,
            atom.parameters,
            atom.latex,
            design.points(atom)[0],
            order,
            should_stop=should_stop,
        )

    return decide


__all__ = ["DEFAULTS", "LIMITS", "POINTS", "TESTS", "checks", "compose", "options"]
