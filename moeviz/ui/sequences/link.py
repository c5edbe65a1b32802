"""Links of the page of slow sequences: which one, the loss's exponent, and the step."""

from __future__ import annotations

from moeviz.charts.sequences import FIRST_STEP
from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.symbolic.catalogue.course import HALVINGS, MOST_POWER
from moeviz.symbolic.catalogue.walked import SEQUENCES
from moeviz.ui.shared.link import Key, Page, short

FORM = "sequences"

AT = "at"
"""Where the handle is: how often ε was halved."""


def _step(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value not in HALVINGS:
        raise SpecificationError(
            f"Expected a step from {HALVINGS[0]:g} to {HALVINGS[-1]:g} by halves, but got "
            f"'{short(text)}'; leave it out."
        )
    return value


FIELDS = {
    field.name: field
    for field in (
        Field(
            "sequence", "Sequence", "", "choice", next(iter(SEQUENCES)), choices=SEQUENCES.keys(),
            title=lambda name: SEQUENCES[name].title, basic=True,
        ),
        Field(
            "power", "Exponent r of the loss in crowded cells", "", "int", 2, 1, MOST_POWER,
            basic=True,
        ),
    )
}  # fmt: skip
"""What can be chosen."""

SEQUENCES_PAGE = Page(
    name=FORM,
    version=1,
    keys=(
        Key(
            AT,
            _step,
            lambda step: None if step == FIRST_STEP else f"{step:g}",
            FIRST_STEP,
        ),
    ),
    table=FIELDS,
    form=lambda own: FORM,
    fields_of=lambda form: tuple(FIELDS.values()),
)
"""What the page's links may say."""
