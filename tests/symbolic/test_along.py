"""Sequences of measures: atoms move, functions do not, and orders are those of the certificates."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import mpmath
import pytest
import torch

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model import make_mixture
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped
from moeviz.symbolic.catalogue.slow import SLOW, counter_sequence
from moeviz.symbolic.questions.along import orders, show
from moeviz.symbolic.questions.sequence import STEPS
from moeviz.theory.losses import loss_d, loss_l1, loss_sigmoid_l2

COUNTERS = ["C8.over.linear", "C8.tau2", "S10.gelu.d1", "S13.p1", "M6.K2", "K7", "C9.over"]
MIXTURES = {
    "cosine-exact": (("cosine", "softmax", "tanh"), 2),
    "cosine-over": (("cosine", "softmax", "tanh"), 2),
    "sigmoid-flat": (("quadratic", "sigmoid", "linear"), 1),
    "multinomial-regime2": (("linear", "softmax", "linear", "categorical"), 1),
}
LOSS = {
    "cosine-exact": loss_l1,
    "cosine-over": loss_l1,
    "sigmoid-flat": loss_sigmoid_l2,
    "multinomial-regime2": loss_d,
}


def certified(claim):
    verdict = shipped(claim).verdict
    tests = [*verdict["tests"], *((verdict["repair"] or {}).get("tests", []))]
    return next(
        test["certificate"]["sequence"] for test in tests if "sequence" in test["certificate"]
    )


@pytest.mark.parametrize("claim", COUNTERS)
def test_orders_along_a_counter_sequence_are_the_certificates(claim):
    sequence, kept = counter_sequence(claim), certified(claim)
    found = orders(sequence, [Fraction(1, 2**step) for step in STEPS])
    assert found["function_order"] == kept["function order"]
    assert found["loss_order"] == kept["loss order"]
    assert found["exact"] == kept["exact"]
    assert found["loss"] == kept["loss"]
    assert found["exact"] or found["function"] == kept["function"]
    ratios = [float(v) for v in found["ratio"]]
    assert ratios == sorted(ratios, reverse=True)
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize("name", list(SLOW))
@pytest.mark.parametrize("r", [1, 2, 3])
def test_orders_along_a_papers_sequence_are_the_papers(name, r):
    slow = SLOW[name]
    found = orders(slow.make(r), [1 / n for n in (1000, 10_000, 100_000)])
    function, loss = slow.orders(r)
    assert float(found["loss_order"]) == pytest.approx(loss, abs=1e-3)
    if math.isinf(function):
        assert found["function_order"] == "infinity"
        assert set(found["ratio"]) == {"0.0"}
    else:
        assert float(found["function_order"]) == pytest.approx(function, abs=1e-3)


def test_as_printed_one_sequence_is_not_slow_and_the_checkers_is():
    """Proposition 3.2 of `multinomial`: true, but not by the sequence of its proof."""
    smalls = [1 / n for n in (100, 1000, 10_000)]
    printed = orders(SLOW["multinomial-regime2"].make(2), smalls)
    ratios = [float(v) for v in printed["ratio"]]
    assert min(ratios) > 0.01
    assert ratios[2] == pytest.approx(ratios[1], rel=0.01)
    own = orders(counter_sequence(SLOW["multinomial-regime2"].claim), smalls)
    assert float(own["ratio"][2]) < 1e-6


def test_papers_sequences_are_of_claims():
    for name, slow in SLOW.items():
        assert slow.name == name
        assert slow.claim in CATALOGUE.claims
        assert slow.source.split()[0] == CATALOGUE.claims[slow.claim].paper


def parameters(layout, atoms):
    """The parameter vector of atoms as a page shows them."""
    rows = []
    for atom in atoms:
        names = [name.replace("[", "_").rstrip("]") for name in layout.names()]
        own = {"beta0": atom["values"].get("beta0", atom["values"].get("c")), **atom["values"]}
        rows.append([own[name] for name in names])
    return torch.tensor(rows, dtype=torch.float64).flatten()


def weighed(layout, atoms):
    """A measure with the atoms' weights as they are shown."""
    measure = layout.of(len(atoms)).unpack(parameters(layout, atoms))
    weight = torch.tensor([atom["weight"] for atom in atoms], dtype=torch.float64)
    return measure.replace(torch.logit(weight) if layout.logistic else weight.log())


