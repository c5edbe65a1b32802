"""Which choices go together: every offer is one that can be run, and every other says why not."""

from __future__ import annotations

import time

import pytest

from moeviz.charts.cards import REGIMES, REGISTRIES
from moeviz.charts.regimes import MISSPECIFIED, OTHER, which_setting
from moeviz.study import PRESETS
from moeviz.study.models import any_misspecified
from moeviz.ui.lab.choices import choices
from moeviz.ui.lab.mends import refusal


def offers(name: str, **changes):
    preset = PRESETS[name]
    return {(c.field, c.name): c for c in choices(preset, {**preset.defaults, **changes})}


@pytest.mark.parametrize("name", PRESETS)
def test_every_offer_can_be_run_and_sets_what_it_is_called(name):
    preset = PRESETS[name]
    for (field, choice), found in offers(name).items():
        for offer in filter(None, (found.alone, found.beside)):
            values = {**preset.defaults, **dict(offer.changes)}
            assert refusal(preset, values) == ""
            assert offer.changes or offer.why or found.chosen, (field, choice)
            assert bool(offer.takes) <= bool(offer.why), (field, choice)
        alone = dict(found.alone.changes)
        if field in REGISTRIES and alone:
            assert alone[field] in (choice, (choice,))
        if found.chosen:
            assert found.alone.why == ""


@pytest.mark.parametrize("name", PRESETS)
def test_every_choice_is_offered_once_and_some_are_chosen(name):
    found = offers(name)
    wanted = {(f, each) for f, names in {**REGISTRIES, **REGIMES}.items() for each in names}
    assert wanted - set(found) <= {("setting", OTHER)}
    for field in {field for field, _ in found}:
        assert any(choice.chosen for key, choice in found.items() if key[0] == field)


def test_a_density_takes_softmax_with_it():
    found = offers("sigmoid-sparse")["output", "gaussian"]
    assert "weights sum to 1" in found.alone.why
    assert dict(found.alone.changes)["gates"] == ("softmax",)
    assert "softmax gate" in found.alone.takes


def test_a_sigmoid_gate_takes_regression_and_what_goes_with_it():
    found = offers("multinomial-exact")["gates", "sigmoid"]
    assert dict(found.alone.changes) == {
        "gates": ("sigmoid",),
        "output": "regression",
        "losses": ("paper",),
    }


def test_of_gates_that_are_compared_only_those_stay_that_can():
    found = offers("sigmoid-dense")["output", "categorical"]
    assert dict(found.alone.changes)["gates"] == ("softmax",)


def test_a_cosine_takes_a_second_dimension():
    found = offers("multinomial-fig1a")["routers", "cosine"]
    assert "direction" in found.alone.why
    assert dict(found.alone.changes)["dimension"] == 2


def test_regimes_set_all_that_they_mean():
    preset = PRESETS["cosine-exact"]
    found = offers("cosine-exact")
    for setting in ("one", "two", MISSPECIFIED):
        values = {**preset.defaults, **dict(found["setting", setting].alone.changes)}
        assert which_setting(values) == setting
    assert any_misspecified(values)
    assert dict(found["gate_regime", "sparse"].alone.changes) == {"sparse": 1}
    assert dict(found["expert_regime", "2"].alone.changes) == {"flat": 1}


def test_what_is_compared_can_be_added_and_left_out():
    found = offers("cosine-exact")
    added = dict(found["routers", "linear"].beside.changes)
    assert added == {"routers": ("linear", "cosine", "perturbed-cosine")}
    assert dict(found["routers", "cosine"].beside.changes) == {"routers": ("perturbed-cosine",)}
    assert found["gates", "softmax"].beside is None
    assert found["output", "regression"].beside is None


def test_a_form_that_cannot_be_run_offers_a_way_out():
    found = offers("cosine-exact", output="gaussian", gates=("sigmoid",))
    softmax = found["gates", "softmax"].alone
    assert dict(softmax.changes) == {"gates": ("softmax",)}
    assert softmax.why == ""


@pytest.mark.timing
def test_the_second_look_is_cheap():
    for preset in PRESETS.values():
        choices(preset, preset.defaults)
        begun = time.process_time()
        choices(preset, {**preset.defaults, "seed": 9, "noise": 0.2})
        assert time.process_time() - begun < 0.05


def test_what_is_taken_along_is_said_in_words():
    taken = offers("multinomial-fig1a")["routers", "cosine"].alone.takes
    assert taken == "2 input dimensions and a designed truth"
