r"""Moves: how a truth leaves its limit along a sequence, by a number t.

At t = 0 the truth is its limit. Each move is one of the papers' sequences or one of the checker's
counter-sequences, in closed form for every limit that has what it needs; the names are those of
:data:`moeviz.symbolic.catalogue.walked.SEQUENCES`, whose certificates decide the orders.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from moeviz.model import Domain, Layout, Mixture
from moeviz.model.registry import Registry

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"

STANDING = "none"
"""In the field of moves: the truth stands still."""

LIMIT, OWN_TRUTH = "limit", "truth"
"""In the field of a moving truth's starts: what near-truth starts lie around."""


@dataclass(frozen=True)
class Move:
    """A way for a truth to leave its limit.

    Attributes
    ----------
    name, title, source : str
        Name in the registry; what moves, in a sentence; paper key and theorem, or the claim of
        the checker's catalogue.
    added : int
        How many atoms more than its limit the truth has.
    at : callable
        From the limit's atoms, shape (K*, W), their layout and t to the truth's atoms.
    order : callable
        From the data's model to the power of t with which the function moves; infinity where it
        stands still.
    lacks : callable
        From the data's model and a study's fields to what is missing for the move, as words after
        "Expected"; empty where nothing is.
    below : float
        t stays below this.
    summed : bool
        Whether the model's weights must sum to 1; otherwise its gate is the sigmoid gate.
    """

    name: str
    title: str
    source: str
    added: int
    at: Callable[[Array, Layout, float], Array]
    order: Callable[[Mixture], float]
    lacks: Callable[[Mixture, Mapping[str, Any]], str]
    below: float = math.inf
    summed: bool = True


MOVES: Registry[Move] = Registry("sequence of truths")


def _split(atoms: Array, layout: Layout, place: int) -> tuple[Array, Array]:
    """Return atoms of which one is halved, first and last of its two halves as views.

    The halves stand where the atom stood, so that what comes last stays last.
    """
    place %= len(atoms)
    more = np.insert(atoms, place, atoms[place], axis=0)
    more[place : place + 2, layout.weight_column] -= math.log(2.0)
    return more, more[place : place + 2]


def _split_sigmoid(
    atoms: Array, layout: Layout, place: int, more: float = 0.0
) -> tuple[Array, Array]:
    """Return atoms of which one is two, whose sigmoids add up to the one's and `more`."""
    split, halves = _split(atoms, layout, place)
    share = 0.5 * (1.0 / (1.0 + math.exp(-atoms[place, layout.weight_column])) + more)
    halves[:, layout.weight_column] = math.log(share / (1.0 - share))
    return split, halves


def _stretched(atoms: Array, layout: Layout, t: float) -> Array:
    moved = atoms.copy()
    moved[0, : layout.gate_width] *= 1.0 + t
    return moved


def _split_gates(atoms: Array, layout: Layout, t: float) -> Array:
    moved, halves = _split(atoms, layout, 0)
    halves[:, : layout.gate_width] *= np.array([[1.0 - t], [1.0 + t]])
    return moved


def _split_experts(atoms: Array, layout: Layout, t: float) -> Array:
    moved, halves = _split(atoms, layout, 0)
    halves[:, layout.weight_column + 1 :] *= np.array([[1.0 - t], [1.0 + t]])
    return moved


def _around_a_constant(atoms: Array, layout: Layout, t: float) -> Array:
    """Move an intercept to both sides, and both by what the bend of tanh takes off their mean.

    As tanh'' = -2 tanh tanh', the second order is undone by tanh(b) t squared.
    """
    moved, halves = _split(atoms, layout, -1)
    column = layout.offsets("b")
    middle = atoms[-1, column]
    halves[:, column] += np.array([[-t], [t]]) + t * t * np.tanh(middle)
    return moved


def _grown_and_shrunk(atoms: Array, layout: Layout, t: float) -> Array:
    """Make one expert larger and one smaller, and both smaller by what the cube adds to their mean.

    (1 - t - t^2)^3 + (1 + t - t^2)^3 is 2 - 2 t^6.
    """
    moved, halves = _split(atoms, layout, 0)
    halves[:, layout.weight_column + 1 :] *= np.array([[1.0 - t - t * t], [1.0 + t - t * t]])
    return moved


def _two_constants(atoms: Array, layout: Layout, t: float) -> Array:
    """Move a constant's intercept to both sides, and let the two weights grow by t^3: r is 2."""
    moved, halves = _split_sigmoid(atoms, layout, -1, t**3)
    halves[:, layout.offsets("b")] += np.array([[t], [-t]])
    return moved


def _around_a_constant_gate(atoms: Array, layout: Layout, t: float) -> Array:
    """Move a gate's vector to both sides, and its matrix by what the bend of the sigmoid takes off.

    As the sigmoid's second derivative is 1 - 2 sigma times the first.
    """
    moved, halves = _split_sigmoid(atoms, layout, -1)
    share = 1.0 / (1.0 + math.exp(-halves[0, layout.weight_column]))
    halves[:, layout.offsets("b_gate").start] += np.array([-t, t])
    halves[:, layout.offsets("A").start] -= 0.5 * t * t * (1.0 - 2.0 * share)
    return moved


def _around_a_class(atoms: Array, layout: Layout, t: float) -> Array:
    """Move the first class's intercept to both sides, and both by what the bend takes off.

    The second derivative of every class's probability is 1 - 2 p_1 times the first.
    """
    moved, halves = _split(atoms, layout, -1)
    intercepts = [layout.offsets(p.name) for p in layout.expert_parts if p.name.startswith("b")]
    scores = np.array([float(atoms[-1, column][0]) for column in intercepts])
    share = float(np.exp(scores[0]) / (1.0 + np.exp(scores).sum()))
    halves[:, intercepts[0]] += np.array([[-t], [t]]) - 0.5 * t * t * (1.0 - 2.0 * share)
    return moved


