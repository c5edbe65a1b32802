"""Losses: axioms, numbers by hand, and the papers' formulas as plain double loops."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from moeviz.errors import UnknownNameError
from moeviz.model import Layout, MixingMeasure, Part, make_mixture
from moeviz.theory import LOSSES, voronoi_cells
from moeviz.theory.losses import loss_d, loss_l1
from tests.support import measures, normal

SIGMOID = [name for name in LOSSES if name.startswith("sigmoid-")]
DENSE = ["sigmoid-L3", "sigmoid-L5"]
COUNTING = [*SIGMOID, "total"]
"""Losses whose atoms count in full, whatever their weight."""
ZERO = torch.zeros(2, dtype=torch.float64)


def loss(name: str, fitted: MixingMeasure, true: MixingMeasure) -> torch.Tensor:
    return LOSSES[name].evaluate(fitted, true)


def split_first(G: MixingMeasure, share: float) -> MixingMeasure:
    """The same measure with its first atom written as two."""
    parts = torch.ones(G.atoms + 1, dtype=torch.float64)
    parts[0], parts[1] = share, 1.0 - share
    twice = G.select(torch.tensor([0, *range(G.atoms)]))
    weight = parts * twice.weight
    return twice.replace(torch.logit(weight) if G.logistic else weight.log())


@given(G=measures(), H=measures(logistic=True))
def test_every_loss_is_zero_at_the_truth(G, H):
    for name, true in itertools.product(LOSSES, (G, H)):
        torch.testing.assert_close(loss(name, true, true), ZERO, rtol=0, atol=1e-12)


@given(G=measures(4, logistic=True), H=measures(3, logistic=True), seed=st.integers(0, 1000))
def test_no_loss_is_negative_or_sees_labels(G, H, seed):
    generator = torch.Generator().manual_seed(seed)
    there = torch.randperm(4, generator=generator)
    here = torch.randperm(3, generator=generator)
    for name in LOSSES:
        value = loss(name, G, H)
        assert (value >= 0).all(), name
        torch.testing.assert_close(loss(name, G.select(there), H.select(here)), value)


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in COUNTING])
@given(G=measures(), share=st.floats(0.05, 0.95))
def test_splitting_an_atom_in_place_costs_nothing(name, G, share):
    torch.testing.assert_close(loss(name, split_first(G, share), G), ZERO, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", SIGMOID)
@given(G=measures(logistic=True), share=st.floats(0.05, 0.95))
def test_splitting_costs_a_sigmoid_gate_its_offsets_unless_the_gate_is_zero(name, G, share):
    """Where the true gate is zero the paper adds up masses; elsewhere it compares offsets."""
    split = split_first(G, share)
    error = (split.log_weight[..., :2] - G.log_weight[..., :1]).abs()
    error = error.square() if name == "sigmoid-L2,2" else error
    free = name not in DENSE and bool((G.gate[..., 0, :] == 0).all())
    expected = ZERO if free else error.sum(-1)
    torch.testing.assert_close(loss(name, split, G), expected, rtol=1e-12, atol=1e-12)


@given(G=measures(3), H=measures(2))
def test_every_loss_is_the_same_alone_and_in_a_batch(G, H):
    for name, row in itertools.product(LOSSES, range(2)):
        together = loss(name, G, H)
        alone = [
            M.replace(M.log_weight[row], **{k: v[row] for k, v in M.blocks.items()}) for M in (G, H)
        ]
        torch.testing.assert_close(loss(name, *alone), together[row])


# The papers' formulas, in the words of the papers, on lists.


def norm(values) -> float:
    return math.sqrt(sum(float(v) ** 2 for v in values))


def atoms(M: MixingMeasure) -> list[dict]:
    """The atoms of a measure without leading axes, symmetric matrices written out."""
    found = []
    for i in range(M.atoms):
        atom = {"c": float(M.log_weight[i]), "w": float(M.weight[i])}
        for block in ("gate", "expert"):
            parts = {}
            for part, at in M.pieces(block):
                values = M.blocks[block][i, at].tolist()
                parts[part.name] = [
                    v for v, m in zip(values, part.metric or [1] * len(values), strict=True)
                    for _ in range(int(m))
                ]  # fmt: skip
            atom[block] = parts
        found.append(atom)
    return found


def gaps(i: dict, j: dict, block: str) -> dict[str, float]:
    """The distance of two atoms in each part of a block."""
    return {
        name: norm(u - v for u, v in zip(i[block][name], j[block][name], strict=True))
        for name in j[block]
    }


def cells(fitted: list[dict], true: list[dict]) -> list[list[dict]]:
    found = [[] for _ in true]
    for i in fitted:
        far = [norm([*gaps(i, j, "gate").values(), *gaps(i, j, "expert").values()]) for j in true]
        found[far.index(min(far))].append(i)
    return found


def naive(term, mass=True, weigh=True):
    """Sum over cells of the mass error and of `term`(atom, true atom, crowded)."""

    def evaluate(fitted, true):
        total = 0.0
        for j, cell in zip(true, cells(fitted, true), strict=True):
            if mass:
                total += abs(sum(i["w"] for i in cell) - j["w"])
            for i in cell:
                total += (i["w"] if weigh else 1.0) * term(i, j, len(cell) > 1)
        return total

    return evaluate


def blocks(i, j):
    return norm(gaps(i, j, "gate").values()), norm(gaps(i, j, "expert").values())


def pieces(i, j):
    return *gaps(i, j, "gate").values(), *gaps(i, j, "expert").values()


def variance_apart(i, j):
    expert = gaps(i, j, "expert")
    variance = expert.pop("nu")
    return norm(gaps(i, j, "gate").values()), norm(expert.values()), variance


def powers(group, single, crowded):
    return lambda i, j, many: sum(d ** (crowded if many else single) for d in group(i, j))


def sigmoid_sum(sparse: float, other: float):
    def evaluate(fitted, true):
        total = 0.0
        for j, cell in zip(true, cells(fitted, true), strict=True):
            zero = all(v == 0 for part in j["gate"].values() for v in part)
            r = sparse if zero else other
            if zero:
                total += abs(sum(i["w"] for i in cell) - j["w"])
            for i in cell:
                total += sum(d**r for d in gaps(i, j, "gate").values())
                total += norm(gaps(i, j, "expert").values()) ** r
                total += 0.0 if zero else abs(i["c"] - j["c"]) ** r
        return total

    return evaluate


def dense_term(i, j, many):
    gate, expert = gaps(i, j, "gate").values(), gaps(i, j, "expert").values()
    return sum(gate) + abs(i["c"] - j["c"]) + norm(expert)


def whole(atom):
    return [v for part in atom["gate"].values() for v in part]


def chord(i, j):
    u, v = whole(i), whole(j)
    return norm(v) * norm(a / norm(u) - b / norm(v) for a, b in zip(u, v, strict=True))


def dearest(fitted, true):
    """The dual of a transport: prices at either end that no way undercuts, as dear as can be."""
    costs = [[sum(blocks(i, j)) for j in true] for i in fitted]
    shares = [[i["w"] / sum(k["w"] for k in M) for i in M] for M in (fitted, true)]
    ways = [
        [float(k in (i, len(fitted) + j)) for k in range(len(fitted) + len(true))]
        for i in range(len(fitted))
        for j in range(len(true))
    ]
    found = linprog(
        [-w for share in shares for w in share],
        A_ub=ways,
        b_ub=[c for row in costs for c in row],
        bounds=[(None, None)] * (len(fitted) + len(true)),
        method="highs-ipm",
    )
    return -found.fun


NAIVE = {
    "L1,2": naive(powers(blocks, 2, 2)),
    "L2": naive(powers(blocks, 1, 2)),
    "L3": naive(powers(blocks, 1, 1)),
    "sigmoid-L1": sigmoid_sum(2.0, 1.0),
    "sigmoid-L2,2": sigmoid_sum(2.0, 2.0),
    "sigmoid-L3": naive(dense_term, mass=False, weigh=False),
    "sigmoid-L4": sigmoid_sum(2.0, 1.0),
    "sigmoid-L5": naive(dense_term, mass=False, weigh=False),
    "D1": naive(powers(pieces, 1, 1)),
    "D2": naive(powers(pieces, 1, 2)),
    "compete-L1": naive(powers(variance_apart, 1, 2)),
    "compete-L2": naive(powers(pieces, 1, 2)),
    "mass": naive(lambda i, j, many: 0.0),
    "gate": naive(lambda i, j, many: blocks(i, j)[0], mass=False),
    "expert": naive(lambda i, j, many: blocks(i, j)[1], mass=False),
    "radial": naive(lambda i, j, many: abs(norm(whole(i)) - norm(whole(j))), mass=False),
    "angular": naive(lambda i, j, many: chord(i, j), mass=False),
    "transport": lambda fitted, true: dearest(fitted, true),
    "total": lambda fitted, true: math.sqrt(
        naive(
            lambda i, j, many: (i["c"] - j["c"]) ** 2 + sum(d**2 for d in pieces(i, j)),
            mass=False,
            weigh=False,
        )(fitted, true)
    ),
}


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("logistic", [False, True])
def test_losses_are_the_papers_double_sums(name, logistic, rng):
    lengths = name in ("radial", "angular")  # of gates that are vectors
    layout = Layout(
        1,
        (Part("A", "A", 3, () if lengths else (1.0, 2.0, 1.0)), Part("b_gate", "b", 2)),
        (Part("a", "a", 2), Part("b", "b", 1), Part("nu", r"\nu", 1)),
        logistic,
    )
    for fitted_atoms, true_atoms in [(1, 1), (2, 2), (5, 2), (2, 4), (6, 3)]:
        G = layout.of(fitted_atoms).unpack(normal(rng, fitted_atoms * layout.width))
        H = layout.of(true_atoms).unpack(normal(rng, true_atoms * layout.width))
        if name != "angular":
            H.blocks["gate"][0] = 0.0
        assert loss(name, G, H).item() == pytest.approx(NAIVE[name](atoms(G), atoms(H)), rel=1e-12)


def fill(layout: Layout, *rows) -> MixingMeasure:
    """A measure from atoms as tuples: gate block, offset or weight's log, expert block."""
    return layout.of(len(rows)).unpack(torch.tensor([sum(rows, ())], dtype=torch.float64))


