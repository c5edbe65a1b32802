"""Families of exceptions in a table: each can be tried with one tap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from moeviz.charts.checker import exceptions_table
from moeviz.text import json_text
from moeviz.ui.checker.certificate import show_certificate
from moeviz.ui.checker.state import STATE
from moeviz.ui.checker.words import answer_words
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.shared.typeset import mixed

KEY = "checker.families"
CAPTION = "It fails where the atoms are of these families"

Verdict = Mapping[str, Any]

_families = declared(__file__, '<div class="moeviz-families"></div>')


def show_families(verdict: Verdict, asked: int) -> bool:
    """Show the families that are excepted and the one that is tried; say whether there are any.

    Parameters
    ----------
    verdict : mapping
        As :func:`moeviz.symbolic.request.answer.run_check` returns it.
    asked : int
        Which family is tried, from 0; one that is not there stands for the first.
    """
    found = verdict["exceptions"]
    if not found:
        return False
    chosen = asked if asked < len(found) else 0
    table = exceptions_table(verdict)
    named = list(zip(table["Family"], table["Part"], strict=True))
    rows = [
        {
            "family": f"{who[0]} ({asks})" if named.count(who) > 1 else who[0],
            "part": who[1],
            "says": says,
        }
        for who, asks, says in zip(named, table["Question"], table["This time"], strict=True)
    ]
    data = {"families": rows, "chosen": chosen, "caption": CAPTION}
    _families(key=KEY, data={"table": json_text(data, compact=True)}, on_picked_change=_take)
    one = found[chosen]
    tests = verdict["tests"] if one["part"] == "tests" else verdict["repair"]["tests"]
    test = tests[one["test"]]
    words = f"**With {plain(one['family'])}**, {mixed(one['question'])}"
    st.markdown(f"{words}: **{answer_words(test['verdict'])}**")
    show_certificate(test["certificate"], f"family.{chosen}")
    return True


def _take() -> None:
    picked = st.session_state[KEY].get("picked")
    if isinstance(picked, int) and picked >= 0:
        STATE.say("family", picked)


def show_search(verdict: Verdict) -> None:
    """Show all families in a table, and how far was searched for them.

    Parameters
    ----------
    verdict : mapping
        As for :func:`show_families`.
    """
    if verdict["exceptions"]:
        with_terms(
            "The claim speaks of all parameters. These families of two atoms were found by a "
            "search, and were decided again for this verdict."
        )
        st.table(exceptions_table(verdict), border="horizontal", hide_index=True, alt="Exceptions")
    else:
        proved = any(one.get("proved") for one in verdict["searched"])
        known = "No search is needed." if proved else "No family that fails is known."
        with_terms(f"The claim speaks of all parameters. {known}")
    for one in verdict["searched"]:
        asked = "Why no search is needed" if one.get("proved") else "How far was searched"
        st.markdown(f"**{asked}, {mixed(one['question'])}:** {mixed(one['words'])}.")
