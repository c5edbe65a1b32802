"""Elementary functions of compiled loops, held against many digits."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import mpmath
import numpy as np
import pytest
from numba import njit

from moeviz.model.fused import elementary

Spread = Callable[[np.random.Generator], np.ndarray]


def _line(rng: np.random.Generator) -> np.ndarray:
    near, far = rng.normal(size=300) * 3.0, rng.uniform(-745.0, 700.0, 300)
    return np.concatenate([near, far, rng.normal(size=100) * 1e-7])


def _below(rng: np.random.Generator) -> np.ndarray:
    return -np.abs(_line(rng))


def _above(rng: np.random.Generator) -> np.ndarray:
    near = 1.0 + rng.uniform(-0.9, 3.0, 300)
    return np.concatenate([np.exp(rng.uniform(-744.0, 709.0, 300)), near, near**1e-7])


def _unit(rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([rng.uniform(0.0, 1.0, 300), 10.0 ** rng.uniform(-20.0, 0.0, 300)])


def _wide(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=600) * 4.0


CASES: dict[str, tuple[Callable[[object], object], Spread, float, float]] = {
    "exp": (mpmath.exp, _line, 1.0, np.inf),
    "exp_down": (mpmath.exp, _below, 1.0, 2e-16),
    "log": (mpmath.log, _above, 1.0, np.inf),
    "log1p_unit": (mpmath.log1p, _unit, 1.5, 2e-16),
    "tanh": (mpmath.tanh, _line, 3.0, 3e-16),
    "sigmoid": (lambda t: 1 / (1 + mpmath.exp(-t)), _line, 2.5, 2e-16),
    "softplus": (lambda t: mpmath.log1p(mpmath.exp(t)), _line, 2.5, np.inf),
    "normal_cdf": (mpmath.ncdf, _wide, 100.0, 3e-16),
    "normal_density": (mpmath.npdf, _wide, 200.0, 2e-16),
}
"""The function of many digits, arguments, largest error in last places, and largest error."""


@lru_cache
def _compiled(name: str) -> Callable[[np.ndarray, np.ndarray], None]:
    function = getattr(elementary, name)

    @njit(error_model="numpy")
    def go(values: np.ndarray, out: np.ndarray) -> None:
        for n in range(values.size):
            out[n] = function(values[n])

    return go


def over_row(name: str, values: np.ndarray) -> np.ndarray:
    """Call a function over a row, in vector instructions."""
    out = np.empty_like(values)
    _compiled(name)(values, out)
    return out


@pytest.mark.parametrize("name", CASES)
def test_function_is_right_to_the_last_places(name: str) -> None:
    exact, spread, places, most = CASES[name]
    values = spread(np.random.default_rng(3))
    with mpmath.workdps(40):
        wanted = [exact(mpmath.mpf(float(value))) for value in values]
        found = over_row(name, values)
        error = np.array(
            [float(abs(mpmath.mpf(float(f)) - w)) for f, w in zip(found, wanted, strict=True)]
        )
    size = np.abs([float(w) for w in wanted])
    normal = size > 1e-300
    assert (error[normal] <= places * np.spacing(size[normal])).all()
    assert (error[~normal] <= 1e-300).all()
    assert (error <= most).all()


@pytest.mark.parametrize(
    ("name", "values", "wanted"),
    [
        ("exp", (np.nan, np.inf, -np.inf, 0.0, 710.0, -746.0), (np.nan, np.inf, 0, 1, np.inf, 0)),
        ("exp", (-745.1, 709.7), (5e-324, np.exp(709.7))),
        ("exp_down", (np.nan, -np.inf, -709.0, 0.0), (np.nan, 0, 0, 1)),
        ("log", (np.nan, np.inf, 0.0, -1.0, 1.0), (np.nan, np.inf, -np.inf, np.nan, 0)),
        ("log", (5e-324, 1e-310), (np.log(5e-324), np.log(1e-310))),
        ("tanh", (np.nan, np.inf, -np.inf, 0.0, 1e-300), (np.nan, 1, -1, 0, 1e-300)),
        ("sigmoid", (np.nan, np.inf, -np.inf, 0.0, -800.0), (np.nan, 1, 0, 0.5, 0)),
        ("softplus", (np.nan, np.inf, -np.inf, 1e3), (np.nan, np.inf, 0, 1e3)),
        ("normal_cdf", (np.nan, np.inf, -np.inf, 0.0), (np.nan, 1, 0, 0.5)),
        ("normal_density", (np.nan, np.inf, -40.0), (np.nan, 0, 0)),
    ],
)
def test_ends_and_what_is_no_number(
    name: str, values: tuple[float, ...], wanted: tuple[float, ...]
) -> None:
    found = over_row(name, np.array(values))
    np.testing.assert_allclose(found, wanted, rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("name", CASES)
def test_bits_do_not_depend_on_the_place_in_the_row(name: str) -> None:
    values = CASES[name][1](np.random.default_rng(4))[:101]
    whole = over_row(name, values)
    alone = np.concatenate(
        [over_row(name, values[first : first + 7]) for first in range(0, 101, 7)]
    )
    assert np.array_equal(whole, alone)
