"""Every tensor is made on the device of the data: what can be tested of it without a GPU.

Tensors on the device ``meta`` have shapes but no numbers, and cost next to nothing. One that was
made without naming a device lies on the processor, and must not meet them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter

from moeviz.model import EXPERTS, GATES, OUTPUTS, Features, Layout, Mixture
from moeviz.model.moments import CHUNK, Moments, moments, slopes
from moeviz.model.scores import LinearScore
from tests.support import combined, go_together

DIMENSION, ATOMS, SAMPLES, FITS = 2, 3, 64, 2

Made = tuple[Mixture, Layout]


class TwoDevicesError(Exception):
    """An operation met tensors of two devices."""


class OneDevice(TorchDispatchMode):
    """Refuses operations on tensors of two devices, but for single numbers and copies."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        devices = {
            each.device.type
            for each in tree_iter((args, kwargs))
            if isinstance(each, Tensor) and each.dim()
        }
        if len(devices) > 1 and func is not torch.ops.aten.copy_.default:
            raise TwoDevicesError(f"{func}: {devices}")
        return func(*args, **(kwargs or {}))


def made(which: str) -> list[Made]:
    """Every model of a score, with its layout; formulas are read here, where numbers are real."""
    parts = itertools.product(GATES, EXPERTS, OUTPUTS)
    models = [
        combined(which, *names) for names in parts if go_together(gate=names[0], output=names[2])
    ]
    return [(model, model.layout(ATOMS, DIMENSION)) for model in models]


def empty(*shape: int) -> Tensor:
    return torch.empty(*shape, dtype=torch.float64, device="meta")


def arguments(model: Mixture, layout: Layout) -> tuple[Mixture, Tensor, Features, Tensor]:
    features = model.features(empty(FITS, DIMENSION, SAMPLES))
    return model, empty(FITS, layout.size), features, empty(FITS, SAMPLES)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch):
    """Tensors of the device ``meta``, which stands for any that is not the processor."""
    monkeypatch.setitem(CHUNK, "meta", SAMPLES)


@pytest.mark.usefixtures("elsewhere")
def test_moments_stay_on_the_device_of_the_data(pairing):
    model = combined(*pairing)
    layout = model.layout(ATOMS, DIMENSION)
    with OneDevice():
        found = moments(*arguments(model, layout))
    assert {value.device.type for value in vars(found).values()} == {"meta"}


@pytest.mark.crowd
@pytest.mark.usefixtures("elsewhere")
def test_moments_of_all_combinations_stay_on_the_device_of_the_data(score):
    models = made(score)
    with OneDevice():
        found = [moments(*arguments(*each)) for each in models]
    devices = {value.device.type for each in found for value in vars(each).values()}
    assert len(found) == len(models)
    assert all(isinstance(each, Moments) for each in found)
    assert devices == {"meta"}


@pytest.mark.few(7)
@pytest.mark.usefixtures("elsewhere")
def test_slopes_stay_on_the_device_of_the_data(pairing):
    model = combined(*pairing)
    layout = model.layout(ATOMS, DIMENSION)
    with OneDevice():
        found = slopes(*arguments(model, layout))
    assert found.device.type == "meta"
    assert found.shape == (FITS, layout.size)


@dataclass(frozen=True)
class StrayScore(LinearScore):
    """A score that makes a tensor and names no device."""

    name: ClassVar[str] = "stray"

    def features(self, x: Tensor) -> Tensor:
        return x * torch.ones(x.shape[-1], dtype=x.dtype)


@pytest.mark.usefixtures("elsewhere")
def test_a_tensor_on_the_wrong_device_is_found():
    usual = combined("linear", "softmax", "tanh", "regression")
    stray = Mixture(StrayScore(), usual.gate, usual.expert, usual.output)
    with OneDevice(), pytest.raises(TwoDevicesError):
        arguments(stray, usual.layout(ATOMS, DIMENSION))
