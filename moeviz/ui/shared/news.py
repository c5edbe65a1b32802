"""What all who watch a job are told: one JSON text for each change and theme.

Each kind of job has a teller, which says how far the job is and, where there is something to draw,
what. A text is made for everybody alike, so nothing of a visitor's own is in it but the theme.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from moeviz.charts.palette import theme_named
from moeviz.engine import Snapshot
from moeviz.text import json_text
from moeviz.ui.shared.words import (
    check_sentence,
    map_sentence,
    progress_sentence,
    stopped_words,
    training_sentence,
)

logger = logging.getLogger(__name__)

Screens = Mapping[str, dict[str, Any]]
"""What is drawn, by theme."""


@dataclass(frozen=True)
class Teller:
    """What is told of the jobs of one kind.

    Attributes
    ----------
    sentence : callable
        Says how far a job is.
    fraction : callable
        Its share that is done, from 0 to 1.
    screens : callable
        Returns what is drawn of a job, for each of the themes asked for; empty for nothing.
    by_the_clock : bool
        Whether the sentence alone is news: of a job in one piece nothing else changes.
    """

    sentence: Callable[[Snapshot], str]
    fraction: Callable[[Snapshot], float]
    screens: Callable[[Snapshot, Collection[str]], Screens]
    by_the_clock: bool = False


def _study_screens(snapshot: Snapshot, themes: Collection[str]) -> Screens:
    # Only here, because a server that only decides checks need not load it.
    from moeviz.charts.screen import study_screen

    result, sizes = snapshot.result(), snapshot.spec["sizes"]
    stopped = stopped_words(snapshot)
    return {
        theme: study_screen(result, sizes, theme_named(theme), stopped=stopped) for theme in themes
    }


def _training_screens(snapshot: Snapshot, themes: Collection[str]) -> Screens:
    from moeviz.charts.training import training_screen

    result = snapshot.result()
    return {theme: training_screen(result, theme_named(theme)) for theme in themes}


def _nothing_drawn(snapshot: Snapshot, themes: Collection[str]) -> Screens:
    return {}


TELLERS: Mapping[str, Teller] = {
    "studies": Teller(progress_sentence, lambda s: s.fraction, _study_screens),
    "trainings": Teller(training_sentence, lambda s: s.fraction, _training_screens),
    "protocols": Teller(map_sentence, lambda s: s.fraction, _nothing_drawn),
    "checks": Teller(check_sentence, lambda s: s.seconds / s.spec.limit, _nothing_drawn, True),
}
"""By the name of the kind of job."""


def stamp(snapshot: Snapshot) -> Hashable:
    """Return what tells apart two moments of a job that are told differently.

    Parameters
    ----------
    snapshot : Snapshot
    """
    teller = TELLERS[snapshot.kind.name]
    # Of a job that waits nothing changes but how many come before it.
    told = teller.by_the_clock or snapshot.state == "waiting"
    words = teller.sentence(snapshot) if told else snapshot.message
    return snapshot.version, snapshot.state, words


def tell(snapshot: Snapshot, themes: Collection[str]) -> dict[str, str]:
    """Return what is told of a job as it stands, for each theme.

    Parameters
    ----------
    snapshot : Snapshot
    themes : collection of str
        Names of :data:`moeviz.charts.palette.THEMES`.

    Returns
    -------
    dict of str to str
        JSON on one line: ``job``, ``version``, ``state``, ``active``, ``fraction``, ``sentence``,
        ``message`` and ``screen``, which is null where nothing is drawn.
    """
    teller = TELLERS[snapshot.kind.name]
    said = {
        "job": snapshot.job_id,
        "version": snapshot.version,
        "state": snapshot.state,
        "active": snapshot.active,
        "fraction": min(1.0, max(0.0, teller.fraction(snapshot))),
        "sentence": teller.sentence(snapshot),
        "message": snapshot.message,
    }
    screens = _drawn(teller, snapshot, themes)
    return {
        theme: json_text({**said, "screen": screens.get(theme)}, compact=True) for theme in themes
    }


def _drawn(teller: Teller, snapshot: Snapshot, themes: Collection[str]) -> Screens:
    try:
        return teller.screens(snapshot, themes)
    except Exception:
        # How far the job is can still be told, and its end must be.
        logger.exception("What is drawn of job %s could not be made", snapshot.job_id)
        return {}
