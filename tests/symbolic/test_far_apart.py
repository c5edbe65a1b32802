"""Measures far apart, huge inputs and schedules: the claims by counting, and by the laboratory."""

from __future__ import annotations

import itertools
from collections import defaultdict
from fractions import Fraction

import pytest
import torch

from moeviz.model import make_mixture
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.exchanged import Line, Two, another
from moeviz.symbolic.catalogue.multinomial import design_of
from moeviz.symbolic.catalogue.parts import Design
from moeviz.symbolic.catalogue.search.border import Outcome
from moeviz.symbolic.catalogue.search.hunt import hunt, outcome_of
from moeviz.symbolic.catalogue.search.pattern import is_special, swapped
from moeviz.symbolic.certificates.report import Answer
from moeviz.train.schedule import draw_schedule
from tests.symbolic.certificates import verdict

DOUBLE = torch.float64
X = torch.linspace(-3, 3, 41, dtype=DOUBLE).reshape(1, -1)


def density(atoms, x=X, router="linear"):
    """A class's probability by the laboratory; an atom is gate, offset, slope, intercept."""
    mixture = make_mixture(router, "softmax", "linear", "categorical", classes=2)
    features = mixture.features(x)
    values = mixture.values(torch.tensor(atoms, dtype=DOUBLE).flatten(), features)
    own = values.experts[0]
    return (values.weights * torch.sigmoid(own)).sum(-2), values.weights


def test_gate_and_opposite_experts_change_places_in_the_laboratory_too():
    gate, offset, slope, intercept = 1.3, -0.4, 0.7, 0.9
    one = [[gate, offset, slope, intercept], [0, 0, -slope, -intercept]]
    other = [[slope, intercept, gate, offset], [0, 0, -gate, -offset]]
    same, _ = density(one)
    assert (density(other)[0] - same).abs().max() < 1e-14
    other[1][3] += 1e-3
    assert (density(other)[0] - same).abs().max() > 1e-5


def test_four_atoms_with_split_gates_have_the_density_of_two_in_the_laboratory_too():
    two = [[0.8, 0.2, 0.7, 0.9], [0, 0, -1.1, 0.3]]
    half = [[gate + v, w - 0.6931471805599453, a, b] for gate, w, a, b in two for v in (1.5, -1.5)]
    assert (density(half)[0] - density(two)[0]).abs().max() < 1e-14


@pytest.fixture(scope="module")
def alike():
    """Pairs of measures with one density, among all with small slopes: exact, as functions of e^x.

    All slopes are whole, so that a density is a rational function of q = e^x; two of degree at
    most 6 above and below that agree at 13 places are one.
    """
    places = [Fraction(k, 7) for k in range(1, 14)]
    lines = [Line(Fraction(m), c) for m in range(-2, 3) for c in (Fraction(1), Fraction(3))]
    lines += [Line(Fraction(m), Fraction(1, 3)) for m in range(-2, 3)]
    share = {line: [_share(line, q) for q in places] for line in lines}
    found = defaultdict(list)
    for gate, u, v in itertools.product(lines, repeat=3):
        if gate.slope > 0 and u != v:
            key = tuple(
                s * p + (1 - s) * r for s, p, r in zip(share[gate], share[u], share[v], strict=True)
            )
            found[key].append(Two(gate, ((u,), (v,))))
    return [pair for group in found.values() for pair in itertools.combinations(group, 2)]


def _share(line, q):
    odds = line.scale * q**line.slope.numerator
    return odds / (1 + odds)


def test_of_all_small_measures_those_with_opposite_experts_alone_share_a_density(alike):
    assert len(alike) > 20
    for one, other in alike:
        assert one.experts[0][0] == -one.experts[1][0]
        assert other.experts[0][0] == -other.experts[1][0]
        assert other.gate in (one.experts[0][0], one.experts[1][0])
        assert one.gate in (other.experts[0][0], other.experts[1][0])


@pytest.mark.parametrize("name", ["M9.standard.K2", "M9.modified.K2"])
def test_a_search_for_measures_far_apart_passes_over_no_family(name):
    """Every pattern with a test of its own; a special case may hold where no other is allowed."""
    search = CATALOGUE.claims[name].checks[0].search
    found = hunt(search)
    assert not found.border.unknown
    failing = [p for p in map(int, search.patterns) if outcome_of(search, p)[0] is Outcome.FAILS]
    assert bool(failing) == bool(found.families)
    for pattern in failing:
        orders = (pattern, swapped(pattern, search.places))
        assert any(is_special(one, family) for one in orders for family in found.families)


