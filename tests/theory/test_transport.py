"""The transport distance is a metric; what two truths imply for tests and estimators."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from moeviz.model import Layout, Part, make_mixture
from moeviz.theory import Reading, fisher_information, input_nodes, predicted_constants
from moeviz.theory.transport import transport
from moeviz.theory.two_points import least_errors
from tests.support import measures

TINY = {"rtol": 1e-9, "atol": 1e-9}
LAYOUT = Layout(2, (Part("beta1", "b", 1),), (Part("a", "a", 1), Part("b", "b", 1)))


def pair(apart, shares=(0.5, 0.5)):
    """Two atoms whose experts lie so far apart."""
    rows = [
        [0.3, math.log(w), 1.0, sign * apart / 2] for w, sign in zip(shares, (1, -1), strict=True)
    ]
    return LAYOUT.unpack(torch.tensor(rows, dtype=torch.float64).reshape(1, -1))


@given(G=measures(3), H=measures(2), F=measures(3))
def test_transport_is_symmetric_and_keeps_the_triangle_inequality(G, H, F):
    there, back = transport(G, H), transport(H, G)
    torch.testing.assert_close(there, back, **TINY)
    assert (there <= transport(G, F) + transport(F, H) + 1e-9).all()


@given(apart=st.floats(1e-4, 3.0))
def test_a_pair_that_closes_in_costs_half_the_way_to_one_atom_in_the_middle(apart):
    one = LAYOUT.of(1).unpack(torch.tensor([[0.3, 0.0, 1.0, 0.0]], dtype=torch.float64))
    assert transport(pair(apart), one).item() == pytest.approx(apart / 2, rel=1e-9)
    assert transport(one, pair(apart)).item() == pytest.approx(apart / 2, rel=1e-9)


@pytest.mark.parametrize("shift", [0.1, 0.3])
def test_wrong_shares_of_near_atoms_cost_little(shift):
    """A Voronoi loss counts the mass that is in the wrong cell, wherever the next cell is."""
    right, wrong = pair(0.01), pair(0.01, (0.5 + shift, 0.5 - shift))
    assert transport(wrong, right).item() == pytest.approx(0.01 * shift, rel=1e-9)


def test_what_is_no_number_has_no_transport():
    bad = pair(1.0)
    bad = bad.replace(bad.log_weight, **{**bad.blocks, "expert": bad.expert * math.nan})
    assert transport(bad, pair(1.0)).isnan().all()


REGRESSION = make_mixture("linear", "softmax", "linear", "regression", noise=0.5)
ATOM = torch.tensor([0.0, 0.0, 1.0, 0.2], dtype=torch.float64)


def test_errors_of_a_shifted_line_are_those_of_the_best_test():
    """For a constant shift the best test compares the mean residual with half the shift."""
    x = input_nodes(1, 512)
    for shift, n in itertools.product((0.02, 0.1), (10, 200)):
        other = ATOM + torch.tensor([0.0, 0.0, 0.0, shift], dtype=torch.float64)
        wanted = 2.0 * norm.sf(math.sqrt(n) * shift / (2.0 * 0.5))
        assert least_errors(REGRESSION, ATOM, other, x, n) == pytest.approx(wanted, rel=1e-9)


def test_no_test_between_densities_errs_less():
    """The likelihood ratio's own errors, over many samples, sum to no less."""
    density = make_mixture("linear", "softmax", "linear", "gaussian")
    rng = np.random.default_rng(1)
    x = input_nodes(1, 512)
    first = torch.tensor([0.0, 0.0, 1.0, 0.0, 0.25], dtype=torch.float64)
    for shift, n in itertools.product((0.05, 0.2), (5, 40)):
        second = first + torch.tensor([0.0, 0.0, 0.0, shift, 0.0], dtype=torch.float64)
        noise = 0.5 * rng.standard_normal((4000, n))
        # Residuals about the first truth; the log ratio is linear in their sum.
        ratio = [(shift * (noise + s).sum(1) - n * shift**2 / 2) for s in (0.0, shift)]
        errors = (ratio[0] > 0).mean() + (ratio[1] <= 0).mean()
        bound = least_errors(density, first, second, x, n)
        assert 0.0 < bound <= errors + 4.0 / math.sqrt(4000)


def test_one_truth_twice_cannot_be_told_apart():
    x = input_nodes(1, 64)
    assert least_errors(REGRESSION, ATOM, ATOM, x, 10**6) == 1.0


def test_atoms_far_apart_are_carried_one_by_one():
    """The share that each has in both goes its own way; what differs crosses over."""
    here, there = pair(4.0, (0.6, 0.4)), pair(4.02, (0.6 - 1e-5, 0.4 + 1e-5))
    wanted = (1.0 - 1e-5) * 0.01 + 1e-5 * 4.01
    assert transport(there, here).item() == pytest.approx(wanted, rel=1e-9)


def test_the_predicted_constant_is_that_of_the_plain_loss_where_weights_are_known():
    """With one atom the loss of plain distances is its weight times the transport."""
    density = make_mixture("linear", "softmax", "linear", "gaussian")
    theta = torch.tensor([0.0, 0.0, 1.0, 0.2, 0.3], dtype=torch.float64)
    layout, x = density.layout(1, 1), input_nodes(1, 512)
    information = fisher_information(density, theta.unsqueeze(0), x)[0]
    plain, carried = predicted_constants(
        density,
        theta,
        layout,
        information,
        (Reading("expert", "pinned"), Reading("transport", "pinned")),
        x=x,
    )
    assert carried == pytest.approx(plain, rel=0.1)  # fewer draws are behind a metric
