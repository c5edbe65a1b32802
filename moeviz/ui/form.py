"""The form of a study: widgets made from a preset's fields."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import count, groupby, takewhile
from typing import Any

import streamlit as st

from moeviz.errors import SpecificationError
from moeviz.study import FULL, LIVE, PRESETS, Field, Preset, Specification
from moeviz.study.fields import Value
from moeviz.ui.link import Request
from moeviz.ui.state import job, leave_study, request, restore, widget_key
from moeviz.ui.symbols import plain_symbol

PAPERS: Mapping[str, str] = {
    "cosine": "Cosine paper",
    "sigmoid": "Sigmoid paper",
    "multinomial": "Multinomial paper",
    "compete": "Competition paper",
}
"""What a paper's key is called in the list of studies."""

_SIZES = {LIVE: "Live size", FULL: "Full size"}
_COLUMNS = 3


def study_names() -> list[str]:
    """Return the presets' names, paper by paper; those of no paper come last."""
    papers = list(dict.fromkeys(preset.paper for preset in PRESETS.values() if preset.paper))
    return sorted(PRESETS, key=lambda name: [*papers, ""].index(PRESETS[name].paper))


def study_label(name: str) -> str:
    """Return how a preset is called in the list of studies: its paper, then its title.

    Parameters
    ----------
    name : str
        A preset's name.
    """
    preset = PRESETS[name]
    paper = PAPERS.get(preset.paper, preset.paper.capitalize())
    return f"{paper}: {preset.title.removeprefix(f'{paper}, ')}" if paper else preset.title


def choose_preset() -> Preset:
    """Let the visitor choose among the presets."""
    names = study_names()
    name = st.selectbox(
        "Study",
        names,
        index=names.index(request().preset),
        label_visibility="collapsed",
        format_func=study_label,
        key=widget_key("preset"),
        on_change=leave_study,
    )
    return PRESETS[name]


def choose_size(preset: Preset) -> None:
    """Offer the sizes in which the preset comes; a choice sets the fields that the size names.

    Parameters
    ----------
    preset : Preset
    """
    if len(preset.sizes) < 2:
        return
    values = form_values(preset)
    found = [size for size in preset.sizes if _of_size(preset, size).items() <= values.items()]
    now = found[0] if found else None
    # The key says what the fields say: a size that the fields no longer have is not kept chosen.
    key = widget_key(f"{preset.name}.size.{now}")
    st.radio(
        "Size",
        preset.sizes,
        index=None if now is None else preset.sizes.index(now),
        format_func=_SIZES.__getitem__,
        key=key,
        on_change=_set_size,
        args=(preset, key),
        horizontal=True,
        label_visibility="collapsed",
    )


def _of_size(preset: Preset, size: str) -> dict[str, Value]:
    """Return every field that any size sets, as this size has it."""
    usual = {name: preset.defaults[name] for name in preset.full}
    return {**usual, **preset.at_size(size)}


def _set_size(preset: Preset, key: str) -> None:
    size = st.session_state.get(key)
    if size is not None:
        change_form(preset, _of_size(preset, size))


def settings(preset: Preset) -> dict[str, str]:
    """Show one widget per field under its group's heading, and return what they hold, as text.

    Parameters
    ----------
    preset : Preset
        Where the fields, their limits and their defaults come from.
    """
    texts: dict[str, str] = {}
    for group, members in groupby(preset.fields, key=lambda field: field.group):
        st.markdown(f"#### {group}")
        fields = list(members)
        for start in range(0, len(fields), _COLUMNS):
            row = fields[start : start + _COLUMNS]
            for column, field in zip(st.columns(_COLUMNS), row, strict=False):
                with column:
                    texts[field.name] = _widget(preset, field)
    return texts


def specification(preset: Preset, texts: dict[str, str]) -> Specification:
    """Return the study that the form describes.

    Raises
    ------
    SpecificationError
        If a value is not one of its field, or the study is not one that can be run.
    """
    return preset.build(preset.parse(texts))


