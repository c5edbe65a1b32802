"""Counter-sequences: the function moves like the fourth power of what the loss moves by halves."""

from __future__ import annotations

from fractions import Fraction

import pytest

from moeviz.model import make_mixture
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions.checks import cone
from moeviz.symbolic.reading.expressions import atom
from moeviz.symbolic.reading.points import generic

STILL = {"A": 0, "b_gate": 0, "c": Log(Fraction(1, 3))}
FLAT = {"a_1": 0, "a_2": 0}

MODELS = {
    # names, crowded cells, special values, constants
    "softmax, linear, gaussian": (("linear", "softmax", "linear", "gaussian"), (0,), {}, {}),
    "softmax, linear, two classes": (
        ("linear", "softmax", "linear", "categorical"),
        (0, 1),
        {},
        {},
    ),
    "equal class slopes": (
        ("linear", "softmax", "linear", "categorical"),
        (0,),
        FLAT,
        {"classes": 3},
    ),
    "softmax, relu": (("linear", "softmax", "relu", "regression"), (0,), {}, {}),
    "perturbed cosine, relu": (("perturbed-cosine", "softmax", "relu", "regression"), (0,), {}, {}),
    "sigmoid, gelu": (("quadratic", "sigmoid", "gelu", "regression"), (0,), STILL, {}),
    "sigmoid, scaled gelu": (
        ("quadratic", "sigmoid", "scaled-gelu", "regression"),
        (0,),
        STILL,
        {},
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_function_and_loss_have_the_orders_of_the_theory(name):
    names, crowded, special, constants = MODELS[name]
    model = atom(make_mixture(*names, **constants), 2 if names[0] == "perturbed-cosine" else 1)
    test = cone(model, [generic(model, 0, special), generic(model, 1)], crowded)
    assert test.answer == Answer.FAILS
    assert test.certificate["kind"] == "counter-sequence"
    sequence = test.certificate["sequence"]
    assert float(sequence["loss order"]) == pytest.approx(2.0, abs=0.005)
    if sequence["exact"]:
        assert sequence["function order"] == "infinity"
    else:
        assert float(sequence["function order"]) == pytest.approx(4.0, abs=0.005)
    losses = [float(v) for v in sequence["loss"]]
    assert losses == sorted(losses, reverse=True)
    ranks = [needed - 1 for needed in test.certificate["atoms needed"]]
    alone = 2 - len(crowded)
    assert sequence["atoms"] == alone + sum(max(1, 2 * rank) for rank in ranks)
