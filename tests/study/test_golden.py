"""Golden numbers: no reading moves unless the version of the numbers does."""

from __future__ import annotations

import json

import pytest

from moeviz.study import NUMBERS_VERSION, PRESETS
from tests.study.golden import FILE, SPREAD, TOLERANCE, reading, readings, under

GOLDEN = json.loads(FILE.read_text("utf-8"))

MOVED = (
    "A number moved. If the arithmetic was meant to change, raise NUMBERS_VERSION in "
    "moeviz/study/versions.py, run `python -m tests.study.golden` and `make kept`."
)


def test_every_preset_has_one_of_the_present_version():
    assert GOLDEN["numbers"] == NUMBERS_VERSION, MOVED
    assert list(GOLDEN["readings"]) == list(PRESETS)


@pytest.mark.parametrize("name", list(PRESETS))
def test_the_reading_is_what_it_was(name):
    assert reading(PRESETS[name]) == pytest.approx(GOLDEN["readings"][name], rel=TOLERANCE), MOVED


@pytest.mark.crowd
@pytest.mark.parametrize("instructions", ["default", "avx2"])
def test_other_processors_justify_the_tolerance(instructions):
    here, there = readings(), under(instructions)
    assert max(abs(there[name] / here[name] - 1.0) for name in here) <= SPREAD < TOLERANCE
