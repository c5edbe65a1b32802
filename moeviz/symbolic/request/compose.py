"""Checks of one's own: a model, a point and a test, chosen from lists with limits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from moeviz.errors import LimitError, SpecificationError
from moeviz.model import Mixture
from moeviz.model.formula import EXPERT, SCORE, latex, parse_formula
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
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.ground import Log, Number
from moeviz.symbolic.questions.claims import Asks, Check, Claim, Stop
from moeviz.symbolic.questions.discovery import discover
from moeviz.symbolic.reading.custom import FormulaExpert, FormulaScore
from moeviz.symbolic.reading.families import term
from moeviz.symbolic.request.selection import (
    CHECK_FIELDS,
    CONSTANTS,
    POINTS,
    TESTS,
    asked,
    validated,
)
from moeviz.symbolic.request.typed import check_relation, legend, read_terms, typeset
from moeviz.text import json_text

LARGEST_FAMILY = 160
"""Functions in a family; more would take longer than a class waits."""


APART = 10
"""From one seed of a point to the next, so that no two points have an atom in common."""


def compose(selection: Mapping[str, Any]) -> Claim:
    """Return the claim that a selection describes.

    Parameters
    ----------
    selection : mapping
        Fields of :data:`moeviz.symbolic.request.selection.CHECK_FIELDS`; what is missing has its
        default.

    Raises
    ------
    SpecificationError
        If a key or value is not among the choices.
    LimitError
        If the family would be too large.
    """
    chosen: dict[str, Any] = validated(selection)
    mixture = _mixture(chosen)
    smallest = mixture.score.smallest_dimension
    if chosen["dimension"] < smallest:
        raise SpecificationError(
            f"Expected at least {smallest} inputs for the {mixture.score.title}, but got "
            f"{chosen['dimension']}; raise the dimension."
        )
    specials, share = _special(chosen)
    seed = APART * chosen["seed"]
    design = Design(mixture, chosen["dimension"], specials, share, seed=seed)
    _within_limits(design, chosen)
    check = _check(chosen, design)
    digest = hashlib.sha256(json_text(asked(chosen), sort_keys=True).encode()).hexdigest()[:10]
    words = (
        f"{mixture.score.title}, {mixture.gate.title}, {mixture.expert.title}, "
        f"{mixture.output.title}, d = {chosen['dimension']}, {chosen['atoms']} atoms"
    )
    words += _formulas(chosen)
    question = TESTS[chosen["test"]]
    return Claim(
        f"own.{digest}",
        "",
        "composed",
        f"{question}{'' if question.endswith('?') else ':'} {words}; {POINTS[chosen['point']]}.",
        Answer.UNDECIDED,
        "No paper is asked.",
        (check,),
        why="A relation that fails the second-order cone slows over-specified parameters down; one "
        "of first order makes them invisible.",
    )


def parameter_names(selection: Mapping[str, Any]) -> dict[str, str]:
    """Return the LaTeX of an atom's parameters by the names that typed relations use.

    Raises
    ------
    SpecificationError
        If the selection is not among the choices.
    """
    chosen: dict[str, Any] = validated({**selection, "relation": ""})
    return legend(design_of(chosen).atom)


def relation_latex(selection: Mapping[str, Any], text: str) -> str:
    """Return the LaTeX of a typed relation.

    Raises
    ------
    SpecificationError
        If the selection is not among the choices, or the text cannot be read.
    """
    chosen: dict[str, Any] = validated({**selection, "relation": text})
    return typeset(text, design_of(chosen).atom)


def design_of(chosen: Mapping[str, Any]) -> Design:
    """Return the model that a selection names, at atoms that nothing is said of yet.

    Parameters
    ----------
    chosen : mapping
        Values of all fields.
    """
    return Design(_mixture(chosen), chosen["dimension"])


def _formulas(chosen: Mapping[str, Any]) -> str:
    """Return the typed formulas that a selection uses, typeset."""
    found = ""
    for name, kind, before in (
        ("score_formula", SCORE, "s(x)"),
        ("expert_formula", EXPERT, "h"),
    ):
        if CHECK_FIELDS[name].applies(chosen):
            found += f", ${before} = {latex(parse_formula(chosen[name], kind))}$"
    return found


def _mixture(chosen: Mapping[str, Any]) -> Mixture:
    """Return the model; formulas of one's own may be any that can be typed."""
    score: Any = chosen["router"]
    expert: Any = chosen["expert"]
    if score == "custom":
        score = FormulaScore(chosen["score_formula"])
        score.parts(chosen["dimension"])
    if expert == "custom":
        expert = FormulaExpert(chosen["expert_formula"])
        expert.parts(chosen["dimension"])
    return model(
        score,
        chosen["gate"],
        expert,
        chosen["output"],
        **{name: chosen[name] for name in CONSTANTS},
    )


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
    size = family_size(design, chosen)
    if size > LARGEST_FAMILY:
        raise LimitError(
            f"Expected a family of at most {LARGEST_FAMILY} functions, but this one has {size}; "
            f"take fewer inputs, atoms or crowded cells."
        )


def family_size(design: Design, chosen: Mapping[str, Any]) -> int:
    """Return how many functions a selection asks about, before any is left out.

    Parameters
    ----------
    design : Design
    chosen : mapping
        Values of all fields.
    """
    atom = design.atom
    moving_count, count = len(atom.moving), chosen["atoms"]
    second = moving_count * (moving_count + 1) // 2
    return int(
        {
            "first-order": count * (moving_count + 1),
            "pinned": count * (moving_count + 1),
            "literal-first": count * (moving_count + 1),
            "cone": count * (moving_count + 1) + len(chosen["crowded"]) * second,
            "relation": 1,
            "discover": 1 + moving_count + (second if chosen["order"] > 1 else 0),
        }.get(chosen["test"], count * (1 + moving_count + second))
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
            return _typed(design, chosen["relation"], chosen["seed"])
        case "literal-first":
            return literal(name, design, first)
        case "literal-second":
            return literal(name, design, moving(1, 2))
        case "literal-zeroth":
            return literal(name, design, moving(0, 2))
        case _:
            return Check(_discovery(design, chosen["order"]))


def _typed(design: Design, text: str, seed: int) -> Check:
    atom = design.atom
    read_terms(text, atom)  # a text that cannot be read is refused here, before anything runs
    point = design.points(atom)[0]
    return Check(
        lambda should_stop: check_relation(text, atom, point, should_stop, seed),
        asks=Asks.RELATION,
    )


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
