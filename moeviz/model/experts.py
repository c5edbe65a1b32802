r"""Experts: functions :math:`h(x, \eta)` of one or more linear predictors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch

from moeviz.model.constants import AnyConstant, Constant, build
from moeviz.model.elementwise import power
from moeviz.model.formula import FUNCTIONS, UNITS, Call, Kind
from moeviz.model.measure import Part
from moeviz.model.reading import formula_of
from moeviz.model.registry import Registry
from moeviz.model.symmetry import NONE, Symmetries, Symmetry

if TYPE_CHECKING:
    from torch import Tensor


class Expert(ABC):
    """A function of `heads` linear predictors t = a.x + b and of `scalars` plain parameters.

    Attributes
    ----------
    name, title, formula, source : str
        Name in the registry; name for people; LaTeX; paper key and equation.
    does : str
        One line of what it does, for somebody who chooses; may be empty.
    text : str
        The value in the language of formulas: what the checker reads.
    constants : tuple of Constant or TextConstant
        What the user sets.
    linear : bool
        Whether the value is linear in all parameters.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    does: ClassVar[str] = ""
    formula: ClassVar[str]
    text: ClassVar[str]
    language: ClassVar[Kind] = UNITS
    source: ClassVar[str] = "cosine §3, example under Definition 1"
    constants: ClassVar[tuple[AnyConstant, ...]] = ()
    linear: ClassVar[bool] = False

    @property
    def formula_text(self) -> str:
        """The value's text: :attr:`text`, unless the user sets it."""
        return self.text

    @property
    def heads(self) -> int:
        """Number of linear predictors."""
        return 1

    @property
    def scalars(self) -> int:
        """Number of parameters beside the predictors'."""
        return 0

    @property
    def symmetries(self) -> Symmetries:
        """Maps of predictors and scalars that leave the value as it is; a test holds them to it."""
        return NONE

    def parts(self, dimension: int) -> tuple[Part, ...]:
        """Return the pieces of the parameter for D = `dimension` inputs: predictors, scalars."""
        return (Part("a", "a", dimension), Part("b", "b", 1))

    def width(self, dimension: int) -> int:
        """Return the number of parameters for D = `dimension` inputs."""
        return self.heads * (dimension + 1) + self.scalars

    @abstractmethod
    def value_and_slopes(
        self, t: Sequence[Tensor], s: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """Return the value and its derivatives.

        Parameters
        ----------
        t : sequence of Tensor, shape (..., N)
            The heads.
        s : sequence of Tensor, shape (..., 1)
            The scalars.

        Returns
        -------
        value : Tensor, shape (..., N)
        by_head, by_scalar : list of Tensor, shape (..., N)
        """

    def nearest(self, fitted: Tensor, true: Tensor) -> Tensor:
        """Return the parameter of the same function as `fitted` that is nearest to `true`.

        Parameters
        ----------
        fitted, true : Tensor, shape (..., E)

        Notes
        -----
        The candidates are those of :attr:`symmetries`.
        """
        if self.symmetries == NONE:
            return fitted
        return self.symmetries.nearest(fitted, true, self.heads, self.scalars)

    def fibre(self, eta: Tensor) -> Tensor:
        """Return directions along which the function at `eta`, (..., E), stays, (..., G, E)."""
        return eta.new_zeros(*eta.shape[:-1], 0, eta.shape[-1])

    def fibre_slice(self, eta: Tensor) -> Tensor:
        """Return functionals, (..., G, E), that :meth:`nearest` holds at their true values."""
        return self.fibre(eta)


class ActivationExpert(Expert):
    """An activation of one linear predictor: h = phi(a.x + b).

    Of an expert whose text is one of the language's functions of t, value and slope follow.
    """

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """Return phi(t) and phi'(t), both of the shape of `t`."""
        tree = formula_of(self)
        if not isinstance(tree, Call):
            raise NotImplementedError("Expected a function of t as text, or value_and_slope.")
        return FUNCTIONS[tree.function].value_and_slope(t)

    def value_and_slopes(
        self, t: Sequence[Tensor], s: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        value, slope = self.value_and_slope(t[0])
        return value, [slope], []


EXPERTS: Registry[type[Expert]] = Registry("expert")


def make_expert(name: str, **values: Any) -> Expert:
    """Build the expert `name`; constants that it does not know are ignored.

    Raises
    ------
    UnknownNameError
        If there is no such expert.
    SpecificationError
        If a constant is out of its range.
    """
    return build(EXPERTS, name, values)


@dataclass(frozen=True)
class LinearExpert(ActivationExpert):
    r""":math:`h = a \cdot x + b`."""

    name: ClassVar[str] = "linear"
    title: ClassVar[str] = "linear expert"
    does: ClassVar[str] = "A straight line along one direction of the input."
    text: ClassVar[str] = "t"
    formula: ClassVar[str] = r"a_i^\top x + b_i"
    linear: ClassVar[bool] = True

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        return t, torch.ones_like(t)


@dataclass(frozen=True)
class PolynomialExpert(ActivationExpert):
    r""":math:`h = (a \cdot x + b)^p`.

    Attributes
    ----------
    degree : int
        p, from 1 to 6.
    """

    degree: int = 2

    name: ClassVar[str] = "polynomial"
    title: ClassVar[str] = "polynomial expert"
    does: ClassVar[str] = "A power of a straight line."
    text: ClassVar[str] = "t^degree"
    formula: ClassVar[str] = r"(a_i^\top x + b_i)^p"
    source: ClassVar[str] = "cosine Table 1"
    constants: ClassVar[tuple[Constant, ...]] = (
        Constant(
            "degree",
            "p",
            "Used by the polynomial experts only.",
            1,
            6,
            2,
            whole=True,
            label="Degree of a polynomial expert",
        ),
    )

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        below = power(t, self.degree - 1)
        return below * t, self.degree * below

    @property
    def symmetries(self) -> Symmetries:
        # An even power does not see the sign of its predictor.
        return NONE if self.degree % 2 else Symmetries((Symmetry(((-1.0,),)),))


@dataclass(frozen=True)
class ReluExpert(ActivationExpert):
    r""":math:`h = \max(0, a \cdot x + b)`; its slope at the kink is taken to be 0."""

    name: ClassVar[str] = "relu"
    title: ClassVar[str] = "ReLU expert"
    does: ClassVar[str] = "Flat on one side of a kink, a straight line on the other."
    text: ClassVar[str] = "relu(t)"
    formula: ClassVar[str] = r"\mathrm{ReLU}(a_i^\top x + b_i)"


@dataclass(frozen=True)
class GeluExpert(ActivationExpert):
    r""":math:`h = t\,\Phi(t)` at :math:`t = a \cdot x + b`, with the exact normal integral."""

    name: ClassVar[str] = "gelu"
    title: ClassVar[str] = "GELU expert"
    does: ClassVar[str] = "A smooth ReLU with a dip before the rise."
    text: ClassVar[str] = "gelu(t)"
    formula: ClassVar[str] = r"\mathrm{GELU}(a_i^\top x + b_i)"
    source: ClassVar[str] = "sigmoid §4.1; cosine §1"


@dataclass(frozen=True)
class TanhExpert(ActivationExpert):
    r""":math:`h = \tanh(a \cdot x + b)`."""

    name: ClassVar[str] = "tanh"
    title: ClassVar[str] = "tanh expert"
    does: ClassVar[str] = "A smooth step from −1 to 1."
    text: ClassVar[str] = "tanh(t)"
    formula: ClassVar[str] = r"\tanh(a_i^\top x + b_i)"


@dataclass(frozen=True)
class SigmoidExpert(ActivationExpert):
    r""":math:`h = 1 / (1 + e^{-(a \cdot x + b)})`."""

    name: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "sigmoid expert"
    does: ClassVar[str] = "A smooth step from 0 to 1."
    text: ClassVar[str] = "sigmoid(t)"
    formula: ClassVar[str] = r"\sigma(a_i^\top x + b_i)"
    source: ClassVar[str] = "the form of cosine §3, example under Definition 1"


for _expert in (
    LinearExpert,
    PolynomialExpert,
    ReluExpert,
    GeluExpert,
    TanhExpert,
    SigmoidExpert,
):
    EXPERTS.add(_expert.name, _expert)
