"""Designs of studies, as the information page looks at them."""

from __future__ import annotations

import pytest

from moeviz.study import PRESETS
from moeviz.study.scenario import resolve_scenario
from moeviz.study.setups import setups
from moeviz.theory import reach, sight
from moeviz.theory.information import input_nodes


@pytest.mark.parametrize("name", ["multinomial-exact", "lab"])
def test_a_designs_reach_is_the_studys(name):
    spec = PRESETS[name].build({})
    fits = resolve_scenario(spec).fits
    for setup in setups(spec):
        assert any(fit.source == setup.mixture and fit.truth is setup.theta for fit in fits)
        assert setup.dimension == spec["dimension"]
        x = input_nodes(setup.dimension, 1 << 14, spec["low"], spec["high"])
        expected = reach(setup.mixture, setup.theta, setup.layout, x).samples
        assert sight(setup).reach == pytest.approx(expected, rel=0.06)


def test_fits_of_one_model_share_a_design():
    spec = PRESETS["cosine-fig2a"].build({})
    assert len(setups(spec)) == 1 < len(resolve_scenario(spec).fits)
