"""What stands behind a verdict: its tests with their certificates, and files to take away."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from moeviz.charts.decided import sense
from moeviz.errors import MoevizError
from moeviz.symbolic.certificates.latex import verdict_latex
from moeviz.symbolic.certificates.script import script
from moeviz.text import json_text
from moeviz.ui.checker.certificate import show_certificate
from moeviz.ui.checker.families import show_search
from moeviz.ui.checker.words import answer_words
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.tabs import open_tab
from moeviz.ui.shared.typeset import mixed

Verdict = Mapping[str, Any]

_SPOTTED = ("relation", "counter-sequence")
"""Kinds of certificates that are looked at besides in double precision."""

TABS = "checker.tabs"
"""Key of the tabs below the answer; its value is the title of the open one."""


def show_below(verdict: Verdict, link: Mapping[str, str]) -> None:
    """Show what stands behind a verdict: files, and tabs of which only the open one is made.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.
    link : mapping
        Query parameters that restore this screen.
    """
    _files(verdict, link)
    drawn: dict[str, Callable[[], None]] = {
        "Summary": lambda: _summary(verdict),
        "Tests": lambda: _all_tests(verdict),
    }
    if verdict["searched"]:
        drawn["Exceptions"] = lambda: show_search(verdict)
    drawn["LaTeX"] = lambda: _latex(verdict)
    open_tab(drawn, TABS)


def _summary(verdict: Verdict) -> None:
    repair = verdict["repair"]
    tests = [("claim", test) for test in verdict["tests"]]
    tests += [("repair", test) for test in repair["tests"]] if repair else []
    count = "1 test" if len(tests) == 1 else f"{len(tests)} tests"
    st.markdown(f"{count} in {verdict['seconds']:.2f} s.")
    st.markdown(mixed(verdict["statement"]))
    st.table(
        {
            "Part": [part for part, _ in tests],
            "Test": [_sentence(mixed(test["name"])) for _, test in tests],
            "Says": [answer_words(test["verdict"]) for _, test in tests],
            "The claim needs": [test["expected"] for _, test in tests],
        },
        border="horizontal",
        hide_index=True,
        alt="Tests",
    )


def _all_tests(verdict: Verdict) -> None:
    found = [test["certificate"] for test in verdict["tests"]]
    if any(c.get("kind") in _SPOTTED and not c.get("spot") for c in found):
        st.markdown("Spot checks by automatic differentiation come with what is decided live.")
    _tests(verdict["tests"], "test")
    repair = verdict["repair"]
    if repair is not None:
        st.header(f"Repaired: {answer_words(repair['verdict'])}", anchor=False)
        if repair.get("condition"):
            st.markdown(f"**Condition:** {mixed(repair['condition'])}.")
        st.markdown(mixed(repair["statement"]))
        _tests(repair["tests"], "repair")


def _latex(verdict: Verdict) -> None:
    st.code(verdict_latex(verdict), language="latex", wrap_lines=True)


def _tests(tests: Sequence[Mapping[str, Any]], prefix: str) -> None:
    for number, test in enumerate(tests, start=1):
        with st.container(border=True):
            # The number by which the table of exceptions names it.
            st.subheader(f"{number}\\. {_sentence(mixed(test['name']))}", anchor=False)
            st.markdown(f"**{answer_words(test['verdict'], test['condition'])}**")
            if test["special"]:
                st.markdown(f"A special point; the claim holds without it: {test['special']}.")
            if sense(test):
                st.markdown(sense(test))
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


@lru_cache(maxsize=64)
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
