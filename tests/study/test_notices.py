"""What is said before a study is run: zero gates, poles, gates that drop experts."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.notices import notices
from moeviz.charts.printed import printed
from moeviz.charts.words import reach_words
from moeviz.errors import SpecificationError
from moeviz.model import GATES, SCORES, make_mixture, make_score
from moeviz.study import PRESETS, assemble, plan, run_block, split
from moeviz.theory import GAUGES, LOSSES
from moeviz.theory.rates import claimed_rate

FAST = {"sizes": (200, 1000), "replicates": 2, "candidates": 4, "experts": ("tanh",)}
TOP = [name for name, gate in GATES.items() if gate.dense]


def study(**fields):
    return PRESETS["lab"].build({**FAST, "routers": ("linear",), **fields})


def result_of(spec):
    return printed(assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu"))


def claims(spec):
    return [curve.claim.exponent for curve in plan(spec).curves]


def test_an_ordinary_study_needs_no_notice():
    for preset in PRESETS.values():
        spec = preset.build({})
        own_data = spec["data_router"] == "own"
        undefined = spec["sparse"] > 0 and "cosine" in spec["routers"] and own_data
        moving = spec["moving"] != "none"
        assert len(notices(spec)) >= moving
        assert bool(notices(spec)) == (undefined or moving), preset.name


@pytest.mark.parametrize("sparse", [1, 2])
@pytest.mark.parametrize(
    "router", [s for s in SCORES if s != "custom" and not make_score(s).defined_at_zero]
)
def test_a_fit_is_refused_a_start_at_a_zero_gate_without_a_score(router, sparse):
    with pytest.raises(SpecificationError, match="at a zero gate"):
        study(routers=(router,), sparse=sparse, start_scale=0.0)


@pytest.mark.parametrize("sparse", [1, 2])
@pytest.mark.parametrize(
    "router", [s for s in SCORES if s != "custom" and make_score(s).defined_at_zero]
)
def test_a_fit_starts_at_a_zero_gate_where_the_score_is_defined_there(router, sparse):
    result = result_of(study(routers=(router,), sparse=sparse, start_scale=0.0))
    for curve in result["curves"]:
        for row in curve["loss"]:
            assert all(value is not None and 0 <= value < 100 for value in row)
    assert not result["notices"]


@pytest.mark.parametrize("scale", [0.0, 1e-320, 1e-200])
def test_a_start_that_is_no_direction_is_refused_for_the_cosine_router(scale):
    fields = {"routers": ("linear", "cosine"), "sparse": 1}
    with pytest.raises(SpecificationError, match="start_scale"):
        study(**fields, start_scale=scale)
    study(**fields, start_scale=scale, start="random")
    study(**{**fields, "sparse": 0}, start_scale=scale)
    study(**{**fields, "routers": ("linear",)}, start_scale=scale, data_router="cosine")


@pytest.mark.parametrize("estimator", ["sgd", "converged"])
@pytest.mark.parametrize("scale", [1e-100, 1e-20, 1e-3])
def test_near_a_zero_gate_no_loss_explodes(estimator, scale):
    spec = study(
        routers=("cosine",), sparse=1, start_scale=scale, estimators=(estimator,), epochs=2
    )
    for curve in result_of(spec)["curves"]:
        for row, count in zip(curve["loss"], curve["status"], strict=True):
            for value in row:
                assert value is None or value < 1e9
            assert row.count(None) == count["diverged"] + count["non-finite"]


def test_zero_gates_of_the_cosine_router_are_named():
    spec = study(routers=("cosine",), sparse=2)
    first, second = notices(spec)
    assert "not defined at a zero gate" in first
    assert "no claim" in second
    result = result_of(spec)
    assert result["notices"] == [first, second]
    (report,) = assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu").truth
    assert reach_words(report) == ("not defined, because the model has no derivative at this truth")
    by_reading = {(c["loss_name"], c["gauge"]): c for c in result["curves"]}
    assert by_reading["L3", "pinned"]["theory"]["exponent"] is None
    assert by_reading["angular", "pinned"]["theory"]["exponent"] is None
    assert by_reading["L3", "offset"]["theory"]["source"] == "cosine Theorem 5"
    assert by_reading["angular", "pinned"]["in_words"].startswith(
        "The loss is exactly zero; no slope."
    )


def test_data_of_a_zero_gate_are_named_where_another_router_is_fitted():
    (said,) = notices(study(routers=("linear",), data_router="cosine", sparse=1))
    assert "take the offset alone" in said


@pytest.mark.parametrize(
    ("formula", "settles"),
    [("b1/x1+b2*x2", False), ("b1*log(abs(x1))+b2*exp(2*x2)", True), ("dot(b,x)", True)],
)
def test_a_feature_without_a_mean_square_is_named_at_zero_gates(formula, settles):
    fields = {"routers": ("custom",), "score_formula": formula}
    assert bool(notices(study(**fields, sparse=1))) != settles
    assert not notices(study(**fields))


@pytest.mark.parametrize("dropping", TOP)
@pytest.mark.parametrize(("atoms", "top"), [(1, 1), (2, 2), (2, 5), (3, 3)])
def test_a_gate_that_keeps_all_is_the_dense_gate_and_says_so(dropping, atoms, top):
    gate = dropping
    fields = {"top": top, "atoms": atoms, "true_atoms": atoms}
    spec, plain = study(gates=(gate,), **fields), study(gates=(GATES[gate].dense,), **fields)
    (said,) = notices(spec)
    assert f"keeps all of the k = {atoms}" in said
    assert GATES[GATES[gate].dense].title in said
    assert claims(spec) == claims(plain)
    ours, theirs = result_of(spec), result_of(plain)
    for one, other in zip(ours["curves"], theirs["curves"], strict=True):
        for key in ("loss", "status", "slope", "theory", "predicted", "in_words"):
            assert one[key] == other[key]


@pytest.mark.parametrize("router", [name for name, score in SCORES.items() if name != "custom"])
def test_a_softmax_that_keeps_one_names_what_cannot_move(router):
    spec = study(gates=("top-softmax",), top=1, routers=(router,))
    score = make_score(router)
    said = " ".join(notices(spec))
    assert ("gates and offsets is zero" in said) == bool(score.parts(2))
    assert ("by offsets is zero" in said) == (score.has_offset and not score.parts(2))
    theories = [curve["theory"]["exponent"] for curve in result_of(spec)["curves"]]
    if score.has_offset:
        # What no data show stays where it is; nothing else is claimed.
        assert set(theories) <= {None, 0.0}
        assert None in theories
        assert "theorem" in said
    else:
        # Equal scores mean equal values: the function does not jump.
        assert said == ""
        assert -0.5 in theories


@pytest.mark.parametrize("dropping", TOP)
def test_a_gate_that_drops_experts_is_held_against_nothing(dropping):
    spec = study(gates=(dropping,), top=2, atoms=3, true_atoms=3, losses=("paper", "l2", "gate"))
    (said,) = notices(spec)
    assert "keeps 2 of the k = 3" in said
    assert set(claims(spec)) == {None}
    result = result_of(spec)
    assert all(curve["predicted"] is None for curve in result["curves"])
    assert all("outside the interval" not in curve["in_words"] for curve in result["curves"])


def test_over_specified_fits_may_drop_what_the_data_keep():
    spec = study(gates=("softmax", "top-softmax"), top=2, atoms=3)
    fits, data = notices(spec)
    assert "keeps 2 of the k = 3 fitted" in fits
    assert "keeps all of the k* = 2 true" in data
    of_gate = {c.gate: c.claim for c in plan(spec).curves}
    assert of_gate["top-softmax"].exponent is None
    assert of_gate["softmax"].exponent == -0.5


@pytest.mark.parametrize(("top", "own"), [(1, False), (2, True), (7, True)])
def test_data_of_a_gate_that_keeps_all_come_from_the_dense_gate(top, own):
    spec = study(gates=("softmax",), data_gate="top-softmax", top=top)
    assert any("data of the softmax gate" in said for said in notices(spec)) == own
    assert all(c.setting.misspecified != own for c in plan(spec).curves)


def test_pages_and_studies_ask_for_the_same_claim():
    for fields in (
        {"gates": ("softmax", "top-softmax"), "top": 1},
        {"gates": tuple(TOP), "top": 2},
        {"gates": ("softmax",), "data_gate": "top-softmax", "top": 2},
        {"routers": ("competition-bare", "cosine"), "gates": ("top-softmax",), "top": 1},
    ):
        spec = study(**fields)
        curves = printed(assemble(spec, {}, 0.0, "cpu"))["curves"]
        for planned, curve in zip(plan(spec).curves, curves, strict=True):
            claim = claimed_rate(planned.setting, planned.reading)
            said = curve["theory"]
            assert (said["exponent"], said["source"]) == (claim.exponent, claim.source)


def test_densities_jump_by_their_own_parameters():
    seamless = {"score": "competition-bare", "gate": "top-softmax", "expert": "tanh"}
    assert not make_mixture(**seamless, output="regression", top=1).jumps(2)
    assert make_mixture(**seamless, output="gaussian", top=1).jumps(2)
    assert make_mixture(**seamless, output="categorical", classes=3, top=1).jumps(2)
    assert not make_mixture(**seamless, output="gaussian", top=2).jumps(2)


@pytest.mark.parametrize("routers", [("cosine",), ("cosine", "perturbed-cosine"), ("linear",)])
@pytest.mark.parametrize("gauges", [("pinned",), tuple(GAUGES)])
@pytest.mark.parametrize("losses", [("paper",), ("paper", "radial", "angular"), ("paper", *LOSSES)])
def test_no_two_curves_have_one_name(routers, gauges, losses):
    for more in ({}, {"sparse": 2}, {"atoms": 3}, {"gates": tuple(GATES)}):
        spec = study(routers=routers, gauges=gauges, losses=losses, **more)
        labels = [curve.label for curve in plan(spec).curves]
        assert len(set(labels)) == len(labels)


def test_a_plain_study_is_named_as_it_was():
    labels = [curve.label for curve in plan(PRESETS["cosine-exact"].build({})).curves]
    assert labels[2:4] == ["cosine router, radial error", "cosine router, angular error"]


@pytest.mark.parametrize("router", ["linear", "cosine", "perturbed-cosine"])
def test_a_loss_that_cannot_be_but_zero_has_no_slope(router):
    """With one expert its weight is 1, and the gauge moves its gate onto the true one."""
    spec = study(
        routers=(router,), atoms=1, true_atoms=1, losses=("gate", "mass"), gauges=("pinned",)
    )
    for curve in result_of(spec)["curves"]:
        assert curve["slope"] is None
        assert curve["no_slope"] in ("zero", "rounding")
        assert "no slope" in curve["in_words"]
        assert "interval" not in curve["in_words"]
        assert max(max(row) for row in curve["loss"]) < 1e-14
        assert not any(math.isnan(value) for value in curve["mean"])
