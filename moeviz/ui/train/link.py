"""Links of the training page: the question, what is set, the run on show, how it is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Field, with_defaults
from moeviz.text import check_text
from moeviz.train.fields import FIELDS, NAMES
from moeviz.train.presets import PRESETS
from moeviz.train.specification import Training
from moeviz.train.tasks import ANGLES, TASKS
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import CUT_SHORT, digits, one_of, place, unless

PRESET, JOB, TEXT = "preset", "job", "text"

VIEW: Mapping[str, str] = {
    "left": "left", "right": "right", "layer": "layer", "seed": "shown", "domain": "domain",
    "step": "at",
}  # fmt: skip
"""What says how a run is looked at, with the parameters of links that hold it: some names are
those of fields."""

FIRST_PRESET = next(iter(PRESETS))

LONGEST_METHOD = 200
MOST_STEPS = int(FIELDS["steps"].high)
LAST_SEED = int(FIELDS["seed"].high + FIELDS["seeds"].high)


def _whole(name: str, words: str, last: int) -> Any:
    def read(text: str) -> int:
        # Python reads digits of every script, and underscores between them.
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > last:
            raise SpecificationError(
                f"Expected {name} to be {words} from 0 to {last:,}, but got '{short(text)}'; leave "
                "it out."
            )
        return int(text)

    return read


def _method(name: str) -> Any:
    def read(text: str) -> str:
        check_text(text)
        words = text.split()
        if len(text) > LONGEST_METHOD or not words or words[0] not in NAMES:
            raise SpecificationError(
                f"Expected {name} to be a method ({', '.join(NAMES)}), but got '{short(text)}'; "
                "leave it out."
            )
        return text

    return read


@lru_cache(maxsize=32)
def preset_lines(preset: str) -> tuple[str, ...]:
    """Return the lines of all methods that a preset offers, each in the words that its run has.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    return tuple(str(PRESETS[preset].build()["methods"]).splitlines())


@lru_cache(maxsize=32)
def form_fields(preset: str) -> tuple[Field, ...]:
    """Return the fields of a preset's form; of its methods those are on that it begins with.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    known = PRESETS[preset]
    return with_defaults(known.fields, {"methods": known.first})


_READERS: Mapping[str, Any] = {
    "left": _method("left"),
    "right": _method("right"),
    "layer": place("layer to be one", int(FIELDS["layers"].high)),
    "seed": _whole("shown", "a seed", LAST_SEED),
    "domain": _whole("domain", "the place of a domain", len(ANGLES) - 1),
    "step": _whole("at", "a step", MOST_STEPS),
}

TRAIN = Page(
    name="train",
    version=1,
    keys=(
        Key(
            PRESET,
            one_of(PRESET, PRESETS),
            unless(FIRST_PRESET),
            FIRST_PRESET,
        ),
        Key(JOB, digits("the run", CUT_SHORT), unless(None)),
        Key(TEXT, digits("the text", "leave it out"), unless(None)),
        *(Key(VIEW[part], read, unless(None)) for part, read in _READERS.items()),
    ),
    table=FIELDS,
    form=lambda own: str(own[PRESET]),
    fields_of=form_fields,
)
"""What the page's links may say. A text of one's own is none of it, but for its digest."""


def request_for(
    spec: Training, job: str | None = None, view: Mapping[str, Any] | None = None
) -> Request:
    """Return the request that shows a run.

    Parameters
    ----------
    spec : Training
        What the form is to say.
    job : str, optional
        The run on show.
    view : mapping, optional
        How it is looked at, by the names of :data:`VIEW`.
    """
    preset = spec.name if spec.name in PRESETS else FIRST_PRESET
    own = {key.name: key.default for key in TRAIN.keys}
    own |= {VIEW[part]: value for part, value in (view or {}).items()}
    own |= {PRESET: preset, JOB: job, TEXT: spec.text if spec.own is not None else None}
    # What a task leaves no choice of is none of the form's, and needs no place in a link.
    fixed = TASKS[spec["task"]].fixed
    values = {field.name: field.default for field in form_fields(preset) if field.name in fixed}
    return Request(own, {**spec.fields, **values})
