"""The benchmark of descents: both peers take the same steps as we do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moeviz.bench import sgd
from moeviz.kernels import KERNEL


@pytest.mark.parametrize("case", sgd.CASES, ids=lambda case: case.work)
def test_all_ways_end_at_the_same_parameters(case, monkeypatch):
    monkeypatch.setattr(sgd, "CASES", (replace(case, n=300, fits=2),))
    monkeypatch.setattr(sgd, "ROUNDS", 1)
    monkeypatch.delenv(KERNEL, raising=False)
    rows = sgd.sgd_benchmark()
    assert [row["peer"] for row in rows] == ["tensor by tensor", "plain loop"]
    assert all(row["largest_difference"] < 1e-13 for row in rows)
