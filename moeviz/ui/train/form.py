"""The form of a training run: what its widgets say, and how to change it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moeviz.errors import MoevizError
from moeviz.fields import Value
from moeviz.train.presets import PRESETS
from moeviz.train.specification import Training
from moeviz.train.tasks import TASKS, Digits, Language
from moeviz.ui.shared.link import Request
from moeviz.ui.train.link import PRESET, TEXT, form_fields, preset_lines
from moeviz.ui.train.own import text_of
from moeviz.ui.train.state import STATE

ASKS: Mapping[str, str] = {
    Language.name: "Which expert reads which letter?",
    Digits.name: "Which expert looks at which patch?",
}
"""The question of the page by task; a task of which nothing is said has :data:`ELSE`."""

ELSE = "Which expert answers which input?"


def form_preset() -> str:
    """Return the name of the preset whose form it is."""
    return str(STATE.asked.own[PRESET])


def form_values(preset: str) -> dict[str, Value]:
    """Return what the form's widgets say at this moment; the default where that is nonsense.

    Parameters
    ----------
    preset : str
        A preset's name.
    """
    return STATE.values(preset, form_fields(preset))


def heading(preset: str, values: Mapping[str, Any]) -> str:
    """Return the question that the picture of a form answers.

    Parameters
    ----------
    preset : str
        The one chosen in the form. One with a diagnostic that answers it asks its own question.
    values : mapping
        What the form says.
    """
    known = PRESETS.get(preset)
    if known is not None and known.reads and values["task"] == known.defaults["task"]:
        return known.asks
    return ASKS.get(values["task"], ELSE)


def reads_text(values: Mapping[str, Any]) -> bool:
    """Return whether a text is learned.

    Parameters
    ----------
    values : mapping
        What the form says.
    """
    return bool(values["task"] == Language.name)


def task_title(values: Mapping[str, Any]) -> str:
    """Return what is learned, for people.

    Parameters
    ----------
    values : mapping
        What the form says.
    """
    return TASKS[values["task"]].title


def form_training(preset: str) -> Training:
    """Return the run that the form describes, whether or not its widgets are drawn yet.

    Parameters
    ----------
    preset : str
        A preset's name.

    Raises
    ------
    SpecificationError
        If a value is not one of its field, the run is not one that can be done, or the text of
        one's own is not here.
    """
    texts = tuple(STATE.texts(preset, form_fields(preset)).items())
    own = text_of(STATE.own(TEXT)) if reads_text(dict(texts)) else None
    return _training(preset, texts, own)


@lru_cache(maxsize=32)
def _training(preset: str, texts: tuple[tuple[str, str], ...], own: bytes | None) -> Training:
    known = PRESETS[preset]
    return known.build(known.parse(dict(texts)), own)


def change_form(preset: str, changes: Mapping[str, Value], **own: Any) -> None:
    """Set the form to what it says with some fields changed; a new generation of widgets.

    Parameters
    ----------
    preset : str
        The one chosen in the form.
    changes : mapping of str to Value
        Values by field.
    **own : Any
        What the page's own keys are to say.
    """
    said = STATE.own_values() | own
    wrong = STATE.unread(preset, form_fields(preset))
    STATE.restore(
        Request(said, {**form_values(preset), **changes}),
        {name: text for name, text in wrong.items() if name not in changes},
    )


def method_lines(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of the methods that are on.

    Parameters
    ----------
    values : mapping
        What the form says.
    """
    lines = (" ".join(line.split()) for line in str(values["methods"]).splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def offered_lines(preset: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lines of all methods on offer: the preset's own, and what the visitor wrote.

    Parameters
    ----------
    preset : str
    values : mapping
        What the form says.
    """
    return tuple(dict.fromkeys((*preset_lines(preset), *method_lines(values))))


@lru_cache(maxsize=512)
def method_title(preset: str, line: str) -> str:
    """Return what people call the method of a line; the line itself where it is none.

    Parameters
    ----------
    preset : str
    line : str
    """
    try:
        return PRESETS[preset].build({"methods": line}).methods[0].title
    except MoevizError:
        return line
