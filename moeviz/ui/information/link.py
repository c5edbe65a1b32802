"""Links of the page of information: a design, and how far the hand has moved it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from moeviz.charts.designs_seen import FIRST, designs_seen
from moeviz.charts.information_panels import APART, MOST_MOVED, NOISE, SPREAD
from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.study import PRESETS, Specification
from moeviz.ui.lab.link import LAB, request_for
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import place

FORM = "information"

HANDLES = (SPREAD, NOISE, APART)

OWN = "lab"
"""The design that is the lab's model; as a key, the lab's link that says which."""

MODEL = "model"
"""Which of the models that the lab's study compares, from 1."""

_MOST_PARAMETERS = 100
_MOST_MODELS = 64


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


def _study(text: str) -> Specification:
    """Return the study of a link of the lab that stands inside of another link."""
    try:
        params = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS))
    except ValueError:
        params = {}
    if not LAB.names.intersection(params):
        raise SpecificationError(
            f"Expected the lab's link after '{OWN}', but got '{short(text)}'; follow the lab's "
            "own link to this page."
        )
    wanted = LAB.read(params)
    return PRESETS[wanted.own["preset"]].build(wanted.values)


def _said(spec: Specification | None) -> str | None:
    return None if spec is None else urlencode(LAB.write(request_for(spec)))


def _title(name: str) -> str:
    return "the lab’s model" if name == OWN else designs_seen()[name].title


DESIGN = Field(
    "design", "Design", "", "choice", FIRST, choices=(OWN, *designs_seen()),
    title=_title, basic=True,
)  # fmt: skip
"""Which design is looked at."""

INFORMATION = Page(
    name=FORM,
    version=1,
    keys=(
        *(
            Key(name, _power(name), lambda value: f"{value:g}" if value else None, 0.0)
            for name in HANDLES
        ),
        Key(
            MODEL,
            place("the model to be a number", _MOST_MODELS),
            lambda model: None if model == 1 else str(model),
            1,
        ),
        Key(OWN, _study, _said),
    ),
    table={DESIGN.name: DESIGN},
    form=lambda own: FORM,
    fields_of=lambda form: (DESIGN,),
)
"""What the page's links may say."""


def lab_link(spec: Specification) -> dict[str, str]:
    """Return the query parameters that show what the data of a study can see.

    Parameters
    ----------
    spec : Specification

    Raises
    ------
    UnknownNameError
        If the specification's preset is not one of this laboratory's.
    """
    first = INFORMATION.read({DESIGN.name: OWN})
    return INFORMATION.write(replace(first, own={**first.own, OWN: spec}))


def written(request: Request) -> Request:
    """Return a request as a link says it: of the lab's study only what is looked at.

    Parameters
    ----------
    request : Request
    """
    if request.values[DESIGN.name] == OWN:
        return request
    return replace(request, own={**request.own, OWN: None, MODEL: 1})
