"""A check of one's own: the sentence, the family that it is about, questions to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from moeviz.charts.decided import UNDECIDED, leading
from moeviz.charts.plain_answer import plain_answer
from moeviz.charts.question import SAID, question_hint, smallest_dimension
from moeviz.errors import SpecificationError
from moeviz.fields import Value, read_texts
from moeviz.symbolic.request.compose import parameter_names
from moeviz.symbolic.request.family import family_latex, model_latex
from moeviz.symbolic.request.gallery import Question
from moeviz.symbolic.request.selection import CHECK_FIELDS, validated
from moeviz.ui.checker.certificate import show_proof
from moeviz.ui.checker.gallery import known_question
from moeviz.ui.checker.link import OWN, RELATION, composed, plain_request
from moeviz.ui.checker.run import known, show_state, want
from moeviz.ui.checker.sentence import sentence
from moeviz.ui.checker.state import STATE, go
from moeviz.ui.checker.words import answer_words
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.link import Request
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed
from moeviz.ui.shared.widgets import field_widget, show_fields

Verdict = Mapping[str, Any]

_LAST = "checker.asked-last"
"""What the last check of one's own asked, in this visit."""


_RAISED = "checker.raised"
"""The router whose choice has raised the dimension, and to what."""


def ask_own() -> None:
    """Lead to a check of one's own, as the visitor set it up last."""
    st.button(
        "Ask your own",
        key="checker.ask",
        type="tertiary",
        icon=":material/edit_note:",
        on_click=_ask,
    )


def invitation() -> None:
    """Show the sentence beside a claim; a choice in it leads to a check of one's own."""
    values = _last()
    with st.container(border=True):
        st.markdown("**Ask your own**")
        sentence(values, lambda name, text: _open(_changed(values, name, text)))
        _hint(values)
        st.button("Set it up and decide", key="checker.own", on_click=_decide, args=(values,))


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
    sentence(said, _choose)
    _raised(said)
    _hint(said)
    # What is typed wrong below must not keep its own widget from the screen.
    asked, settings = st.container(), st.container()
    with settings:
        if relation.applies(said):
            _relation(said)
        others = [f for f in fields if f.name not in SAID and f.name != RELATION]
        show_fields(STATE, OWN, others, said, level=2)
    with asked:
        values = read_texts(fields, STATE.texts(OWN, fields))
        request = composed(values)
        answer = st.container()
        _family(values)
        if st.button("Check", type="primary", key="checker.run", width=160):
            want(plain_request(request))
        st.session_state[_LAST] = values
        with answer:
            verdict = _decided(plain_request(request))
        if verdict is not None:
            _proof(verdict, known_question(values))
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
    said = plain_answer(str(request["compose"]["test"]), verdict)
    if said:
        answer, colon, rest = said.partition(":")
        st.markdown(f"**{answer}{colon}**{mixed(rest)}")
    if verdict["condition"]:
        begin = "Why" if verdict["verdict"] == UNDECIDED else "Condition"
        st.markdown(f"**{begin}:** {mixed(verdict['condition'])}.")
    return verdict


def _proof(verdict: Verdict, question: Question | None) -> None:
    """Show what decides a check, and what to try then."""
    if verdict["tests"]:
        show_proof(verdict["tests"][leading(verdict)]["certificate"], "first")
    with_terms(f"**Why it matters.** {mixed(verdict['why'])}", key="checker.why")
    if question is not None:
        after = question.try_next[:1].lower() + question.try_next[1:]
        st.markdown(f"**Try next:** {plain(after)}")


def current() -> dict[str, Value]:
    """Return what the check says as it is set up; defaults where that is nonsense."""
    return STATE.values(OWN, tuple(CHECK_FIELDS.values()))


def _hint(values: Mapping[str, Value]) -> None:
    """Say in plain words what the sentence asks."""
    with_terms(question_hint(values), key="checker.hint", small=True)


def _raised(values: Mapping[str, Value]) -> None:
    """Say that a choice has raised the dimension, as long as that choice stands."""
    router, least = st.session_state.get(_RAISED, ("", 0))
    if (router, least) == (values["router"], values["dimension"]):
        title = CHECK_FIELDS["router"].title(str(router))
        st.info(plain(f"The {title} needs {least} dimensions: set to {least}."))
    else:
        st.session_state.pop(_RAISED, None)


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


def _ask() -> None:
    _open(_last())


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
    least = smallest_dimension(changed)
    if name == "router" and int(changed["dimension"]) < least:  # type: ignore[arg-type]
        st.session_state[_RAISED] = text, least
        changed["dimension"] = least
    return changed


def _choose(name: str, text: str) -> None:
    """Change what the sentence says; what is typed wrong below it stays, to be mended."""
    wrong = STATE.unread(OWN, tuple(CHECK_FIELDS.values()))
    _open(_changed(current(), name, text), wrong)


def _decide(values: dict[str, Value]) -> None:
    """Set a check up and have it decided."""
    _open(values)
    want(plain_request(composed(values)))


def _open(values: dict[str, Value], typed: Mapping[str, str] | None = None) -> None:
    go(composed(values), typed)
