"""A verdict on the screen: what was asked, the answer, its proof, and files to take away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from moeviz.charts.checker import exceptions_table
from moeviz.errors import MoevizError
from moeviz.study import PRESETS
from moeviz.symbolic.certificates.latex import verdict_latex
from moeviz.symbolic.certificates.script import script
from moeviz.text import json_text
from moeviz.ui.checker.certificate import show_certificate
from moeviz.ui.checker.words import agreement, answer_words, paper_words
from moeviz.ui.lab.link import preset_link
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.navigation import CONVERGENCE
from moeviz.ui.shared.studies import study_label
from moeviz.ui.shared.typeset import mixed

Verdict = Mapping[str, Any]


def show_question(claim: Mapping[str, Any]) -> None:
    """Show a claim's statement, where it stands, and what its paper says.

    Parameters
    ----------
    claim : mapping
        With "statement", "paper", "reference", "paper_words".
    """
    st.markdown(mixed(claim["statement"]))
    if claim["paper"]:
        where = paper_words(claim["paper"], claim["reference"])
        st.markdown(f"**{plain(where)}.** {mixed(claim['paper_words'])}")


def show_verdict(verdict: Verdict, link: Mapping[str, str]) -> None:
    """Show a decided claim.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.
    link : mapping
        Query parameters that restore this screen.
    """
    st.header(answer_words(verdict["verdict"]), anchor=False)
    if verdict["condition"]:
        begin = "Why" if verdict["verdict"] == "undecided" else "Condition"
        st.markdown(f"**{begin}:** {mixed(verdict['condition'])}.")
    said = agreement(verdict)
    if said:
        st.markdown(said)
    repair = verdict["repair"]
    count = len(verdict["tests"]) + (len(repair["tests"]) if repair else 0)
    st.markdown(f"{count} {'test' if count == 1 else 'tests'} in {verdict['seconds']:.2f} s.")
    _why(verdict)
    _files(verdict, link)
    _exceptions(verdict)
    _tests(verdict["tests"], "test")
    if repair is not None:
        st.header(f"Repaired: {answer_words(repair['verdict'])}", anchor=False)
        if repair.get("condition"):
            st.markdown(f"**Condition:** {mixed(repair['condition'])}.")
        st.markdown(mixed(repair["statement"]))
        _tests(repair["tests"], "repair")


def _exceptions(verdict: Verdict) -> None:
    """Show the families that are excepted, and how far was searched for them."""
    if not verdict.get("searched"):
        return
    st.header("Exceptions", anchor=False)
    if verdict["exceptions"]:
        st.markdown(
            "The claim speaks of all parameters. These families of two atoms were found by a "
            "search, and were decided again for this verdict; their certificates stand below."
        )
        st.table(exceptions_table(verdict), border="horizontal", hide_index=True, alt="Exceptions")
    else:
        st.markdown("The claim speaks of all parameters. No family that fails is known.")
    with st.expander("How far was searched"):
        for one in verdict["searched"]:
            st.markdown(f"**{_sentence(mixed(one['question']))}:** {mixed(one['words'])}.")


def _why(verdict: Verdict) -> None:
    if not verdict["why"] and verdict["study"] not in PRESETS:
        return
    st.markdown(f"**Why it matters.** {mixed(verdict['why'])}")
    if verdict["study"] in PRESETS:
        st.page_link(
            CONVERGENCE,
            label=f"Measure it in the lab: {plain(study_label(verdict['study']))}",
            icon=":material/play_arrow:",
            query_params=preset_link(verdict["study"]),
        )


def _tests(tests: Sequence[Mapping[str, Any]], prefix: str) -> None:
    for number, test in enumerate(tests, start=1):
        with st.container(border=True):
            # The number by which the table of exceptions names it.
            st.subheader(f"{number}\\. {_sentence(mixed(test['name']))}", anchor=False)
            st.markdown(f"**{answer_words(test['verdict'], test['condition'])}**")
            if test["special"]:
                st.markdown(f"A special point; the claim holds without it: {test['special']}.")
            if test["expected"] == "fails":
                st.markdown("The claim speaks of a dependence: it holds where this test fails.")
            show_certificate(test["certificate"], f"{prefix}.{number}")
            _steps(test["steps"])


def _sentence(words: str) -> str:
    """Return words with a capital at the beginning, unless that is a formula or one letter."""
    return words[:1].upper() + words[1:] if words[:2].isalpha() else words


def _steps(steps: Sequence[Mapping[str, Any]]) -> None:
    if not steps:
        return
    with st.expander("Step by step"):
        for number, step in enumerate(steps, start=1):
            st.markdown(f"**{number}. {mixed(step['title'])}**")
            for line in step["lines"]:
                st.markdown(mixed(line))


@lru_cache(maxsize=16)
def _script(verdict: str) -> tuple[str, str]:
    """Return the script that makes a verdict's certificates again, or why there is none."""
    try:
        return script(json.loads(verdict)), ""
    except MoevizError as error:
        return "", str(error)


def _files(verdict: Verdict, link: Mapping[str, str]) -> None:
    name = f"moeviz-{verdict['id'] or 'check'}"
    with st.container(horizontal=True):
        st.download_button(
            "Verdict (JSON)",
            lambda: json_text(verdict, indent=2),
            f"{name}.json",
            "application/json",
            on_click="ignore",
        )
        program, refused = _script(json_text(verdict))
        if program:
            st.download_button(
                "Script (Python)", program, f"{name}.py", "text/x-python", on_click="ignore"
            )
        with st.popover("Link to this screen"):
            address = urlencode(link, safe=",")
            st.code(f"{st.context.url}?{address}", language=None, wrap_lines=True)
    if refused:
        st.warning(f"No script can be made of this verdict: {plain(refused)}")
    with st.expander("Copy as LaTeX"):
        st.code(verdict_latex(verdict), language="latex", wrap_lines=True)
