"""Remembered bootstrap means are those of one stream that serves the sizes in their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from moeviz.study.resampling import resampled

counts = some.lists(some.integers(2, 300), min_size=1, max_size=5)


@given(counts=counts, seed=some.integers(0, 2**32), draws=some.integers(1, 700))
def test_means_are_those_of_one_stream(counts, seed, draws):
    rng = np.random.default_rng(seed)
    rows = [np.random.default_rng(count).normal(size=count) for count in counts]
    plain = [row[rng.integers(0, row.size, (draws, row.size))].mean(1) for row in rows]
    for index, (row, expected) in enumerate(zip(rows, plain, strict=True)):
        means = resampled(row, seed, draws, tuple(counts[:index]))
        assert np.array_equal(means, expected)


def test_what_is_remembered_cannot_be_changed():
    means = resampled(np.array([1.0, 2.0]), 0, 10, ())
    with pytest.raises(ValueError, match="read-only"):
        means[0] = 5.0
