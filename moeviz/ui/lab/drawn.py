"""What all who watch a study see alike: made once for each change of it, not once a visitor.

Everything here is plain data that can be made again at any moment, which is why Streamlit's cache
may hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow
import streamlit as st

from moeviz.charts.palette import theme_named
from moeviz.charts.replay import replay_document
from moeviz.charts.screen import study_screen
from moeviz.charts.table import Table
from moeviz.engine import Snapshot
from moeviz.study import Result
from moeviz.text import json_text

_KEPT = 64
"""Entries of a cache; a class looks at a few studies at a time, in two themes."""

Guesses = Sequence[float | None]


@dataclass(frozen=True)
class Shown:
    """A result and the name under which what is drawn of it is kept.

    Attributes
    ----------
    name : str
        Which study it is, and whether it is a kept one.
    version : int
        Changes with the result.
    result : Result
    """

    name: str
    version: int
    result: Result


def shown_of(snapshot: Snapshot) -> Shown:
    """Return a study as it stands.

    Parameters
    ----------
    snapshot : Snapshot
    """
    job_id, version = snapshot.job_id, snapshot.version
    return Shown(job_id, version, _result(job_id, version, snapshot))


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _result(job_id: str, version: int, _snapshot: Snapshot) -> Result:
    result: Result = _snapshot.result()
    return result


def screen_of(shown: Shown, sizes: Sequence[int], theme: str | None) -> str:
    """Return what is drawn of a study as a text for the browser.

    Parameters
    ----------
    shown : Shown
    sizes : sequence of int
        The study's sample sizes.
    theme : str or None
        The browser's theme.
    """
    return _screen(shown.name, shown.version, theme, tuple(sizes), shown.result)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _screen(
    name: str, version: int, theme: str | None, sizes: tuple[int, ...], _result: Result
) -> str:
    return json_text(study_screen(_result, sizes, theme_named(theme)), compact=True)


def replay_of(shown: Shown, theme: str | None) -> str:
    """Return how a study can be played again, as a text for the browser.

    Parameters
    ----------
    shown : Shown
    theme : str or None
        The browser's theme.
    """
    return _replay(shown.name, shown.version, theme, shown.result)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _replay(name: str, version: int, theme: str | None, _result: Result) -> str:
    document = replay_document(_result, _result.spec["sizes"], theme_named(theme))
    return json_text(document, compact=True)


def table_of(
    shown: Shown, title: str, guesses: Guesses, make: Callable[[], Table]
) -> pyarrow.Table | None:
    """Return a table in the form in which the browser gets it; None for an empty one.

    Parameters
    ----------
    shown : Shown
    title : str
        Which of the study's tables.
    guesses : sequence of float or None
        What was predicted, where the table depends on it.
    make : callable
        Makes the table.
    """
    return _table(shown.name, shown.version, title, tuple(guesses), make)


@st.cache_resource(max_entries=4 * _KEPT, show_spinner=False)
def _table(
    name: str,
    version: int,
    title: str,
    guesses: tuple[float | None, ...],
    _make: Callable[[], Table],
) -> pyarrow.Table | None:
    made = _make()
    return pyarrow.table(made) if made else None
