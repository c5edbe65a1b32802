"""The page of cells: the picture, what to try, and what can be set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from moeviz.charts.closeness import Setup, closeness_document, shown_loss
from moeviz.charts.closeness_atoms import (
    KINDS,
    MOST,
    Atom,
    Kind,
    between_fit,
    placed,
    rounded,
    split_fit,
    split_in_place,
    spread_fit,
)
from moeviz.charts.closeness_formula import closeness_formula
from moeviz.charts.closeness_words import DETAILS
from moeviz.errors import MoevizError
from moeviz.ui.cells.link import (
    ACTIVE,
    FAMILY,
    FARTHEST,
    FIT,
    LOSS_FIELDS,
    fields_of,
    request_of,
    said,
    setup_of,
)
from moeviz.ui.cells.state import PICTURE, STATE
from moeviz.ui.shared.formula import typeset
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.widgets import field_widget

TRIES: Mapping[str, tuple[Callable[[Kind], Sequence[Atom]], int]] = {
    "Split a true atom in two": (split_fit, 1),
    "Move the two halves apart": (spread_fit, 1),
    "Half way between two atoms": (between_fit, 2),
}
"""What a visitor may try: a label, the fit that it sets, and the atom whose cells are drawn."""

_LEAST = 0.01


def asked() -> Request:
    """Return what the form and the picture say."""
    own = STATE.own_values()
    return Request(own, STATE.values(own[FAMILY], fields_of(own[FAMILY])))


def show(request: Request) -> None:
    """Show the picture with what can be set, or one sentence in its place.

    Parameters
    ----------
    request : Request
    """
    family = request.own[FAMILY]
    try:
        setup = setup_of(request)
        document = closeness_document(setup)
    except MoevizError as error:
        st.error(plain(str(error)))
        st.button("Start again", key="cells.again", on_click=_set, args=((),))
        show_form(request)
        return
    plane(
        document,
        key=PICTURE,
        scene="cells",
        title="When is a fit close?",
        file_name="moeviz-cells",
        on_move=_take,
    )
    _tries(setup)
    show_form(request)
    _weights(setup.fit, KINDS[family])
    _words(setup)


def _tries(setup: Setup) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, (make, active) in TRIES.items():
            key = f"cells.try.{label}"
            st.button(label, key=key, on_click=_set, args=(make(KINDS[setup.kind]), active))
        chosen = setup.active + 1
        full, alone = len(setup.fit) >= MOST, len(setup.fit) == 1
        st.button(f"Split fit {chosen} in place", key="cells.split", on_click=_split, disabled=full)
        st.button(f"Take fit {chosen} away", key="cells.away", on_click=_away, disabled=alone)
        st.button("Start again", key="cells.again", on_click=_set, args=((),))


def show_form(request: Request) -> None:
    """Show what can be set: losses, coordinates and the family of models.

    Parameters
    ----------
    request : Request
    """
    family = str(request.own[FAMILY])
    table = {field.name: field for field in fields_of(family)}
    for names in (LOSS_FIELDS, ("across", "up", "r")):
        for column, name in zip(st.columns(3), names, strict=True):
            if table[name].applies(request.values):
                with column:
                    field_widget(STATE, family, table[name])
    st.selectbox(
        "Models whose atoms are shown",
        list(KINDS),
        list(KINDS).index(family),
        format_func=lambda name: KINDS[name].title,
        key=STATE.key(FAMILY),
        on_change=_choose,
    )


def _words(setup: Setup) -> None:
    """Say what each loss is and cannot see, and the first one with its numbers."""
    lines = []
    for name in dict.fromkeys(setup.losses):
        loss = shown_loss(setup.kind, name, setup.r)
        title, source = plain(loss["title"]), plain(loss["source"])
        lines.append(f"- **{loss['name']}**: {title}. {loss['blind']} Source: {source}.")
    with_terms("\n".join(lines), key="cells.losses")
    with st.expander("Show the formula with today's numbers"):
        typeset(closeness_formula(setup), key="cells.formula")
    with st.expander("Details"):
        with_terms(DETAILS)


def _weights(fit: Sequence[Atom], kind: Kind) -> None:
    for place, (column, atom) in enumerate(zip(st.columns(max(4, len(fit))), fit, strict=False)):
        with column:
            key = STATE.key(f"weight.{place}")
            st.slider(
                f"Weight of fit {place + 1}",
                _LEAST,
                1.0 if kind.highest >= 1.0 else kind.highest,
                min(1.0, float(atom[-1])),
                _LEAST,
                key=key,
                on_change=_weigh,
                args=(place, key),
            )


def _fit() -> tuple[Atom, ...]:
    return setup_of(asked()).fit


def _take() -> None:
    """Remember where the handles are, and which one moved last."""
    found = moved(PICTURE)
    if found is None:
        return
    try:
        setup = setup_of(asked())
    except MoevizError:
        return
    fit = list(setup.fit)
    for place, atom in enumerate(setup.fit):
        at = found.handles.get(f"f{place + 1}")
        if at is None:
            continue
        inside = [min(FARTHEST, max(-FARTHEST, value)) for value in at]
        positive = KINDS[setup.kind].positive
        for axis, coordinate in enumerate(setup.plane):
            if coordinate in positive:
                inside[axis] = max(_LEAST, inside[axis])
        fit[place] = placed(fit, place, setup.plane, (inside[0], inside[1]))
        if fit[place] != atom:
            STATE.say(ACTIVE, place + 1)
    STATE.say(FIT, said(fit))


def _weigh(place: int, key: str) -> None:
    fit = list(_fit())
    fit[place] = (*fit[place][:-1], float(st.session_state[key]))
    STATE.say(FIT, said(fit))


def _set(fit: Sequence[Atom], active: int = 1) -> None:
    """Set another fit and leave all else; its widgets begin anew."""
    now = asked()
    own = {**now.own, FIT: said(tuple(map(rounded, fit))), ACTIVE: active}
    STATE.restore(Request(own, now.values))


def _split() -> None:
    setup = setup_of(asked())
    fit, place = list(setup.fit), setup.active
    fit[place : place + 1] = split_in_place(fit[place])
    _set(fit, place + 1)


def _away() -> None:
    setup = setup_of(asked())
    _set([atom for place, atom in enumerate(setup.fit) if place != setup.active])


def _choose() -> None:
    STATE.restore(request_of(str(st.session_state[STATE.key(FAMILY)])))
