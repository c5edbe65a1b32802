"""Formulas as Typst's mathematics: every part's compiles, and some are read word for word."""

from __future__ import annotations

import pytest
import typst as typesetter

from moeviz.export.model import OBSERVED, model_lines
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.model.formula import (
    EXPERT,
    FUNCTIONS,
    OPERATIONS,
    SCORE,
    WEIGHT,
    differentiate,
    parse_formula,
    typst,
)
from moeviz.model.formula.typst import FORMS
from moeviz.study import PRESETS


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("b1*x1 - 2*x2^2", SCORE, "beta_(1) thin x_(1) - 2 thin x_(2)^(2)"),
        ("dot(b,x)/(norm(x) + 1/2)", SCORE, "frac(beta^top x, norm(x) + frac(1, 2))"),
        ("(t + 1)^3", EXPERT, "(t + 1)^(3)"),
        ("s1*gelu(t1) + t2", EXPERT, 's_(1) thin op("GELU")(t_(1)) + t_(2)'),
        ("-sqrt(abs(t))/3", EXPERT, "-frac(1, 3) thin sqrt(abs(t))"),
        ("exp(s)/sum(exp(s))", WEIGHT, "frac(exp(s), sum_j exp(s))"),
    ],
)
def test_a_formula_is_written_as_it_is_read(text, kind, written):
    assert typst(parse_formula(text, kind)) == written


def test_under_a_sum_an_index_is_another():
    tree = parse_formula("exp(s)*winner(s,2)/sum(exp(s)*winner(s,2))", WEIGHT)
    above, below = typst(tree, {"s": "s_i"}).removeprefix("frac(").split(", sum_j ")
    assert "s_i" in above
    assert "s_j" not in above
    assert "s_j" in below
    assert "s_i" not in below


def compiles(formulas):
    """Whether Typst sets all of some formulas."""
    document = "\n\n".join(f"$ {formula} $" for formula in formulas)
    return typesetter.compile(document.encode(), ignore_system_fonts=True).startswith(b"%PDF")


def test_every_function_and_its_derivative_compile():
    written = []
    for name, row in FUNCTIONS.items():
        if row.typed:
            tree = parse_formula(f"{name}(t^2 + 1)", EXPERT)
            written += [typst(tree), typst(differentiate(tree, "t"))]
    assert len(written) > 20
    assert compiles(written)


def test_every_operation_has_a_form():
    assert set(OPERATIONS) <= set(FORMS)
    assert set(FORMS) <= {*OPERATIONS, *FUNCTIONS}


def test_the_lines_of_every_part_compile():
    lines = set()
    for name, fields in (
        ("routers", SCORES),
        ("gates", GATES),
        ("experts", EXPERTS),
    ):
        for part in fields:
            lines |= set(model_lines(PRESETS["lab"].build({**BROAD, name: (part,)})))
    for output in OUTPUTS:
        lines |= set(model_lines(PRESETS["lab"].build({**BROAD, "output": output})))
    titles = [title for title, _ in lines]
    assert len(titles) >= len(SCORES) + len(GATES) + len(EXPERTS) + len(OUTPUTS)
    assert compiles(formula for _, formula in lines)
    assert set(OBSERVED) == set(OUTPUTS)


BROAD = {"atoms": 3, "true_atoms": 3, "gates": ("softmax",), "low": 0.5, "high": 1.0}
"""Fields under which any part can be fitted."""
