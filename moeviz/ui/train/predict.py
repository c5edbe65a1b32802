"""One question before a run: which of two methods will be better? Kept for the visit."""

from __future__ import annotations

import streamlit as st

from moeviz.train.paired import BETTER, CANNOT_TELL, Difference
from moeviz.train.result import TrainingResult
from moeviz.train.specification import Training
from moeviz.ui.shared.guard import plain
from moeviz.ui.train.state import job

PREDICT = "train.predict"
"""Key of what opens and shuts."""

_GUESSES = "train.guesses"
"""Key of what was predicted in this visit, by run."""

FIRST, SECOND, NEITHER = "first", "second", "neither"


def predict(spec: Training) -> None:
    """Ask which of a run's first and last methods will be better, as long as it is not run.

    Parameters
    ----------
    spec : Training
        The run that the form describes.
    """
    if len(spec.methods) < 2:
        return
    guesses = _guesses()
    locked = job() == spec.hash
    guessed = spec.hash in guesses
    with st.popover("Predicted" if guessed else "Predict", key=PREDICT, on_change="rerun") as it:
        if not it.open:
            return
        if locked:
            st.markdown(plain(said(spec, guesses.get(spec.hash))))
            return
        st.radio(
            question(spec),
            (FIRST, SECOND, NEITHER),
            index=(FIRST, SECOND, NEITHER).index(guesses[spec.hash]) if guessed else None,
            format_func=lambda guess: plain(answer(spec, guess)),
            key=f"train.guess.{spec.hash}",
            on_change=_take,
            args=(spec.hash,),
        )


def question(spec: Training) -> str:
    """Return the question.

    Parameters
    ----------
    spec : Training
    """
    return f"Which is better after {spec['steps']:,} steps, over all seeds?"


def said(spec: Training, guess: str | None) -> str:
    """Return what was predicted, once it can no longer be changed.

    Parameters
    ----------
    spec : Training
    guess : str or None
    """
    if guess is None:
        return "Nothing was predicted before this run; the next one can be."
    return f"You predicted: {answer(spec, guess)}."


def answer(spec: Training, guess: str) -> str:
    """Return what a guess says.

    Parameters
    ----------
    spec : Training
    guess : str
    """
    if guess == NEITHER:
        return "It cannot be told"
    return spec.methods[0 if guess == FIRST else -1].title


def outcome(result: TrainingResult) -> str:
    """Return what was predicted beside what came out; nothing where nobody predicted.

    Parameters
    ----------
    result : TrainingResult
        All of it.
    """
    guess = _guesses().get(result.spec.hash)
    if guess is None or not result.complete:
        return ""
    found = result.difference(len(result.spec.methods) - 1, 0)
    came = came_out(found)
    says = answer(result.spec, came).lower() if came == NEITHER else answer(result.spec, came)
    predicted = answer(result.spec, guess)
    verdict = "and so it came" if guess == came else f"but what came out is: {says}"
    return f"You predicted “{predicted}”, {verdict}."


def came_out(found: Difference) -> str:
    """Return which guess a difference of the last method from the first one makes right.

    Parameters
    ----------
    found : Difference
    """
    if found.says == CANNOT_TELL:
        return NEITHER
    return SECOND if found.says == BETTER else FIRST


def _guesses() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault(_GUESSES, {})
    return found


def _take(name: str) -> None:
    said = st.session_state.get(f"train.guess.{name}")
    if said in (FIRST, SECOND, NEITHER):
        _guesses()[name] = said
