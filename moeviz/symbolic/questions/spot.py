r"""Spot checks: derivatives by automatic differentiation at random inputs, in float64.

They decide nothing. They show, by another road than the tower's, that the combination of a
certificate is zero up to rounding, or that a value that it says is not zero is what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy
import torch
from torch import Tensor

from moeviz.symbolic.certificates.report import Test, number_from
from moeviz.symbolic.certificates.types import Certificate, Spot
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.numeric import TENSORS, evaluate
from moeviz.symbolic.questions.claims import Verdict
from moeviz.symbolic.questions.pde import Statement, where_stated

PLACES = 4
"""Random inputs of a spot check."""

MANY = 400
"""Random inputs of which those at which all formulas have a value are kept."""

Values = Mapping[sympy.Symbol, Tensor]


def with_spots(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain data, with a spot check beside each relation.

    Parameters
    ----------
    verdict : Verdict

    Returns
    -------
    dict
        As :meth:`Verdict.to_json` returns it; a certificate that can be spot-checked has "spot", a
        list of {"inputs", "residual", "size"}: where, the left side, its largest term.
    """
    data = verdict.to_json()
    asked = [(verdict.tests, data["tests"])]
    if data["repair"] is not None:
        asked.append((verdict.repair, data["repair"]["tests"]))
    for tests, plain in asked:
        for test, own in zip(tests, plain, strict=True):
            spots = spots_of(test)
            if spots:
                own["certificate"] = {**own["certificate"], "spot": spots}
    return data


def spots_of(test: Test, seed: int = 9) -> list[Spot]:
    """Return a test's spot checks; none where its certificate is not one of derivatives.

    Parameters
    ----------
    test : Test
        With its family, or its statement.
    seed : int
        Of the random inputs.
    """
    kind = test.certificate.get("kind")
    try:
        if isinstance(test.family, Family) and kind in (
            "relation",
            "counter-sequence",
            "constants",
        ):
            return relation_spots(test.family, _vector(test.family, test.certificate), seed)
        if isinstance(test.family, Statement) and kind in ("identity", "value"):
            return statement_spots(test.family, test.certificate, seed)
    except KeyError:
        # A function that tensors do not have, such as one that only a tower knows.
        return []
    return []


def relation_spots(family: Family, vector: Sequence[float], seed: int = 9) -> list[Spot]:
    """Evaluate a linear combination of derivatives at random inputs.

    Parameters
    ----------
    family : Family
        With the formulas behind its members.
    vector : sequence of float
        One coefficient per member.
    seed : int

    Returns
    -------
    list of dict
        The worst over the values of a discrete response, one entry for each input.
    """
    if not family.functions:
        return []
    rng = np.random.default_rng(seed)
    x, places = _inputs(family, rng)
    if not places:
        return []
    totals = []
    floor = torch.zeros(len(places), dtype=torch.float64)
    for function in family.functions:
        terms = []
        for number, point in enumerate(family.points):
            own = [
                (m, c)
                for m, c in zip(family.members, vector, strict=True)
                if c and m.atom == number
            ]
            if own:
                derive = _Derivatives(function, x, _parameters(point, len(places)))
                terms += [c * derive(m.orders) for m, c in own]
                floor = floor.maximum(derive.largest)
        totals.append(torch.stack(terms))
    return _spots(places, torch.stack(totals), floor)


def statement_spots(
    statement: Statement, certificate: Mapping[str, Any], seed: int = 9
) -> list[Spot]:
    """Evaluate the left side of a stated relation, at random inputs and parameters.

    Parameters
    ----------
    statement : Statement
    certificate : mapping
        One with "points" and "inputs" is evaluated there and nowhere else.
    seed : int
    """
    rng = np.random.default_rng(seed)
    names = {str(s): s for s in (*statement.parameters, *statement.inputs)}
    domain = where_stated(statement).conditions
    fixed = {
        names[name]: _float(text)
        for name, text in {
            **(certificate.get("points") or [{}])[0],
            **(certificate.get("inputs") or {}),
        }.items()
    }
    if certificate.get("kink"):
        return []  # a point mass is seen by no automatic derivative
    count = 1 if certificate.get("inputs") else PLACES
    values = {
        s: torch.full((MANY,), fixed[s], dtype=torch.float64)
        if s in fixed
        else torch.as_tensor(rng.uniform(0.3, 1.7, MANY) * rng.choice((-1, 1), MANY))
        for s in (*statement.inputs, *statement.parameters)
    }
    inside = (~_outside(domain, values)).nonzero()[:count, 0]
    values = {s: v[inside] for s, v in values.items()}
    count = len(inside)
    if not count:
        return []
    x = {s: values[s] for s in statement.inputs}
    theta = {s: values[s].clone().requires_grad_() for s in statement.parameters}
    derive = [_Derivatives(function, x, theta) for function in statement.functions]
    terms = [
        evaluate(term.coefficient, values, TENSORS) * derive[term.function](term.by)
        for term in statement.terms
    ]
    places = [{str(s): float(values[s][i]) for s in values} for i in range(count)]
    floor = torch.stack([d.largest for d in derive]).amax(0)
    return _spots(places, torch.stack(terms)[None], floor)


