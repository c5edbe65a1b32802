"""The strip of chips: study, router, gate, expert, output, regime and estimator, with pickers.

The browser opens a picker by itself; only a pick comes to the server, which looks up what the pick
means among what it offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from moeviz.charts.cards import EXPERT_REGIME, GATE_REGIME, REGISTRIES, SETTING, STUDY
from moeviz.charts.papers import PAPERS
from moeviz.charts.regimes import SETTINGS, which_setting
from moeviz.study import PRESETS, Preset
from moeviz.study.kept import kept_names
from moeviz.text import json_text
from moeviz.ui.lab.choices import Choice, Offer, choices
from moeviz.ui.lab.form import change_form, form_values
from moeviz.ui.lab.link import LAB
from moeviz.ui.lab.sizes import SIZES, size_fields, size_now
from moeviz.ui.lab.state import STATE, STRIP, follow, follows, pins
from moeviz.ui.shared.cards import CARDS
from moeviz.ui.shared.component import declared
from moeviz.ui.shared.studies import study_names

SIZE, KEPT = "size", "kept"

TAKEN, MOST_PICKS = "lab.chips.taken", 32
"""Where a visit remembers the last pick that it took, and how many it takes at once."""

FOLLOW, ON = "follow", "1"
"""The switch at the end of the strip, and the choice by which it is on."""

CHIPS: Mapping[str, Mapping[str, str]] = {
    "study": {STUDY: "Study"},
    "router": {"routers": "Router"},
    "gate": {"gates": "Gate"},
    "expert": {"experts": "Expert"},
    "output": {"output": "Output"},
    "regime": {SETTING: "Setting", GATE_REGIME: "Gate regime", EXPERT_REGIME: "Expert regime"},
    "estimator": {"estimators": "Estimator"},
}
"""The chips in their order, each with the fields or groups of regimes that its picker shows."""

CAPTIONS: Mapping[str, str] = {
    STUDY: "Pictures: the first curves of the full-size result, loss over n.",
    "routers": "Pictures: an expert's weight as the input goes round a circle; dashed, with gate "
    "vectors four times as long.",
    "gates": "Pictures: three experts' weights as the score of the first, the solid line, rises.",
    "experts": "Pictures: the value h over a·x + b.",
    SETTING: "Pictures: true experts are rings, fitted ones dots.",
    GATE_REGIME: "Pictures: scores over the input.",
    EXPERT_REGIME: "Pictures: values over the input.",
}
"""What the small pictures of a picker show."""


_chips = declared(__file__, '<div class="moeviz-chips" role="group" aria-label="The study"></div>')


def chips(preset: Preset, values: Mapping[str, Any]) -> None:
    """Show the strip; a pick sets the form.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    values : mapping
        What the form says; it need not be a study that can be run.
    """
    _chips(
        key=STRIP,
        data={**strip(preset, values), "taken": st.session_state.get(TAKEN, 0)},
        on_picked_change=partial(_take, preset.name),
    )


def strip(preset: Preset, values: Mapping[str, Any]) -> dict[str, str]:
    """Return what the browser is told of the strip.

    Parameters
    ----------
    preset : Preset
    values : mapping
        What the form says.

    Returns
    -------
    dict
        ``cards``: where the cards are; ``state``, as JSON: the chips with what they say, and how
        each choice stands to the others; whether what is set is run at once.
    """
    state = {
        "chips": [
            {"name": name, "says": _says(name, preset, values), "groups": _groups(groups)}
            for name, groups in CHIPS.items()
        ],
        "choices": {
            **_by_field(choices(preset, values)),
            STUDY: {name: {"chosen": name == preset.name} for name in study_names()},
        },
        "sizes": _sizes(preset, values),
        "papers": dict(PAPERS),
        "follow": follows(),
    }
    # A text: Streamlit turns data into JSON several times over, and a text costs it little.
    return {"cards": CARDS.path(), "state": json_text(state, compact=True)}


def _groups(groups: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"field": field, "title": title, "caption": CAPTIONS.get(field, "")}
        for field, title in groups.items()
    ]


def _says(chip: str, preset: Preset, values: Mapping[str, Any]) -> str:
    if chip == "study":
        return preset.title
    if chip == "regime":
        setting = SETTINGS[which_setting(values)].lower().removesuffix("-specified")
        parts = [f"{setting}, k = {values['atoms']}"]
        parts += ["sparse"] if values["sparse"] else []
        parts += ["Regime 2"] if values["flat"] else []
        return ", ".join(parts)
    (field,) = CHIPS[chip]
    said = values[field]
    names = (said,) if isinstance(said, str) else said
    return " + ".join(_SHORT.get(name) or _short(REGISTRIES[field][name].title) for name in names)


_SHORT = {"em": "EM", "sgd": "SGD"}
"""Estimators that everybody calls by their initials."""


def _short(title: str) -> str:
    """Return a part's title without what the chip says already."""
    for word in (" router", " gate", " expert", " estimator"):
        title = title.replace(word, "")
    return title.partition(" with ")[0].partition(" by ")[0]


