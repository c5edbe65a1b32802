"""A check of one's own: the sentence, the family that it is about, questions to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from moeviz.charts.decided import UNDECIDED, leading
from moeviz.charts.question import SAID
from moeviz.errors import SpecificationError
from moeviz.fields import Value, read_texts
from moeviz.symbolic.request.compose import parameter_names
from moeviz.symbolic.request.family import family_latex, model_latex
from moeviz.symbolic.request.selection import CHECK_FIELDS, validated
from moeviz.ui.checker.certificate import show_proof
from moeviz.ui.checker.gallery import known_question
from moeviz.ui.checker.link import OWN, RELATION, composed, plain_request
from moeviz.ui.checker.run import known, show_state, want
from moeviz.ui.checker.sentence import sentence
from moeviz.ui.checker.state import STATE
from moeviz.ui.checker.words import answer_words
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed
from moeviz.ui.shared.widgets import field_widget, show_fields

Verdict = Mapping[str, Any]

_LAST = "checker.asked-last"
"""What the last check of one's own asked, in this visit."""


def invitation() -> None:
    """Show the sentence beside a claim; a choice in it leads to a check of one's own."""
    values = _last()
    with st.container(border=True):
        st.markdown("**Ask your own**")
        sentence(values, lambda name, text: _open(_changed(values, name, text)))
        st.button("Set it up", key="checker.own", on_click=_open, args=(values,))


def compose() -> tuple[Request, Verdict | None]:
    """Show a check of one's own as it is set up, and return it with its verdict, if it has one.

    Raises
    ------
    SpecificationError
        If a formula or a relation cannot be read.
    """
    fields = tuple(CHECK_FIELDS.values())
    relation = CHECK_FIELDS[RELATION]
    said = current()
    sentence(said, lambda name, text: _open(_changed(current(), name, text)))
    # What is typed wrong below must not keep its own widget from the screen.
    asked, settings = st.container(), st.container()
    with settings:
        if relation.applies(said):
            _relation(said)
        others = [f for f in fields if f.name not in SAID and f.name != RELATION]
        show_fields(STATE, OWN, others, said)
    with asked:
        values = read_texts(fields, STATE.texts(OWN, fields))
        request = composed(values)
        _family(values)
        if st.button("Check", type="primary", key="checker.run", width=160):
            want(plain_request(request))
        st.session_state[_LAST] = values
        verdict = _decided(plain_request(request))
        question = known_question(values)
        if verdict is not None and question is not None:
            st.markdown(f"**Then:** {plain(question.try_next)}")
        return request, verdict


def _decided(request: Mapping[str, Any]) -> Verdict | None:
    """Show how far a check is, or what was found."""
    view = known(request)
    if view is None:
        return None
    show_state(view)
    if view.state != "done":
        return None
    verdict: Verdict = view.result()
    st.header(answer_words(verdict["verdict"]), anchor=False)
    if verdict["condition"]:
        begin = "Why" if verdict["verdict"] == UNDECIDED else "Condition"
        st.markdown(f"**{begin}:** {mixed(verdict['condition'])}.")
    if verdict["tests"]:
        show_proof(verdict["tests"][leading(verdict)]["certificate"], "first")
    with_terms(f"**Why it matters.** {mixed(verdict['why'])}", key="checker.why")
    return verdict


def current() -> dict[str, Value]:
    """Return what the check says as it is set up; defaults where that is nonsense."""
    return STATE.values(OWN, tuple(CHECK_FIELDS.values()))


def _family(values: Mapping[str, Value]) -> None:
    """Typeset what is asked about before anything is run."""
    model = r",\quad ".join(model_latex(values))
    family, size = family_latex(values)
    st.markdown(f"${model}$\n\n**The family**, {size}: ${family}$")


def _relation(values: Mapping[str, Value]) -> None:
    """Show the text of a relation with the names that it may use."""
    names = parameter_names(values)
    st.markdown(
        "One term a line: a coefficient, a colon, and what to differentiate by. "
        "`p1 : p1` is $p_1\\,\\partial F / \\partial p_1$; the coefficient `?` asks for a constant."
        " Parameters: " + ", ".join(f"`{name}` is ${mark}$" for name, mark in names.items()) + "."
    )
    field_widget(STATE, OWN, CHECK_FIELDS[RELATION])


def _last() -> dict[str, Value]:
    found: dict[str, Value] | None = st.session_state.get(_LAST)
    return found if found is not None else validated({})


def _changed(values: Mapping[str, Value], name: str, text: str) -> dict[str, Value]:
    """Return values with one of them changed; one that cannot be read changes nothing."""
    try:
        changed = {**values, name: CHECK_FIELDS[name].read(text)}
    except SpecificationError:
        return dict(values)
    cells = changed["crowded"]
    if isinstance(cells, tuple):
        there = tuple(int(c) for c in cells if int(c) <= int(changed["atoms"]))  # type: ignore[arg-type]
        changed["crowded"] = there or (1,)
    return changed


def _open(values: dict[str, Value]) -> None:
    STATE.restore(composed(values))
