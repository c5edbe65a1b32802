"""The picture of one fit: its document has the fit's numbers, its sentences say today's."""

from __future__ import annotations

import json
import math
from functools import lru_cache

import numpy as np
import pytest

from moeviz.charts.cells import area
from moeviz.charts.one_fit import corners, lowest_cost, nearest, one_fit_document
from moeviz.charts.one_fit_words import loss_written, one_fit_formula, sentence, written
from moeviz.estimate import Status, StochasticGradient
from moeviz.study.one_fit import one_fit
from moeviz.study.one_fit_asked import Asked
from moeviz.study.one_fit_models import EM, SGD, SMALL_MODELS
from moeviz.text import json_text

WAYS = [(name, method) for name, model in SMALL_MODELS.items() for method in model.methods]


@lru_cache
def fitted(name, method):
    return one_fit(Asked(name, n=100, method=method))


@pytest.mark.parametrize(("name", "method"), WAYS)
def test_a_document_is_plain_data_with_the_fits_numbers(name, method):
    found = fitted(name, method)
    document = json.loads(json_text(one_fit_document(found)))
    for part, walk in (("walk", found.walk), ("beside", found.beside)):
        assert document[part]["cost"] == list(walk.cost)
        assert document[part]["atoms"] == walk.atoms.tolist()
        assert len(document[part]["level"]) == len(walk.loss)
        for level, loss in zip(document[part]["level"], walk.loss, strict=True):
            assert 10.0**level == pytest.approx(loss)
        for level, cost in zip(document[part]["excess"], walk.cost, strict=True):
            assert 10.0**level == pytest.approx(cost - lowest_cost(found), abs=1e-15)
    assert len(document["sentences"]) == len(document["player"]["stops"]) == len(found.walk.steps)
    (x0, x1), (y0, y1) = document["box"]["x"], document["box"]["y"]
    whole = sum(area(np.array(polygon)) for polygon in document["polygons"])
    assert whole == pytest.approx((x1 - x0) * (y1 - y0))


@pytest.mark.parametrize(("name", "method"), WAYS)
def test_sentences_say_the_numbers_of_their_step_and_formulas_balance(name, method):
    found = fitted(name, method)
    for place in (0, len(found.walk.steps) // 2, len(found.walk.steps) - 1):
        said = sentence(found, place)
        assert said.count("*") % 2 == 0
        assert f"*{written(found.walk.cost[place], found.model)}*" in said
        assert f"*{loss_written(found.walk.loss[place])}*" in said
        formula = one_fit_formula(found, place)
        assert formula.count("{") == formula.count("}")
        assert "nan" not in said + formula


def test_a_sentence_holds_the_protocol_against_the_estimator():
    found = fitted("linear", "solver")
    ratio = found.beside.loss[-1] / found.walk.loss[-1]
    said = sentence(found, len(found.walk.steps) - 1)
    assert f"SGD stops after 10 passes at loss *{loss_written(found.beside.loss[-1])}*" in said
    assert f"*{loss_written(ratio)}* times as large" in said
    assert "EM ends after" in sentence(
        fitted("gaussian", EM), len(fitted("gaussian", EM).walk.steps) - 1
    )


def test_a_walk_that_diverges_or_is_caught_says_so_at_every_step():
    found = one_fit(Asked(method=SGD, protocol=StochasticGradient(10, 3.0, 32)))
    assert found.walk.status == Status.DIVERGED
    for place in range(len(found.walk.steps)):
        assert "SGD *diverged* after batch" in sentence(found, place)
    caught = one_fit(Asked(n=300, random=True, start_seed=4, steps=60))
    assert "Least squares is caught" in sentence(caught, len(caught.walk.steps) - 1)


def test_a_diverging_walk_leaves_the_plane_where_truth_and_start_are():
    found = one_fit(Asked(method=SGD, protocol=StochasticGradient(10, 3.0, 32)))
    low, high = corners(found, (2, 3))
    assert max(map(abs, [*low, *high])) < 10
    assert all(map(math.isfinite, [*low, *high]))


def test_the_nearest_frame_is_found_and_the_handle_stands_there():
    found = fitted("linear", SGD)
    assert nearest(found.walk, -1.0) == 0
    assert nearest(found.walk, 1e9) == len(found.walk.steps) - 1
    handle = one_fit_document(found, at=2.0)["handles"][-1]
    assert handle["at"][0] == pytest.approx(2.0)
    assert one_fit_document(found)["handles"][-1]["at"][0] == found.walk.passes[-1]
