"""Every certificate of the catalogue, checked by another road than the one that made it.

Relations: the functions are built with torch from the formulas, differentiated by autograd and
summed in float64 at random inputs. Independence: the determinant is enclosed at other points.
Values: the formula is read by the laboratory's own grammar and computed with torch.
"""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
import torch

from moeviz.model.formula import SCORE, parse_formula
from moeviz.model.formula import evaluate as compute
from moeviz.symbolic.certificates.report import Answer, number_from
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.numeric import TENSORS, evaluate
from moeviz.symbolic.kernel.relations import witness
from moeviz.symbolic.questions.pde import Statement
from moeviz.symbolic.questions.spot import relation_spots, statement_spots
from tests.symbolic.certificates import CLAIMS, decided_tests

RESIDUAL = 1e-8
"""The most that a relation may miss zero by, relative to the sum of its terms."""

INPUTS = 6
DOUBLE = torch.float64


def number(text):
    value = number_from(text)
    logarithm = getattr(value, "argument", None)
    return float(value) if logarithm is None else float(np.log(float(logarithm)))


def inputs_of(support, symbols, rng):
    """Return random inputs of a box, one tensor per symbol."""
    bounds = {name: (float(Fraction(low)), float(Fraction(high))) for name, low, high in support}
    return {s: torch.as_tensor(rng.uniform(*bounds[str(s)], INPUTS)) for s in symbols}


def derivative(value, theta, by):
    """Return a derivative of a tensor by some parameters, in turn."""
    for symbol in by:
        if not value.requires_grad:
            return torch.zeros(INPUTS, dtype=DOUBLE)
        (found,) = torch.autograd.grad(
            value.sum(), theta[symbol], create_graph=True, allow_unused=True
        )
        value = torch.zeros(INPUTS, dtype=DOUBLE) if found is None else found
    return value.detach()


def residual_of(family, certificate, members, seed):
    """Return the worst residual of a relation over random inputs, relative to its terms."""
    rng = np.random.default_rng(seed)
    x = inputs_of(certificate["support"], family.tower.inputs, rng)
    names = {str(s): s for s in family.tower.parameters}
    worst = 0.0
    for function in family.functions:
        total, size = torch.zeros(INPUTS, dtype=DOUBLE), torch.full((INPUTS,), 1e-300, dtype=DOUBLE)
        for member in members:
            theta = {
                names[name]: torch.full((INPUTS,), number(text), dtype=DOUBLE).requires_grad_()
                for name, text in certificate["points"][member["atom"] - 1].items()
            }
            value = torch.as_tensor(evaluate(function, {**x, **theta}, TENSORS))
            by = [names[name] for name in member["by"]]
            term = number(member["coefficient"]) * derivative(value, theta, by)
            total, size = total + term, size + term.abs()
        # A single member that is the zero function is rounding alone: compare with the function
        # nearby, for at the point itself it may be the zero function too.
        if len(members) == 1:
            near = {s: t.detach() + (0.1 if "__" not in str(s) else 0.0) for s, t in theta.items()}
            near = evaluate(function, {**x, **near}, TENSORS)
            size = size + value.detach().abs() + torch.as_tensor(near).abs()
        worst = max(worst, float((total.abs() / size).max()))
    return worst


def lists_of_members(certificate):
    """Return every relation that a certificate claims."""
    if certificate["kind"] in ("relation", "counter-sequence", "constants"):
        yield certificate["members"]
    yield from certificate.get("relations", ())
    yield from certificate.get("gauge", ())


def relations_vanish(test, seed):
    """Check that all relations of a certificate vanish; return how many there are."""
    found = 0
    for members in lists_of_members(test.certificate):
        found += 1
        left = residual_of(test.family, test.certificate, members, seed + found)
        assert left <= RESIDUAL, (test.name, members)
    return found


def statement_stands(test, seed):
    """Check that a stated relation vanishes, or does not where its value is the certificate."""
    spots = statement_spots(test.family, test.certificate, seed)
    for spot in spots:
        if test.certificate["kind"] == "identity":
            assert abs(spot["residual"]) <= RESIDUAL * max(1.0, spot["size"])
        else:
            assert abs(spot["residual"]) > 1e-6 * spot["size"]
    return len(spots)


def independence_is_enclosed_again(test, seed):
    """Check that the members which are called independent are so at other points."""
    known = test.relations.witness
    if known is None:
        assert not test.relations.pivots
        return 1
    origin = [piece for piece, _ in known.points]
    again = witness(test.family, known.columns, origin, np.random.default_rng(seed))
    assert again is not None, test.name
    assert {str(p) for p in again.points} != {str(p) for p in known.points}
    return 1


def values_are_enclosed(test):
    """Check that a formula's values lie where the certificate says; return how many it says."""
    said = test.certificate.get("enclosures", ())
    for one in said:
        text = one["formula"].replace("**", "^").replace("log_abs(x1)", "log(abs(x1))")
        # A score reads an input; beside one that is huge a small number would be lost.
        own = text if "x1" in text else f"{text} + x1 - x1"
        tree = parse_formula(f"b1*({own})", SCORE)
        ends = [float(Fraction(end)) for end in one["inputs"].get("x1", ["0"])]
        x = torch.linspace(ends[0], ends[-1], 101, dtype=DOUBLE)
        values = compute(tree, {"x1": x, "b1": torch.ones_like(x)})
        ball = flint.arb(one["value"])
        away = (torch.as_tensor(values) - float(ball.mid())).abs()
        assert (away <= float(ball.rad()) + 1e-12 * away).all(), one
    return len(said)


def confirmations(test, seed):
    """Check a certificate by all roads that lead to it; return how many did."""
    if isinstance(test.family, Statement):
        return statement_stands(test, seed)
    found = relations_vanish(test, seed) if isinstance(test.family, Family) else 0
    found += values_are_enclosed(test)
    if test.certificate["kind"] in ("determinant", "dual matrix"):
        found += independence_is_enclosed_again(test, 90 + seed)
    return found


@pytest.mark.parametrize("name", CLAIMS)
def test_every_verdict_is_confirmed_by_another_road(name):
    tests = decided_tests(name)
    assert tests
    for seed, test in enumerate(tests, 1):
        if test.answer == Answer.UNDECIDED:
            assert test.condition
        else:
            assert test.steps
            assert confirmations(test, seed), (test.name, test.certificate["kind"])


def test_a_wrong_relation_does_not_vanish():
    test = decided_tests("S3.def1")[0]
    members = [dict(m) for m in test.certificate["members"]]
    members[0]["coefficient"] = str(-number_from(members[0]["coefficient"]))
    assert residual_of(test.family, test.certificate, members, seed=1) > 1e-3


def test_the_spot_check_of_the_page_says_the_same():
    test = decided_tests("S3.def1")[0]
    vector = [0.0] * len(test.family)
    for m in test.certificate["members"]:
        at = next(
            i
            for i, own in enumerate(test.family.members)
            if own.atom == m["atom"] - 1 and [str(s) for s in own.orders] == m["by"]
        )
        vector[at] = number(m["coefficient"])
    for spot in relation_spots(test.family, vector):
        assert abs(spot["residual"]) <= RESIDUAL * spot["size"]
