"""Each study that measures claims says why, and the ways to the proofs lead there."""

from __future__ import annotations

import pytest

from moeviz.study import PRESETS
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.ui.lab.why import MOST, reasons


@pytest.mark.parametrize("name", PRESETS)
def test_reasons_are_those_of_the_claims_that_the_study_measures(name):
    found = reasons(name)
    assert len({claim.why for claim in found}) == len(found) <= MOST
    assert all(claim.study == name and claim.id in CATALOGUE.claims for claim in found)
    measured = any(claim.study == name and claim.why for claim in CATALOGUE.claims.values())
    assert bool(found) == measured