def _by_field(found: tuple[Choice, ...]) -> dict[str, dict[str, Any]]:
    said: dict[str, dict[str, Any]] = {}
    for choice in found:
        said.setdefault(choice.field, {})[choice.name] = _state(choice)
    return said


def _state(choice: Choice) -> dict[str, Any]:
    offer, beside = choice.alone, choice.beside
    state: dict[str, Any] = {"chosen": choice.chosen}
    if offer.why:
        state |= {"why": offer.why, "takes": offer.takes, "can": bool(offer.changes)}
    if beside is not None and beside.changes:
        state["beside"] = "remove" if choice.chosen else "add"
    return state


def _sizes(preset: Preset, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sizes in which the study comes, and its kept result."""
    kept = bool(STATE.own(KEPT))
    now = None if kept else size_now(preset, values)
    found = [
        {"field": SIZE, "name": size, "title": SIZES[size], "chosen": size == now}
        for size in preset.sizes
        if len(preset.sizes) > 1
    ]
    if preset.name in kept_names():
        title = "Kept full-size result"
        found.append({"field": KEPT, "name": KEPT, "title": title, "chosen": kept})
    return found


def _take(name: str) -> None:
    """Set the form as the visitor picked; a pick that was not offered changes nothing.

    The browser tells all picks of which it does not know that they were taken.
    """
    told = st.session_state[STRIP].get("picked")
    for picked in told[:MOST_PICKS] if isinstance(told, list) else ():
        number = picked.get("id") if isinstance(picked, dict) else None
        if not isinstance(number, int) or number <= st.session_state.get(TAKEN, 0):
            continue
        st.session_state[TAKEN] = number
        field, choice, mode = (str(picked.get(part, "")) for part in ("field", "name", "mode"))
        pick(PRESETS[name], field, choice, mode)
        if field == STUDY and choice in PRESETS:
            name = choice


def pick(preset: Preset, field: str, name: str, mode: str = "alone") -> None:
    """Set the form as a pick of the strip says; for a callback.

    Parameters
    ----------
    preset : Preset
        The one chosen in the form.
    field, name : str
        The field or group of regimes, and which of its choices.
    mode : {"alone", "beside"}
        Whether in place of what is chosen, or beside it.
    """
    if field == STUDY and name in PRESETS:
        asked = LAB.read({"preset": name})
        STATE.restore(replace(asked, own={**asked.own, "pins": pins(), "follow": follows()}))
    elif field == FOLLOW:
        follow(name == ON)
    elif field == SIZE and name in preset.sizes:
        change_form(preset, size_fields(preset, name))
    elif field == KEPT:
        change_form(preset, {}, kept=not STATE.own(KEPT))
    else:
        offer = _offered(preset, field, name, mode)
        if offer is not None and offer.changes:
            change_form(preset, dict(offer.changes))


def _offered(preset: Preset, field: str, name: str, mode: str) -> Offer | None:
    for choice in choices(preset, form_values(preset)):
        if (choice.field, choice.name) == (field, name):
            return choice.beside if mode == "beside" else choice.alone
    return None
