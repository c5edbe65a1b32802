"""The benchmark of growth: exponents, both ways of a pass, and what is put back."""

import os

import pytest

from moeviz.bench import scale
from moeviz.bench.scale import Case, Size, exponent
from moeviz.kernels import KERNEL


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_an_exponent_is_the_slope_on_logarithms(power):
    values = [3, 10, 70, 400]
    assert exponent(values, [0.02 * value**power for value in values]) == pytest.approx(power)


@pytest.mark.parametrize("make", [scale._a_pass, scale._a_fit, scale._a_draw])
def test_a_case_is_timed_in_both_ways(make, monkeypatch):
    monkeypatch.setattr(scale, "REPEATS", 1)
    monkeypatch.setenv(KERNEL, "fused")
    case = Case("work", "n", make, (Size(n=200, replicates=2), Size(n=800, replicates=2)))
    rows = scale._growth(case)
    assert [row["way"] for row in rows] == list(scale.WAYS)
    for row in rows:
        assert row["values"] == [200, 800]
        assert row["ours_seconds"] == row["seconds"][-1] > 0
        assert row["peer_seconds"] == pytest.approx(4.0 * row["seconds"][0])
        assert row["exponent"] == pytest.approx(row["exponent_at_the_end"])
    assert os.environ[KERNEL] == "fused"


def test_parameters_are_counted_as_the_model_counts_them():
    assert Size(atoms=3, inputs=5).parameters == 3 * (5 + 1 + 5 + 1)
    cases = [case for case in scale.CASES if case.against == "P"]
    assert [case.values() for case in cases] == [[36, 72, 144, 288], [48, 144, 528, 1040]]
