r"""Outputs: how an observation arises from the experts, and how well parameters explain it.

An output turns a pass over the samples (weights and experts' values) into a *cost* and into
*rows*. Rows are square roots of the information: with R the rows' derivatives by the parameters
and e their residuals, the cost's gradient is :math:`-2 R e` and the curvature that estimation
uses is :math:`R R^\top`. For least squares R is the Jacobian and e the residual; for a likelihood
the cost is the deviance :math:`-2\log p` and :math:`R R^\top` an information matrix.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from moeviz.errors import ShapeError
from moeviz.model.constants import Constant
from moeviz.model.gates import Gate
from moeviz.model.measure import Part

if TYPE_CHECKING:
    from torch import Tensor

FLOOR = 1e-280
"""Probabilities are kept above this where one divides by them."""


@dataclass
class Values:
    """What a mixture makes of some samples.

    Attributes
    ----------
    scores, weights : Tensor, shape (..., K, N)
    experts : list of Tensor, shape (..., K, N)
        Values of each copy of the expert.
    scalars : list of Tensor, shape (..., K, 1)
        The output's own parameters.
    """

    scores: Tensor
    weights: Tensor
    experts: list[Tensor]
    scalars: list[Tensor]


@dataclass
class Row:
    """One root of the information per sample.

    Attributes
    ----------
    by_score : Tensor, shape (..., K, N), or None
        Derivatives by the scores; None where they are 0.
    by_value : list of Tensor, shape (..., K, N)
        Derivatives by the values of each copy of the expert; empty where they are 0.
    by_scalar : list of Tensor, shape (..., K, N)
        Derivatives by the output's own parameters; empty where they are 0.
    residual : Tensor
        Shape (..., N), or (..., K, N) for rows of single components.
    """

    by_score: Tensor | None
    by_value: list[Tensor]
    by_scalar: list[Tensor]
    residual: Tensor


class Output(ABC):
    """One kind of observation.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and equation.
    does : str
        One line of what it does, for somebody who chooses; may be empty.
    density : bool
        Whether the mixture is of conditional densities, fitted by maximum likelihood.
    chosen : bool
        Whether an observation is chosen by a uniform draw.
    constants : tuple of Constant
        What the user sets.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str] = ""
    formula: ClassVar[str]
    source: ClassVar[str]
    density: ClassVar[bool]
    chosen: ClassVar[bool] = True
    constants: ClassVar[tuple[Constant, ...]] = ()

    @property
    def copies(self) -> int:
        """How many experts each atom has."""
        return 1

    @property
    def parts(self) -> tuple[Part, ...]:
        """The output's own parameters of an atom."""
        return ()

    @property
    def scalars(self) -> int:
        """How many parameters of its own the output has per atom."""
        return sum(part.width for part in self.parts)

    @property
    def lowest(self) -> float:
        """Lower end of the box for the output's own parameters."""
        return 0.0

    @abstractmethod
    def observe(self, values: Values, uniform: Tensor, normal: Tensor) -> Tensor:
        """Return observations, shape (..., N), from standard draws of the same shape."""

    def check(self, response: Tensor) -> None:
        """Refuse responses of any shape that this output cannot have made.

        Raises
        ------
        ShapeError
            If there are such.
        """
        if response.is_complex():
            raise ShapeError(f"Expected real responses, but got {response.dtype}; take a part.")

    @abstractmethod
    def cost(self, gate: Gate, values: Values, response: Tensor) -> Tensor:
        """Return each sample's cost, shape (..., N)."""

    @abstractmethod
    def rows(self, gate: Gate, values: Values, response: Tensor) -> tuple[Tensor, list[Row]]:
        """Return each sample's cost, shape (..., N), and its rows."""

    def slope_rows(self, gate: Gate, values: Values, response: Tensor) -> list[Row]:
        """Return rows whose products with their residuals are the slope; no information is read."""
        return self.rows(gate, values, response)[1]

    def component_rows(
        self, gate: Gate, values: Values, response: Tensor
    ) -> tuple[Tensor, Tensor, list[Row]]:
        """Return cost, responsibilities, shape (..., K, N), and the components' own rows.

        These are rows as if each atom had made every observation; expectation-maximisation
        weighs them by the responsibilities.
        """
        raise NotImplementedError(f"'{self.name}' has no components to be responsible.")

    @property
    def cost_unit(self) -> float | None:
        """What one sample's cost is measured against; None for the cost itself."""
        return None

    @property
    def information_factor(self) -> float:
        """The factor from E[R R^T] to the Fisher information of one observation."""
        return 1.0

    @property
    def information_depends_on_response(self) -> bool:
        """Whether R R^T is the information only on average over observations."""
        return False


def choose(weights: Tensor, uniform: Tensor) -> Tensor:
    """Return the atom that a uniform draw picks, shape (..., N)."""
    ends = weights.cumsum(-2)
    ends = ends / ends[..., -1:, :]
    return (uniform.unsqueeze(-2) > ends[..., :-1, :]).sum(-2)
