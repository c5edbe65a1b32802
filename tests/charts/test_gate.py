"""The home page's picture is the model's own gate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.gate import NORMS, REFERENCE_NORM, ROUTERS, gate_figure, gate_view
from moeviz.charts.palette import THEMES
from moeviz.errors import MoevizError
from tests.charts.figures import assert_plotly_accepts

norms = st.floats(1e-3, 1e3)


@given(norms)
def test_the_cosine_gate_does_not_see_lengths(norm):
    assert gate_view("cosine", norm).change < 1e-12


@given(norms.filter(lambda norm: abs(norm - REFERENCE_NORM) > 0.05))
def test_the_perturbed_gate_does(norm):
    assert gate_view("perturbed-cosine", norm).change > 1e-3


@pytest.mark.parametrize("router", ROUTERS)
def test_weights_are_weights_and_close_after_a_turn(router):
    view = gate_view(router, 0.2)
    assert all(0 < weight < 1 for weight in view.weight)
    assert view.weight[0] == pytest.approx(view.weight[-1], abs=1e-12)


@pytest.mark.parametrize("router", ROUTERS)
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_plotly_accepts_the_figure(router, theme):
    figure = gate_figure(gate_view(router, NORMS[0]), NORMS[0], theme)
    assert_plotly_accepts(figure)


def test_an_unknown_router_gives_one_sentence():
    with pytest.raises(MoevizError, match="Expected one of"):
        gate_view("banana", 1.0)
