"""What the papers' entries are built from: models that no registry has, definitions, checks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy
import torch

from moeviz.model import Constant, Expert, FlatScore, Mixture, Part, make_mixture
from moeviz.model.scores import TAU2
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Log, Number, Point
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.questions import checks
from moeviz.symbolic.questions.claims import GENERIC, Asks, Check, Stop
from moeviz.symbolic.questions.pde import Statement, stated
from moeviz.symbolic.reading.expressions import Atom, atom, on_side
from moeviz.symbolic.reading.families import derivatives, expansion, term, up_to
from moeviz.symbolic.reading.points import belongs, generic

Special = Mapping[str, Number]


@dataclass(frozen=True)
class FullQuadraticScore(FlatScore):
    """A quadratic score with all d^2 entries of A as parameters, as Definitions 1-4 are printed."""

    name: ClassVar[str] = "quadratic-full"
    title: ClassVar[str] = "quadratic router, A with all its entries"
    text: ClassVar[str] = "quad(A,x) + dot(b,x)"
    formula: ClassVar[str] = r"x^\top A x + b^\top x + c"
    source: ClassVar[str] = "sigmoid Definition 1"

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (Part("A", "A", dimension**2), Part("b_gate", "b", dimension))

    def features(self, x: torch.Tensor) -> torch.Tensor:
        d = x.shape[-2]
        pairs = itertools.product(range(d), repeat=2)
        return torch.cat([torch.stack([x[..., i, :] * x[..., j, :] for i, j in pairs], -2), x], -2)


@dataclass(frozen=True)
class DirectionScore(FlatScore):
    r"""The perturbed cosine score in the coordinates :math:`u = \beta_1 / (\|\beta_1\| + \tau_1)`.

    Near 0 the chart is a bijection with a derivative, so that the point beta_1 = 0, at which the
    norm has none, can be looked at.
    """

    tau2: float = 0.1
    name: ClassVar[str] = "direction"
    title: ClassVar[str] = "perturbed cosine router in its coordinates"
    text: ClassVar[str] = "dot(b,x)/(norm(x) + tau2)"
    formula: ClassVar[str] = r"u^\top x / (\|x\| + \tau_2)"
    source: ClassVar[str] = "cosine eq. 8"
    constants: ClassVar[tuple[Constant, ...]] = (TAU2,)

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (Part("u", "u", dimension),)


@dataclass(frozen=True)
class ConstantExpert(Expert):
    """An expert that is its parameter."""

    name: ClassVar[str] = "constant"
    title: ClassVar[str] = "constant expert"
    formula: ClassVar[str] = r"\eta"
    text: ClassVar[str] = "s1"
    heads: ClassVar[int] = 0
    scalars: ClassVar[int] = 1

    def parts(self, dimension: int) -> tuple[Part, ...]:
        return (Part("eta", r"\eta", 1),)

    def value_and_slopes(
        self, t: Sequence[torch.Tensor], s: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
        raise NotImplementedError("A constant expert is read by the checker only.")


def model(
    score: Any, gate: str, expert: Any, output: str = "regression", /, **constants: Any
) -> Mixture:
    """Return a mixture; score and expert may be parts that no registry has."""
    own_score = score if not isinstance(score, str) else "linear"
    own_expert = expert if not isinstance(expert, str) else "linear"
    base = make_mixture(
        score if isinstance(score, str) else "linear",
        gate,
        expert if isinstance(expert, str) else "linear",
        output,
        **constants,
    )
    return Mixture(
        base.score if isinstance(own_score, str) else own_score,
        base.gate,
        base.expert if isinstance(own_expert, str) else own_expert,
        base.output,
    )


@dataclass(frozen=True)
class Design:
    """A model at some atoms, for whose family or expansion checks are made.

    Attributes
    ----------
    mixture : Mixture
    dimension : int
    specials : tuple of mapping
        One for each atom: values that are not generic.
    share : mapping of int to names
        Parameters that an atom shares with the first one, negated for names with a minus sign.
    support : Support or None
    seed : int
        Other seeds, other generic values.
    """

    mixture: Mixture
    dimension: int
    specials: tuple[Special, ...] = ({}, {})
    share: tuple[str, ...] = ()
    support: Support | None = None
    seed: int = 0

    @property
    def atom(self) -> Atom:
        """The atom in symbols, as it reads on the support."""
        own = atom(self.mixture, self.dimension)
        return own if self.support is None else on_side(own, self.support)

    def points(self, model: Atom) -> list[Point]:
        """Return the atoms' rational points."""
        points: list[dict[sympy.Symbol, Number]] = [
            dict(generic(model, self.seed + number, special))
            for number, special in enumerate(self.specials)
        ]
        for name in self.share:
            bare = name.removeprefix("-")
            for other in points[1:]:
                for symbol in other:
                    if belongs(symbol, bare):
                        value = points[0][symbol]
                        other[symbol] = _negative(value) if name.startswith("-") else value
        return list(points)


