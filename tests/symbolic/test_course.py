"""Slow sequences: atoms approach the truth with the certificate's order, functions faster."""

from __future__ import annotations

import math

import mpmath
import pytest

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.course import HALVINGS, course
from moeviz.symbolic.catalogue.walked import SEQUENCES
from moeviz.symbolic.questions.sequence import STEPS

CERTIFIED = [name for name, slow in SEQUENCES.items() if slow.paper is None]
PAPERS = [name for name, slow in SEQUENCES.items() if slow.paper is not None]


@pytest.mark.parametrize("name", CERTIFIED)
def test_orders_and_losses_are_the_certificates(name):
    found = course(name)
    said = SEQUENCES[name].certificate["sequence"]
    assert found.exact is said["exact"]
    assert found.loss_order == pytest.approx(float(said["loss order"]), abs=1e-3)
    wanted = math.inf if said["exact"] else float(said["function order"])
    assert found.function_order == pytest.approx(wanted, abs=1e-3)
    losses = [found.stages[HALVINGS.index(step)].loss for step in STEPS]
    assert losses == pytest.approx([float(loss) for loss in said["loss"]], rel=1e-10)


@pytest.mark.parametrize("name", SEQUENCES)
def test_every_sequence_has_a_claim_and_ends_at_the_truth(name):
    found = course(name)
    assert found.slow.claim in CATALOGUE.claims
    assert found.slow.certificate["points"]
    distances = [stage.distance for stage in found.stages]
    assert distances == sorted(distances, reverse=True)
    assert 0 < distances[-1] < 1e-3 < distances[0]
    masses = [sum(atom.weight for atom in one) for one in (found.truth, found.stages[-1].atoms)]
    assert masses[1] == pytest.approx(masses[0], rel=1e-3)
    assert found.stages[-1].function == pytest.approx(found.function, abs=1e-3)


@pytest.mark.parametrize("power", [1, 3])
@pytest.mark.parametrize("name", ["ray", "split-ray"])
def test_a_cosine_vectors_length_moves_no_function(name, power):
    """Theorems 2 and 5: the loss is exp(β₀) times the r-th power of ‖β‖/n."""
    found = course(name, power)
    slow = found.slow
    sequence = slow.sequence(power)
    first = sequence.points[0]
    vector = [float(first[s]) for s in sequence.atom.gate if str(s).startswith("beta1")]
    assert found.exact
    for stage in found.stages:
        wanted = found.truth[0].weight * (math.hypot(*vector) / stage.n) ** power
        assert stage.loss == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("power", [1, 2, 4])
def test_two_constants_beat_every_power(power):
    """Lemma 2: the function moves by |β*| / n^(r+1), the loss is 2/n^r + 1/n^(r+1)."""
    found = course("two-constants", power)
    constant = abs(found.truth[0].at[1])
    for stage in found.stages:
        n = mpmath.mpf(stage.n)
        assert stage.change == pytest.approx(float(constant / n ** (power + 1)), rel=1e-12)
        assert stage.loss == pytest.approx(float(2 / n**power + n ** -(power + 1)), rel=1e-12)
    assert found.function_order - found.loss_order == pytest.approx(1, abs=1e-3)


def test_double_precision_follows_until_it_fails():
    stages = course("cubic").stages
    assert stages[0].in_double == pytest.approx(stages[0].ratio, rel=1e-10)
    assert stages[-1].in_double > 1e6 * stages[-1].ratio


@pytest.mark.parametrize("name", PAPERS)
def test_a_papers_sequence_has_the_orders_that_are_said_of_it(name):
    found = course(name)
    function, loss = found.slow.paper.orders(2)
    assert found.function_order == pytest.approx(function, abs=1e-2)
    assert found.loss_order == pytest.approx(loss, abs=1e-2)
