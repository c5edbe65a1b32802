r"""The experts of a sparse layer: N networks with one hidden layer, held as stacked matrices.

Expert i answers :math:`g_i(x) = \phi(x W_i + b_i) V_i + c_i` with a registered function
:math:`\phi`. The chosen ones are asked by grouped products where the device has them, else through
one table; one expert after the other is what both are measured against.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import nn

from moeviz.train import grouped
from moeviz.train.dispatch import Dispatch, dispatch
from moeviz.train.numbers import cast
from moeviz.train.phi import make_phi

if TYPE_CHECKING:
    from torch import Tensor

INITIAL_SPREAD = 0.02
"""Standard deviation of weights at the start (`compete` App. I.1)."""

PART = 2**21
"""Bytes of hidden units that are computed at once where nothing is learned, so as to stay near."""

LEAST_PART = 128
"""Tokens of such a part, at least."""


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
        self.phi = make_phi(function)
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

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """All parameters, in the order of their use."""
        return self.w_in, self.b_in, self.w_out, self.b_out

    def every(self, x: Tensor) -> Tensor:
        """Return what all experts answer to tokens `x`, shape (T, d): shape (N, T, d)."""
        given, weights = cast(x, self.weights)
        return self.answer(given.expand(self.number, *x.shape), weights).to(x.dtype)

    @torch.no_grad()
    def parts(self, x: Tensor) -> Iterator[Tensor]:
        """Yield what all experts answer to tokens `x`, shape (T, d), in parts, shape (N, P, d).

        The parts are so short that a computation stays in a processor's cache. No gradient goes
        through.
        """
        given, weights = cast(x, self.weights)
        length = len(x)
        if x.device.type == "cpu":
            hidden = self.number * self.w_in.shape[-1] * given.element_size()
            length = max(PART // hidden, LEAST_PART)
        for part in given.split(max(length, 1)):
            yield self.answer(part.expand(self.number, *part.shape), weights).to(x.dtype)

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
        given, weights = cast(x, self.weights)
        if grouped.serves(given, self.w_in.shape[-1]):
            groups = grouped.group(chosen, self.number)
            rows = grouped.answers(given, weights, self.phi, groups)
            return grouped.by_token(rows, groups).to(x.dtype)
        table = dispatch(chosen, self.number, waits=x.device.type == "cpu")
        return table.scatter(self.answer(table.gather(given), weights, table)).to(x.dtype)

    def mixed(self, x: Tensor, chosen: Tensor, shares: Tensor) -> Tensor:
        """Return the sum of the answers of each token's own experts times `shares`.

        Parameters
        ----------
        x : Tensor, shape (T, d)
        chosen : Tensor of int, shape (K, T)
        shares : Tensor, shape (K, T)

        Returns
        -------
        Tensor, shape (T, d)
        """
        given, weights = cast(x, self.weights)
        if grouped.serves(given, self.w_in.shape[-1]):
            groups = grouped.group(chosen, self.number)
            rows = grouped.answers(given, weights, self.phi, groups).to(x.dtype)
            return grouped.mixed(rows, shares.to(x.dtype), groups)
        return mix(self.chosen(x, chosen), shares)

    def one_by_one(self, x: Tensor, chosen: Tensor) -> Tensor:
        """Return the same as :meth:`chosen`, by a loop over the experts: slow, and plain to see."""
        answers = x.new_zeros(*chosen.shape, x.shape[-1])
        for expert in range(self.number):
            rank, token = (chosen == expert).nonzero(as_tuple=True)
            hidden = self.phi(x[token] @ self.w_in[expert] + self.b_in[expert])
            answer = hidden @ self.w_out[expert] + self.b_out[expert]
            answers = answers.index_put((rank, token), answer)
        return answers

    def answer(
        self, table: Tensor, weights: tuple[Tensor, ...], by: Dispatch | None = None
    ) -> Tensor:
        """Return the answers to a table of tokens, shape (B, P, d).

        Parameters
        ----------
        table : Tensor, shape (B, P, d)
        weights : tuple of Tensor
            As :attr:`weights`.
        by : Dispatch or None
            Whose table it is; None: row i is expert i.
        """
        w_in, b_in, w_out, b_out = weights if by is None else map(by.own, weights)
        return torch.baddbmm(b_out, self.phi(torch.baddbmm(b_in, table, w_in)), w_out)


def mix(answers: Tensor, shares: Tensor) -> Tensor:
    """Return the sum of `answers`, shape (K, T, d), times `shares`, (K, T): shape (T, d)."""
    return (answers * shares.unsqueeze(-1)).sum(0)
