"""Links of the page of one fit: the model, what is set, where it starts, and the step on show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from moeviz.charts.one_fit_words import method_name
from moeviz.errors import SpecificationError
from moeviz.estimate import StochasticGradient
from moeviz.fields import Field, Values
from moeviz.study.one_fit_asked import FARTHEST, Asked
from moeviz.study.one_fit_models import SGD, SMALL_MODELS, Atom, SmallModel
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import between_commas, numbers, one_of

MODEL, START, AT = "model", "from", "at"

MOST_ATOMS = 4

NEAR, RANDOM = "near", "random"

_FIRST = next(iter(SMALL_MODELS))
_STARTS = {NEAR: "near the truth", RANDOM: "at random"}


def _fields(model: SmallModel) -> tuple[Field, ...]:
    asked = Asked(model.name)
    protocol = asked.protocol

    def title(method: str) -> str:
        name = method_name(method, model)
        return f"{name[0].upper()}{name[1:]}"

    def gradient(values: Values) -> bool:
        return values["method"] == SGD or not model.density

    axes = (Field(name, label, "", "choice", first, choices=model.names) for name, label, first in (
        ("across", "Across", "a"), ("up", "Up", "b"),
    ))  # fmt: skip
    return (
        Field("method", "Method", "", "choice", asked.method, choices=model.methods, title=title,
              basic=True),
        Field("start", "Start", "", "choice", NEAR, choices=_STARTS, title=_STARTS.__getitem__,
              basic=True),
        Field("start_seed", "Number of the start", "", "int", FIRST_START, 0, 9999, basic=True),
        Field("n", "Observations", "n", "int", FIRST_N, 10, 2000, basic=True),
        Field("noise", "Noise", r"\sigma", "float", model.noise, 1e-3, 2.0, basic=True,
              applies=lambda values: not model.density),
        Field("atoms", "Fitted experts", "k", "int", asked.atoms, 1, MOST_ATOMS, basic=True),
        Field("rate", "Learning rate of SGD", "", "float", protocol.rate, 1e-4, 10.0, basic=True,
              applies=gradient),
        Field("batch", "Batch of SGD", "", "int", protocol.batch, 0, 2000, basic=True,
              help="0 takes the whole sample.", applies=gradient),
        Field("epochs", "Epochs of SGD", "", "int", protocol.epochs, 1, 100, basic=True,
              applies=gradient),
        Field("seed", "Seed of the data", "", "int", asked.seed, 0, 9999),
        Field("steps", "Most steps", "", "int", asked.steps, 1, 200,
              help="Of the damped solver and of EM."),
        *axes,
    )  # fmt: skip


FIRST_N, FIRST_START = 300, 9
"""What the page begins with."""

_FORMS: Mapping[str, tuple[Field, ...]] = {
    model.name: _fields(model) for model in SMALL_MODELS.values()
}


def fields_of(form: str) -> tuple[Field, ...]:
    """Return the fields of the form for a model."""
    return _FORMS[form]


def _passes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1e4:
        raise SpecificationError(
            f"Expected {AT} to be passes over the data, from 0 on, but got '{short(text)}'; leave "
            "it out."
        )
    return value


FIT_PAGE = Page(
    name="fit",
    version=1,
    keys=(
        Key(
            MODEL,
            one_of(MODEL, SMALL_MODELS),
            lambda name: None if name == _FIRST else str(name),
            _FIRST,
        ),
        Key(
            START,
            numbers(START, FARTHEST, 10 * MOST_ATOMS, of=": the parameters of each starting atom;"),
            between_commas,
            (),
        ),
        Key(AT, _passes, lambda at: None if at is None else f"{at:.6g}"),
    ),
    table={field.name: field for form in _FORMS.values() for field in form},
    form=lambda own: str(own[MODEL]),
    fields_of=fields_of,
)
"""What the page's links may say."""


def said(start: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return atoms one after another, as a link has them."""
    return tuple(float(f"{value:.6g}") for atom in start for value in atom)


def asked_of(request: Request) -> Asked:
    """Return the fit that is asked for.

    Parameters
    ----------
    request : Request

    Raises
    ------
    SpecificationError
        If the start's numbers are not those of such atoms, or of too many.
    """
    own, values = request.own, request.values
    model = SMALL_MODELS[own[MODEL]]
    width = len(model.names)
    numbers = own[START]
    if len(numbers) % width:
        raise SpecificationError(
            f"Expected {width} numbers for each starting atom, {', '.join(model.names)}, but got "
            f"{len(numbers)} in all; leave '{START}' out."
        )
    if len(numbers) > width * MOST_ATOMS:
        raise SpecificationError(
            f"Expected at most {MOST_ATOMS} starting atoms, but got {len(numbers) // width}; leave "
            f"'{START}' out."
        )
    start: tuple[Atom, ...] = tuple(
        tuple(numbers[at : at + width]) for at in range(0, len(numbers), width)
    )
    return Asked(
        model=model.name,
        n=int(values["n"]),  # type: ignore[arg-type]
        seed=int(values["seed"]),  # type: ignore[arg-type]
        noise=float(values["noise"]),  # type: ignore[arg-type]
        atoms=len(start) or int(values["atoms"]),  # type: ignore[arg-type]
        method=str(values["method"]),
        start=start,
        random=values["start"] == RANDOM,
        start_seed=int(values["start_seed"]),  # type: ignore[arg-type]
        steps=int(values["steps"]),  # type: ignore[arg-type]
        protocol=StochasticGradient(
            int(values["epochs"]),  # type: ignore[arg-type]
            float(values["rate"]),  # type: ignore[arg-type]
            int(values["batch"]),  # type: ignore[arg-type]
        ),
    )


def plane_of(request: Request) -> tuple[int, int]:
    """Return the parameters that are across and up.

    Parameters
    ----------
    request : Request

    Raises
    ------
    SpecificationError
        If both axes show the same.
    """
    names = SMALL_MODELS[request.own[MODEL]].names
    across, up = (names.index(str(request.values[name])) for name in ("across", "up"))
    if across == up:
        raise SpecificationError(
            f"Expected two parameters, but both axes show {names[up]}; choose another for one."
        )
    return across, up
