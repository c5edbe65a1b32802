"""What a lesson shows: a picture that answers to the hand, curves, networks, protocols, a proof."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from moeviz.charts.lesson_pictures import protocols_document, training_document
from moeviz.charts.palette import theme_named
from moeviz.charts.screen import study_screen
from moeviz.engine import Snapshot
from moeviz.lessons.blocks import Check, Look
from moeviz.lessons.facts import OfCurve
from moeviz.lessons.filled import Facts, filled
from moeviz.lessons.lesson import Lesson
from moeviz.lessons.looks import look_document
from moeviz.lessons.pictures import link_of
from moeviz.lessons.ran import result_of
from moeviz.lessons.results import Shipped
from moeviz.lessons.runs import Run
from moeviz.lessons.training_facts import places_of
from moeviz.lessons.words import PAGES
from moeviz.study import Result
from moeviz.text import json_text
from moeviz.ui.shared.component import only_a_run
from moeviz.ui.shared.guard import plain
from moeviz.ui.shared.navigation import CHECKER, SCRIPTS
from moeviz.ui.shared.plane import plane
from moeviz.ui.shared.typeset import mixed
from moeviz.ui.shared.watch import watch

PICTURE = "lessons.plane"
STUDY = "lessons.study"

_ROOM = 1.15
"""Around the least and the largest loss, for the dots' own size."""

_FAR = 3.0
"""How many times the largest mean, or which part of the least, a single loss may be."""

Guess = tuple[str, float]
"""A curve's source, and the slope that was predicted for it."""


def show_look(look: Look, lesson: Lesson, compact: bool, facts: Facts, place: str = "") -> None:
    """Show a picture, or a link to its page.

    Parameters
    ----------
    look : Look
    lesson : Lesson
        Whose title stands over a saved picture.
    compact : bool
        Whether words stand beside it.
    facts : mapping of str to Fact
    place : str
        Tells it from others of the same step.
    """
    if look.picture is None:
        label = filled(look.label, facts) or PAGES[look.page]
        st.page_link(SCRIPTS[look.page], label=f"→ {plain(label)}", query_params=link_of(look.link))
        return
    document, scene = look_document(look, compact)
    plane(
        json_text(document, compact=True),
        key=f"{PICTURE}{place}",
        scene=scene,
        title=lesson.title,
        file_name="moeviz-lesson",
        compact=compact,
    )


def show_run(
    run: Run,
    lesson: Lesson,
    compact: bool,
    facts: Facts,
    job: Snapshot | None = None,
    guess: Guess | None = None,
    place: str = "",
) -> None:
    """Show what came of a run: its own result where it has one, else the kept one.

    Parameters
    ----------
    run : Run
    lesson : Lesson
    compact : bool
        Whether words stand beside it.
    facts : mapping of str to Fact
    job : Snapshot or None
        The run of this server, as it stands.
    guess : (str, float), optional
    place : str
        Tells it from others of the same step.
    """
    own = result_of(run, job) if job is not None and job.state == "done" else None
    if run.what == "study":
        result = own.result if own is not None else Shipped().study(run.name).result
        _curves(run, lesson, compact, result, job, guess, place)
    elif run.what == "training":
        trained = (own or Shipped().training(run.name)).result
        sources = [lesson.facts[name] for name in run.shows]
        document = training_document(trained, places_of(sources, trained))
        _plain(document, f"{PICTURE}{place}", lesson)
    elif run.what == "protocol":
        _plain(protocols_document(Shipped().protocol(run.name).result), PICTURE + place, lesson)
    else:
        proof = own if own is not None else Shipped().claim(run.name)
        st.markdown(f"{mixed(proof.statement)}  \n**{mixed(proof.says)}** ({proof.date})")
        st.page_link(CHECKER, label="→ The certificate", query_params={"claim": run.name})


def _plain(document: dict[str, object], key: str, lesson: Lesson) -> None:
    plane(document, key=key, title=lesson.title, file_name="moeviz-lesson")


def _curves(
    run: Run,
    lesson: Lesson,
    compact: bool,
    result: Result,
    job: Snapshot | None,
    guess: Guess | None,
    place: str,
) -> None:
    live = job is not None and job.active
    guesses: list[float | None] = [None] * len(run.shows)
    if guess is not None and guess[0] in run.shows:
        guesses[run.shows.index(guess[0])] = guess[1]
    screen = _screen_of(run, lesson, result)
    watch(
        key=f"{STUDY}{place}",
        job=job.job_id if job is not None and live else None,
        screen=None if live else screen,
        live=live,
        guesses=[] if live else guesses,
        layers=[_behind(screen)] if live else [],
        view=f"{run.name}.{result.hash}.{len(run.shows)}.{live}",
        file_name=f"moeviz-lesson-{run.name}",
        on_end=only_a_run,
        title=lesson.title,
        compact=compact,
        span=_span(lesson, run.name, result),
    )


def _behind(screen: str) -> dict[str, str]:
    return {"name": "kept result", "short": "kept", "screen": screen, "look": "faint"}


def _screen_of(run: Run, lesson: Lesson, result: Result) -> str:
    sources = tuple(lesson.facts[name] for name in run.shows)
    keys = tuple(source for source in sources if isinstance(source, OfCurve))
    return _screen(_Named(result), keys, st.context.theme.type)


class _Named:
    """A result that a cache tells from others by its study."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.name = result.hash, result.seconds

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and other.name == self.name


@lru_cache(maxsize=64)
def _screen(named: _Named, keys: tuple[OfCurve, ...], theme: str | None) -> str:
    result = named.result
    shown = tuple(source.key.of(result) for source in keys)
    part = tuple(sorted(curve.key for curve in shown))
    screen = study_screen(
        replace(result, curves=shown), result.spec["sizes"], theme_named(theme), part
    )
    for curve in screen["curves"]:
        curve["first"] = True
    return json_text(screen, compact=True)


def _span(lesson: Lesson, preset: str, result: Result) -> tuple[float, ...]:
    """Return the ends of all losses of a study that a lesson shows on one step or another.

    So a slope looks the same on each of its steps, and no dot is cut by the plot's edge; single
    losses that are far from all means do not press the curves flat.
    """
    blocks = [block for step in lesson.steps for block in step.blocks]
    shown = [block.shows if isinstance(block, Check) else block for block in blocks]
    names = [
        name
        for run in shown
        if isinstance(run, Run) and (run.what, run.name) == ("study", preset)
        for name in run.shows
    ]
    sources = [lesson.facts[name] for name in dict.fromkeys(names)]
    curves = [source.key.of(result) for source in sources if isinstance(source, OfCurve)]
    means = [mean for curve in curves for mean in curve.mean if mean]
    if not means:
        return ()
    low, high = min(means) / _FAR, max(means) * _FAR
    single = [loss for curve in curves for row in curve.loss for loss in row if loss]
    seen = [loss for loss in single if low <= loss <= high]
    return min([*means, *seen]) / _ROOM, max([*means, *seen]) * _ROOM
