"""Links of the page of cells: which atoms, where the fit is, and which losses speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.charts.closeness import Setup
from moeviz.charts.closeness_atoms import KINDS, MOST, Atom, Kind, first_fit, title_of, with_powers
from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.theory.losses import EXPONENT
from moeviz.ui.shared.link import Key, Page, Request
from moeviz.ui.shared.readers import between_commas, numbers, one_of, place

FAMILY, FIT, ACTIVE = "atoms", "fit", "active"
LOSS_FIELDS = ("loss", "second", "third")

FARTHEST = 20.0
"""No coordinate is larger."""

_FIRST = next(iter(KINDS))


def _fields(kind: Kind) -> tuple[Field, ...]:
    labels = ("Loss, taken apart", "Second loss", "Third loss")
    axes = tuple(
        Field(
            name, label, "", "choice", kind.names[kind.plane[axis]], choices=kind.names, basic=True
        )
        for axis, (name, label) in enumerate((("across", "Across"), ("up", "Up")))
    )
    losses = tuple(
        Field(
            name, label, "", "choice", kind.losses[place], choices=kind.losses, title=title_of,
            basic=True,
        )
        for place, (name, label) in enumerate(zip(LOSS_FIELDS, labels, strict=True))
    )  # fmt: skip
    power = Field(
        "r",
        EXPONENT.label or "",
        EXPONENT.symbol,
        "float",
        EXPONENT.default,
        EXPONENT.low,
        EXPONENT.high,
        help=EXPONENT.help,
        applies=lambda values: with_powers([str(values[name]) for name in LOSS_FIELDS]),
    )
    return (*losses, *axes, power)


_FORMS: Mapping[str, tuple[Field, ...]] = {kind.name: _fields(kind) for kind in KINDS.values()}


def fields_of(form: str) -> tuple[Field, ...]:
    """Return the fields of the form for a family of models."""
    return _FORMS[form]


def said(fit: Sequence[Atom]) -> tuple[float, ...]:
    """Return atoms one after another, as a link has them."""
    return tuple(value for atom in fit for value in atom)


CELLS_PAGE = Page(
    name="cells",
    version=1,
    keys=(
        Key(
            FAMILY,
            one_of(FAMILY, KINDS),
            lambda name: None if name == _FIRST else str(name),
            _FIRST,
        ),
        Key(
            FIT,
            numbers(FIT, FARTHEST, 10 * MOST, of=": coordinates and weight of each atom;"),
            between_commas,
            (),
        ),
        Key(
            ACTIVE,
            place(f"{ACTIVE} to be an atom's number", MOST),
            lambda at: None if at == 1 else str(at),
            1,
        ),
    ),
    table={field.name: field for field in _FORMS[_FIRST]},
    form=lambda own: str(own[FAMILY]),
    fields_of=fields_of,
)
"""What the page's links may say."""


def request_of(family: str, fit: Sequence[Atom] = (), **values: Any) -> Request:
    """Return what asks for a family's page with a fit; all else as at first.

    Parameters
    ----------
    family : str
    fit : sequence of Atom
    **values
        Of fields.
    """
    fields = {field.name: field.default for field in fields_of(family)}
    return Request({FAMILY: family, FIT: said(fit), ACTIVE: 1}, {**fields, **values})


def setup_of(request: Request) -> Setup:
    """Return what the picture shows.

    Parameters
    ----------
    request : Request

    Raises
    ------
    SpecificationError
        If the fit's numbers are not those of such atoms, or both axes show the same.
    """
    own, values = request.own, request.values
    kind = KINDS[own[FAMILY]]
    plane = kind.names.index(str(values["across"])), kind.names.index(str(values["up"]))
    if plane[0] == plane[1]:
        raise SpecificationError(
            f"Expected two coordinates, but both axes show {values['up']}; choose another for one."
        )
    fit = _atoms(own[FIT], kind) or first_fit(kind)
    return Setup(
        kind=kind.name,
        fit=fit,
        losses=tuple(str(values[name]) for name in LOSS_FIELDS),
        r=float(values["r"]),  # type: ignore[arg-type]
        plane=plane,
        active=min(int(own[ACTIVE]), len(fit)) - 1,
    )


def _atoms(numbers: Sequence[float], kind: Kind) -> tuple[Atom, ...]:
    wide = kind.width + 1
    if len(numbers) % wide:
        raise SpecificationError(
            f"Expected {wide} numbers for each fitted atom, {', '.join(kind.names)} and the "
            f"weight, but got {len(numbers)} in all; leave {FIT} out."
        )
    return tuple(tuple(numbers[at : at + wide]) for at in range(0, len(numbers), wide))
