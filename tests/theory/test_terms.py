"""Losses for every r, and what each cell and each atom adds to them."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moeviz.errors import UnknownNameError
from moeviz.model.settings import constant_fields
from moeviz.theory import LOSS_FAMILIES, LOSSES, tied
from moeviz.theory.losses import loss_d, loss_l1, loss_sigmoid_l2
from moeviz.theory.terms import MASS, OFFSET
from tests.support import measure, measures
from tests.theory.test_losses import (
    NAIVE,
    ZERO,
    atoms,
    blocks,
    naive,
    pieces,
    powers,
    sigmoid_sum,
    split_first,
)

WITHOUT = {"total", "transport"}
WITH_TERMS = [name for name in LOSSES if name not in WITHOUT]
POWERS = st.floats(1.0, 8.0)
ANY_R = {
    "L1,r": lambda r: naive(powers(blocks, r, r)),
    "sigmoid-L2,r": lambda r: sigmoid_sum(r, r),
    "D_r": lambda r: naive(powers(pieces, 1, r)),
}
"""The papers' formulas for any r, as double loops."""


def alone(M, row):
    """One of several measures."""
    return M.replace(M.log_weight[row], **{k: v[row] for k, v in M.blocks.items()})


@pytest.mark.parametrize("name", list(LOSS_FAMILIES))
@given(G=measures(4), H=measures(2), r=POWERS)
def test_losses_of_any_power_are_the_papers_double_sums(name, G, H, r):
    found = LOSS_FAMILIES[name].of(r).evaluate(G, H)
    for row in range(2):
        expected = ANY_R[name](r)(*(atoms(alone(M, row)) for M in (G, H)))
        assert found[row].item() == pytest.approx(expected, rel=1e-11)


def test_every_family_is_checked():
    assert set(ANY_R) == set(LOSS_FAMILIES)


@pytest.mark.parametrize(
    ("family", "r", "name"),
    [
        (loss_l1, 2.0, "L1,2"),
        (loss_sigmoid_l2, 2.0, "sigmoid-L2,2"),
        (loss_d, 1.0, "D1"),
        (loss_d, 2.0, "D2"),
    ],
)
@given(G=measures(4), H=measures(2))
def test_what_was_there_is_one_of_them(family, r, name, G, H):
    assert family(r).name == name
    assert torch.equal(family(r).evaluate(G, H), LOSSES[name].evaluate(G, H))


@given(G=measures(3, logistic=True), H=measures(3, logistic=True))
def test_power_one_is_the_plain_loss(G, H):
    """At r = 1 the losses with one power for all are those of exact-specified fits."""
    assert torch.equal(loss_l1(1.0).evaluate(G, H), LOSSES["L3"].evaluate(G, H))
    plain = loss_sigmoid_l2(1.0).evaluate(G, H)
    by_hand = sigmoid_sum(1.0, 1.0)
    found = [by_hand(*(atoms(alone(M, row)) for M in (G, H))) for row in range(2)]
    torch.testing.assert_close(plain, torch.tensor(found, dtype=torch.float64))


@given(G=measures(4), H=measures(2), r=POWERS, more=st.floats(0.1, 3.0))
def test_below_distance_one_a_larger_power_costs_no_more(G, H, r, more):
    small = G.replace(**{k: 0.05 * v for k, v in G.blocks.items()})
    close = H.replace(**{k: 0.05 * v for k, v in H.blocks.items()})
    for family in (loss_l1, loss_d):
        less = family(r + more).evaluate(small, close)
        assert (less <= family(r).evaluate(small, close) + 1e-15).all()


@pytest.mark.parametrize("family", list(LOSS_FAMILIES))
@pytest.mark.parametrize("r", [0.5, 0.0, -1.0, math.nan, math.inf])
def test_other_powers_are_refused(family, r):
    with pytest.raises(UnknownNameError, match="r of at least 1"):
        LOSS_FAMILIES[family].of(r)


def test_the_power_is_a_field():
    (field,) = constant_fields({"family": LOSS_FAMILIES}, "")
    assert (field.name, field.low, field.default) == ("r", 1.0, 2.0)


# Bars.


