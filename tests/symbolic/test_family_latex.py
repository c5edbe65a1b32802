"""What a composed check is about, typeset before it is run."""

from __future__ import annotations

import pytest

from moeviz.model import make_score
from moeviz.symbolic.request.compose import compose
from moeviz.symbolic.request.family import family_latex, model_latex
from moeviz.symbolic.request.selection import TESTS


def balanced(text: str) -> bool:
    return text.count("{") == text.count("}") and text.count(r"\left") == text.count(r"\right")


@pytest.mark.parametrize("test", TESTS)
def test_each_question_has_its_family(test, output):
    selection = {"test": test, "output": output, "atoms": 2}
    latex, size = family_latex(selection)
    assert balanced(latex)
    assert r"\partial" in latex
    assert size
    assert all(balanced(line) for line in model_latex(selection))


def test_the_model_has_the_formulas_of_the_parts_with_the_names_of_an_atom(score):
    part = make_score(score)
    dimension = max(1, part.smallest_dimension)
    lines = model_latex({"router": score, "dimension": dimension, "atoms": 3})
    assert lines[0].startswith(r"f(x) = \sum_{i=1}^{3}")
    assert lines[2].startswith("s_i = ")
    assert (r"\beta_{0i}" in lines[2]) == part.has_offset
    assert balanced(lines[2])


def test_a_crowded_cell_adds_its_second_derivatives():
    one, _ = family_latex({"test": "first-order"})
    two, _ = family_latex({"test": "cone", "crowded": [2]})
    assert two.startswith(one)
    assert r"\partial^2" in two.removeprefix(one)
    assert two.endswith("j = 2}")


def test_no_family_is_larger_than_is_said():
    claim = compose({"test": "first-order"})
    found = claim.checks[0].run(None).family
    _, size = family_latex({"test": "first-order"})
    assert size == f"up to {len(found.members)} functions"