class _Derivatives:
    """Derivatives of one formula by its parameters, each computed once."""

    def __init__(self, function: sympy.Expr, x: Values, theta: Values) -> None:
        self._theta = theta
        self._shape = next(iter({**x, **theta}.values())).shape
        parts: list[Any] = []
        value = evaluate(function, {**x, **theta}, TENSORS, parts)
        self._known = {(): self._tensor(value)}
        self.largest = torch.stack([self._tensor(part).detach().abs() for part in parts]).amax(0)
        """The largest part that the formula is made of, whose rounding its derivatives have."""

    def __call__(self, by: Sequence[sympy.Symbol]) -> Tensor:
        key = tuple(by)
        if key not in self._known:
            below = self(key[:-1])
            found = None
            if below.requires_grad:
                (found,) = torch.autograd.grad(
                    below.sum(), [self._theta[key[-1]]], create_graph=True, allow_unused=True
                )
            self._known[key] = self._tensor(0.0 if found is None else found)
        return self._known[key]

    def _tensor(self, value: Any) -> Tensor:
        return torch.as_tensor(value, dtype=torch.float64).expand(self._shape)


def _vector(family: Family, certificate: Certificate) -> list[float]:
    """Return a certificate's coefficients in the order of the family's members."""
    named = {
        (m["atom"], tuple(m["by"])): float(sympy.Rational(m["coefficient"]))
        for m in certificate["members"]
    }
    return [named.get((m.atom + 1, tuple(str(s) for s in m.orders)), 0.0) for m in family.members]


def _outside(conditions: Sequence[sympy.Expr], values: Values) -> Tensor:
    """Return which places are none at which all formulas have a value."""
    bad = torch.zeros(MANY, dtype=torch.bool)
    for condition in conditions:
        bad |= ~(torch.as_tensor(evaluate(condition, values, TENSORS)) > 0)
    return bad


def _inputs(
    family: Family, rng: np.random.Generator
) -> tuple[dict[sympy.Symbol, Tensor], list[dict[str, float]]]:
    drawn = [{k: float(v) for k, v in family.support.point(rng).items()} for _ in range(MANY)]
    x = {
        s: torch.tensor([place[str(s)] for place in drawn], dtype=torch.float64)
        for s in family.tower.inputs
    }
    good = torch.ones(MANY, dtype=torch.bool)
    for point in family.points:
        numbers = {s: torch.tensor(_number(v), dtype=torch.float64) for s, v in point.items()}
        good[_outside(family.domain.conditions, {**x, **numbers})] = False
    chosen = good.nonzero()[:PLACES, 0]
    return {s: v[chosen] for s, v in x.items()}, [drawn[i] for i in chosen.tolist()]


def _parameters(point: Point, count: int) -> dict[sympy.Symbol, Tensor]:
    return {
        symbol: torch.full((count,), _number(value), dtype=torch.float64).requires_grad_()
        for symbol, value in point.items()
    }


def _number(value: Any) -> float:
    argument = getattr(value, "argument", None)
    return float(value) if argument is None else float(np.log(float(argument)))


def _float(text: str) -> float:
    return _number(number_from(text))


def _spots(places: Sequence[Mapping[str, float]], terms: Tensor, floor: Tensor) -> list[Spot]:
    """Return residual and size by place; `terms` has axes sheet, term, place.

    A size is that of the largest term, or of what the terms are summed from, the floor: parts of a
    formula may cancel and leave their rounding behind. It is 0 where every term is.
    """
    totals = terms.detach().sum(1)
    worst = totals.abs().argmax(0)
    sizes = terms.detach().abs().amax((0, 1))
    sizes = torch.where(sizes > 0, sizes.maximum(floor), sizes)
    return [
        {
            "inputs": {name: round(value, 6) for name, value in place.items()},
            "residual": float(totals[worst[i], i]),
            "size": float(sizes[i]),
        }
        for i, place in enumerate(places)
        # Where a number of float64 overflows there is nothing to see.
        if bool(torch.isfinite(totals[:, i]).all() and torch.isfinite(sizes[i]))
    ]


def determinant_spot(family: Family, certificate: Mapping[str, Any]) -> tuple[float, float] | None:
    """Evaluate a certificate's determinant by automatic differentiation.

    Parameters
    ----------
    family : Family
    certificate : mapping
        One of independence.

    Returns
    -------
    (float, float) or None
        The determinant, and how many times larger than one rounding its error may be; None where
        there is nothing that automatic differentiation sees: no member, or a row of point masses.
    """
    pieces, rows = certificate["pieces"], certificate["inputs"]
    if not rows or any(pieces[row["piece"]]["kink"] is not None for row in rows):
        return None
    chosen = [family.members[c] for c in certificate["columns"]]
    names = [str(s) for s in family.tower.inputs]
    x = {
        s: torch.tensor([float(sympy.Rational(row[n])) for row in rows], dtype=torch.float64)
        for s, n in zip(family.tower.inputs, names, strict=True)
    }
    sheets = torch.tensor([pieces[row["piece"]]["class"] - 1 for row in rows])
    columns = []
    derive: dict[tuple[int, int], _Derivatives] = {}
    for member in chosen:
        values = []
        for sheet, function in enumerate(family.functions):
            key = (sheet, member.atom)
            if key not in derive:
                theta = _parameters(family.points[member.atom], len(rows))
                derive[key] = _Derivatives(function, x, theta)
            values.append(derive[key](member.orders).detach())
        columns.append(torch.stack(values)[sheets, torch.arange(len(rows))])
    matrix = torch.stack(columns, 1)
    sizes = matrix.abs().amax(0)
    largest = torch.stack([d.largest for d in derive.values()]).max()
    condition = torch.linalg.cond(matrix / sizes) * (largest / sizes).max().clamp(min=1.0)
    return float(torch.linalg.det(matrix)), float(condition)
