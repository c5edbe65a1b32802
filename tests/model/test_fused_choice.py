"""Which way a pass goes, and what goes there when compiled code cannot be had."""

from __future__ import annotations

import logging
import sys

import numba
import pytest
import torch

from moeviz.errors import ShapeError, SpecificationError
from moeviz.kernels import KERNEL, tensors_only
from moeviz.model import Features, make_mixture
from moeviz.model.complete import complete_moments
from moeviz.model.fused import choice, loaded
from moeviz.model.fused.observations import observe
from moeviz.model.moments import moments
from tests.support import COMBINATIONS, combined

TANH = make_mixture("linear", "softmax", "tanh")


@pytest.mark.parametrize(
    ("mixture", "device", "chosen", "way"),
    [
        (TANH, "cpu", "", "fused"),
        (TANH, "cpu", "torch", "torch"),
        (TANH, "cuda", "", "torch"),
        (make_mixture("competition", "softmax", "tanh"), "cpu", "", "fused"),
    ],
)
def test_the_way_follows_mixture_device_and_environment(mixture, device, chosen, way, monkeypatch):
    monkeypatch.setenv(KERNEL, chosen)
    assert choice.way_of(mixture, device) == way


def test_all_registered_parts_go_through_the_compiled_pass():
    others = [names for names in COMBINATIONS if choice.way_of(combined(*names), "cpu") != "fused"]
    assert others == []


@pytest.mark.parametrize("chosen", ["troch", "FUSED", "0"])
def test_an_unknown_choice_is_refused_with_those_that_there_are(chosen, monkeypatch):
    monkeypatch.setenv(KERNEL, chosen)
    with pytest.raises(SpecificationError, match=f"MOEVIZ_KERNEL to be fused or torch.*'{chosen}'"):
        choice.way_of(TANH, "cpu")
    with tensors_only():
        assert choice.way_of(TANH, "cpu") == "torch"


def test_without_numba_everything_goes_tensor_by_tensor(monkeypatch):
    monkeypatch.setattr(loaded, "available", lambda: False)
    assert choice.way_of(TANH, "cpu") == "torch"
    assert not choice.allowed(torch.zeros(1, dtype=torch.float64))


@pytest.fixture
def anew(monkeypatch):
    """Nothing is known yet of what can be had; afterwards, what was known before is."""
    before = list(loaded._failed)
    loaded._imported.cache_clear()
    loaded.available.cache_clear()
    yield monkeypatch
    loaded._failed[:] = before
    loaded._imported.cache_clear()
    loaded.available.cache_clear()


def _example():
    features = TANH.features(torch.linspace(-1, 1, 80, dtype=torch.float64).reshape(2, 2, 20))
    theta = torch.linspace(-1, 1, TANH.layout(2, 2).size, dtype=torch.float64).expand(2, -1)
    return TANH, theta, features, torch.ones(2, 20, dtype=torch.float64)


def test_what_cannot_be_compiled_goes_tensor_by_tensor_with_one_line_in_the_log(anew, caplog):
    def fail(name):
        raise RuntimeError("Unable to allocate executable memory\nmore lines")

    anew.setattr(loaded, "import_module", fail)
    with caplog.at_level(logging.WARNING):
        found = moments(*_example())
        assert choice.way_of(TANH, "cpu") == "torch"
        assert not choice.allowed(torch.zeros(1, dtype=torch.float64), "chain")
    (line,) = caplog.messages
    assert "least_squares cannot be compiled here" in line
    assert "\n" not in line
    with tensors_only():
        assert torch.equal(found.gram, moments(*_example()).gram)


@pytest.mark.parametrize("error", [OSError("libLLVM"), AttributeError("numpy.core"), SystemError()])
def test_a_numba_that_cannot_be_imported_is_none(error, anew, caplog):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "numba":
                raise error

    anew.delitem(sys.modules, "numba")
    anew.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    assert not loaded.available()
    assert "numba cannot be compiled here" in caplog.text


def test_a_numba_that_is_told_not_to_compile_is_not_used(anew):
    anew.setattr(numba.config, "DISABLE_JIT", 1)
    assert choice.way_of(TANH, "cpu") == "torch"


