"""Links of the rates page: which claims are shown, how they are read, and which cell is open."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from moeviz.charts.rates import AGREEMENTS, PAPERS
from moeviz.errors import SpecificationError
from moeviz.study.rate_cell import FUNCTION, SETTINGS
from moeviz.study.rates_table import RATE_ROWS
from moeviz.ui.shared.form import FormState
from moeviz.ui.shared.link import Key, Page, Request, short

ALL, RATE, SAMPLES = "all", "rate", "samples"

CHOICES: dict[str, tuple[str, ...]] = {
    "paper": (ALL, *PAPERS),
    "setting": (ALL, *SETTINGS),
    "agreement": (ALL, *AGREEMENTS),
    "read": (RATE, SAMPLES),
}
"""What each key but the cell's may say; the first is what a link leaves out."""

CELL = "cell"


@cache
def cell_names() -> frozenset[str]:
    """Return what links call the cells."""
    return frozenset(f"{row.name}.{cell.column}" for row in RATE_ROWS for cell in row.cells)


def _choice(name: str, offered: tuple[str, ...]) -> Key:
    def read(text: str) -> str:
        return _one_of(text, offered, name, f"one of {', '.join(offered)}")

    return Key(name, read, lambda said: None if said == offered[0] else said, offered[0])


_MOVED = {
    f"multinomial.{gate}.density.classes": f"multinomial.{gate}.over.{FUNCTION}"
    for gate in ("standard1", "standard2", "modified2")
}
"""Cells that stood in rows of their own before there was a column of functions."""


def _cell(text: str) -> str:
    text = _MOVED.get(text, text)
    return _one_of(text, cell_names(), CELL, "the name of a cell of the matrix")


def _one_of(text: str, offered: Collection[str], name: str, expected: str) -> str:
    if text not in offered:
        raise SpecificationError(
            f"Expected {name} to be {expected}, but got '{short(text)}'; choose on the page."
        )
    return text


RATES = Page(
    name="rates",
    version=1,
    keys=(
        *(_choice(name, offered) for name, offered in CHOICES.items()),
        Key(CELL, _cell, lambda cell: cell),
    ),
    table={},
    form=lambda own: "",
    fields_of=lambda form: (),
)
"""What the page's links may say."""

MATRIX = "rates.matrix"
"""Key of the matrix; there while the page is on the screen."""

STATE = FormState(RATES, MATRIX)
"""What the page shows in the present visit."""


def view() -> dict[str, str | None]:
    """Return what the page is to show: what each key of its links says."""
    return {key.name: STATE.own(key.name) or key.default for key in RATES.keys}


def take(said: object) -> None:
    """Set the page as its matrix says; what it cannot say changes nothing.

    Parameters
    ----------
    said : object
        From the browser: by key, a name; where no cell is open, None.
    """
    if not isinstance(said, dict):
        return
    for key in RATES.keys:
        text = said.get(key.name)
        if text is None:
            STATE.say(key.name, key.default)
            continue
        try:
            STATE.say(key.name, key.read(str(text)))
        except SpecificationError:
            continue


def address() -> Request:
    """Return the request that restores the page as it is."""
    return Request(dict(view()), {})