def _around_a_mean(atoms: Array, layout: Layout, t: float) -> Array:
    """Move a mean to both sides by t deviations, and take t squared of the variance away."""
    moved, halves = _split(atoms, layout, 0)
    variance = layout.offsets("nu")
    halves[:, layout.offsets("b")] += np.array([[-t], [t]]) * np.sqrt(atoms[0, variance])
    halves[:, variance] *= 1.0 - t * t
    return moved


def _by_gate(mixture: Mixture, values: Mapping[str, Any]) -> str:
    if mixture.score.reads_expert:
        return "a score with a gate of its own"
    if values["sparse"] >= values["true_atoms"]:
        return "a first true gate that sees the input (fewer sparse experts)"
    return ""


def _by_expert(
    name: str, output: str, words: str, flat: bool = False
) -> Callable[[Mixture, Mapping[str, Any]], str]:
    def lacks(mixture: Mixture, values: Mapping[str, Any]) -> str:
        if mixture.score.reads_expert:
            return "a score that does not read the expert"
        if mixture.expert.name != name or mixture.output.name != output:
            return words
        if flat and not values["flat"]:
            return "a true expert with zero slopes (flat of at least 1)"
        return ""

    return lacks


def _by_cubes(mixture: Mixture, values: Mapping[str, Any]) -> str:
    words = "cubic experts (polynomial of degree 3) of a regression"
    missing = _by_expert("polynomial", "regression", words)(mixture, values)
    return missing or ("" if getattr(mixture.expert, "degree", 0) == 3 else words)


def _by_constant_gate(mixture: Mixture, values: Mapping[str, Any]) -> str:
    if mixture.gate.name != "sigmoid":
        return "a sigmoid gate"
    if not mixture.score.has_offset:
        return "a score with an offset"
    if not values["sparse"]:
        return "a true gate that does not see the input (sparse of at least 1)"
    return ""


def _by_two_constants(mixture: Mixture, values: Mapping[str, Any]) -> str:
    words = "linear experts of a regression"
    missing = _by_constant_gate(mixture, values)
    return missing or _by_expert("linear", "regression", words, flat=True)(mixture, values)


def _by_quadratic_gate(mixture: Mixture, values: Mapping[str, Any]) -> str:
    if not {"A", "b_gate"} <= {part.name for part in mixture.score.parts(1)}:
        return "the fully quadratic score"
    return _by_constant_gate(mixture, values)


def _when_length_is_seen(mixture: Mixture) -> float:
    return math.inf if mixture.score.domain is Domain.SPHERE else 1.0


def _second_when_length_is_seen(mixture: Mixture) -> float:
    return math.inf if mixture.score.domain is Domain.SPHERE else 2.0


for _move in (
    Move(
        "ray",
        "The first gate is 1 + t times as long.",
        "cosine Theorem 5",
        0,
        _stretched,
        _when_length_is_seen,
        _by_gate,
    ),
    Move(
        "split-ray",
        "The first atom is halved; one gate is 1 − t and one 1 + t times as long.",
        "cosine Theorem 2",
        1,
        _split_gates,
        _second_when_length_is_seen,
        _by_gate,
        1.0,
    ),
    Move(
        "linear",
        "The first atom is halved; one expert is 1 − t and one 1 + t times as large.",
        "checker, C8.over.linear",
        1,
        _split_experts,
        lambda mixture: math.inf,
        _by_expert("linear", "regression", "linear experts of a regression"),
        1.0,
    ),
    Move(
        "cubic",
        "The first atom is halved; one expert is about 1 − t and one 1 + t times as large.",
        "checker, C8.over.p3",
        1,
        _grown_and_shrunk,
        lambda mixture: 6.0,
        _by_cubes,
        0.5,
    ),
    Move(
        "flat-tanh",
        "The last atom, a constant expert, is halved; the intercepts are moved apart by t.",
        "checker, C8.over.tanh",
        1,
        _around_a_constant,
        lambda mixture: 4.0,
        _by_expert("tanh", "regression", "tanh experts of a regression", flat=True),
    ),
    Move(
        "two-constants",
        "The last atom, a constant gate over a constant expert, becomes two whose intercepts are "
        "moved apart by t; their weights together grow by t³.",
        "sigmoid Lemma 2",
        1,
        _two_constants,
        lambda mixture: 3.0,
        _by_two_constants,
        1.0,
        summed=False,
    ),
    Move(
        "sparse-gelu",
        "The last atom, whose gate ignores x, becomes two whose gate vectors are moved apart by t.",
        "checker, S10.gelu.d1",
        1,
        _around_a_constant_gate,
        lambda mixture: 4.0,
        _by_quadratic_gate,
        summed=False,
    ),
    Move(
        "regime-2",
        "The last atom, which ignores x, is halved; the first class's intercepts are moved apart "
        "by t.",
        "checker, for multinomial Prop. 3.2, M6.K2",
        1,
        _around_a_class,
        lambda mixture: 4.0,
        _by_expert("linear", "categorical", "linear experts over classes", flat=True),
    ),
    Move(
        "gaussian",
        "The first atom is halved; the means are moved apart by t standard deviations, the "
        "variances fall by their t²-th part.",
        "checker, for compete App. K, K7",
        1,
        _around_a_mean,
        lambda mixture: 4.0,
        _by_expert("linear", "gaussian", "linear experts of a Gaussian density"),
        1.0,
    ),
):  # fmt: skip
    MOVES.add(_move.name, _move)
