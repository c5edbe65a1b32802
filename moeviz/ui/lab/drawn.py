"""What all who watch a study see alike: made once for each change of it, not once a visitor.

Everything here is plain data that can be made again at any moment, which is why Streamlit's cache
may hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pyarrow
import streamlit as st

from moeviz.charts.chosen import Part, part_of
from moeviz.charts.palette import theme_named
from moeviz.charts.replay import replay_document
from moeviz.charts.screen import study_screen
from moeviz.charts.table import Table
from moeviz.engine import Snapshot
from moeviz.study import Result, Specification, plan
from moeviz.study.kept import KeptResult
from moeviz.study.reread import reread
from moeviz.text import json_text
from moeviz.ui.shared.words import stopped_words

_KEPT = 64
"""Entries of a cache; a class looks at a few studies at a time, in two themes."""

Guesses = Sequence[float | None]


@dataclass(frozen=True)
class Shown:
    """A study as it stands, and the name under which what is drawn of it is kept.

    Attributes
    ----------
    name : str
        Which study it is, and whether it is a kept one.
    version : int
        Changes with the result.
    spec : Specification
    make : callable
        Returns the result. Of a study that is being computed it changes with every block and costs
        more than a page; so it is put together only for those who ask.
    stopped : str
        How it came to its end before it was whole, in few words; "" where it did not.
    """

    name: str
    version: int
    spec: Specification
    make: Callable[[], Result]
    stopped: str = ""

    @property
    def entry(self) -> str:
        """The name under which what is drawn of it is kept: of the study as it is read."""
        return f"{self.name}.{self.spec['statistic']}.{self.spec['bars']}"

    @property
    def result(self) -> Result:
        """The study's numbers, put together once for all, and read as the specification says."""
        return _result(self.entry, self.version, self)

    def read_as(self, form: Specification) -> Shown:
        """Return the same study, its losses read as a form says; nothing is computed again.

        Parameters
        ----------
        form : Specification
        """
        return replace(self, spec=self.spec.read_as(form["statistic"], form["bars"]))


def shown_of(snapshot: Snapshot) -> Shown:
    """Return a study as it stands.

    Parameters
    ----------
    snapshot : Snapshot
    """
    stopped = stopped_words(snapshot)
    return Shown(snapshot.job_id, snapshot.version, snapshot.spec, snapshot.result, stopped)


def shown_kept(name: str, kept: KeptResult) -> Shown:
    """Return what is kept of a preset.

    Parameters
    ----------
    name : str
        The preset's.
    kept : KeptResult
    """
    return Shown(f"kept.{name}", 0, kept.result.spec, lambda: kept.result)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _result(name: str, version: int, _shown: Shown) -> Result:
    return reread(_shown.make(), _shown.spec["statistic"], _shown.spec["bars"])


def screen_of(
    shown: Shown, sizes: Sequence[int], theme: str | None, asked: Specification | None = None
) -> str:
    """Return what is drawn of a study as a text for the browser.

    Parameters
    ----------
    shown : Shown
    sizes : sequence of int
        The study's sample sizes.
    theme : str or None
        The browser's theme.
    asked : Specification, optional
        The study that a form asks for; where it is a part of this one, that part is on at first.
    """
    part = part_of(plan(shown.spec).curves, plan(asked).curves) if asked is not None else ()
    return _screen(shown.entry, shown.version, theme, tuple(sizes), part, shown.stopped, shown)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _screen(
    name: str,
    version: int,
    theme: str | None,
    sizes: tuple[int, ...],
    part: Part,
    stopped: str,
    _shown: Shown,
) -> str:
    screen = study_screen(_shown.result, sizes, theme_named(theme), part, stopped)
    return json_text(screen, compact=True)


def replay_of(shown: Shown, theme: str | None) -> str:
    """Return how a study can be played again, as a text for the browser.

    Parameters
    ----------
    shown : Shown
    theme : str or None
        The browser's theme.
    """
    return _replay(shown.entry, shown.version, theme, shown)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _replay(name: str, version: int, theme: str | None, _shown: Shown) -> str:
    document = replay_document(_shown.result, _shown.spec["sizes"], theme_named(theme))
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
    return _table(shown.entry, shown.version, title, tuple(guesses), make)


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