@pytest.mark.parametrize("share", [("a",), ("b",), ("-a",), ("-b",), ("beta0",)])
def test_halves_of_the_exception_are_none(share):
    design = design_of(2)
    test = another("other", Design(design.mixture, 1, share=share))
    assert test.answer == Answer.HOLDS
    assert len(test.family) > 50


def test_opposite_experts_are_the_exception():
    design = design_of(2)
    test = another("other", Design(design.mixture, 1, share=("-a", "-b")))
    assert test.answer == Answer.FAILS
    assert len(test.certificate["members"]) == 2


@pytest.mark.parametrize("router", ["linear", "modified-tanh", "modified-sigmoid", "modified-cos"])
def test_huge_inputs_in_the_laboratory(router):
    """Of a linear score one weight is near 1, of a bounded map none."""
    x = torch.tensor([[1e3, -1e3, 1e6, -1e6]], dtype=DOUBLE)
    atoms = [[0.9, 0.3, 1.0, 0.0], [-0.4, 0.0, 0.0, 1.0]]
    weights = density(atoms, x, router)[1]
    if router == "linear":
        assert (weights.max(-2).values > 1 - 1e-12).all()
        assert verdict("M11.linear").answer == Answer.FAILS
    else:
        assert (weights.min(-2).values > 0.1).all()
        assert (weights[0] - 0.5).abs().max() > 0.02


@pytest.mark.parametrize("router", ["modified-power", "modified-log"])
def test_unbounded_maps_leave_one_expert_in_the_laboratory(router):
    x = torch.tensor([[1e30, -1e30]], dtype=DOUBLE)
    atoms = [[0.9, 0.3, 1.0, 0.0], [-0.4, 0.0, 0.0, 1.0]]
    assert (density(atoms, x, router)[1].max(-2).values > 1 - 1e-12).all()


def test_a_normalised_input_has_the_weights_of_its_direction_in_the_laboratory():
    mixture = make_mixture("modified-unit", "softmax", "linear", "categorical", classes=2)
    theta = torch.tensor([0.9, -0.2, 0.3, 1, 0, 1, -0.4, 0.7, 0, 0, 1, 0], dtype=DOUBLE)
    x = torch.tensor([[0.3, -2.0], [0.4, 1.0]], dtype=DOUBLE)
    near, far = (mixture.values(theta, mixture.features(t * x)).weights for t in (1.0, 1e9))
    assert (near - far).abs().max() < 1e-12


def _finds(layers, most):
    """Return whether each layer of a schedule finds steps with room, and whether each is bound."""
    count = [0] * len(layers[0])
    finds, bound = True, True
    for layer in layers:
        bound &= most * sum(layer) + sum(count) <= most * len(layer)
        full = [q >= most for q in count]
        free = [t for t, on in enumerate(layer) if not on and not full[t]]
        moving = sum(on and full[t] for t, on in enumerate(layer))
        finds &= moving <= len(free)
        kept = {t for t, on in enumerate(layer) if on and not full[t]} | set(free[:moving])
        count = [q + (t in kept) for t, q in enumerate(count)]
    return finds, bound


def test_of_all_small_schedules_none_within_the_bound_lacks_a_step():
    rows = list(itertools.product((0, 1), repeat=4))
    seen = {(finds, bound): 0 for finds in (True, False) for bound in (True, False)}
    roomy = 0
    for layers in itertools.product(rows, repeat=3):
        for most in (1, 2):
            finds, bound = _finds(layers, most)
            seen[finds, bound] += 1
            roomy += not finds and sum(map(sum, layers)) <= 4 * most
    assert seen[False, True] == 0
    assert seen[True, True] > 100
    assert seen[False, False] > 100
    assert roomy > 10  # room for all in total, and a step is missing all the same


@pytest.mark.parametrize(("omega", "most", "drops"), [(0.07, 3, False), (0.6, 2, True)])
def test_the_trainer_drops_activations_beyond_the_bound_alone(omega, most, drops):
    """The papers' share keeps 24 layers within the bound; a large one does not."""
    dropped = 0
    for seed in range(5):
        drawn = draw_schedule(24, 400, omega, most, torch.Generator().manual_seed(seed), 0.0)
        numbers = drawn.drawn.tolist()
        bound = all(most * n + sum(numbers[:i]) <= most * 400 for i, n in enumerate(numbers))
        assert bound == (not drops)
        dropped += drawn.dropped
    assert (dropped > 0) == drops