def _negative(value: Number) -> Number:
    return Log(1 / value.argument) if isinstance(value, Log) else -value


Orders = Callable[[Atom], list[tuple[sympy.Symbol, ...]]]


def first(model: Atom) -> list[tuple[sympy.Symbol, ...]]:
    """Return all first derivatives, the offset's too."""
    return [(s,) for s in model.parameters]


def moving(low: int, high: int) -> Orders:
    """Return derivatives by everything but the offset, of orders `low` to `high`."""
    return lambda model: up_to(model.moving, low, high)


def literal(
    name: str,
    design: Design,
    orders: Orders,
    special: str = GENERIC,
    expect: Answer = Answer.HOLDS,
    masses: bool = True,
) -> Check:
    """Return the test that derivatives of one atom's term, at all atoms, are independent."""

    def decide(should_stop: Stop) -> Test:
        family = literal_family(design, orders, masses)
        return checks.independence(name, family, should_stop)

    return Check(decide, special, expect)


def literal_family(design: Design, orders: Orders, masses: bool = True) -> Family:
    """Return the derivatives of one atom's term at all atoms."""
    model = design.atom
    return derivatives(
        term(model),
        model.inputs,
        model.parameters,
        model.latex,
        design.points(model),
        [orders(model)] * len(design.specials),
        design.support,
        masses,
        "F" if model.logistic else ("u" if len(model.values) > 1 else "H"),
    )


def functions(
    name: str,
    members: Sequence[tuple[str, sympy.Expr]],
    inputs: Sequence[sympy.Symbol],
    parameters: Sequence[sympy.Symbol] = (),
    point: Point | None = None,
    support: Support | None = None,
    special: str = GENERIC,
    expect: Answer = Answer.HOLDS,
) -> Check:
    """Return the test that given functions, with their LaTeX, are independent."""

    def decide(should_stop: Stop) -> Test:
        return checks.independence(
            name, plain(members, inputs, parameters, point or {}, support), should_stop
        )

    return Check(decide, special, expect)


def plain(
    members: Sequence[tuple[str, sympy.Expr]],
    inputs: Sequence[sympy.Symbol],
    parameters: Sequence[sympy.Symbol],
    point: Point,
    support: Support | None = None,
) -> Family:
    """Return given functions as a family: the derivatives of their sum with dummy coefficients."""
    dummies = [sympy.Symbol(f"t{i}", real=True) for i in range(1, len(members) + 1)]
    total = sum((t * f for t, (_, f) in zip(dummies, members, strict=True)), sympy.Integer(0))
    zeros = dict.fromkeys(dummies, 0)
    return derivatives(
        (total,),
        inputs,
        (*parameters, *dummies),
        {},
        [{**point, **zeros}],
        [[(t,) for t in dummies]],
        support,
        labels=[latex for latex, _ in members],
    )


def first_order(design: Design, special: str = GENERIC, expect: Answer = Answer.HOLDS) -> Check:
    """Return the first-order test of the whole model modulo its gauge."""

    def decide(should_stop: Stop) -> Test:
        model = design.atom
        return checks.first_order(model, design.points(model), design.support, should_stop)

    return Check(decide, special, expect)


def pinned(
    name: str, design: Design, special: str = GENERIC, expect: Answer = Answer.HOLDS
) -> Check:
    """Return the first-order test with the last offset pinned and nothing else, as printed."""

    def decide(should_stop: Stop) -> Test:
        model = design.atom
        points = design.points(model)
        orders = [first(model)] * (len(points) - 1)
        orders.append([(s,) for s in model.moving])
        return checks.independence(
            name, expansion(model, points, orders, design.support, masses=False), should_stop
        )

    return Check(decide, special, expect)


def cone(
    design: Design,
    crowded: Sequence[int] = (0,),
    special: str = GENERIC,
    expect: Answer = Answer.HOLDS,
    quotient: bool = True,
) -> Check:
    """Return the second-order test of the whole model."""

    def decide(should_stop: Stop) -> Test:
        model = design.atom
        return checks.cone(
            model, design.points(model), crowded, design.support, quotient, should_stop
        )

    return Check(decide, special, expect)


def relation(
    name: str,
    statement: Statement,
    point: Point | None = None,
    special: str = GENERIC,
    expect: Answer = Answer.HOLDS,
) -> Check:
    """Return the test that a stated relation holds."""
    return Check(
        lambda should_stop: stated(name, statement, point), special, expect, asks=Asks.RELATION
    )
