r"""The experts of a sparse layer: N networks with one hidden layer, held as stacked matrices.

Expert i answers :math:`g_i(x) = \phi(x W_i + b_i) V_i + c_i` with a registered function
:math:`\phi`. There are three ways to ask them, with equal answers: all of them, the chosen ones
through one table, and the chosen ones one expert after the other, which is what the others are
measured against.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from moeviz.errors import SpecificationError
from moeviz.model.formula import FUNCTIONS
from moeviz.train.dispatch import Dispatch, dispatch

INITIAL_SPREAD = 0.02
"""Standard deviation of weights at the start (`compete` App. I.1)."""

FUSED: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": nn.functional.gelu,
    "relu": nn.functional.relu,
    "tanh": torch.tanh,
}
"""Functions that torch computes in one step; a test holds them to the registered ones."""


class Experts(nn.Module):
    """N experts of width H on tokens of d numbers.

    Parameters
    ----------
    experts, width, hidden : int
        N, d and H.
    function : str
        A function of the language of formulas, by name.

    Raises
    ------
    SpecificationError
        If there is no such function.
    """

    def __init__(self, experts: int, width: int, hidden: int, function: str = "gelu") -> None:
        super().__init__()
        if function not in FUNCTIONS or not FUNCTIONS[function].typed:
            known = ", ".join(name for name, f in FUNCTIONS.items() if f.typed)
            raise SpecificationError(
                f"Expected a function that formulas know ({known}) for the experts, but got "
                f"'{function[:40]}'; take gelu."
            )
        self.function = function
        self.w_in = nn.Parameter(torch.empty(experts, width, hidden))
        self.b_in = nn.Parameter(torch.zeros(experts, 1, hidden))
        self.w_out = nn.Parameter(torch.empty(experts, hidden, width))
        self.b_out = nn.Parameter(torch.zeros(experts, 1, width))

    @property
    def number(self) -> int:
        """N."""
        return int(self.w_in.shape[0])

    def start(self, generator: torch.Generator) -> None:
        """Draw the weights anew: normal, of deviation :data:`INITIAL_SPREAD`; biases are 0."""
        with torch.no_grad():
            for weights in (self.w_in, self.w_out):
                weights.normal_(0.0, INITIAL_SPREAD, generator=generator)
            for biases in (self.b_in, self.b_out):
                biases.zero_()

    def copy_of(self, w_in: Tensor, b_in: Tensor, w_out: Tensor, b_out: Tensor) -> None:
        """Make every expert one network: sparse upcycling from a dense layer (`compete` §2.3).

        Parameters
        ----------
        w_in : Tensor, shape (d, H)
        b_in : Tensor, shape (1, H)
        w_out : Tensor, shape (H, d)
        b_out : Tensor, shape (1, d)
        """
        with torch.no_grad():
            for own, given in (
                (self.w_in, w_in),
                (self.b_in, b_in),
                (self.w_out, w_out),
                (self.b_out, b_out),
            ):
                own.copy_(given)

    def every(self, x: Tensor) -> Tensor:
        """Return what all experts answer to tokens `x`, shape (T, d): shape (N, T, d)."""
        return self._answer(x.expand(self.number, *x.shape), None)

    def chosen(self, x: Tensor, chosen: Tensor) -> Tensor:
        """Return the answers of each token's own experts.

        Parameters
        ----------
        x : Tensor, shape (T, d)
        chosen : Tensor of int, shape (K, T)

        Returns
        -------
        Tensor, shape (K, T, d)
        """
        table = dispatch(chosen, self.number)
        return table.scatter(self._answer(table.gather(x), table))

    def one_by_one(self, x: Tensor, chosen: Tensor) -> Tensor:
        """Return the same as :meth:`chosen`, by a loop over the experts: slow, and plain to see."""
        answers = x.new_zeros(*chosen.shape, x.shape[-1])
        for expert in range(self.number):
            rank, token = (chosen == expert).nonzero(as_tuple=True)
            hidden = self._phi(x[token] @ self.w_in[expert] + self.b_in[expert])
            answer = hidden @ self.w_out[expert] + self.b_out[expert]
            answers = answers.index_put((rank, token), answer)
        return answers

    def _answer(self, table: Tensor, by: Dispatch | None) -> Tensor:
        """Return the answers to a table of tokens, shape (B, P, d)."""
        owned = by is not None and not by.whole
        w_in, b_in, w_out, b_out = (
            part.index_select(0, by.owner) if owned and by else part
            for part in (self.w_in, self.b_in, self.w_out, self.b_out)
        )
        return torch.baddbmm(b_out, self._phi(torch.baddbmm(b_in, table, w_in)), w_out)

    def _phi(self, t: Tensor) -> Tensor:
        fused = FUSED.get(self.function)
        if fused is not None:
            return fused(t)
        value: Tensor = _Elementwise.apply(t, self.function)  # type: ignore[no-untyped-call]
        return value


class _Elementwise(torch.autograd.Function):
    """A registered function, whose slope comes with its value."""

    @staticmethod
    def forward(ctx: Any, t: Tensor, name: str) -> Tensor:
        value, slope = FUNCTIONS[name].value_and_slope(t)
        ctx.save_for_backward(slope)
        return value

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (slope,) = ctx.saved_tensors
        return gradients[0] * slope, None
