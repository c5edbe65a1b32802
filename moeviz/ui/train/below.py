"""What stands below the picture of a training run: inside a network, the papers, what it is."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from moeviz.charts.papers import table_name
from moeviz.train.compared import Comparison, compared, sizes
from moeviz.train.presets import PRESETS
from moeviz.train.published import PrintedTable
from moeviz.train.result import TrainingResult
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.tabs import open_tab
from moeviz.ui.shared.terms import with_terms
from moeviz.ui.train.drawn import Shown
from moeviz.ui.train.inside import inside
from moeviz.ui.train.state import job

TABS = "train.tabs"
"""Key of the tabs below the picture; its value is the title of the open one."""

DETAILS = (
    "Methods of one seed share tokens, experts and every other start; they differ in routers "
    "alone. The text of the picture is held out: no network learns from it. Differences are "
    "paired, seed by seed, with a 95 % interval of Student's t; where it holds 0, or there are "
    "fewer than three pairs, the page cannot tell. A run goes on in stretches from checkpoint to "
    "checkpoint, so that one that is cancelled or cut off goes on with the same numbers."
)


def show_below(preset: str, shown: Shown | None) -> None:
    """Show the tabs; only the open one is made.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    shown : Shown or None
        What is on the screen.
    """
    drawn: dict[str, Callable[[], None]] = {}
    if shown is not None:
        drawn["Inside"] = lambda: inside(job(), shown.spec)
        drawn["The papers' tables"] = lambda: _papers(preset, shown)
    drawn["About"] = lambda: _about(preset)
    open_tab(drawn, TABS)


def _about(preset: str) -> None:
    with_terms(f"{PRESETS[preset].about}\n\n{DETAILS}")


def _papers(preset: str, shown: Shown) -> None:
    tables = PRESETS[preset].printed
    if not tables:
        st.markdown("No paper prints a table that answers this question.")
    for table in tables:
        _printed(table)
        _beside(shown.result, table)


def _printed(table: PrintedTable) -> None:
    name = table_name(table.paper, table.number)
    st.markdown(f"**{plain(name)}: {plain(table.title)}**")
    st.table(
        printed_table(table),
        border="horizontal",
        hide_index=True,
        alt=f"{name}, as printed",
    )
    if table.note:
        st.markdown(plain(table.note))


def printed_table(table: PrintedTable) -> dict[str, list[str]]:
    """Return a paper's table as it is printed, column by column.

    Parameters
    ----------
    table : PrintedTable
    """
    columns = {"Method": [row.label for row in table.rows]}
    for at, column in enumerate(table.columns):
        unit = f" ({column.unit})" if column.unit else ""
        texts = [f"{row.values[at]:g}" for row in table.rows]
        digits = max(len(text.partition(".")[2]) for text in texts)
        columns[f"{column.title}{unit}"] = [f"{row.values[at]:.{digits}f}" for row in table.rows]
    return columns


def _beside(result: TrainingResult, table: PrintedTable) -> None:
    found = compared(result, table)
    if found:
        if len(found) > 1:
            st.markdown(plain(counted(found)))
        words = (each.words.removeprefix(f"{each.source}, ") for each in found)
        st.markdown("\n".join(f"- {plain(each)}" for each in words))
    else:
        st.markdown(
            "Too few of the table's methods are among ours to set their orders side by side."
        )
    st.markdown(plain(sizes(result, table)))


def counted(found: list[Comparison]) -> str:
    """Return in how many orderings paper and run agree.

    Parameters
    ----------
    found : list of Comparison
    """
    counts = [sum(each.agrees == word for each in found) for word in ("yes", "no", "cannot tell")]
    return (
        f"Of {len(found)} orderings {counts[0]} come out as printed and {counts[1]} do not; "
        f"{counts[2]} cannot be told from these seeds."
    )
