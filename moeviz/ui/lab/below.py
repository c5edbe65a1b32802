"""What stands below the picture: what the study is, the words, the numbers, the replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import streamlit as st

from moeviz.charts.against import comparison
from moeviz.charts.notices import notices
from moeviz.charts.palette import style, theme_named
from moeviz.charts.regimes import regime_sentences
from moeviz.charts.sentences import curve_words
from moeviz.charts.table import (
    fits_table,
    local_slope_table,
    loss_table,
    slope_table,
)
from moeviz.charts.trace import has_likelihood, trace_figure, trace_table, trace_words
from moeviz.charts.truth import truth_parts
from moeviz.charts.words import design_sentence, open_choices
from moeviz.study import Preset, Result
from moeviz.ui.lab.drawn import Guesses, Shown, replay_of, table_of
from moeviz.ui.lab.form import form_study
from moeviz.ui.lab.replay import replay
from moeviz.ui.lab.why import show_names, show_reach, show_reasons
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.plot import plot
from moeviz.ui.shared.tabs import open_tab
from moeviz.ui.shared.terms import with_terms

TABS = "lab.tabs"
"""Key of the tabs below the picture; its value is the title of the open one."""


def show_below(preset: Preset, shown: Shown | None, guesses: Guesses) -> None:
    """Show the tabs; only the open one is made.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    shown : Shown or None
        A study of which nothing is computed any more.
    guesses : sequence of float or None
        What was predicted, curve by curve.
    """
    drawn: dict[str, Callable[[], None]] = {"About": lambda: _about(preset, shown)}
    if shown is not None:
        show_reasons(shown.spec.name)
        result = shown.result
        drawn |= {
            "Details": lambda: _details(result),
            "Replay": lambda: replay(replay_of(shown, st.context.theme.type), "lab.replay"),
            "Data": lambda: _tables(shown, result.spec["sizes"], guesses),
            "Truth": lambda: _truth(result),
        }
        if has_likelihood(result):
            drawn["Likelihood"] = lambda: _likelihood(result)
    show_reach(form_study(preset) if shown is None else shown.spec)
    open_tab(drawn, TABS)


def _about(preset: Preset, shown: Shown | None) -> None:
    with_terms(preset.summary)
    fields = preset.defaults if shown is None else shown.spec.fields
    show_names(cast("tuple[str, ...]", fields["gauges"]))


def _details(result: Result) -> None:
    theme = theme_named(None)
    beside = comparison(result)
    said = [
        f"{style(index, theme).glyph} **{plain(curve.label)}.** "
        f"{plain(curve_words(result.spec, curve))}"
        for index, curve in enumerate(result.curves)
    ]
    if beside:
        said.insert(0, f"**Ours and the paper's.** {plain(beside)}")
        said.insert(1, f"**Left open by the paper.** {plain(open_choices(result))}")
    # One text for all: what a visitor reads in one go is one component.
    with_terms("\n\n".join(said))


def _tables(shown: Shown, sizes: Sequence[int], guesses: Guesses) -> None:
    result = shown.result
    for name, make in (
        ("Slopes", lambda: slope_table(result, guesses)),
        ("Mean loss", lambda: loss_table(result, sizes)),
        ("Median loss", lambda: loss_table(result, sizes, "median")),
        ("Local slopes", lambda: local_slope_table(result)),
        ("Fits", lambda: fits_table(result)),
    ):
        st.markdown(f"**{name}**")
        _table(table_of(shown, name, guesses, make), name)


def _table(table: Any, title: str) -> None:
    if table:
        st.table(table, border="horizontal", hide_index=True, alt=title)
    else:
        st.markdown("Nothing to show yet.")


def _likelihood(result: Result) -> None:
    figure = trace_figure(result, theme_named(st.context.theme.type))
    if figure is None:
        st.markdown(
            "No likelihood to show: no fit of the largest sample size has ended yet, or the "
            "likelihood of one is not a number."
        )
        return
    plot(
        figure,
        key="lab.trace",
        description=trace_words(result),
        file_name=f"moeviz-{result.spec.name}-{result.hash}-likelihood",
        tools=False,
    )
    st.markdown(
        "Mean over the replicates of the largest sample size. A step is one of the estimator's "
        "own on the whole sample; step 0 is the start or, where a fit began on parts of the "
        "sample, what these have led to. A fit that has ended stays where it is."
    )
    _table(trace_table(result), "Likelihood")


def _truth(result: Result) -> None:
    with_terms(
        "\n\n".join(map(plain, (*regime_sentences(result.spec.fields), *notices(result.spec))))
    )
    for part in truth_parts(result):
        st.markdown(f"**{plain(part.title)}**")
        _table(part.table, part.title)
        if part.sentences:
            with_terms("\n\n".join(map(plain, part.sentences)))
        if part.warning:
            st.warning(plain(part.warning))
    with_terms(plain(design_sentence(result)))