@pytest.mark.parametrize("name", WITH_TERMS)
@given(G=measures(5, logistic=True), H=measures(3, logistic=True))
def test_bars_add_up_to_the_loss(name, G, H):
    loss = LOSSES[name]
    terms = loss.terms(G, H)
    value = loss.evaluate(G, H)
    torch.testing.assert_close(terms.by_cell().sum(-1), value)
    for row in range(2):
        rows = terms.rows(row)
        assert math.fsum(r["value"] for r in rows) == pytest.approx(value[row].item(), rel=1e-12)
        for cell, bar in enumerate(terms.by_cell()[row].tolist()):
            own = math.fsum(r["value"] for r in rows if r["cell"] == cell)
            assert own == pytest.approx(bar, rel=1e-12, abs=1e-15)


@given(G=measures(5), H=measures(3), r=POWERS)
def test_a_rows_value_is_its_weight_times_a_power_of_its_distance(G, H, r):
    terms = loss_d(r).terms(G, H)
    sizes = terms.sizes()
    for row in terms.rows(1):
        assert row["value"] == row["weight"] * row["distance"] ** row["exponent"]
        crowded = sizes[1, row["cell"]] > 1
        plain = row["part"] == MASS or not crowded
        assert row["exponent"] == (1.0 if plain else pytest.approx(r, rel=1e-15))
        assert (row["atom"] is None) == (row["part"] == MASS)


def test_terms_by_hand():
    """A crowded cell, a single one, and an empty one, which costs its true mass."""
    true = measure([1.0, 2.0, 4.0], [[0.0], [10.0], [99.0]], [[0.0, 0.0]] * 3)
    fitted = measure([0.5, 0.25, 3.0], [[0.3], [0.0], [10.5]], [[0.0, 0.4], [0.0, 0.0], [0.0, 0.0]])
    terms = LOSSES["L2"].terms(fitted, true)
    assert terms.sizes().tolist() == [[2.0, 1.0, 0.0]]
    found = {(r["cell"], r["atom"], r["part"]): (r["exponent"], r["value"]) for r in terms.rows()}
    assert found == {
        (0, None, "mass"): (1.0, pytest.approx(0.25)),
        (0, 0, "gate"): (2.0, pytest.approx(0.5 * 0.09)),
        (0, 0, "expert"): (2.0, pytest.approx(0.5 * 0.16)),
        (0, 1, "gate"): (2.0, 0.0),
        (0, 1, "expert"): (2.0, 0.0),
        (1, None, "mass"): (1.0, pytest.approx(1.0)),
        (1, 2, "gate"): (1.0, pytest.approx(1.5)),
        (1, 2, "expert"): (1.0, 0.0),
        (2, None, "mass"): (1.0, pytest.approx(4.0)),
    }


@given(G=measures(logistic=True))
def test_a_sigmoid_loss_has_masses_where_the_gate_is_zero_and_offsets_elsewhere(G):
    zero = (G.gate == 0).all(-1)
    for row in LOSSES["sigmoid-L1"].terms(G, G).rows(0):
        designated = bool(zero[0, row["cell"]])
        assert row["part"] != (OFFSET if designated else MASS)
        assert row["exponent"] == (2.0 if designated and row["part"] != MASS else 1.0)


@pytest.mark.parametrize("family", [loss_l1, loss_d])
@given(G=measures(), share=st.floats(0.05, 0.95), r=POWERS)
def test_splitting_an_atom_in_place_costs_nothing_for_any_power(family, G, share, r):
    found = family(r).evaluate(split_first(G, share), G)
    torch.testing.assert_close(found, ZERO, rtol=0, atol=1e-12)


def test_an_atom_between_two_true_ones_is_tied_and_lies_in_the_first_cell():
    true = measure([1.0, 1.0], [[0.0], [10.0]], [[0.0, 0.0]] * 2)
    fitted = measure([1.0, 1.0, 1.0], [[5.0], [4.9], [10.0]], [[0.0, 0.0]] * 3)
    assert tied(fitted, true).tolist() == [[True, False, False]]
    assert LOSSES["L3"].terms(fitted, true).sizes().tolist() == [[2.0, 1.0]]
    near = measure([1.0], [[5.0 + 1e-12]], [[0.0, 0.0]])
    assert tied(near, true).tolist() == [[True]]
    assert tied(near, true, 0.0).tolist() == [[False]]


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_a_loss_without_terms_says_so(name):
    true = measure([1.0], [[0.0]], [[0.0, 0.0]])
    with pytest.raises(UnknownNameError, match="sum over cells"):
        LOSSES[name].terms(true, true)
    assert {*WITH_TERMS} | WITHOUT == set(NAIVE)
