"""What one fit is: model, data, method and start, as one value that decides every number."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from moeviz.errors import SpecificationError
from moeviz.estimate import StochasticGradient
from moeviz.study.one_fit_models import EM, SGD, SMALL_MODELS, SOLVER, Atom

FARTHEST = 10.0
"""Half the width of the box of parameters."""

MOST_BATCHES = 2000
"""Steps of gradient descent that are taken."""


@dataclass(frozen=True)
class Asked:
    """What one fit is.

    Attributes
    ----------
    model : str
        One of :data:`~moeviz.study.one_fit_models.SMALL_MODELS`.
    n, seed : int
        Of the data.
    noise : float
        Of a regression.
    atoms : int
        How many are fitted.
    method : str
        Which walk is followed.
    start : tuple of Atom
        Where it begins; empty where it is drawn.
    random : bool
        Whether a drawn start knows nothing of the truth.
    start_seed : int
        Of a drawn start.
    steps : int
        Trial points, or iterations, allowed.
    protocol : StochasticGradient
    """

    model: str = "linear"
    n: int = 200
    seed: int = 1
    noise: float = 0.1
    atoms: int = 2
    method: str = SOLVER
    start: tuple[Atom, ...] = ()
    random: bool = False
    start_seed: int = 1
    steps: int = 200
    protocol: StochasticGradient = field(
        default_factory=lambda: StochasticGradient(epochs=10, rate=0.1, batch=32)
    )

    @property
    def beside(self) -> str:
        """The walk that is held against the one that is followed."""
        if self.method != SOLVER:
            return SOLVER
        return EM if SMALL_MODELS[self.model].density else SGD


def check(asked: Asked) -> None:
    """Refuse what cannot be fitted.

    Parameters
    ----------
    asked : Asked

    Raises
    ------
    SpecificationError
        If the start's numbers are not those of such atoms, the model has no such method, or
        gradient descent would take too many steps.
    """
    model = SMALL_MODELS[asked.model]
    if asked.method not in model.methods:
        raise SpecificationError(
            f"Expected one of {', '.join(model.methods)} for the {model.title}, but got "
            f"{asked.method}; choose another method or another model."
        )
    batch = asked.protocol.batch or asked.n
    batches = asked.protocol.epochs * math.ceil(asked.n / batch)
    if SGD in (asked.method, asked.beside) and batches > MOST_BATCHES:
        raise SpecificationError(
            f"Expected at most {MOST_BATCHES:,} batches of gradient descent, but "
            f"{asked.protocol.epochs} epochs of {asked.n:,} observations in batches of {batch} are "
            f"{batches:,}; take larger batches or fewer epochs."
        )
    width = model.layout(1).width
    if asked.start and (
        len(asked.start) != asked.atoms or any(len(atom) != width for atom in asked.start)
    ):
        raise SpecificationError(
            f"Expected a start of {asked.atoms} atoms with {width} numbers each "
            f"({', '.join(model.names)}), but got {len(asked.start)} of "
            f"{sorted({len(atom) for atom in asked.start})}; leave the start out to draw one."
        )
    for number, atom in enumerate(asked.start, start=1):
        for name, value in zip(model.names, atom, strict=True):
            low = 0.0 if name == "ν" else -FARTHEST
            if not low <= value <= FARTHEST or (name == "ν" and value == 0.0):
                raise SpecificationError(
                    f"Expected {name} of starting atom {number} between {low:g} and "
                    f"{FARTHEST:g}, but got {value:g}; leave the start out to draw one."
                )