def form_values(preset: Preset) -> dict[str, Value]:
    """Return what the form's widgets say at this moment; the default where that is nonsense.

    Parameters
    ----------
    preset : Preset
    """
    values = {}
    for field in preset.fields:
        key = _key(preset, field)
        known = key in st.session_state
        text = _text(field, st.session_state[key]) if known else _start(preset, field)
        try:
            values[field.name] = field.read(text)
        except SpecificationError:
            values[field.name] = field.default
    return values


def form_guesses(preset: Preset) -> tuple[float | None, ...]:
    """Return what the form says that the visitor predicted.

    Parameters
    ----------
    preset : Preset
    """
    keys = (widget_key(guess_name(preset.name, index)) for index in count())
    shown = takewhile(lambda key: key in st.session_state, keys)
    return tuple(st.session_state[key] for key in shown)


def guess_name(preset: str, index: int) -> str:
    """Return the name of the widget for the guess of a curve.

    Parameters
    ----------
    preset : str
        A preset's name.
    index : int
        The curve's place in the result.
    """
    return f"{preset}.guess.{index}"


def change_form(preset: Preset, changes: Mapping[str, Value]) -> None:
    """Set the form to what it says with some fields changed; a new generation of widgets.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    changes : mapping of str to Value
        Values by field.
    """
    values = {**form_values(preset), **changes}
    texts = {field.name: field.write(values[field.name]) for field in preset.fields}
    restore(Request(preset.name, texts, job(), form_guesses(preset)))


def _key(preset: Preset, field: Field) -> str:
    return widget_key(f"{preset.name}.{field.name}")


def _start(preset: Preset, field: Field) -> str:
    if preset.name == request().preset:
        return request().texts[field.name]
    return field.write(field.default)


def _text(field: Field, value: Any) -> str:
    """Return what a field's widget holds as text."""
    if value is None:
        return ""
    if field.kind in ("sizes", "choice"):
        return str(value)
    return field.write(tuple(value) if field.kind == "choices" else value)


def _widget(preset: Preset, field: Field) -> str:
    key = _key(preset, field)
    start = _start(preset, field)
    if field.kind == "sizes":
        return st.text_input(_label(field), start, key=key, help=_hint(field), max_chars=400)
    value: Any = field.read(start)
    shown: Any
    if field.kind == "choice":
        place = field.options.index(value)
        shown = st.selectbox(_label(field), field.options, place, key=key, help=_hint(field))
    elif field.kind == "choices":
        shown = st.multiselect(_label(field), field.options, value, key=key, help=_hint(field))
    else:
        shown = _number(field, value, key)
    return _text(field, shown)


def _number(field: Field, start: float, key: str) -> float | None:
    whole = field.kind == "int"
    return st.number_input(
        _label(field),
        min_value=int(field.low) if whole else float(field.low),
        max_value=int(field.high) if whole else float(field.high),
        value=start,
        step=1 if whole else _step(float(field.default)),  # type: ignore[arg-type]
        format="%d" if whole else "%g",
        key=key,
        help=_hint(field),
    )


def _label(field: Field) -> str:
    # Screen readers are given the label as it is written here, so a symbol in plain characters
    # serves them better than one in LaTeX.
    symbol = plain_symbol(field.symbol)
    return f"{field.label} {f'${field.symbol}$' if symbol is None else symbol}".strip()


def _hint(field: Field) -> str:
    if field.kind == "sizes":
        limits = f"Whole numbers from {field.low:,.0f} to {field.high:,.0f}, separated by commas."
        return f"{field.help} {limits}"
    if field.kind in ("int", "float"):
        return f"{field.help} From {field.low:,g} to {field.high:,g}."
    return field.help


def _step(default: float) -> float:
    return 0.5 * 10.0 ** math.floor(math.log10(default)) if default > 0 else 0.1
