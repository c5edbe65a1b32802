"""What a lesson shows: a picture that answers to the hand, or curves of a kept result."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.closeness import closeness_document
from moeviz.charts.gates import gates_document
from moeviz.charts.palette import theme_named
from moeviz.charts.screen import study_screen
from moeviz.lessons.blocks import Check, Lesson, Look, Run
from moeviz.lessons.facts import CurveKey, kept_of
from moeviz.study.kept import kept_result
from moeviz.text import json_text
from moeviz.ui.shared.component import only_a_run
from moeviz.ui.shared.plane import plane
from moeviz.ui.shared.watch import watch

PICTURE = "lessons.plane"
STUDY = "lessons.study"

_WINDOW = (-1.6, 1.6)
"""The part of the plane of gates that is drawn beside words."""


def show_look(
    look: Look | Run, lesson: Lesson, compact: bool, guess: tuple[int, float] | None = None
) -> None:
    """Show a lesson's picture.

    Parameters
    ----------
    look : Look or Run
    lesson : Lesson
        Whose title stands over a saved picture, and whose other curves decide the axis.
    compact : bool
        Whether words stand beside it.
    guess : (int, float), optional
        A curve's place, and the slope that was predicted for it.
    """
    if isinstance(look, Look):
        document, scene = _document(look, compact)
        plane(
            document,
            key=PICTURE,
            scene=scene,
            title=lesson.title,
            file_name="moeviz-lesson",
            compact=compact,
        )
        return
    guesses: list[float | None] = [None] * len(look.curves)
    if guess is not None and guess[0] < len(guesses):
        guesses[guess[0]] = guess[1]
    watch(
        key=STUDY,
        job=None,
        screen=_screen(look.preset, look.curves, st.context.theme.type),
        live=False,
        guesses=guesses,
        layers=(),
        view=f"{look.preset}.{len(look.curves)}",
        file_name=f"moeviz-lesson-{look.preset}",
        on_end=only_a_run,
        title=lesson.title,
        compact=compact,
        span=_span(lesson, look.preset),
    )


def _document(look: Look, compact: bool) -> tuple[str, str]:
    """Return the picture's document and the name of its scene."""
    picture = look.picture
    if isinstance(picture, Atoms):
        document, scene = closeness_document(picture), "cells"
    else:
        document, scene = gates_document(picture), "gates"
        # No step of a lesson asks for the weights at one input.
        (x,) = (handle for handle in document["handles"] if handle["id"] == "x")
        x["panels"] = []
    if compact:
        document |= {"shown": 1} if scene == "cells" else {"bare": True, "x": _WINDOW, "y": _WINDOW}
    if look.still:
        document["handles"] = [{**handle, "fixed": True} for handle in document["handles"]]
    return json_text(document, compact=True), scene


@lru_cache(maxsize=32)
def _screen(preset: str, curves: tuple[CurveKey, ...], theme: str | None) -> str:
    result = kept_of(preset, kept_result).result
    shown = tuple(key.of(result) for key in curves)
    part = tuple(sorted(curve.key for curve in shown))
    screen = study_screen(
        replace(result, curves=shown), result.spec["sizes"], theme_named(theme), part
    )
    for curve in screen["curves"]:
        curve["first"] = True
    return json_text(screen, compact=True)


def _span(lesson: Lesson, preset: str) -> tuple[float, ...]:
    """Return the ends of all mean losses of a study that a lesson shows on one step or another.

    So a slope looks the same on each of its steps.
    """
    blocks = [block for step in lesson.steps for block in step.blocks]
    shown = [block.shows if isinstance(block, Check) else block for block in blocks]
    keys = [
        key for run in shown if isinstance(run, Run) and run.preset == preset for key in run.curves
    ]
    result = kept_of(preset, kept_result).result
    losses = [mean for key in keys for mean in key.of(result).mean if mean]
    return (min(losses), max(losses)) if losses else ()
