"""Mixing measures: the parameters of a mixture as data, with leading replicate axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.errors import ShapeError

GATE = "gate"
EXPERT = "expert"


@dataclass(frozen=True)
class MixingMeasure:
    r"""The measure :math:`G = \sum_i e^{\beta_{0i}} \delta_{(\beta_{1i}, \eta_i)}`.

    Attributes
    ----------
    log_weight : Tensor, shape (..., K)
        :math:`\beta_{0i}`, the log of each atom's weight.
    blocks : mapping of str to Tensor, shape (..., K, width)
        The atoms' named parameter blocks: ``"gate"`` is :math:`\beta_1`, ``"expert"`` is
        :math:`\eta` (for the experts here, the slope a followed by the intercept b).

    Raises
    ------
    ShapeError
        If a block's axes do not match those of `log_weight`.

    Notes
    -----
    Source: `cosine` §1, the paragraph under eq. 2.
    """

    log_weight: Tensor
    blocks: Mapping[str, Tensor]

    def __post_init__(self) -> None:
        for name, block in self.blocks.items():
            if block.shape[:-1] != self.log_weight.shape:
                raise ShapeError(
                    f"Block '{name}' should have axes {tuple(self.log_weight.shape)} before its "
                    f"width, but has shape {tuple(block.shape)}."
                )

    @property
    def atoms(self) -> int:
        """K, the number of atoms."""
        return int(self.log_weight.shape[-1])

    @property
    def weight(self) -> Tensor:
        """Tensor, shape (..., K): the atoms' weights exp(beta_0)."""
        return self.log_weight.exp()

    @property
    def gate(self) -> Tensor:
        """Tensor, shape (..., K, D): the router's block."""
        return self.blocks[GATE]

    @property
    def expert(self) -> Tensor:
        """Tensor, shape (..., K, E): the expert's block."""
        return self.blocks[EXPERT]

    def replace(self, log_weight: Tensor | None = None, **blocks: Tensor) -> MixingMeasure:
        """Return the measure with some of its parts exchanged."""
        return MixingMeasure(
            self.log_weight if log_weight is None else log_weight, {**self.blocks, **blocks}
        )

    def select(self, order: Tensor) -> MixingMeasure:
        """Return the atoms in another order, or some of them twice.

        Parameters
        ----------
        order : Tensor of int, shape (K',)
            Indices of atoms.
        """
        return MixingMeasure(
            self.log_weight[..., order],
            {name: block[..., order, :] for name, block in self.blocks.items()},
        )


@dataclass(frozen=True)
class Layout:
    """How a mixing measure lies in one parameter vector.

    An atom's columns are its gate block, its log-weight, then its expert block; a vector holds
    the atoms one after another, so P = K * (gate + 1 + expert).

    Attributes
    ----------
    atoms : int
        K.
    gate : int
        Width of the gate block.
    expert : int
        Width of the expert block.
    """

    atoms: int
    gate: int
    expert: int

    @property
    def width(self) -> int:
        """Number of parameters of one atom."""
        return self.gate + 1 + self.expert

    @property
    def size(self) -> int:
        """P, the number of parameters of all atoms."""
        return self.atoms * self.width

    def pack(self, measure: MixingMeasure) -> Tensor:
        """Return the parameter vectors, shape (..., P), of a measure."""
        rows = torch.cat([measure.gate, measure.log_weight.unsqueeze(-1), measure.expert], dim=-1)
        return rows.flatten(-2)

    def unpack(self, theta: Tensor) -> MixingMeasure:
        """Return the measure that the vectors `theta`, shape (..., P), describe.

        Raises
        ------
        ShapeError
            If the last axis is not P long.
        """
        if theta.shape[-1] != self.size:
            raise ShapeError(
                f"Expected parameter vectors of length {self.size} (K={self.atoms} atoms of "
                f"{self.width}), but got length {theta.shape[-1]}."
            )
        rows = theta.unflatten(-1, (self.atoms, self.width))
        return MixingMeasure(
            rows[..., self.gate],
            {GATE: rows[..., : self.gate], EXPERT: rows[..., self.gate + 1 :]},
        )

    def column(self, atom: int, name: str) -> slice:
        """Return where a part of one atom lies in the parameter vector.

        Parameters
        ----------
        atom : int
            Index of the atom; negative indices count from the end.
        name : {"gate", "weight", "expert"}
            The part.
        """
        base = (atom % self.atoms) * self.width
        parts = {
            GATE: (0, self.gate),
            "weight": (self.gate, self.gate + 1),
            EXPERT: (self.gate + 1, self.width),
        }
        first, last = parts[name]
        return slice(base + first, base + last)
