"""Which design the page of information shows, and its study in the lab."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from moeviz.charts.designs_seen import Moved, Seen, designs_seen
from moeviz.charts.lab_designs import lab_designs
from moeviz.engine import UnknownJobError
from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.study import FIELDS, PRESETS, Result, Specification
from moeviz.study.designs import DESIGNS
from moeviz.ui.information.link import DESIGN, HANDLES, MODEL, OWN
from moeviz.ui.lab.link import LAB, STUDY, request_for
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.session import engine

_DIGITS = 4
"""Of a field's value that a hand has moved."""


def design_of(request: Request) -> Seen:
    """Return the design that a request asks for.

    Parameters
    ----------
    request : Request

    Raises
    ------
    LimitError
        If it is the lab's and its truth takes long to find.
    """
    designs = designs_of(request)
    return designs[min(len(designs), int(request.own[MODEL])) - 1]


def designs_of(request: Request) -> tuple[Seen, ...]:
    """Return the designs among which the key ``model`` chooses: those of the lab's study, or one.

    Parameters
    ----------
    request : Request
    """
    name = str(request.values[DESIGN.name])
    if name != OWN:
        return (designs_seen()[name],)
    spec = request.own[OWN]
    return lab_designs(spec, _known(spec))


def study_now() -> Specification:
    """Return the study that the lab was last about in this visit, or the one it opens with."""
    found = st.session_state.get(STUDY)
    if isinstance(found, Specification):
        return found
    wanted = LAB.read({})
    return PRESETS[wanted.own["preset"]].build(wanted.values)


def moved_by(request: Request) -> Moved:
    """Return how far the hand has moved the design.

    Parameters
    ----------
    request : Request
    """
    return Moved(*(request.own[handle] for handle in HANDLES))


def study_link(seen: Seen, moved: Moved) -> dict[str, str]:
    """Return the query parameters that open a design's study in the lab, as the hand moved it.

    The noise goes along, and the inputs' range where it does not choose another truth; the
    distance of two experts has no field.

    Parameters
    ----------
    seen : Seen
    moved : Moved
    """
    wanted = LAB.read({"preset": seen.preset}) if seen.study is None else request_for(seen.study)
    setup = moved.of(seen)
    changes: dict[str, float] = {}
    if moved.noise and seen.noise is not None:
        changes["noise"] = seen.noise * 2.0**moved.noise
    if moved.spread and not DESIGNS[str(wanted.values["design"])].searched:
        changes |= {"low": setup.low, "high": setup.high}
    values: dict[str, Value] = dict(wanted.values)
    for name, value in changes.items():
        try:
            values[name] = FIELDS[name].check(float(f"{value:.{_DIGITS}g}"))
        except SpecificationError:
            continue  # Farther than the lab goes.
    return LAB.write(replace(wanted, values=values))


def _known(spec: Specification) -> Result | None:
    """Return what this server has computed of a study."""
    try:
        found = engine().look(spec)
    except UnknownJobError:
        return None
    return None if found.active else found.result()
