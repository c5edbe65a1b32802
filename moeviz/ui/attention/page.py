"""The page of attention: the picture, what to try, the sentence, matrices and where words stand."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from moeviz.charts.attention import (
    FARTHEST,
    GATES,
    SENTENCES,
    STEEPEST,
    attention_document,
    unknown,
)
from moeviz.charts.attention_formula import attention_formula
from moeviz.charts.primer import METHOD, NAME, digest, sentences, vectors
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.ui.attention.link import (
    FIELDS,
    FORM,
    PLACES,
    RAISE,
    ROW,
    SENTENCE,
    WORD,
    kept,
    setup_of,
)
from moeviz.ui.attention.state import PICTURE, STATE
from moeviz.ui.checker.link import CHECKER as CHECKER_LINKS
from moeviz.ui.checker.link import request_of
from moeviz.ui.shared.formula import typeset
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.navigation import CHECKER
from moeviz.ui.shared.plane import moved, plane
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.tries import tries
from moeviz.ui.shared.typeset import mixed
from moeviz.ui.shared.widgets import field_widget

TITLE = "Is attention a gate?"

TRIES: Mapping[str, dict[str, str]] = {
    "Eight words": {"sentence": SENTENCES[4], "row": "3", "word": "8"},
    "Every score 0": {"wq11": "0", "wq22": "0"},
    "Heed the opposite": {"wk11": "-1.5", "wk22": "-1.5", "raise": "0"},
}
"""What a visitor may try: a label, and what a link says that sets it up."""

CLAIM = "S14"
"""The catalogue's claim that attention is such a mixture; a case for each gate."""

_CHOOSE = "Or take one"


def asked() -> tuple[Request, list[str]]:
    """Return what the form says, and what is wrong with it in sentences.

    What cannot be read stands at its default, so that the page has something to show.
    """
    values, wrong = STATE.checked(FORM, tuple(FIELDS.values()))
    own = STATE.own_values()
    return Request(own, values), wrong


def show_picture(request: Request, wrong: list[str]) -> None:
    """Show the two gates, the words, and what there is to say about the sentence.

    Parameters
    ----------
    request : Request
    wrong : list of str
        What is wrong with the form.
    """
    for sentence in wrong:
        st.error(plain(sentence))
    setup, notices = setup_of(request)
    plane(
        attention_document(setup),
        key=PICTURE,
        scene="attention",
        title=TITLE,
        file_name="moeviz-attention",
        on_move=_take,
    )
    for notice in (*notices, *unknown(setup)):
        st.info(plain(notice))


def show_form(request: Request) -> None:
    """Show what can be tried and set, and the chosen row with today's numbers.

    Parameters
    ----------
    request : Request
    """
    setup, _ = setup_of(request)
    tries(STATE, TRIES)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        field_widget(STATE, FORM, SENTENCE)
    key = STATE.key("chosen")
    right.selectbox(_CHOOSE, SENTENCES, None, key=key, on_change=_choose, args=(key,))
    typeset(attention_formula(setup), key="attention.formula")
    with st.expander("The matrices W_Q, W_K and W_V"):
        _matrices()
    if any(word in setup.places for word in setup.words):
        st.button("Words back to the primer", key="attention.back", on_click=_back)


def show_words(request: Request) -> None:
    """Show the way to the proof, and where the vectors come from.

    Parameters
    ----------
    request : Request
    """
    with_terms(
        "Attention is a mixture of experts: each word is an expert that is linear in the whole "
        "sentence, and its score is a quadratic form of it. Softmax makes the words compete; a "
        "sigmoid does not."
    )
    for column, gate in zip(st.columns(len(GATES)), GATES, strict=True):
        claim = CATALOGUE.claims[f"{CLAIM}.{gate}"]
        with column:
            st.page_link(
                CHECKER,
                label=f"Proved for N = 2, d = 2: {gate} attention",
                query_params=CHECKER_LINKS.write(request_of(claim.id)),
            )
    with st.expander("Where the words stand, and what was proved"):
        st.markdown(mixed(CATALOGUE.claims[f"{CLAIM}.{GATES[0]}"].statement))
        st.markdown(
            f"Vectors come from the **{NAME}**, {len(sentences())} sentences of our own about a "
            f"house with animals, the sea and a school (digest `{digest()}`): {METHOD}. Nothing is "
            "drawn at random. Words that stand beside the same ones lie together. It knows "
            f"{len(vectors())} words: {', '.join(vectors())}."
        )


def _matrices() -> None:
    titles = list(dict.fromkeys(field.group for field in FIELDS.values() if field.group))
    for column, title in zip(st.columns(len(titles)), titles, strict=True):
        with column:
            st.markdown(f"**{plain(title)}**")
            entries = [field for field in FIELDS.values() if field.group == title]
            for begin in (0, 2):
                for cell, field in zip(st.columns(2), entries[begin : begin + 2], strict=True):
                    with cell:
                        field_widget(STATE, FORM, field)


def _take() -> None:
    """Remember where the handles are: the row and word, how much is raised, moved words."""
    found = moved(PICTURE)
    if found is None:
        return
    setup, _ = setup_of(asked()[0])
    at, last = found.handles, len(setup.words) - 1
    if "cell" in at:
        across, up = at["cell"]
        STATE.say(WORD, min(last, max(0, int(across))) + 1)
        STATE.say(ROW, last - min(last, max(0, int(up))) + 1)
    if "raise" in at:
        STATE.say(RAISE, round(_inside(at["raise"][0], STEEPEST), 1))
    places = dict(setup.places)
    for place, word in enumerate(setup.distinct):
        if f"w{place}" not in at:
            continue
        x, y = map(_inside, at[f"w{place}"], FARTHEST)
        if (x, y) != setup.vector(word):
            places.pop(word, None)
            places[word] = (x, y)
    STATE.say(PLACES, kept(places))


def _inside(value: float, most: float) -> float:
    return min(most, max(-most, value))


def _choose(key: str) -> None:
    chosen = st.session_state[key]
    if chosen in SENTENCES:
        now, _ = asked()
        STATE.restore(Request(now.own, {**now.values, SENTENCE.name: chosen}))


def _back() -> None:
    STATE.say(PLACES, {})