def test_d2_by_hand():
    """Three classes in one dimension: a crowded cell, a single one and an empty one."""
    layout = make_mixture("linear", "softmax", "linear", "categorical", classes=3).layout(1, 1)
    true = fill(layout, (0.0, 0.0, 0, 0, 0, 0), (9.0, 0.0, 0, 0, 0, 0), (-99.0, 0.0, 0, 0, 0, 0))
    half = math.log(0.5)
    fitted = fill(
        layout,
        (0.1, half, 0.3, 0.4, 0.0, 0.2),
        (0.0, half, 0.0, 0.0, 0.0, 0.0),
        (9.5, math.log(3.0), 0.1, 0.2, 0.3, 0.4),
    )
    assert voronoi_cells(fitted, true).tolist() == [[0, 0, 1]]
    mass = 0.0 + 2.0 + 1.0
    crowded = 0.5 * (0.1**2 + 0.3**2 + 0.4**2 + 0.2**2)
    single = 3.0 * (0.5 + 0.1 + 0.2 + 0.3 + 0.4)
    assert loss("D2", fitted, true).item() == pytest.approx(mass + crowded + single, abs=1e-13)
    plain = 0.5 * (0.1 + 0.3 + 0.4 + 0.2)
    assert loss("D1", fitted, true).item() == pytest.approx(mass + plain + single, abs=1e-13)


