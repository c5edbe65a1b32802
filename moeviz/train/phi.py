"""The experts' functions: their values, and their slopes times what comes back.

Some are computed by torch in one step, forwards and backwards; every other one that formulas know
is computed with its slope.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from moeviz.errors import SpecificationError
from moeviz.model.formula import FUNCTIONS

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Phi:
    """An elementwise function.

    Attributes
    ----------
    forward : callable
        From t to the function's values and what :attr:`backward` needs.
    backward : callable
        From the gradient of the values, which it may write into, and what :attr:`forward` kept,
        to the gradient of t.
    """

    forward: Callable[[Tensor], tuple[Tensor, Tensor]]
    backward: Callable[[Tensor, Tensor], Tensor]

    def __call__(self, t: Tensor) -> Tensor:
        """Return the values at t; automatic differentiation goes through."""
        if not (t.requires_grad and torch.is_grad_enabled()):
            return self.forward(t)[0]
        value: Tensor = _Value.apply(t, self)  # type: ignore[no-untyped-call]
        return value


class _Value(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, t: Tensor, phi: Phi) -> Tensor:
        value, kept = phi.forward(t)
        ctx.save_for_backward(kept)
        ctx.phi = phi
        return value

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (kept,) = ctx.saved_tensors
        return ctx.phi.backward(gradients[0].clone(), kept), None


def _gelu_slope(gradient: Tensor, t: Tensor) -> Tensor:
    torch.ops.aten.gelu_backward.grad_input(gradient, t, grad_input=gradient)
    return gradient


def _relu_slope(gradient: Tensor, value: Tensor) -> Tensor:
    return gradient.mul_(value > 0)


def _tanh_slope(gradient: Tensor, value: Tensor) -> Tensor:
    torch.ops.aten.tanh_backward.grad_input(gradient, value, grad_input=gradient)
    return gradient


def _twice(value: Tensor) -> tuple[Tensor, Tensor]:
    return value, value


FUSED: dict[str, Phi] = {
    "gelu": Phi(lambda t: (nn.functional.gelu(t), t), _gelu_slope),
    "relu": Phi(lambda t: _twice(t.relu()), _relu_slope),
    "tanh": Phi(lambda t: _twice(t.tanh()), _tanh_slope),
}
"""Functions that torch computes in one step; a test holds them to the registered ones."""


def make_phi(name: str) -> Phi:
    """Return a function of the language of formulas by its name.

    Raises
    ------
    SpecificationError
        If there is no such function.
    """
    if name not in FUNCTIONS or not FUNCTIONS[name].typed:
        known = ", ".join(known for known, f in FUNCTIONS.items() if f.typed)
        raise SpecificationError(
            f"Expected a function that formulas know ({known}) for the experts, but got "
            f"'{name[:40]}'; take gelu."
        )
    if name in FUSED:
        return FUSED[name]
    function = FUNCTIONS[name]
    return Phi(function.value_and_slope, lambda gradient, slope: gradient.mul_(slope))