def test_a_process_that_answers_people_goes_tensor_by_tensor():
    with tensors_only(), tensors_only():
        assert choice.way_of(TANH, "cpu") == "torch"
    assert choice.way_of(TANH, "cpu") == "fused"


def test_only_plain_numbers_of_full_width_are_taken():
    assert choice.allowed(torch.zeros(1, dtype=torch.float64))
    assert not choice.allowed(torch.zeros(1, dtype=torch.float32))
    assert not choice.allowed(torch.zeros(1, dtype=torch.float64, requires_grad=True))


@pytest.mark.parametrize("observed", ["regression", "gaussian"])
@pytest.mark.parametrize(("length", "row"), [(299, 0), (300, 2), (300, -1)])
def test_a_compiled_pass_reads_nothing_beside_its_arrays(observed, length, row):
    mixture = make_mixture("linear", "softmax", "tanh", observed)
    features = mixture.features(torch.zeros(2, 2, 300, dtype=torch.float64))
    theta = torch.ones(1, mixture.layout(2, 2).size, dtype=torch.float64)
    response = torch.zeros(2, length, dtype=torch.float64)
    with pytest.raises(ShapeError, match="Expected"):
        moments(mixture, theta, features, response, torch.tensor([row]))


OUTPUTS = ["regression", "gaussian", "categorical"]


def _data(observed):
    mixture = make_mixture("linear", "softmax", "tanh", observed, classes=3)
    theta = torch.linspace(0.1, 1, mixture.layout(2, 1).size, dtype=torch.float64).repeat(2, 1)
    features = mixture.features(torch.linspace(-1, 1, 20, dtype=torch.float64).reshape(2, 1, 10))
    return mixture, theta, features, torch.arange(20).reshape(2, 10) % 3, torch.tensor([1, 0])


def _sums(mixture, *given):
    found = [moments(mixture, *given)]
    if mixture.output.density:
        found.append(complete_moments(mixture, *given))
    return [getattr(one, name) for one in found for name in vars(one)]


@pytest.mark.parametrize("observed", OUTPUTS)
@pytest.mark.parametrize("kind", ["int64", "int32", "uint8", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("whose", ["responses", "rows"])
def test_what_tensors_take_compiled_code_takes(observed, kind, whose, monkeypatch):
    *model, response, rows = _data(observed)
    if whose == "responses":
        response = response.to(getattr(torch, kind))
    else:
        rows = rows.to(torch.int32)
    found = _sums(*model, response, rows)
    monkeypatch.setenv(KERNEL, "torch")
    torch.testing.assert_close(found, _sums(*model, response, rows), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("observed", OUTPUTS)
@pytest.mark.parametrize("bad", ["complex", "features", "float rows", "few rows", "rows of rows"])
def test_what_tensors_refuse_compiled_code_refuses_in_a_sentence(observed, bad):
    mixture, theta, features, response, rows = _data(observed)
    if bad == "complex":
        response = response.to(torch.complex128)
    elif bad == "features":
        features = Features(features.gate.float(), features.expert)
    elif bad == "float rows":
        rows = rows.double()
    elif bad == "few rows":
        rows = rows[:1]
    else:
        rows = rows[None]
    with pytest.raises(ShapeError, match=r"^Expected .* but got .*\."):
        _sums(mixture, theta, features, response, rows)


def test_draws_in_any_memory_layout_are_answered_and_others_refused():
    mixture, theta, features, *_ = _data("regression")
    predictors = mixture.predictors(theta[0], mixture.layout(2, 1))
    draws = torch.linspace(-1, 1, 20, dtype=torch.float64).reshape(2, 10)
    straight, turned = draws.clone(), draws.T.contiguous().T
    observe(mixture, predictors, features, straight)
    observe(mixture, predictors, features, turned)
    assert torch.equal(straight, turned)
    assert not torch.equal(straight, draws)
    with pytest.raises(ShapeError, match="Expected responses of shape"):
        observe(mixture, predictors, features, draws[:, :9].contiguous())