def test_competition_losses_by_hand():
    """The joint norm of (a, b) in L1, apart in L2; the variance on its own in both."""
    layout = make_mixture("competition", "softmax", "linear", "gaussian").layout(1, 1)
    true = fill(layout, (0.0, 0.0, 0.0, 1.0), (0.0, 9.0, 0.0, 1.0))
    fitted = fill(
        layout,
        (math.log(0.5), 0.3, 0.4, 1.1),
        (math.log(0.25), 0.0, 0.0, 1.0),
        (math.log(2.0), 9.3, 0.4, 0.8),
    )
    mass = 0.25 + 1.0
    one = mass + 0.5 * (0.5**2 + 0.1**2) + 2.0 * (0.5 + 0.2)
    two = mass + 0.5 * (0.3**2 + 0.4**2 + 0.1**2) + 2.0 * (0.3 + 0.4 + 0.2)
    assert loss("compete-L1", fitted, true).item() == pytest.approx(one, abs=1e-13)
    assert loss("compete-L2", fitted, true).item() == pytest.approx(two, abs=1e-13)


def test_sigmoid_losses_by_hand():
    """The designated atom has a zero gate; the matrix counts in Frobenius' norm."""
    layout = make_mixture("quadratic", "sigmoid", "linear").layout(1, 2)
    true = fill(
        layout,
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        (9.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0),
    )
    fitted = fill(
        layout,
        (0.1, 0.2, 0.0, 0.3, 0.4, math.log(1 / 3), 0.6, 0.0, 0.8),
        (0.0, 0.0, 0.0, 0.0, 0.0, math.log(1 / 4), 0.0, 0.0, 0.0),
        (9.0, 0.5, 0.0, 0.0, 0.0, 1.7, 0.0, 0.3, 0.4),
    )
    mass = abs(0.25 + 0.2 - 0.5)
    matrix, vector, expert = math.sqrt(0.1**2 + 2 * 0.2**2), 0.5, 1.0
    other_matrix, other_expert = math.sqrt(2 * 0.5**2), 0.5
    squares = matrix**2 + vector**2 + expert**2
    one = mass + squares + other_matrix + 0.7 + other_expert
    two = mass + squares + other_matrix**2 + 0.7**2 + other_expert**2
    three = matrix + vector + math.log(3) + expert + math.log(4) + other_matrix + 0.7 + other_expert
    assert loss("sigmoid-L1", fitted, true).item() == pytest.approx(one, abs=1e-13)
    assert loss("sigmoid-L2,2", fitted, true).item() == pytest.approx(two, abs=1e-13)
    assert loss("sigmoid-L3", fitted, true).item() == pytest.approx(three, abs=1e-13)


