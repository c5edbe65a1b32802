"""Links of the page of gates: two models, and where the handles are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from moeviz.charts.gates import (
    COSINE,
    FEWEST,
    FIRST,
    INPUT,
    LINE,
    LINEAR,
    MOST,
    SHIFT,
    STARTS,
    TOTAL,
    WINNER,
    Point,
    Setup,
)
from moeviz.fields import Field, Values
from moeviz.model import AFFINITIES, EXPERTS, ROUTINGS, SCORES
from moeviz.model.affinities import SoftplusAffinity
from moeviz.model.settings import constant_fields
from moeviz.ui.shared.link import Key, Page, Request
from moeviz.ui.shared.readers import between_commas, numbers

FORM = "gates"
NOTHING, ADDED, FOLLOWED = "none", "v", "line"

FARTHEST = 20.0
"""No coordinate and no offset is larger."""

Numbers = tuple[float, ...]

BETA, START, X, V, PQ, OFFSETS = "beta", "start", "x", "shift", "ends", "offsets"

_VIEWS = (WINNER, TOTAL, *map(str, range(1, MOST + 1)))
_MODELS, _SHOWN = "Models", "Picture"


def _reads(values: Values) -> bool:
    """Return whether a router is chosen that reads the expert's value."""
    return any(SCORES[values[side]].reads_expert for side in ("left", "right"))


def _reads_at(side: str) -> Callable[[Values], bool]:
    """Return what says whether one side's router reads the expert's value."""
    return lambda values: SCORES[values[side]].reads_expert


def _view(name: str) -> str:
    return {WINNER: "who wins, and how surely", TOTAL: "the sum of weights"}.get(
        name, f"the weight of expert {name}"
    )


def _title(registry: Mapping[str, type]) -> Callable[[str], str]:
    return lambda name: str(registry[name].title)  # type: ignore[attr-defined]


def _choice(name: str, label: str, default: str, registry: Mapping[str, type]) -> Field:
    return Field(
        name,
        label,
        "",
        "choice",
        default,
        choices=registry.keys(),
        group=_MODELS,
        title=_title(registry),
        basic=True,
    )


_OWN = (
    _choice("left", "Router, left", COSINE, SCORES),
    _choice("left_gate", "Gate, left", "softmax", ROUTINGS),
    _choice("right", "Router, right", LINEAR, SCORES),
    _choice("right_gate", "Gate, right", "softmax", ROUTINGS),
    Field("experts", "Experts", "", "int", 3, FEWEST, MOST, group=_SHOWN, basic=True),
    Field(
        "view", "Coloured by", "", "choice", WINNER, choices=_VIEWS, title=_view, group=_SHOWN,
        basic=True,
    ),
    Field(
        "added", "Added to all vectors", "", "choice", NOTHING, choices=(NOTHING, ADDED),
        title=lambda name: {NOTHING: "nothing", ADDED: "one vector v"}[name], group=_SHOWN,
        help="Where the router reads u = β/(‖β‖ + τ₁), v is added to u.",
    ),
    Field(
        "along", "Weights along", "", "choice", NOTHING, choices=(NOTHING, FOLLOWED),
        title=lambda name: {NOTHING: "no line", FOLLOWED: "a line from p to q"}[name],
        group=_SHOWN, help="A second row follows the weights along a line through the plane.",
    ),
    Field(
        "expert", "Experts that compete", "", "choice", "linear", choices=EXPERTS.keys(),
        title=_title(EXPERTS), group=_MODELS, applies=_reads,
        help="Competition scores an expert by its own value.",
    ),
    *(
        Field(
            name, f"Affinity κ, {side}", "", "choice", SoftplusAffinity.name,
            choices=AFFINITIES.keys(), title=_title(AFFINITIES), group=_MODELS,
            applies=_reads_at(side),
            help="How competition reads an expert's value; the theory speaks of softplus.",
        )
        for name, side in (("left_affinity", "left"), ("affinity", "right"))
    ),
)  # fmt: skip


