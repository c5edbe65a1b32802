"""The derivation of what a score does along its own direction, and the ray as numbers."""

from __future__ import annotations

import itertools

import pytest
import sympy

from moeviz.charts.derivation import SCALES, homogeneity_derivation, ray
from moeviz.charts.homogeneity import homogeneity
from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model import SCORES, Domain, make_score
from moeviz.model.reading import numbers_of
from moeviz.symbolic.reading.expressions import inputs, norm, score


def derived():
    """Scores that have a derivation."""
    found = []
    for name in SCORES:
        try:
            homogeneity(name)
        except SpecificationError:
            continue
        found.append(name)
    return found


DERIVED = derived()


def in_entries(name, expression, d=2):
    """An expression of a derivation, with inner products and lengths written out in entries."""
    own, part = homogeneity(name), make_score(name)
    x = inputs(d)
    beta = sympy.symbols(f"beta1_1:{d + 1}", real=True)
    values = {
        sympy.Symbol(k, positive=True): sympy.Rational(str(v)) for k, v in numbers_of(part).items()
    }
    for symbol, words in own.names.items():
        if symbol == own.length:
            values[symbol] = norm(beta)
        elif symbol in own.inner:
            assert own.inner[symbol] == "x"
            values[symbol] = sum(b * e for b, e in zip(beta, x, strict=True))
        elif "lVert" in words:
            values[symbol] = norm(x)
    return expression.subs(values), beta, x


@pytest.mark.parametrize("name", [n for n in DERIVED if SCORES[n].domain is not Domain.SPACE])
def test_every_line_is_what_entries_give(name):
    """Of the registered score, written out: the derivative, its contraction, what is left."""
    own = homogeneity(name)
    written, beta, x = in_entries(name, own.score)
    assert sympy.simplify(written - score(make_score(name), beta, x)) == 0
    radial = sum(b * sympy.diff(written, b) for b in beta)
    left, *_ = in_entries(name, own.left)
    point = dict(zip((*beta, *x), map(sympy.Rational, ("2/3", "-5/7", "3/11", "1/2")), strict=True))
    assert sympy.simplify((radial - left).subs(point)) == 0
    parts = [in_entries(name, part)[0] for part in own.parts]
    assert sympy.simplify((sum(parts) - left).subs(point)) == 0


def test_the_cosine_routers_terms_cancel_and_the_perturbed_ones_do_not():
    cosine, perturbed = (
        [line["formula"] for line in homogeneity_derivation(name)]
        for name in ("cosine", "perturbed-cosine")
    )
    assert cosine[-2].endswith("= 0")
    assert cosine[-1].endswith("= 0")
    assert r"\tau_1 \beta_1^\top x" in perturbed[-2]
    assert perturbed[-1].endswith(r"\neq 0")
    own = homogeneity("cosine")
    assert own.left == 0
    assert len(own.parts) == 2
    left = homogeneity("perturbed-cosine").left
    assert sympy.limit(left, sympy.Symbol("tau1", positive=True), 0) == 0


def test_a_linear_score_is_its_own_contraction():
    own = homogeneity("linear")
    assert own.left == own.score
    assert "the score itself" in homogeneity_derivation("linear")[-2]["says"]


@pytest.mark.parametrize("name", DERIVED)
def test_a_derivation_is_lines_of_words_and_latex(name):
    lines = homogeneity_derivation(name)
    assert len(lines) == 6
    for line in lines:
        assert line.keys() == {"says", "formula"}
        assert line["says"][0].isupper()
        assert "$" not in line["formula"]
        assert line["formula"].count("{") == line["formula"].count("}")
        assert "q1" not in line["formula"]


@pytest.mark.parametrize("name", sorted(set(SCORES) - set(DERIVED)))
def test_a_score_that_reads_beta_otherwise_is_refused(name):
    with pytest.raises(SpecificationError, match="inner products"):
        homogeneity_derivation(name)


def test_the_gate_stands_still_along_the_ray_where_the_derivation_says_so():
    for name in DERIVED:
        try:
            found = ray(name)
        except SpecificationError:
            continue
        assert found["constant"] == (homogeneity(name).left == 0)
        assert ("moves no weight" in found["words"]) == found["constant"]
        assert found["moved"] < 1e-12 or found["moved"] > 0.05


@pytest.mark.parametrize("experts", [2, 3])
def test_the_rays_weights_are_a_softmax_gates(experts):
    found = ray("perturbed-cosine", experts, tau1=0.2)
    assert found["scales"] == list(SCALES)
    assert len(found["weights"]) == len(SCALES)
    for rows in found["weights"]:
        assert len(rows) == len(found["inputs"])
        for weights in rows:
            assert len(weights) == experts
            assert sum(weights) == pytest.approx(1.0)
    assert ray("perturbed-cosine", experts, tau1=2.0)["moved"] > found["moved"] / 10
    # The longer the vector, the more an expert whose gate looks at the input weighs.
    first = [rows[0][0] for rows in found["weights"]]
    assert all(a < b for a, b in itertools.pairwise(first))


def test_other_rays_are_refused():
    with pytest.raises(SpecificationError, match="2 or 3 experts"):
        ray("linear", 4)
    with pytest.raises(SpecificationError, match="inner products"):
        ray("quadratic")
    with pytest.raises(UnknownNameError):
        ray("nobody")
