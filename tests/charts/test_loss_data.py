"""Losses as data: an evaluation that knows nothing but the data agrees with the library."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moeviz.charts.closeness import Setup, closeness_document, shown_loss
from moeviz.charts.closeness_atoms import (
    KINDS,
    between_fit,
    first_fit,
    split_fit,
    split_in_place,
    spread_fit,
)
from moeviz.charts.closeness_formula import LEAST, closeness_formula
from moeviz.charts.closeness_words import blind, printed_name, sight
from moeviz.charts.loss_data import loss_data, loss_of
from moeviz.errors import SpecificationError
from moeviz.theory import LOSSES
from moeviz.theory.voronoi import tied, voronoi_cells

PAIRS = [(kind, name) for kind in KINDS.values() for name in kind.losses]
OWN = {"total", "transport"}


def distance(power, own, target, gate):
    """A distance as the browser takes it."""
    if power["kind"] == "radial":
        return abs(math.hypot(*own[:gate]) - math.hypot(*target[:gate]))
    if power["kind"] == "angular":
        ends = [
            [v / max(math.hypot(*at[:gate]), 1e-150) for v in at[:gate]] for at in (own, target)
        ]
        return math.dist(*ends)
    pairs = zip(power["metric"], own, target, strict=True)
    return math.sqrt(sum(m * (a - b) ** 2 for m, a, b in pairs))


def evaluated(data, kind, fit):
    """A loss from its data alone."""
    gate = kind.layout.gate_width
    fitted, true = kind.measure(fit), kind.measure(kind.truth)
    cells = voronoi_cells(fitted, true).tolist()
    rows = [
        [(*atom[:-1], float(c)) for atom, c in zip(atoms, measure.log_weight, strict=True)]
        for atoms, measure in ((fit, fitted), (kind.truth, true))
    ]
    total = 0.0
    for cell, target in enumerate(rows[1]):
        zero = int(not any(target[:gate]))
        inside = [i for i, own in enumerate(cells) if own == cell]
        if data["mass"][zero]:
            total += abs(sum(fit[i][-1] for i in inside) - kind.truth[cell][-1])
        for i in inside:
            factors = {"mass": fit[i][-1], "one": 1.0}
            factors["length"] = fit[i][-1] * math.hypot(*target[:gate])
            for power in data["powers"]:
                far = distance(power, rows[0][i], target, gate)
                exponent = power["exponent"][zero][len(inside) > 1]
                total += power["counts"][zero] * factors[data["weight"]] * far**exponent
    return total


def value(kind, name, fit, r=2.0):
    loss = loss_of(name, r)
    return float(loss.evaluate(kind.measure(fit), kind.measure(kind.truth)))


@pytest.mark.parametrize(("kind", "name"), PAIRS, ids=lambda part: getattr(part, "name", part))
@settings(max_examples=8)
@given(data=st.data())
def test_the_data_say_the_whole_loss(kind, name, data):
    coordinate = st.floats(-2.0, 2.0)
    atom = st.tuples(*(coordinate,) * kind.width, st.floats(0.05, 0.9))
    fit = data.draw(st.lists(atom, min_size=1, max_size=5))
    r = data.draw(st.floats(1.0, 4.0))
    made = loss_data(loss_of(name, r), kind.layout)
    assert evaluated(made, kind, fit) == pytest.approx(value(kind, name, fit, r), rel=1e-10)


def test_every_loss_that_has_terms_is_shown_with_some_atoms():
    shown = {loss_of(name, r).name for _, name in PAIRS for r in (1.0, 2.0)}
    assert set(LOSSES) - shown == OWN


@pytest.mark.parametrize(("kind", "name"), PAIRS, ids=lambda part: getattr(part, "name", part))
def test_the_truth_costs_nothing_and_its_split_no_more(kind, name):
    assert value(kind, name, kind.truth) == pytest.approx(0.0, abs=1e-15)
    split = value(kind, name, split_fit(kind))
    atoms = loss_data(loss_of(name, 2.0), kind.layout)
    offsets = any(p["metric"][-1] and p["counts"][1] for p in atoms["powers"])
    # A loss that compares offsets is for fits with as many atoms as the truth has.
    assert split == pytest.approx(2.0 * math.log(3.0) if offsets else 0.0, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_half_way_between_two_is_a_tie_and_leaves_a_cell_empty(kind):
    fitted, true = kind.measure(between_fit(kind)), kind.measure(kind.truth)
    assert tied(fitted, true, 0.0).tolist() == [False, True]
    assert voronoi_cells(fitted, true).tolist() == [0, 1]


def test_a_spread_pair_is_seen_in_full_as_a_square_or_not_at_all():
    kind = KINDS["softmax"]
    l2, l3, mass = (value(kind, name, spread_fit(kind)) for name in kind.losses[:3])
    assert l3 == pytest.approx(0.5 * 0.375)
    assert l2 == pytest.approx(0.5 * 0.375**2)
    assert mass == 0.0


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_splitting_in_place_leaves_weights_and_plain_distances(kind):
    one, *others = first_fit(kind)
    again = (*split_in_place(one), *others)
    for name in ("mass", "expert"):
        assert value(kind, name, again) == pytest.approx(value(kind, name, (one, *others)))


def test_what_a_loss_cannot_see_is_named():
    def said(name, r=2.0):
        return shown_loss("softmax", name, r)["blind"]

    assert said("mass") == "Does not see where atoms lie in a cell."
    assert said("L3") == "Sees every error in full."
    assert said("L2") == "Hardly sees a crowd's spread (ε as ε²)."
    assert said("L1,r", 2.5) == "Hardly sees small errors (ε as ε²·⁵)."
    assert said("gate").startswith("Does not see experts")
    assert said("expert").startswith("Does not see gates")
    assert said("radial").startswith("Does not see a turned gate")
    assert said("angular").startswith("Does not see a gate's length")
    assert shown_loss("sigmoid", "sigmoid-L3", 2.0)["blind"] == "Does not see an empty cell."
    gateless = loss_data(loss_of("compete-L1", 2.0), KINDS["compete"].layout)
    assert blind(gateless, 0) == "Hardly sees a crowd's spread (ε as ε²)."
    assert sight(gateless, 0) == "hardly sees a crowd's spread (ε as ε²)"


@pytest.mark.parametrize(("kind", "name"), PAIRS, ids=lambda part: getattr(part, "name", part))
def test_the_bar_of_a_loss_says_what_moves_it_not(kind, name):
    """What a loss is said to see in full costs what it is off; what it does not see costs 0."""
    shown = shown_loss(kind.name, name, 2.0)
    step = 2.0**-10
    moved = [(*atom[:-2], atom[-2] + step, atom[-1]) for atom in kind.truth]
    lost = value(kind, name, moved)
    if "sees every error in full" in shown["sight"] or "crowd" in shown["sight"]:
        assert lost > 0.1 * step
    elif "small errors" in shown["sight"]:
        assert 0.0 < lost < 2.0 * step**2 * len(moved)
    elif "experts" in shown["blind"] or "where atoms lie" in shown["blind"]:
        assert lost == pytest.approx(0.0, abs=1e-12)
    else:
        assert lost > 0.0


def test_losses_are_printed_as_the_papers_write_them():
    names = ("L2", "sigmoid-L1", "L1,2", "D_r", "D2", "sigmoid-L2,r", "mass", "radial")
    assert [printed_name(name) for name in names] == [
        "L₂", "L₁", "L₁,₂", "Dᵣ", "D₂", "L₂,ᵣ", "mass", "radial",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_picture_holds_all_atoms_and_the_formula_ends_with_the_value(kind):
    fit = (*first_fit(kind), (*kind.truth[0][:-2], 7.0, 0.25))
    plane = (kind.plane[0], kind.width - 1)
    setup = Setup(kind.name, fit, kind.losses[:3], 2.0, plane)
    document = closeness_document(setup)
    for handle in document["handles"]:
        for place, axis in zip(handle["at"], "xy", strict=True):
            assert document[axis][0] < place < document[axis][1]
    wide, tall = (document[axis][1] - document[axis][0] for axis in "xy")
    assert wide / tall == pytest.approx(4.0 / 3.0)
    total = value(kind, kind.losses[0], fit)
    formula = ElementTree.fromstring(f"<div>{closeness_formula(setup)}</div>")
    words = {row.get("data-meaning") for row in formula.iter("mrow")} - {None}
    assert f"the loss of this fit: {total:.3f}" in words
    assert "".join(formula[0].itertext()).endswith(f"={total:.3f}")
    cells = [float(w.rpartition(" ")[2]) for w in words if " adds to the loss: " in w]
    assert sum(cells) == pytest.approx(total, abs=0.0005 * len(cells) + 11 * LEAST)
    assert len(cells) == len(formula) - 1


@pytest.mark.parametrize("weight", [0.0, -0.5, 3.0])
def test_a_weight_out_of_range_is_refused(weight):
    kind = KINDS["softmax"]
    fit = ((*kind.truth[0][:-1], weight),)
    with pytest.raises(SpecificationError, match="weights above 0"):
        closeness_document(Setup(kind.name, fit, kind.losses[:3]))


def test_a_variance_out_of_range_is_refused():
    kind = KINDS["compete"]
    fit = ((*kind.truth[0][:-2], 0.0, 0.5),)
    with pytest.raises(SpecificationError, match="variances above 0"):
        closeness_document(Setup(kind.name, fit, kind.losses[:3], plane=(0, 1)))
