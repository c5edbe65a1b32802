"""Mixing measures: the parameters of a mixture as data, with leading replicate axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from moeviz.errors import ShapeError

if TYPE_CHECKING:
    from torch import Tensor

GATE = "gate"
WEIGHT = "weight"
EXPERT = "expert"


@dataclass(frozen=True)
class Part:
    """A named piece of an atom's block, such as the slope of an expert.

    Attributes
    ----------
    name, symbol : str
        Name in code and in tables; LaTeX.
    width : int
        Number of entries.
    metric : tuple of float
        How much each entry's square counts in the part's norm; empty for 1 each. A symmetric
        matrix stored by its free entries counts those off the diagonal twice, which makes the
        norm Frobenius'.
    """

    name: str
    symbol: str
    width: int
    metric: tuple[float, ...] = ()


@dataclass(frozen=True)
class MixingMeasure:
    r"""The measure :math:`G = \sum_i w(\beta_{0i})\, \delta_{(\beta_{1i}, \eta_i)}`.

    Attributes
    ----------
    log_weight : Tensor, shape (..., K)
        :math:`\beta_{0i}`: the log of each atom's weight, or its log-odds when `logistic`.
    blocks : mapping of str to Tensor, shape (..., K, width)
        The atoms' named parameter blocks: ``"gate"`` is :math:`\beta_1`, ``"expert"`` is
        :math:`\eta`.
    parts : mapping of str to tuple of Part
        How each block divides into named pieces; a block without an entry is one piece.
    logistic : bool
        Whether w is the logistic function (sigmoid gates) instead of exp.

    Raises
    ------
    ShapeError
        If a block's axes do not match those of `log_weight`, or its parts its width.

    Notes
    -----
    Source: `cosine` §1, the paragraph under eq. 2; `sigmoid` §3.
    """

    log_weight: Tensor
    blocks: Mapping[str, Tensor]
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    logistic: bool = False

    def __post_init__(self) -> None:
        for name, block in self.blocks.items():
            if block.shape[:-1] != self.log_weight.shape:
                raise ShapeError(
                    f"Block '{name}' should have axes {tuple(self.log_weight.shape)} before its "
                    f"width, but has shape {tuple(block.shape)}."
                )
            widths = sum(part.width for part in self.parts.get(name, ()))
            if name in self.parts and widths != block.shape[-1]:
                raise ShapeError(
                    f"Block '{name}' has {block.shape[-1]} entries, but its parts have {widths}."
                )

    @property
    def atoms(self) -> int:
        """K, the number of atoms."""
        return int(self.log_weight.shape[-1])

    @property
    def weight(self) -> Tensor:
        """Tensor, shape (..., K): the atoms' weights w(beta_0)."""
        return torch.sigmoid(self.log_weight) if self.logistic else self.log_weight.exp()

    @property
    def gate(self) -> Tensor:
        """Tensor, shape (..., K, D): the router's block."""
        return self.blocks[GATE]

    @property
    def expert(self) -> Tensor:
        """Tensor, shape (..., K, E): the expert's block."""
        return self.blocks[EXPERT]

    def pieces(self, name: str) -> tuple[tuple[Part, slice], ...]:
        """Return the parts of a block and the columns where they lie."""
        width = int(self.blocks[name].shape[-1])
        found, first = [], 0
        for part in self.parts.get(name, (Part(name, name, width),)):
            found.append((part, slice(first, first + part.width)))
            first += part.width
        return tuple(found)

    def replace(self, log_weight: Tensor | None = None, **blocks: Tensor) -> MixingMeasure:
        """Return the measure with some of its parts exchanged."""
        return MixingMeasure(
            self.log_weight if log_weight is None else log_weight,
            {**self.blocks, **blocks},
            self.parts,
            self.logistic,
        )

    def select(self, order: Tensor) -> MixingMeasure:
        """Return the atoms in another order, or some of them twice.

        Parameters
        ----------
        order : Tensor of int, shape (K',)
            Indices of atoms.
        """
        return self.replace(
            self.log_weight[..., order],
            **{name: block[..., order, :] for name, block in self.blocks.items()},
        )


@dataclass(frozen=True)
class Layout:
    """How a mixing measure lies in one parameter vector.

    An atom's columns are its gate block, its log-weight, then its expert block; a vector holds
    the atoms one after another, so P = K * (gate_width + 1 + expert_width).

    Attributes
    ----------
    atoms : int
        K.
    gate_parts, expert_parts : tuple of Part
        The pieces of the two blocks.
    logistic : bool
        Whether weights are the logistic function of their entry instead of exp.
    """

    atoms: int
    gate_parts: tuple[Part, ...]
    expert_parts: tuple[Part, ...]
    logistic: bool = False

    @cached_property
    def gate_width(self) -> int:
        """Width of the gate block."""
        return sum(part.width for part in self.gate_parts)

    @property
    def weight_column(self) -> int:
        """Column of the log-weight among one atom's columns: right after the gate block."""
        return self.gate_width

    @cached_property
    def expert_width(self) -> int:
        """Width of the expert block."""
        return sum(part.width for part in self.expert_parts)

    @property
    def width(self) -> int:
        """Number of parameters of one atom."""
        return self.gate_width + 1 + self.expert_width

    @property
    def size(self) -> int:
        """P, the number of parameters of all atoms."""
        return self.atoms * self.width

    def of(self, atoms: int) -> Layout:
        """Return the layout of another number of the same atoms."""
        return Layout(atoms, self.gate_parts, self.expert_parts, self.logistic)

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
            rows[..., self.weight_column],
            {
                GATE: rows[..., : self.gate_width],
                EXPERT: rows[..., self.weight_column + 1 :],
            },
            {GATE: self.gate_parts, EXPERT: self.expert_parts},
            self.logistic,
        )

    def column(self, atom: int, name: str) -> slice:
        """Return where a block of one atom lies in the parameter vector.

        Parameters
        ----------
        atom : int
            Index of the atom; negative indices count from the end.
        name : {"gate", "weight", "expert"}
            The block.
        """
        base = (atom % self.atoms) * self.width
        blocks = {
            GATE: (0, self.gate_width),
            WEIGHT: (self.weight_column, self.weight_column + 1),
            EXPERT: (self.weight_column + 1, self.width),
        }
        first, last = blocks[name]
        return slice(base + first, base + last)

    def names(self) -> list[str]:
        """Return the names of one atom's columns, such as ``a[2]``; of the log-weight ``beta0``."""

        def spell(parts: tuple[Part, ...]) -> list[str]:
            return [
                part.name if part.width == 1 else f"{part.name}[{i}]"
                for part in parts
                for i in range(1, part.width + 1)
            ]

        return [*spell(self.gate_parts), "beta0", *spell(self.expert_parts)]

    def offsets(self, part: str) -> slice:
        """Return where the part named `part` lies among one atom's columns.

        Raises
        ------
        ShapeError
            If there is none.
        """
        first = 0
        for piece in (*self.gate_parts, Part("beta0", r"\beta_0", 1), *self.expert_parts):
            if piece.name == part:
                return slice(first, first + piece.width)
            first += piece.width
        raise ShapeError(f"Expected a part of an atom ({', '.join(self.names())}), not '{part}'.")
