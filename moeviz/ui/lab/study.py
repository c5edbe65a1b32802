"""A study on the screen, running or finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from moeviz.charts.convergence import convergence_figure
from moeviz.charts.notices import notices, older_words
from moeviz.charts.palette import style, theme_named
from moeviz.charts.regimes import regime_sentences
from moeviz.charts.sentences import curve_words
from moeviz.charts.table import (
    Table,
    fits_table,
    local_slope_table,
    loss_table,
    slope_table,
)
from moeviz.charts.trace import has_likelihood, trace_figure, trace_table, trace_words
from moeviz.charts.truth import truth_parts
from moeviz.charts.words import comparison, describe, design_sentence, open_choices
from moeviz.engine import Snapshot, UnknownJobError
from moeviz.study import Preset, Result, Specification, assemble
from moeviz.study.kept import KeptResult
from moeviz.ui.lab.drawn import Guesses, Shown, figure_of, result_of, table_of
from moeviz.ui.lab.files import downloads
from moeviz.ui.lab.link import LAB, request_for
from moeviz.ui.lab.state import job, leave_study, unknown_job
from moeviz.ui.shared.guard import guard, plain
from moeviz.ui.shared.pace import PACE
from moeviz.ui.shared.plot import plot
from moeviz.ui.shared.session import engine, visitor
from moeviz.ui.shared.words import duration, progress_sentence

TABS = "lab.tabs"
"""Key of the tabs beside the plot; its value is the title of the open one."""

_PLOT_AND_WORDS = (3, 2)
_AXES_SHORTER = 160


def show_study(preset: Preset, spec: Specification, guesses: Guesses) -> None:
    """Show the study that the address names, or invite to run one.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    spec : Specification
        What the form says.
    guesses : sequence of float or None
        What was predicted, curve by curve.

    Raises
    ------
    EngineError
        If the engine cannot tell.
    """
    job_id = job()
    if job_id is None:
        _invite(preset, spec)
        return
    try:
        snapshot = engine().look(job_id)
    except UnknownJobError:
        _unknown(job_id, computable=job_id == spec.hash)
        return
    if job_id != spec.hash:
        st.info(
            "The form has changed since this study was run. Press **Run** for the study that the "
            "form describes."
        )
        guesses = ()
    every = PACE.seconds(visitor()) if snapshot.active else None
    st.fragment(_live, run_every=every)(job_id, guesses, every)
    if not snapshot.active:
        result = result_of(job_id, snapshot.version, snapshot)
        downloads(result, LAB.write(request_for(spec, job_id, guesses)))
        st.markdown(preset.summary)


def show_kept(preset: Preset, spec: Specification, guesses: Guesses, kept: KeptResult) -> None:
    """Show a result that ships with the project; nothing is computed.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    spec : Specification
        What the form says.
    guesses : sequence of float or None
        What was predicted, curve by curve.
    kept : KeptResult
    """
    result = kept.result
    st.info(
        f"The full-size result, kept with the project: computed on {plain(kept.date)} in "
        f"{duration(result.seconds)}, device {plain(kept.device)}. "
        "The settings of the form do not change it."
    )
    shown = Shown(f"kept.{preset.name}", 0, result)
    _draw(shown, result.spec["sizes"], guesses)
    downloads(result, LAB.write(request_for(spec, job(), guesses, kept=True)))
    st.markdown(preset.summary)


def _invite(preset: Preset, spec: Specification) -> None:
    """Show the axes that wait for points, and with them load what drawing needs."""
    left, right = st.columns(_PLOT_AND_WORDS, gap="medium")
    with right:
        st.markdown(preset.summary)
        st.info(f"{plain(preset.question)} Commit a prediction, then press **Run**.")
    with left:
        theme = theme_named(st.context.theme.type)
        axes = convergence_figure(assemble(spec, {}, 0.0, ""), spec["sizes"], theme)
        axes["layout"]["height"] -= _AXES_SHORTER
        plot(
            axes,
            key="lab.axes",
            description="Axes without points: no study has been run yet.",
            file_name="moeviz",
            tools=False,
        )


def _unknown(job_id: str, computable: bool) -> None:
    if computable:
        st.info("This server has not computed this study yet. Press **Run**.")
    else:
        st.error(plain(unknown_job(job_id)))
        st.button("Take it off the screen", on_click=leave_study)


def _live(job_id: str, guesses: Guesses, every: float | None) -> None:
    """Show a study as it stands; asked for again `every` so many seconds, if it is running."""
    with guard():
        snapshot = engine().look(job_id)
        if every is not None and not (snapshot.active and PACE.seconds(visitor()) == every):
            st.rerun()
        _progress(snapshot)
        result = result_of(job_id, snapshot.version, snapshot)
        _draw(Shown(job_id, snapshot.version, result), snapshot.spec["sizes"], guesses)


def _draw(shown: Shown, sizes: Sequence[int], guesses: Guesses) -> None:
    result = shown.result
    older = older_words(result.spec)
    if older:
        st.warning(plain(older))
    left, right = st.columns(_PLOT_AND_WORDS, gap="medium")
    with left:
        plot(
            figure_of(shown, sizes, st.context.theme.type),
            key="lab.plot",
            description=describe(result),
            file_name=f"moeviz-{result.spec.name}-{result.hash}",
            view=result.hash,
        )
        beside = comparison(result)
        if beside:
            st.markdown(f"**Ours and the paper's.** {plain(beside)}")
            st.markdown(f"**Left open by the paper.** {plain(open_choices(result))}")
    with right:
        _tables(shown, sizes, guesses)
    _sentences(result)


def _progress(snapshot: Snapshot) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(1.0, max(0.0, snapshot.fraction)), text=progress_sentence(snapshot))
        if snapshot.active:
            if st.button("Cancel", width=140):
                engine().cancel(snapshot.job_id)
                st.rerun()
        elif _can_go_on(snapshot) and st.button("Continue", width=140):
            engine().submit(snapshot.spec)
            st.rerun()
    if snapshot.state == "failed":
        st.error(plain(snapshot.message))


def _can_go_on(snapshot: Snapshot) -> bool:
    """Return whether what is missing can be computed; of an older arithmetic it cannot."""
    return snapshot.state != "done" and not older_words(snapshot.spec)


def _tables(shown: Shown, sizes: Sequence[int], guesses: Guesses) -> None:
    """Show the tables in tabs; only the open one is made, for all are redrawn at every poll."""
    result = shown.result
    drawn: dict[str, Callable[[], None]] = {
        name: partial(_kept_table, shown, name, guesses, make)
        for name, make in (
            ("Slopes", lambda: slope_table(result, guesses)),
            ("Mean loss", lambda: loss_table(result, sizes)),
            ("Median loss", lambda: loss_table(result, sizes, "median")),
            ("Local slopes", lambda: local_slope_table(result)),
            ("Fits", lambda: fits_table(result)),
        )
    }
    if has_likelihood(result):
        drawn["Likelihood"] = lambda: _likelihood(result)
    drawn["Truth"] = lambda: _truth(result)
    names = list(drawn)
    for tab, name in zip(st.tabs(names, key=TABS, on_change="rerun"), names, strict=True):
        if tab.open:
            with tab:
                drawn[name]()


def _kept_table(shown: Shown, title: str, guesses: Guesses, make: Callable[[], Table]) -> None:
    _table(table_of(shown, title, guesses, make), title)


def _table(table: Any, title: str) -> None:
    if table:
        st.table(table, border="horizontal", hide_index=True, alt=title)


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
        "own; a fit that has ended stays where it is."
    )
    _table(trace_table(result), "Likelihood")


def _truth(result: Result) -> None:
    for sentence in (*regime_sentences(result.spec.fields), *notices(result.spec)):
        st.markdown(plain(sentence))
    for part in truth_parts(result):
        st.markdown(f"**{plain(part.title)}**")
        _table(part.table, part.title)
        for sentence in part.sentences:
            st.markdown(plain(sentence))
        if part.warning:
            st.warning(plain(part.warning))
    st.markdown(plain(design_sentence(result)))


def _sentences(result: Result) -> None:
    theme = theme_named(None)
    for index, curve in enumerate(result.curves):
        glyph = style(index, theme).glyph
        st.markdown(f"{glyph} **{plain(curve.label)}.** {plain(curve_words(result.spec, curve))}")
