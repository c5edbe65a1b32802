"""The shipped studies at full size: what they say must hold for seeds that nobody picked.

Run with ``make studies``; several minutes on two cores.
"""

from __future__ import annotations

import pytest

from moeviz.charts.printed import printed
from moeviz.engine import Engine
from moeviz.study import PRESETS

pytestmark = [pytest.mark.study, pytest.mark.timeout(3600)]

SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Engine(tmp_path_factory.mktemp("store")) as engine:
        yield engine


@pytest.fixture(scope="module")
def exact(engine):
    """Results of `cosine-exact` by seed, and its curves by (router, loss, gauge)."""
    specs = [PRESETS["cosine-exact"].build({"seed": seed}) for seed in SEEDS]
    jobs = [engine.submit(spec) for spec in specs]
    results = [printed(engine.wait(job).result()) for job in jobs]
    return [
        {(c["router"], c["loss_name"], c["gauge"]): c for c in result["curves"]}
        for result in results
    ]


def hits(curves, target):
    return sum(c["slope"]["low"] <= target <= c["slope"]["high"] for c in curves)


@pytest.mark.parametrize(
    "which",
    [
        ("perturbed-cosine", "L3", "pinned"),
        ("cosine", "L3", "pinned"),
        ("cosine", "angular", "pinned"),
    ],
)
def test_off_the_gauge_slopes_are_minus_one_half(exact, which):
    """Of 20 intervals of 95 %, fewer than 15 hits would have a chance below 1 in 3000."""
    curves = [result[which] for result in exact]
    print([round(c["slope"]["estimate"], 3) for c in curves], hits(curves, -0.5))
    assert hits(curves, -0.5) >= 15


def test_intervals_of_the_pinned_perturbed_router_are_narrow(exact):
    for result in exact:
        slope = result["perturbed-cosine", "L3", "pinned"]["slope"]
        assert (slope["high"] - slope["low"]) / 2 <= 0.06


def test_mean_losses_follow_the_predicted_curve(exact):
    """Averaged over seeds the ratio is 1 within four standard errors (7 % each, 20 seeds) and
    the first order's own error, which falls with n."""
    for place, n in enumerate((1000, 3162, 10000, 31623, 100000)):
        ratios = [
            c["mean"][place] / c["predicted"][place]
            for c in (result["perturbed-cosine", "L3", "pinned"] for result in exact)
        ]
        print(n, [round(ratio, 3) for ratio in ratios])
        assert abs(sum(ratios) / len(ratios) - 1.0) < 4 * 0.07 / 20**0.5 + 50.0 / n


def test_the_papers_convention_stops_falling_with_the_same_residuals(exact):
    for result in exact:
        pinned = result["perturbed-cosine", "L3", "pinned"]
        offset = result["perturbed-cosine", "L3", "offset"]
        assert offset["slope"]["estimate"] > -0.4
        assert offset["residual"] == pinned["residual"]


def test_the_cosine_routers_radial_error_is_flat(exact):
    for result in exact:
        assert abs(result["cosine", "radial", "offset"]["slope"]["estimate"]) < 0.1


@pytest.mark.parametrize("expert_name", ["tanh", "gelu", "relu"])
def test_over_specified_studies_run_and_count_every_fit(engine, expert_name):
    spec = PRESETS["cosine-over"].build({"experts": (expert_name,)})
    result = printed(engine.wait(engine.submit(spec)).result())
    assert result["complete"]
    for curve in result["curves"]:
        print(expert_name, curve["in_words"], curve["local_slope"][-1])
        assert curve["slope"]["low"] < curve["slope"]["high"]
        for status in curve["status"]:
            assert sum(status.values()) == spec["replicates"]
