"""The page of one fit: the picture that is played, what to try, and what can be set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import streamlit as st

from moeviz.charts.one_fit import STEP, nearest, one_fit_document
from moeviz.charts.one_fit_formula import one_fit_formula
from moeviz.errors import MoevizError
from moeviz.study.one_fit import OneFit
from moeviz.study.one_fit_asked import FARTHEST
from moeviz.study.one_fit_models import SMALL_MODELS
from moeviz.ui.fit.link import AT, FIT_PAGE, MODEL, START, asked_of, fields_of, plane_of, said
from moeviz.ui.fit.state import PICTURE, STATE
from moeviz.ui.fit.worker import WORKER
from moeviz.ui.shared.formula import typeset
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.tries import tries
from moeviz.ui.shared.turns import still_wanted
from moeviz.ui.shared.widgets import field_widget, show_fields

TITLE = "What does the optimiser see?"

TRIES: Mapping[str, dict[str, str]] = {
    "Watch SGD": {"method": "sgd"},
    "A rate that is too large": {"method": "sgd", "rate": "3"},
    "A start that fails": {"start": "random", "start_seed": "4"},
    "One expert too many": {"atoms": "3"},
    "EM beside Fisher scoring": {"model": "gaussian", "method": "em"},
}
"""What a visitor may try: a label, and what a link says that sets it up."""

DETAILS = (
    "The optimiser sees the residuals alone: it lowers the cost, the mean of their squares (of a "
    "density: the deviance). The loss L2 compares the fitted atoms with the true ones, in the "
    "gauge of the truth; only we can see it, for we made the data. Least squares and Fisher "
    "scoring are the damped solver of the convergence lab, one trial point a step; a trial that "
    "does not lower the cost is refused and raises the damping. EM takes one iteration a step. SGD "
    "takes the mean gradient of a batch times the learning rate; `cosine` App. E.1 has ten epochs "
    "and rate 0.1 and does not say how large its batches are. All begin at the same start. Passes "
    "over the data measure the work: a trial point, an iteration or an epoch is one. Shades are "
    "the cells in the two coordinates on show; an atom has the colour of its cell in all of them."
)

_SEEN, _SHOWN = "fit.seen", "fit.shown"
_DRAWN = ("start", "start_seed", "atoms")
_LEAST = 1e-3


def prepare() -> None:
    """Compute what the first visitor of the page will see."""
    one_fit_document(WORKER(asked_of(FIT_PAGE.read({}))))


def asked() -> tuple[Request, list[str]]:
    """Return what the form and the picture say, and what is wrong with it in sentences.

    A start that was set by hand holds until another one is asked for, and a step as long as its
    walk.
    """
    form = STATE.own(MODEL)
    values, wrong = STATE.checked(form, fields_of(form))
    own = STATE.own_values()
    drawn = (form, *(values[name] for name in _DRAWN))
    seen = st.session_state.get(_SEEN)
    if seen is not None and seen[0] == own:
        if seen[1] != drawn:
            STATE.say(START, ())
        if seen[2] != values:
            STATE.say(AT, None)
        own = STATE.own_values()
    st.session_state[_SEEN] = (own, drawn, values)
    return Request(own, values), wrong


def show_picture(request: Request, wrong: list[str], key: str = PICTURE) -> OneFit | None:
    """Show the fit at the step that is asked for, or one sentence in its place.

    Parameters
    ----------
    request : Request
    wrong : list of str
        What is wrong with the form.
    key : str
        Of the picture on its page.

    Returns
    -------
    OneFit or None
        What is shown.
    """
    for sentence in wrong:
        st.error(plain(sentence))
    try:
        wanted = asked_of(request)
        found = WORKER(wanted, still_wanted)
        document = one_fit_document(found, plane_of(request), request.own[AT])
    except MoevizError as error:
        st.error(plain(str(error)))
        if request.own[START]:  # Which no widget holds.
            st.button("Start again", key=f"{key}.again", on_click=STATE.start_again)
        return None
    st.session_state[_SHOWN] = (wanted, found)
    plane(
        document,
        key=key,
        scene="fit",
        title=f"{TITLE} {found.model.title[0].upper()}{found.model.title[1:]}",
        file_name="moeviz-fit",
        on_move=partial(_take, key),
    )
    return found


def show_choice(request: Request) -> None:
    """Show what is followed, what to try, and what can be set.

    Parameters
    ----------
    request : Request
    """
    form = str(request.own[MODEL])
    table = {field.name: field for field in fields_of(form)}
    first, second, third, fourth = st.columns([4, 3, 3, 2], vertical_alignment="bottom")
    with first:
        st.selectbox(
            "Model",
            list(SMALL_MODELS),
            list(SMALL_MODELS).index(form),
            format_func=lambda name: SMALL_MODELS[name].title,
            key=STATE.key(MODEL),
            on_change=_choose,
        )
    for column, name in ((second, "method"), (third, "start"), (fourth, "start_seed")):
        with column:
            field_widget(STATE, form, table[name])
    tries(STATE, TRIES)
    with st.expander("Settings"):
        rest = [f for f in table.values() if f.name not in ("method", "start", "start_seed")]
        show_fields(STATE, form, [replace(field, basic=True) for field in rest], request.values)


def show_words(request: Request, found: OneFit | None) -> None:
    """Show the fitted model with its numbers, and how they are made.

    Parameters
    ----------
    request : Request
    found : OneFit or None
        What is on show.
    """
    if found is not None:
        at = request.own[AT]
        place = len(found.walk.steps) - 1 if at is None else nearest(found.walk, at)
        with st.expander("Show the formula with today's numbers"):
            typeset(one_fit_formula(found, place), key="fit.formula")
    with st.expander("Details"):
        with_terms(DETAILS)


def _take(key: str) -> None:
    """Remember where the handles are: the step, and starts that were moved."""
    there = moved(key)
    if there is None:
        return
    request = Request(
        STATE.own_values(),
        STATE.values(STATE.own(MODEL), fields_of(STATE.own(MODEL))),
    )
    try:
        wanted, axes = asked_of(request), plane_of(request)
        # Callbacks cannot be ended, so what the hand took hold of is not computed once more.
        shown, found = st.session_state.get(_SHOWN, (None, None))
        if shown != wanted:
            found = WORKER(wanted)
    except MoevizError:
        return
    start = found.walk.atoms[0].tolist()
    changed = False
    for number, atom in enumerate(start, start=1):
        at = there.handles.get(f"s{number}")
        if at is None or all(
            abs(value - atom[c]) < 1e-9 for c, value in zip(axes, at, strict=True)
        ):
            continue
        for column, value in zip(axes, at, strict=True):
            low = _LEAST if column in found.model.positive else -FARTHEST
            atom[column] = min(FARTHEST, max(low, value))
        changed = True
    if changed:
        STATE.say(START, said(start))
        STATE.say(AT, None)
    elif STEP in there.handles:
        place = nearest(found.walk, there.handles[STEP][0])
        last = place == len(found.walk.steps) - 1
        STATE.say(AT, None if last else round(found.walk.passes[place], 6))
    st.session_state.pop(_SEEN, None)


def _choose() -> None:
    STATE.restore(FIT_PAGE.read({MODEL: str(st.session_state[STATE.key(MODEL)])}))
