"""Links of the page of information: a design, and how far the hand has moved it."""

from __future__ import annotations

from collections.abc import Callable

from moeviz.charts.designs_seen import FIRST, designs_seen
from moeviz.charts.information import APART, MOST_MOVED, NOISE, SPREAD
from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.ui.shared.link import Key, Page, short

FORM = "information"

HANDLES = (SPREAD, NOISE, APART)


def _power(name: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = MOST_MOVED + 1
        if not abs(value) <= MOST_MOVED:
            raise SpecificationError(
                f"Expected {name} to be a power of 2 from {-MOST_MOVED:g} to {MOST_MOVED:g}, but "
                f"got '{short(text)}'; leave it out."
            )
        return value

    return read


DESIGN = Field(
    "design", "Design", "", "choice", FIRST, choices=designs_seen().keys(),
    title=lambda name: designs_seen()[name].title, basic=True,
)  # fmt: skip
"""Which design is looked at."""

INFORMATION = Page(
    name=FORM,
    version=1,
    keys=tuple(
        Key(name, _power(name), lambda value: f"{value:g}" if value else None, 0.0)
        for name in HANDLES
    ),
    table={DESIGN.name: DESIGN},
    form=lambda own: FORM,
    fields_of=lambda form: (DESIGN,),
)
"""What the page's links may say."""
