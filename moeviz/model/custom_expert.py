r"""An expert of the visitor's own, typed as a formula.

It is a function of one or two linear predictors and up to two scalars. One with a continuum of
parameters for one function is refused with a sentence: no fit of it could be held against a truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import torch

from moeviz.errors import FormulaError
from moeviz.model.constants import AnyConstant, TextConstant
from moeviz.model.custom import CUSTOM
from moeviz.model.experts import EXPERTS, Expert
from moeviz.model.features import POINTS, dependent
from moeviz.model.formula import EXPERT, Kind, Program, differentiate, parse_formula, program
from moeviz.model.measure import Part
from moeviz.model.symmetry import Symmetries
from moeviz.model.symmetry_search import find_symmetries

if TYPE_CHECKING:
    from torch import Tensor

DEFAULT_EXPERT = "s1*tanh(t)"

REACH = 6.0
"""An expert's values must be finite for predictors from minus this to this."""


def _read_expert(text: str) -> str:
    return str(parse_formula(text, EXPERT))


@dataclass(frozen=True)
class _Reading:
    """What an expert's formula says.

    Attributes
    ----------
    names : tuple of str
        Predictors, then scalars.
    heads : int
        How many of them are predictors.
    steps : Program
        The value, then its derivatives by the names.
    symmetries : Symmetries
        Maps of the names that leave the value.
    """

    names: tuple[str, ...]
    heads: int
    steps: Program
    symmetries: Symmetries


@dataclass(frozen=True)
class CustomExpert(Expert):
    r""":math:`h = h(t; s)` from a formula, with :math:`t = a \cdot x + b`.

    Attributes
    ----------
    expert_formula : str
        Of t, or of t1 and t2, and of scalars s1 and s2.

    Raises
    ------
    FormulaError
        If it is not a formula of an expert, if it is not finite for all predictors, or if
        parameters can move without moving the function.

    Notes
    -----
    Signs, orders, shifts and periods of predictors and scalars that give the same function are
    found by :mod:`moeviz.model.symmetry_search`.
    """

    expert_formula: str = DEFAULT_EXPERT

    name: ClassVar[str] = CUSTOM
    title: ClassVar[str] = "expert of your own"
    does: ClassVar[str] = "An expert that you type."
    formula: ClassVar[str] = r"h(a_i^\top x + b_i;\ s_i)"
    language: ClassVar[Kind] = EXPERT
    source: ClassVar[str] = "a formula of your own"
    constants: ClassVar[tuple[AnyConstant, ...]] = (
        TextConstant(
            "expert_formula",
            "",
            "Used by the expert of your own only: the predictor t (or t1 and t2), scalars s1 and "
            "s2, and functions such as tanh, gelu or sin.",
            DEFAULT_EXPERT,
            _read_expert,
            label="Expert of your own",
        ),
    )

    def __post_init__(self) -> None:
        _read(self.expert_formula)

    @property
    def formula_text(self) -> str:
        return self.expert_formula

    @property
    def heads(self) -> int:
        return _read(self.expert_formula).heads

    @property
    def scalars(self) -> int:
        return len(_read(self.expert_formula).names) - self.heads

    def parts(self, dimension: int) -> tuple[Part, ...]:
        units = range(1, self.heads + 1)
        scalars = tuple(Part(f"s_{i}", f"s_{i}", 1) for i in range(1, self.scalars + 1))
        if self.heads == 1:
            return (Part("a", "a", dimension), Part("b", "b", 1), *scalars)
        predictors = tuple(
            part
            for i in units
            for part in (Part(f"a_{i}", f"a_{i}", dimension), Part(f"b_{i}", f"b_{i}", 1))
        )
        return (*predictors, *scalars)

    def value_and_slopes(
        self, t: Sequence[Tensor], s: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        reading = _read(self.expert_formula)
        values = dict(zip(reading.names, (*t, *s), strict=True))
        value, *slopes = torch.broadcast_tensors(t[0], *reading.steps.run(values))[1:]
        return value, slopes[: reading.heads], slopes[reading.heads :]

    @property
    def symmetries(self) -> Symmetries:
        return _read(self.expert_formula).symmetries


@lru_cache(maxsize=64)
def _read(text: str) -> _Reading:
    tree = parse_formula(text, EXPERT)
    predictors = sorted(name for name in tree.names if name.startswith("t"))
    names = (*predictors, *sorted(tree.names - set(predictors)))
    steps = program(tree, *(differentiate(tree, name) for name in names))
    _check_finite(steps, names)
    _check_decided(steps, names, len(predictors))
    symmetries = find_symmetries(steps, names, len(predictors))
    return _Reading(names, len(predictors), steps, symmetries)


def _check_finite(steps: Program, names: tuple[str, ...]) -> None:
    """Refuse an expert that is no number, or has no slope, at some predictors."""
    count = 4 * int(REACH) + 1
    axes = [torch.linspace(-REACH, REACH, count if name[0] == "t" else 5) for name in names]
    grid = torch.meshgrid(*(axis.double() for axis in axes), indexing="ij")
    for value in steps.run(dict(zip(names, grid, strict=True))):
        if not bool(torch.isfinite(value).all()):
            raise FormulaError(
                f"Expected an expert with a value and slopes for every predictor and scalar from "
                f"-{REACH:g} to {REACH:g}, but this one has none at some; mind divisions, roots, "
                "logarithms and towers of exp."
            )


def _check_decided(steps: Program, names: tuple[str, ...], heads: int) -> None:
    """Refuse an expert of which some parameters can move without moving the function."""
    rng = torch.Generator().manual_seed(2)
    x = 4.0 * torch.rand(2, POINTS, generator=rng, dtype=torch.float64) - 2.0
    inputs = torch.cat([x, torch.ones_like(x[:1])])
    slope = torch.randn(heads, 3, generator=rng, dtype=torch.float64)
    scalars = torch.randn(len(names) - heads, 1, generator=rng, dtype=torch.float64)
    values = dict(zip(names, (*(slope @ inputs), *scalars), strict=True))
    _, *slopes = torch.broadcast_tensors(x[0], *steps.run(values))[1:]
    rows = [row * inputs for row in slopes[:heads]] + [row[None] for row in slopes[heads:]]
    if dependent(torch.cat(rows)):
        raise FormulaError(
            "Expected an expert whose parameters its values decide, but some can move together "
            "without changing it, as a factor does between s1 and t in s1*t; take one of them out."
        )


EXPERTS.add(CustomExpert.name, CustomExpert)