@lru_cache(maxsize=4)
def _table(_count: int) -> dict[str, Field]:
    routers, gates = (
        {"left": SCORES, "right": SCORES},
        {"left_gate": ROUTINGS, "right_gate": ROUTINGS},
    )
    constants = [*constant_fields({**routers, **gates}, _MODELS)]
    known = {constant.name for constant in constants}
    for each in constant_fields({"expert": EXPERTS}, _MODELS):
        if each.name not in known:
            constants.append(_where_read(each))
    return {each.name: each for each in (*_OWN, *constants)}


def _where_read(field: Field) -> Field:
    """Return a constant of experts as a field that matters where a router reads their values."""
    own = field.applies
    return replace(field, applies=lambda values: _reads(values) and own(values))


def fields() -> tuple[Field, ...]:
    """Return every field of the page, the constants of all registered parts among them."""
    return tuple(_table(len(SCORES) + len(ROUTINGS) + len(EXPERTS)).values())


def _where(default: Numbers) -> Callable[[Numbers], str | None]:
    """Return how a link says a handle's place: not at all where it begins."""
    return lambda values: None if values == default else between_commas(values)


def _numbers(name: str, most: int, by: int) -> Callable[[str], Numbers]:
    return numbers(name, FARTHEST, most, by, which=f"up to {most} ")


GATES_PAGE = Page(
    name=FORM,
    version=1,
    keys=(
        Key(BETA, _numbers(BETA, 2 * MOST, 2), between_commas, ()),
        Key(START, _numbers(START, 2 * MOST, 2), between_commas, ()),
        Key(X, _numbers(X, 2, 2), _where(INPUT), ()),
        Key(V, _numbers(V, 2, 2), _where(SHIFT), ()),
        Key(PQ, _numbers(PQ, 4, 4), _where(LINE[0] + LINE[1]), ()),
        Key(OFFSETS, _numbers(OFFSETS, MOST, 1), between_commas, ()),
    ),
    table=_table(len(SCORES) + len(ROUTINGS) + len(EXPERTS)),
    form=lambda own: FORM,
    fields_of=lambda form: fields(),
)
"""What the page's links may say."""


def setup_of(request: Request) -> Setup:
    """Return what the picture shows.

    Parameters
    ----------
    request : Request
    """
    own, values = request.own, request.values
    count = int(values["experts"])  # type: ignore[arg-type]
    models = tuple((str(values[s]), str(values[f"{s}_gate"])) for s in ("left", "right"))
    (x,) = points(own[X], (INPUT,))
    (v,) = points(own[V], (SHIFT,))
    p, q = points(own[PQ], LINE)
    offsets = (*own[OFFSETS], *(0.0,) * count)[:count]
    return Setup(
        models=models,
        constants={name: value for name, value in values.items() if name not in _NO_CONSTANT},
        vectors=points(own[BETA], FIRST)[:count],
        start=_nowhere_zero(points(own[START], STARTS)[:count]),
        offsets=offsets,
        x=x,
        shift=v if values["added"] == ADDED else None,
        line=(p, q) if values["along"] == FOLLOWED else None,
        view=str(values["view"]),
        expert=str(values["expert"]),
        affinities=(str(values["left_affinity"]), str(values["affinity"])),
    )


_NO_CONSTANT = {field.name for field in _OWN}


def kept_inside(places: Sequence[Point]) -> Numbers:
    """Return places as a link may say them; nothing is farther than the page draws."""
    return tuple(min(10.0, max(-10.0, value)) for place in places for value in place)


def points(said_now: Numbers, defaults: Sequence[Point]) -> tuple[Point, ...]:
    """Return places that a link says, and the first ones of those that it leaves out.

    Parameters
    ----------
    said_now : tuple of float
        Two numbers for each.
    defaults : sequence of (float, float)
    """
    found = tuple(zip(said_now[::2], said_now[1::2], strict=False))
    return (*found, *defaults[len(found) :])


def _nowhere_zero(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return starts that have a length, with which later ones are compared."""
    return tuple(
        point if math.hypot(*point) > 1e-6 else own
        for point, own in zip(points, STARTS, strict=False)
    )