@pytest.mark.parametrize("name", list(SLOW))
@pytest.mark.parametrize("r", [1, 2, 3])
def test_atoms_functions_and_losses_are_the_models(name, r):
    """What fits are measured with gives the same numbers."""
    names, dimension = MIXTURES[name]
    mixture = make_mixture(*names)
    layout = mixture.layout(1, dimension)
    shown = show(SLOW[name].make(r), Fraction(1, 16), count=9)
    fitted, gathered = (weighed(layout, shown[key]) for key in ("atoms", "truth"))
    x = torch.tensor([shown["x"], *([v] * 9 for v in shown["others"].values())])
    features = mixture.features(x.to(torch.float64).unsqueeze(0))
    for measure, values in ((fitted, shown["function"]), (gathered, shown["true_function"])):
        theta = layout.of(measure.atoms).pack(measure).unsqueeze(0)
        found = mixture.predict(theta, features)
        if len(values) > 1:  # the deviance of each class
            classes = torch.arange(len(values), dtype=torch.float64)
            costs = [mixture.cost(theta, features, c.expand(1, 9)) for c in classes]
            found = torch.cat(costs).mul(-0.5).exp()
        torch.testing.assert_close(found.reshape(len(values), 9), torch.tensor(values).double())
    first = [i for i, atom in enumerate(shown["truth"]) if atom["cell"] == 0]
    true = gathered.select(torch.tensor([0, len(first)]))
    mass = gathered.weight[first].sum()
    log = true.log_weight.clone()
    log[0] = torch.logit(mass) if layout.logistic else mass.log()
    true = true.replace(log)
    loss = LOSS[name](float(r))
    assert loss.evaluate(fitted, true).item() == pytest.approx(float(shown["loss"]), rel=1e-5)


@pytest.mark.parametrize("claim", ["C8.over.linear", "S10.gelu.d1", "M6.K2"])
def test_what_is_shown_is_plain_and_at_one_it_can_be_seen(claim):
    sequence = counter_sequence(claim)
    shown = show(sequence, 1.0, count=5)
    assert json.loads(json.dumps(shown)) == shown
    assert len(shown["x"]) == 5
    assert len(shown["function"]) == len(sequence.atom.values)
    assert [len(row) for row in shown["function"]] == [5] * len(shown["function"])
    assert shown["atoms"] != shown["truth"]
    assert float(shown["ratio"]) == pytest.approx(
        float(shown["norm"]) / float(shown["loss"]), rel=1e-4
    )


def test_differences_that_double_precision_would_not_hold_are_there():
    shown = show(counter_sequence("C8.over.linear"), Fraction(1, 10**6), count=5)
    if not shown["exact"]:
        assert 0.0 < float(shown["norm"]) < 1e-20
    moved = show(counter_sequence("S10.gelu.d1"), Fraction(1, 10**6), count=5)
    assert 0.0 < float(moved["norm"]) < 1e-20
    assert all(abs(float(v)) < 1e-19 for v in moved["difference"][0])
    assert any(float(v) for v in moved["difference"][0])


def test_the_weights_of_a_truth_are_kept_along_the_way():
    shown = show(SLOW["cosine-over"].make(1), 0.5, count=3)
    halves = [atom["weight"] for atom in shown["atoms"]]
    assert halves[0] == halves[1]
    assert halves == [atom["weight"] for atom in shown["truth"]]
    gates = [[atom["values"][f"beta1_{i}"] for i in (1, 2)] for atom in shown["atoms"]]
    assert gates[1] == pytest.approx([3.0 * v for v in gates[0]])


@pytest.mark.parametrize("small", [0.0, -1.0, 1.5])
def test_other_numbers_are_refused(small):
    with pytest.raises(SpecificationError, match="above 0 and at most 1"):
        show(SLOW["cosine-over"].make(1), small)


def test_what_has_no_sequence_is_said():
    with pytest.raises(UnknownNameError, match=r"C1\.d2 does not"):
        counter_sequence("C1.d2")
    with pytest.raises(UnknownNameError, match="r of at least 1"):
        SLOW["cosine-over"].make(0)
    with pytest.raises(SpecificationError, match="take a larger n"):
        show(SLOW["multinomial-regime2"].make(1), 1.0)
    with pytest.raises(SpecificationError, match="sort them"):
        orders(SLOW["cosine-over"].make(1), [0.1, 0.2])
    assert mpmath.mp.dps == 15
