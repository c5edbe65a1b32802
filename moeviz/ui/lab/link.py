"""Links of the convergence lab: the preset, the study on show, guesses, what is kept and pinned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.study import FIELDS, FIELDS_VERSION, PRESETS, Specification, migrate
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import CUT_SHORT, digits, flag, unless, when_on

FIRST_PRESET = "cosine-exact"

_job = digits("the job", CUT_SHORT)
_MOST_GUESSES = 40

MOST_PINS = 3
"""Finished studies that may be pinned for comparison."""

BESIDE = ("guess", "pins", "follow")
"""What a link may say beside a job that brings its own form along."""

STUDY = "lab.study"
"""Key in the session of what the lab's screen was last about, for other pages."""

Guesses = tuple[float | None, ...]
"""What was predicted, curve by curve."""


def form_fields(preset: str) -> tuple[Field, ...]:
    """Return a preset's fields; put together once, for there are many.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    return _fields(preset, len(FIELDS))


@lru_cache(maxsize=64)
def _fields(name: str, _count: int) -> tuple[Field, ...]:
    return PRESETS[name].fields


def _preset(text: str) -> str:
    return PRESETS[text].name


def _pins(text: str) -> tuple[str, ...]:
    pins = tuple(dict.fromkeys(map(_job, text.split(",")))) if text else ()
    if len(pins) > MOST_PINS:
        raise SpecificationError(
            f"Expected at most {MOST_PINS} pinned studies, but got {len(pins)}; leave some out."
        )
    return pins


def _guesses(text: str) -> Guesses:
    parts = text.split(",") if text else []
    try:
        if "_" in text:  # Python reads 1_0 as ten.
            raise ValueError
        values = tuple(float(part) if part.strip() else None for part in parts)
        fine = len(values) <= _MOST_GUESSES
        fine = fine and all(v is None or (math.isfinite(v) and abs(v) <= 10) for v in values)
    except ValueError:
        fine = False
    if not fine:
        raise SpecificationError(
            f"Expected the guesses to be slopes between -10 and 10, separated by commas, but got "
            f"'{short(text)}'."
        )
    return values


def _said(guesses: Guesses) -> str | None:
    if all(guess is None for guess in guesses):
        return None
    return ",".join("" if guess is None else f"{guess:g}" for guess in guesses)


LAB = Page(
    name="lab",
    version=FIELDS_VERSION,
    keys=(
        Key("preset", _preset, str, FIRST_PRESET),
        Key("job", _job, unless(None)),
        Key("guess", _guesses, _said, ()),
        Key("kept", flag("kept"), when_on, False),
        Key("follow", flag("follow"), when_on, False),
        Key("pins", _pins, lambda pins: ",".join(pins) or None, ()),
    ),
    table=FIELDS,
    form=lambda own: str(own["preset"]),
    fields_of=form_fields,
    migrate=lambda version, texts: migrate(version, texts, texts=True),
)
"""What the lab's links may say."""


def request_for(
    spec: Specification,
    job: str | None = None,
    guesses: Sequence[float | None] = (),
    kept: bool = False,
    pins: Sequence[str] = (),
    follow: bool = False,
) -> Request:
    """Return the request that shows a study.

    Parameters
    ----------
    spec : Specification
        What the form is to say.
    job : str, optional
        The study on show.
    guesses : sequence of float or None
        What was predicted, curve by curve.
    kept : bool
        Whether the kept full-size result is on show.
    pins : sequence of str
        Studies that are pinned for comparison.
    follow : bool
        Whether the study follows what is set.

    Raises
    ------
    UnknownNameError
        If the specification's preset is not one of this laboratory's.
    """
    own = {
        "preset": PRESETS[spec.name].name,
        "job": job,
        "guess": tuple(guesses),
        "kept": kept,
        "pins": tuple(pins),
        "follow": follow,
    }
    return Request(own, spec.fields)


def preset_link(preset: str) -> dict[str, str]:
    """Return the query parameters that open a preset as it is.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    return LAB.write(LAB.read({"preset": preset}))
