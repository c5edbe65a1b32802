"""What all who watch a training run see alike: made once for each change of it.

Everything here is plain data that can be made again at any moment, which is why Streamlit's cache
may hold it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from moeviz.charts.palette import theme_named
from moeviz.charts.training import training_screen
from moeviz.engine import Snapshot
from moeviz.text import json_text
from moeviz.train.kept import KeptTraining
from moeviz.train.result import TrainingResult
from moeviz.train.specification import Training
from moeviz.ui.train.looks import kept_source

_KEPT = 32
"""Entries of a cache; a class looks at a few runs at a time, in two themes."""


@dataclass(frozen=True)
class Shown:
    """A training run as it stands, and the name under which what is drawn of it is kept.

    Attributes
    ----------
    source : str
        Part of the addresses at which its tokens are.
    version : int
        Changes with the result.
    spec : Training
    make : callable
        Returns the result; of a run that goes on it changes with every stretch.
    """

    source: str
    version: int
    spec: Training
    make: Callable[[], TrainingResult]

    @property
    def result(self) -> TrainingResult:
        """The run's numbers, put together once for all."""
        return _result(self.source, self.version, self.make)


def shown_of(snapshot: Snapshot) -> Shown:
    """Return a run as it stands.

    Parameters
    ----------
    snapshot : Snapshot
    """
    return Shown(snapshot.job_id, snapshot.version, snapshot.spec, snapshot.result)


def shown_kept(name: str, kept: KeptTraining) -> Shown:
    """Return what is kept of a preset.

    Parameters
    ----------
    name : str
        The preset's.
    kept : KeptTraining
    """
    return Shown(kept_source(name, kept), 0, kept.result.spec, lambda: kept.result)


def screen_of(shown: Shown, theme: str | None) -> str:
    """Return what is drawn of a run as a text for the browser.

    Parameters
    ----------
    shown : Shown
    theme : str or None
        The browser's theme.
    """
    return _screen(shown.source, shown.version, theme, shown)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _result(source: str, version: int, _make: Callable[[], TrainingResult]) -> TrainingResult:
    return _make()


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _screen(source: str, version: int, theme: str | None, _shown: Shown) -> str:
    return json_text(training_screen(_shown.result, theme_named(theme)), compact=True)