def test_empty_cells_of_a_sigmoid_gate():
    """A designated atom that nobody fits costs its mass; any other costs nothing."""
    layout = make_mixture("quadratic", "sigmoid", "linear").layout(1, 1)
    true = fill(layout, (0.0, 0.0, 0.5, 0.0, 0.0), (9.0, 0.0, 0.5, 0.0, 0.0))
    for kept, cost in ((true.select(torch.tensor([1])), 1 / (1 + math.exp(-0.5))), (
        true.select(torch.tensor([0])), 0.0,
    )):  # fmt: skip
        assert loss("sigmoid-L1", kept, true).item() == pytest.approx(cost, abs=1e-14)
        assert loss("sigmoid-L3", kept, true).item() == 0.0


def test_radial_and_angular_errors_by_hand():
    layout = make_mixture("linear", "softmax", "linear").layout(1, 2)
    true = fill(layout, (3.0, 0.0, math.log(2.0), 0.0, 0.0, 0.0))
    fitted = fill(layout, (0.0, 4.0, math.log(1.5), 0.0, 0.0, 0.0))
    assert loss("radial", fitted, true).item() == pytest.approx(1.5 * 1.0)
    assert loss("angular", fitted, true).item() == pytest.approx(1.5 * 3.0 * math.sqrt(2.0))


def test_exponents_below_one_are_refused():
    for make in (loss_l1, loss_d):
        with pytest.raises(UnknownNameError, match="at least 1"):
            make(0.5)


def test_registered_losses_say_where_they_come_from():
    for name, entry in LOSSES.items():
        assert entry.name == name
        assert entry.title
        assert entry.source
        assert entry.formula
