"""Distances between functions: axioms, closed forms and bounds."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.model import OUTPUTS, make_mixture
from moeviz.theory import DISTANCES, LOSSES, Reading, Reference, input_nodes
from tests.support import PAIRINGS, anywhere, combined

X = input_nodes(2, 64)
KINDS = {
    name: [o for o, output in OUTPUTS.items() if output.density or not distance.density]
    for name, distance in DISTANCES.items()
}
"""The outputs whose functions a distance compares."""


def between(name, mixture, theta, other, truth, x=X):
    return DISTANCES[name].evaluate(mixture, theta, other, truth, x)


def pair(rng, output, score="linear", other="cosine", fits=3):
    one, two = (
        combined(score, "softmax", "tanh", output),
        combined(other, "softmax", "relu", output),
    )
    return (
        one, anywhere(rng, one, one.layout(3, 2), fits),
        two, anywhere(rng, two, two.layout(2, 2)),
    )  # fmt: skip


@pytest.mark.few(5)
@pytest.mark.parametrize(
    ("name", "names"),
    [(name, names) for name in KINDS for names in PAIRINGS if names[3] in KINDS[name]],
)
def test_distance_to_itself_is_zero(name, names, rng):
    mixture = combined(*names)
    theta = anywhere(rng, mixture, mixture.layout(2, 2), 2)
    value = between(name, mixture, theta, mixture, theta[0])
    assert value[0] < 1e-12
    assert value[1] > 1e-6


@pytest.mark.parametrize("name", list(DISTANCES))
def test_distances_are_symmetric_and_obey_the_triangle(name, rng):
    for output in KINDS[name]:
        one, theta, two, truth = pair(rng, output)
        there = between(name, one, theta, two, truth)
        back = torch.cat([between(name, two, truth[None], one, t) for t in theta])
        torch.testing.assert_close(there, back, rtol=1e-10, atol=0)
        direct = between(name, one, theta[:1], one, theta[1])
        tolerance = 1e-6  # of the quadrature, which covers each pair on its own
        assert direct <= there[0] + there[1] + tolerance


@pytest.mark.parametrize("name", list(DISTANCES))
def test_a_batch_reads_like_its_fits_alone(name, rng):
    for output in KINDS[name]:
        one, theta, two, truth = pair(rng, output, fits=11)
        layout = one.layout(3, 2)
        reference = Reference(two, truth, two.layout(2, 2), x=X)
        together = Reading(name, "pinned").read(one, theta, reference, layout)
        alone = torch.cat([between(name, one, t[None], two, truth) for t in theta])
        torch.testing.assert_close(together, alone, rtol=1e-7, atol=1e-12)


def test_distance_of_regressions_is_the_root_of_the_mean_square(rng):
    one, theta, two, truth = pair(rng, "regression")
    mine = one.predict(theta, one.features(X[0]))
    theirs = two.predict(truth, two.features(X[0]))
    expected = [
        math.sqrt(sum((a - b) ** 2 for a, b in zip(row, theirs, strict=True)) / 64) for row in mine
    ]
    torch.testing.assert_close(
        between("l2", one, theta, two, truth), torch.tensor(expected, dtype=torch.float64)
    )


def single_gaussian(mean, variance):
    """One constant Gaussian expert on two inputs: gate, offset, slopes, intercept, variance."""
    return torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, mean, variance], dtype=torch.float64)


@pytest.mark.parametrize("gap", [0.01, 0.5, 2.0, 6.0])
@pytest.mark.parametrize("deviation", [0.05, 1.0, 7.0])
def test_distances_of_two_gaussians_have_their_closed_form(gap, deviation):
    mixture = make_mixture("linear", "softmax", "linear", "gaussian")
    one, two = (
        single_gaussian(0.3 + gap * deviation, deviation**2),
        single_gaussian(0.3, deviation**2),
    )
    tv = between("tv", mixture, one[None], mixture, two).item()
    assert tv == pytest.approx(math.erf(gap / 2 / math.sqrt(2)), rel=2e-3)
    wide = single_gaussian(0.3 + gap * deviation, 4 * deviation**2)
    h = between("hellinger", mixture, wide[None], mixture, two).item()
    overlap = math.sqrt(2 * 2 / 5) * math.exp(-(gap**2) / (4 * 5))
    assert h == pytest.approx(math.sqrt(1 - overlap), rel=1e-6)


def test_distances_of_classes_are_plain_sums(rng):
    one, theta, two, truth = pair(rng, "categorical", fits=1)

    def chances(mixture, t):
        return [
            (-0.5 * mixture.cost(t, mixture.features(X[0]), torch.full((64,), float(c)))).exp()
            for c in range(3)
        ]

    p, q = chances(one, theta[0]), chances(two, truth)
    tv = h = 0.0
    for n in range(64):
        tv += 0.5 * sum(abs(float(a[n] - b[n])) for a, b in zip(p, q, strict=True))
        h += math.sqrt(
            0.5 * sum((math.sqrt(a[n]) - math.sqrt(b[n])) ** 2 for a, b in zip(p, q, strict=True))
        )
    assert between("tv", one, theta, two, truth).item() == pytest.approx(tv / 64)
    assert between("hellinger", one, theta, two, truth).item() == pytest.approx(h / 64)


def test_total_variation_lies_between_functions_of_hellinger(density, rng):
    one, theta, two, truth = pair(rng, density, fits=4)
    for n in range(12):
        at = X[..., n : n + 1]
        tv, h = (between(name, one, theta, two, truth, at) for name in ("tv", "hellinger"))
        assert (h**2 <= tv + 1e-9).all()
        assert (tv <= math.sqrt(2.0) * h + 1e-9).all()
        assert (tv <= 1.0 + 1e-9).all()


def test_far_apart_densities_are_at_distance_one():
    mixture = make_mixture("linear", "softmax", "linear", "gaussian")
    one, two = single_gaussian(0.0, 1.0), single_gaussian(40.0, 1.0)
    for name in ("tv", "hellinger"):
        assert between(name, mixture, one[None], mixture, two).item() == pytest.approx(
            1.0, abs=1e-3
        )


def test_distances_that_make_no_sense_are_refused(rng):
    one, theta, two, truth = pair(rng, "regression")
    with pytest.raises(SpecificationError, match="inputs to average"):
        between("l2", one, theta, two, truth, None)
    for name in ("tv", "hellinger"):
        with pytest.raises(SpecificationError, match="conditional density"):
            between(name, one, theta, two, truth)


def test_readings_of_functions_need_no_gauge(rng):
    for name, distance in DISTANCES.items():
        assert distance.name == name
        assert distance.title
        assert distance.formula
        assert distance.source
        reading = Reading(name, "offset")
        assert reading.of_function
        assert reading.title == distance.title
        assert reading.depends_on_function_only(combined("linear", "softmax", "tanh"))
        assert name not in LOSSES


def test_a_reading_without_the_models_own_truth_uses_the_nearest(rng):
    """Parameters of another model are compared to what comes nearest in the fitted one."""
    one, theta, two, truth = pair(rng, "regression", other="quadratic")
    layout, near = one.layout(3, 2), anywhere(rng, one, one.layout(2, 2))
    reference = Reference(two, truth, two.layout(2, 2), near, one.layout(2, 2))
    own = Reference(one, near, one.layout(2, 2))
    reading = Reading("L2", "pinned")
    assert torch.equal(
        reading.read(one, theta, reference, layout), reading.read(one, theta, own, layout)
    )
